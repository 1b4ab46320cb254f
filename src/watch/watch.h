// SPDX-License-Identifier: Apache-2.0
// Watching a host: what it looks like now, held against its baseline, at once where the kernel tells of a change and
// whole from time to time. What a change was is said once, as an event; who asks decides where events go.
#pragma once

#include "host/baseline.h"
#include "host/dpkg.h"
#include "checks/finding.h"
#include "host/walk.h"

// --- what there is -----------------------------------------------------------------------------------------------

enum watch_part {
	WATCH_FILES = 1,  // everything in the scope
	WATCH_SETUID = 2, // setuid and setgid files anywhere
	WATCH_LIVE = 4,   // users, groups, keys for log-in, listeners
	WATCH_ALL = 7,
};

struct watch_cost {
	size_t files, entries;
	struct digest_cost hash;
	uint64_t walk_ns, compare_ns;
};

// Adds what is there now and sorts. Scope: to->scope. 0 or negative errno.
MUST_USE int watch_observe(struct host *h, unsigned parts, unsigned threads, struct baseline *to, struct watch_cost *cost);
// One path alone, without what is beneath it; nothing is added when it is not there.
MUST_USE int watch_observe_path(struct host *h, const char *path, struct baseline *to);
// Adds which package has each path, for a baseline alone: sorted, too.
MUST_USE int watch_observe_owners(struct host *h, struct baseline *to);

// --- what is different -------------------------------------------------------------------------------------------

struct watch_event {
	const char *what;    // "file", "unit", "setuid", "user", "listener", "running", "login" ...
	const char *change;  // "new", "changed", "removed", "deleted" ...
	const char *subject; // encoded as in a baseline
	const char *before, *after;
	const char *why;     // "" or a sentence
	enum severity severity;
	bool alarm;          // false: an upgrade or a thing to know
	bool upgrade;        // explained by dpkg: to be taken into the next baseline
};
typedef void watch_say(void *context, const struct watch_event *event);

struct watch_against {
	struct host *host;
	const struct baseline *baseline;
	struct dpkg *dpkg; // NULL until it is needed
	bool dpkg_asked;
	watch_say *say;
	void *context;
};

// Says every difference of these parts.
void watch_compare(struct watch_against *a, const struct baseline *now, unsigned parts);
// The same for one path of the scope.
void watch_compare_path(struct watch_against *a, const struct baseline *now, const char *encoded_path);
// A file that is as it was, but whose inode changed after this moment (in nanoseconds), which no run of dpkg explains: it was
// changed and put back. Files that are not as they were are left to the others.
void watch_put_back(struct watch_against *a, const struct baseline *now, const char *encoded_path, uint64_t since_ns);
// What was found is there; what was not is not said to be gone.
void watch_compare_found(struct watch_against *a, const struct baseline *now);

// Setuid and setgid files anywhere, a piece of the file system (so many entries, and the rest of a directory) at each call,
// from the beginning again when it is through. 0 or negative errno.
struct rolling;
struct rolling *rolling_new(void);
void rolling_free(struct rolling *r); // accepts NULL
#define WATCH_SCRATCH_ENTRIES 5000 // of /tmp, /dev/shm, /var/tmp and /home, at every look
MUST_USE int watch_roll(struct rolling *r, struct watch_against *a, uint64_t entries);
MUST_USE int watch_setuid_add(struct baseline *to, const char *path, const struct stat *s);

// Programs that run: their file replaced or removed, not in the baseline, or another content than the baseline's.
// What was hashed before and did not change is not hashed again; the cache may be NULL.
struct running_cache;
struct running_cache *running_cache_new(void);
void running_cache_free(struct running_cache *c);
MUST_USE int watch_running(struct watch_against *a, struct running_cache *cache);

// --- log-ins -----------------------------------------------------------------------------------------------------

struct login_state { // how far the two were read
	uint64_t records_at, text_at, records_inode, text_inode;
	bool begun; // before: the first reading only notes the ends
};
void watch_logins(struct watch_against *a, struct login_state *state);
// One line of the authentication log. False: it is no log-in.
#define LOGIN_WORD 128
struct login_line { bool accepted; char method[LOGIN_WORD], user[LOGIN_WORD], address[LOGIN_WORD], key[LOGIN_WORD]; };
bool login_line_read(const char *line, struct login_line *ret);

// --- promptness --------------------------------------------------------------------------------------------------

struct notify;
// Watches every directory of the scope. *ret_missed: how many could not be (the kernel's limit): the full pass alone
// covers them. 0 or negative errno.
MUST_USE int notify_open(struct host *h, const struct baseline *scope, struct notify **ret, size_t *ret_missed);
void notify_close(struct notify *n); // accepts NULL
int notify_descriptor(const struct notify *n);
// The paths that changed since the last call, each once, encoded as in a baseline; *overflow: some were lost, a full
// pass is due. Calls visit for each; written: its bytes, its owner or the file behind the name may have changed.
typedef void notify_visit(void *context, const char *path, bool written);
void notify_drain(struct notify *n, struct host *h, bool *overflow, notify_visit *visit, void *context);

// --- alarms that were told ---------------------------------------------------------------------------------------

struct told; // so that one difference is told once, and again when it comes back
struct told *told_new(void);
void told_free(struct told *t);
bool told_before(struct told *t, unsigned part, const struct watch_event *event); // notes it
void told_sweep(struct told *t, unsigned part); // forgets what this pass did not see
unsigned watch_part_of(const char *what);
