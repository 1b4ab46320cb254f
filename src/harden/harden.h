// SPDX-License-Identifier: Apache-2.0
// Makes a host what its manifest says: files are generated, proven, compared with what is there, put in place with a
// way back, and looked at again. Nothing here writes to the host but place.h.
//
// A plan is a list of artefacts in a fixed order. All memory belongs to the host (host_alloc), so a plan lives until
// host_close. Sentences for people come back as `struct complaint` lists: what was wrong, with which value, what to do.
#pragma once

#include "host/host.h"
#include "checks/manifest.h"

enum harden_group { HARDEN_NFT, HARDEN_SSH, HARDEN_UNITS, HARDEN_SYSCTL, HARDEN_LOGS, HARDEN_UPDATES, HARDEN_FILES, HARDEN_GROUPS };
extern const char *const harden_group_name[HARDEN_GROUPS]; // "nft" "ssh" "units" "sysctl" "logs" "updates" "files"
bool harden_group_read(const char *name, enum harden_group *ret);

enum artefact_kind {
	ARTEFACT_FILE,    // a regular file with this text, owner root
	ARTEFACT_SETTING, // a file of /proc/sys: its value, written in place
	ARTEFACT_MODE,    // what is there keeps its content and gets this owner and mode
	ARTEFACT_LINK,    // a symbolic link to `text`, which enables a unit; any link to a unit of that name is as good
};

struct artefact {
	enum harden_group group;
	enum artefact_kind kind;
	const char *path, *text;
	unsigned mode;
	uid_t uid;
	gid_t gid;
};

#define ARTEFACTS_MAX 1024
#define COMPLAINTS_MAX 64

struct complaints {
	size_t count; // may exceed COMPLAINTS_MAX: those are counted, not kept
	const char *text[COMPLAINTS_MAX];
};
void complaint_add(struct host *h, struct complaints *c, const char *format, ...) PRINTF_LIKE(3, 4);

struct plan {
	struct host *host;
	const struct manifest *manifest;
	const char *exchange; // the exchange's directory, absolute
	const char *programs; // where the supervisor lies, absolute
	const char *tool;     // this program, absolute
	unsigned groups;      // bits of enum harden_group that are wanted
	size_t count;
	struct artefact artefact[ARTEFACTS_MAX];
	struct complaints advice; // what it does not do itself: mounts, what is not built yet
};

// Fills the plan for the groups wanted. 0, or 1 with complaints: the manifest or the host lacks what a group needs.
MUST_USE int plan_make(struct plan *p, struct complaints *ret);

// One generator a group: each adds its artefacts.
void plan_rules(struct plan *p, struct complaints *c);
void plan_ssh(struct plan *p, struct complaints *c);
void plan_units(struct plan *p, struct complaints *c);
void plan_sysctl(struct plan *p, struct complaints *c);
void plan_logs(struct plan *p, struct complaints *c);
void plan_updates(struct plan *p, struct complaints *c);
void plan_files(struct plan *p, struct complaints *c);

void plan_add(struct plan *p, enum harden_group group, const char *path, unsigned mode, const char *text);
const struct artefact *plan_find(const struct plan *p, const char *path); // NULL when it is not in the plan

// --- helpers of the generators ---------------------------------------------------------------------------------

// Text that grows in the host's memory.
struct text {
	struct host *host;
	char *at;
	size_t size, room;
};
void text_add(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
const char *text_end(struct text *t); // "" when nothing was added

// A user of /etc/passwd beneath the root. False when there is none.
bool user_find(struct host *h, const char *name, uid_t *ret_uid, gid_t *ret_gid);
bool group_find(struct host *h, const char *name, gid_t *ret);

#define RULES_PATH "/etc/nftables.conf"
#define SSHD_PATH "/etc/ssh/sshd_config.d/00-redoubt.conf"
