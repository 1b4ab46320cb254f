// SPDX-License-Identifier: Apache-2.0
// BAK: whether everything can be got back. Read are `redoubt backup`'s own records, docs/PROTOCOL.backup.md.
#include "host/checks.h"
#include "host/look.h"

#include "base/text.h"
#include "crypto/ed25519.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXCHANGES_MAX 8
#define DESTINATIONS_MAX 8
#define RECOVERY_MAX 4
#define HOUR 3600u
#define DAY (24 * HOUR)
#define RPO (24 * HOUR)
#define FULL_AGE_MAX (26 * HOUR) // one is due every 24 hours, and takes a while
#define STALLED_S (10 * 60)      // the journal is shipped every few seconds
#define SEARCH_MAX 60000         // manifests looked through for the full one before the last

struct destination { const char *folder, *error; uint64_t manifest; };

struct catalogue {
	const char *folder; // the exchange's
	uint64_t shipped_s, full_s, manifest, full;
	size_t count;
	struct destination destination[DESTINATIONS_MAX];
};

// False after it has said why not.
static bool catalogue_read(struct examination *e, const char *folder, struct catalogue *c)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/status", folder));
	*c = (struct catalogue){ .folder = folder };
	if (f->error == -ENOENT) {
		found_fail(e, "redoubt backup init, then redoubt backup run", "no backup has run: there is no %s", f->path);
		return false;
	}
	if (!found_file(e, f))
		return false;
	json_t *status = json_loadb(f->text, f->size, 0, NULL), *d;
	size_t i;
	if (!json_is_object(status)) {
		found_unknown(e, "%s is no JSON object", f->path);
		json_decref(status);
		return false;
	}
	c->shipped_s = (uint64_t)json_integer_value(json_object_get(status, "shipped_us")) / 1000000;
	c->full_s = (uint64_t)json_integer_value(json_object_get(status, "full_us")) / 1000000;
	c->manifest = (uint64_t)json_integer_value(json_object_get(status, "manifest"));
	c->full = (uint64_t)json_integer_value(json_object_get(status, "full"));
	json_array_foreach(json_object_get(status, "destinations"), i, d) {
		const char *name = json_string_value(json_object_get(d, "folder")), *error = json_string_value(json_object_get(d, "error"));
		if (c->count == DESTINATIONS_MAX || !name)
			continue;
		c->destination[c->count++] = (struct destination){ host_copy(e->host, name, strlen(name)),
								   error ? host_copy(e->host, error, strlen(error)) : "",
								   (uint64_t)json_integer_value(json_object_get(d, "manifest")) };
	}
	json_decref(status);
	return true;
}

// Runs `judge` for the exchange of each backup-catalogue line.
static void each_catalogue(struct examination *e, void (*judge)(struct examination *, const struct catalogue *))
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	if (found_manifest(e) && !count)
		found_not_applicable(e, "the manifest names no exchange on this host (backup-catalogue)");
	for (size_t i = 0; i < count; i++) {
		struct catalogue c;
		if (catalogue_read(e, exchange[i], &c))
			judge(e, &c);
	}
}

static uint64_t age_of(struct examination *e, uint64_t then)
{
	uint64_t now = host_now(e->host);
	return now > then ? now - then : 0;
}

// --- BAK-01 --------------------------------------------------------------------------------------------------------

static void fresh_judge(struct examination *e, const struct catalogue *c)
{
	uint64_t shipped = age_of(e, c->shipped_s), full = age_of(e, c->full_s);
	bool somewhere = false;
	if (!c->shipped_s || shipped > RPO)
		found_fail(e, NULL, "%s: the journal was last shipped %" PRIu64 " hours ago", c->folder, shipped / HOUR);
	if (!c->full_s || full > FULL_AGE_MAX)
		found_fail(e, "redoubt backup run --full", "%s: the last full backup is %" PRIu64 " hours old", c->folder, full / HOUR);
	for (size_t i = 0; i < c->count; i++)
		somewhere |= c->destination[i].manifest == c->manifest && !*c->destination[i].error;
	if (!somewhere)
		found_fail(e, NULL, "%s: no destination has the newest backup, number %" PRIu64, c->folder, c->manifest);
	found_read(e, "%s: shipped %" PRIu64 " s ago, full backup %" PRIu64 " hours ago", c->folder, shipped, full / HOUR);
}

static void bak_01(struct examination *e)
{
	each_catalogue(e, fresh_judge);
}

// --- BAK-02: verdicts, signed by whoever holds the recovery key ----------------------------------------------------

struct recovery { size_t count; uint8_t signing[RECOVERY_MAX][32]; };

static bool recovery_read(struct examination *e, const char *folder, struct recovery *r)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/recovery.pub", folder));
	struct host_lines cursor = { f->text, 0 };
	r->count = 0;
	if (!found_file(e, f))
		return false;
	for (const char *line; host_line(e->host, &cursor, &line) && r->count < RECOVERY_MAX;) {
		uint8_t sealing[32];
		const char *word[4];
		if (host_words(e->host, line, word, 4) == 4 && !strcmp(word[0], "redoubt-recovery") && !strcmp(word[1], "1") &&
		    !hex_decode(word[2], strlen(word[2]), sealing, 32) && !hex_decode(word[3], strlen(word[3]), r->signing[r->count], 32))
			r->count++;
	}
	if (!r->count)
		found_fail(e, NULL, "%s has no recovery key", f->path);
	return r->count > 0;
}

struct verdict { uint64_t time_s, manifest; char outcome[16], exchange[65], reason[128]; };
#define VERDICT_DOMAIN "redoubt/backup/drill/v1"
#define VERDICT_SIGNATURE 139 // "signature ", 128 digits and a newline

static bool verdict_signed(const struct host_file *f, const struct recovery *keys)
{
	char bytes[sizeof VERDICT_DOMAIN + 1024];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	if (f->size <= VERDICT_SIGNATURE || f->size > 1024)
		return false;
	size_t size = f->size - VERDICT_SIGNATURE;
	if (memcmp(f->text + size, "signature ", 10) || hex_decode(f->text + size + 10, 128, signature, sizeof signature))
		return false;
	memcpy(bytes, VERDICT_DOMAIN, sizeof VERDICT_DOMAIN);
	memcpy(bytes + sizeof VERDICT_DOMAIN, f->text, size);
	for (size_t i = 0; i < keys->count; i++)
		if (ed25519_verify(keys->signing[i], bytes, sizeof VERDICT_DOMAIN + size, signature))
			return true;
	return false;
}

static bool verdict_read(const struct host_file *f, struct verdict *v)
{
	uint64_t time_us;
	if (sscanf(f->text,
		   "redoubt-drill 1\nexchange %64[0-9a-f]\noutcome %15[a-z]\ntime %" SCNu64 "\nmanifest %" SCNu64
		   " %*64[0-9a-f]\njournal %*u %*u %*64[0-9a-f]\nreason %127[ -~]",
		   v->exchange, v->outcome, &time_us, &v->manifest, v->reason) != 5)
		return false;
	v->time_s = time_us / 1000000;
	return true;
}

// The exchange's id stands in its own last full manifest; a verdict about another exchange says nothing.
static bool same_exchange(struct examination *e, const char *folder, const char *id)
{
	const char *text = host_file(e->host, host_print(e->host, "%s/backup/last-full", folder))->text;
	const char *at = strstr(text, "\nexchange ");
	return !at || !strncmp(at + 10, id, 64);
}

static void drill_judge(struct examination *e, const struct catalogue *c)
{
	struct recovery keys;
	struct verdict newest = { 0 }, v;
	const char *folder = host_print(e->host, "%s/backup/verdicts", c->folder);
	const struct host_names *names = host_names(e->host, folder);
	if (!recovery_read(e, c->folder, &keys))
		return;
	for (size_t i = 0; i < names->count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/%s", folder, names->name[i]));
		if (!verdict_signed(f, &keys) || !verdict_read(f, &v) || !same_exchange(e, c->folder, v.exchange))
			found_fail(e, NULL, "%s is no verdict about this exchange that a recovery key signed", f->path);
		else if (v.time_s >= newest.time_s)
			newest = v;
	}
	if (!newest.time_s)
		found_fail(e, NULL, "%s: no drill has been brought here", c->folder);
	else if (strcmp(newest.outcome, "pass"))
		found_fail(e, NULL, "%s: the last drill says %s: %s", c->folder, newest.outcome, newest.reason);
	else if (age_of(e, newest.time_s) > 7 * DAY)
		found_fail(e, NULL, "%s: the last drill was %" PRIu64 " days ago", c->folder, age_of(e, newest.time_s) / DAY);
	else if (newest.time_s > host_now(e->host) + HOUR)
		found_fail(e, "set the clock right, here or where the drill was", "%s: the last drill is from the future", c->folder);
	else
		found_read(e, "%s: backup %" PRIu64 " passed %" PRIu64 " hours ago: %s", c->folder, newest.manifest,
			   age_of(e, newest.time_s) / HOUR, newest.reason);
}

static void bak_02(struct examination *e)
{
	each_catalogue(e, drill_judge);
}

// --- BAK-03 --------------------------------------------------------------------------------------------------------

// Mount place and kind of file system of a path.
static bool mount_of(struct host *h, const char *path, const char **ret_place, const char **ret_kind)
{
	struct host_lines cursor = { host_file(h, "/proc/self/mountinfo")->text, 0 };
	size_t longest = 0;
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *word[5], *dash = strstr(line, " - "), *kind[1];
		if (host_words(h, line, word, 5) < 5 || !dash || !look_beneath(path, word[4]) || strlen(word[4]) < longest)
			continue;
		host_words(h, dash + 3, kind, 1);
		longest = strlen(word[4]);
		*ret_place = word[4];
		*ret_kind = kind[0];
	}
	return longest > 0;
}

static bool elsewhere(const char *kind)
{
	static const char *const NETWORK[] = { "nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "9p", "virtiofs" };
	for (size_t i = 0; i < ARRAY_LEN(NETWORK); i++)
		if (!strcmp(kind, NETWORK[i]))
			return true;
	return false;
}

static void destinations_judge(struct examination *e, const struct catalogue *c)
{
	const char *place[DESTINATIONS_MAX], *kind = "";
	size_t away = 0;
	if (c->count < 2)
		found_fail(e, NULL, "%s: backups go to %zu destination", c->folder, c->count);
	for (size_t i = 0; i < c->count; i++) {
		place[i] = "";
		if (!mount_of(e->host, c->destination[i].folder, &place[i], &kind)) {
			found_unknown(e, "the mount of %s is not in /proc/self/mountinfo", c->destination[i].folder);
			return;
		}
		away += elsewhere(kind);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(place[k], place[i]))
				found_fail(e, NULL, "%s and %s lie on one file system, %s", c->destination[k].folder, c->destination[i].folder,
					   place[i]);
		found_read(e, "%s on %s (%s)", c->destination[i].folder, place[i], kind);
	}
	if (!away)
		found_fail(e, NULL, "%s: no destination is on another machine, as far as mounts tell", c->folder);
	found_read(e, "whether the copy elsewhere can be rewritten is to be asked there");
}

static void bak_03(struct examination *e)
{
	each_catalogue(e, destinations_judge);
}

// --- BAK-04 --------------------------------------------------------------------------------------------------------

struct sealing { struct examination *e; size_t objects; };

static void magic_read(const struct walk_entry *w, char magic[17])
{
	int fd = openat(w->directory, w->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, magic, 16, 0);
	magic[n > 0 ? n : 0] = 0;
	if (fd >= 0)
		close(fd);
}

static int object_visit(void *context, const struct walk_entry *w)
{
	struct sealing *s = context;
	char magic[17];
	if (!S_ISREG(w->status->st_mode))
		return 0;
	magic_read(w, magic);
	s->objects++;
	if (!strncmp(magic, "SQLite format 3", 15))
		found_fail(s->e, NULL, "%s is a plain database", w->path);
	else if (strstr(w->path, "/objects/") && strcmp(magic, "REDOUBT SEALED 1") && !look_ends(w->path, "/new"))
		found_fail(s->e, NULL, "%s is not a sealed file", w->path);
	else if (!strstr(w->path, "/objects/") && !strstr(w->path, "/manifests/"))
		found_fail(s->e, "move it out of the destination", "%s is none of ours: neither an object nor a manifest", w->path);
	return 0;
}

struct seeking { struct examination *e; const struct recovery *keys; size_t tried; };

// A file of 32 bytes that gives one of the recovery keys' public halves is a recovery key.
static int seed_visit(void *context, const struct walk_entry *w)
{
	struct seeking *s = context;
	uint8_t seed[33], signing[32], public_key[32];
	if (!S_ISREG(w->status->st_mode) || w->status->st_size != 32)
		return 0;
	int fd = openat(w->directory, w->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, seed, sizeof seed);
	if (fd >= 0)
		close(fd);
	if (n != 32)
		return 0;
	s->tried++;
	hkdf_sha256(seed, 32, NULL, 0, "redoubt/backup/recovery/ed25519/v1", signing, 32);
	ed25519_public(signing, public_key);
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(signing, sizeof signing);
	for (size_t i = 0; i < s->keys->count; i++)
		if (!memcmp(public_key, s->keys->signing[i], 32))
			found_fail(s->e, "make a new recovery key elsewhere, seal again, and destroy this one",
				   "%s is a recovery key: it opens every backup, and lies on the host", w->path);
	return 0;
}

static void sealed_judge(struct examination *e, const struct catalogue *c)
{
	static const char *const PLACES[] = { "/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/var/lib" };
	struct recovery keys;
	struct sealing s = { .e = e };
	struct seeking k = { .e = e, .keys = &keys };
	if (!recovery_read(e, c->folder, &keys))
		return;
	for (size_t i = 0; i < c->count; i++)
		if (!look_walk(e, c->destination[i].folder, object_visit, &s))
			found_unknown(e, "%s is not there to be looked at", c->destination[i].folder);
	look_walk(e, c->folder, seed_visit, &k);
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++)
		if (!look_beneath(c->folder, PLACES[i]))
			look_walk(e, PLACES[i], seed_visit, &k);
	found_read(e, "%zu files at the destinations, all sealed; %zu files of 32 bytes on the host, none a recovery key", s.objects, k.tried);
}

static void bak_04(struct examination *e)
{
	each_catalogue(e, sealed_judge);
}

// --- BAK-05 --------------------------------------------------------------------------------------------------------

// The sum of what a full manifest names, or 0 when it is none. The text up to 1 KiB says of which kind it is.
static uint64_t full_size(struct examination *e, const char *path)
{
	char head[1024];
	uint64_t sum = 0, size;
	int fd = host_openat(e->host, path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head - 1, 0);
	if (fd >= 0)
		close(fd);
	head[n > 0 ? n : 0] = 0;
	if (!strstr(head, "\nkind full\n"))
		return 0;
	for (const char *at = host_file(e->host, path)->text; (at = strstr(at, "\nitem ")); at++)
		if (sscanf(at, "\nitem %*127s %" SCNu64, &size) == 1)
			sum += size;
	return sum;
}

static void size_judge(struct examination *e, const struct catalogue *c, const char *folder)
{
	uint64_t last = 0, before = 0, number = c->full;
	for (unsigned tries = 0; number && !before && tries < SEARCH_MAX; number--, tries++) {
		uint64_t size = full_size(e, host_print(e->host, "%s/manifests/%020" PRIu64, folder, number));
		if (size && !last)
			last = size;
		else if (size)
			before = size;
		else if (!last)
			return; // the newest full one is not here: BAK-01 says so
	}
	if (before && (last * 2 < before || last > before + before / 2))
		found_fail(e, NULL, "%s: the last full backup has %" PRIu64 " bytes, the one before had %" PRIu64, folder, last, before);
	else if (before)
		found_read(e, "%s: full backups of %" PRIu64 " and %" PRIu64 " bytes", folder, before, last);
}

static void silent_judge(struct examination *e, const struct catalogue *c)
{
	uint64_t age = age_of(e, c->shipped_s);
	if (age > STALLED_S)
		found_fail(e, "systemctl status the unit that runs 'redoubt backup run'", "%s: nothing was shipped for %" PRIu64 " minutes",
			   c->folder, age / 60);
	for (size_t i = 0; i < c->count; i++)
		if (*c->destination[i].error)
			found_fail(e, NULL, "destination %s is behind: %s", c->destination[i].folder, c->destination[i].error);
	if (c->count)
		size_judge(e, c, c->destination[0].folder);
	found_read(e, "%s: backup %" PRIu64 ", %zu destinations without an error", c->folder, c->manifest, c->count);
}

static void bak_05(struct examination *e)
{
	each_catalogue(e, silent_judge);
}

// --- BAK-06, BAK-07 ------------------------------------------------------------------------------------------------

static void private_judge(struct examination *e, const char *path)
{
	struct stat s;
	int r = host_stat(e->host, path, &s);
	if (r) {
		found_unknown(e, "%s: %s", path, strerror(-r));
		return;
	}
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		found_fail(e, host_print(e->host, "chmod 700 %s", path), "%s is %s", path, look_owner_text(e->host, &s));
	for (size_t i = 0; i < e->manifest->web_root.count; i++)
		if (look_beneath(path, e->manifest->web_root.name[i]))
			found_fail(e, "move it out of the web root", "%s lies beneath the web root %s", path, e->manifest->web_root.name[i]);
	found_read(e, "%s %04o", path, s.st_mode & 07777);
}

static void directories_judge(struct examination *e, const struct catalogue *c)
{
	private_judge(e, host_print(e->host, "%s/backup", c->folder));
	for (size_t i = 0; i < c->count; i++)
		private_judge(e, c->destination[i].folder);
}

static void bak_06(struct examination *e)
{
	each_catalogue(e, directories_judge);
}

static void bak_07(struct examination *e)
{
	found_not_applicable(e, "who held the shares at a drill is not recorded: staff and their keys are not built yet");
}

const struct check backups_checks[] = {
	{ "BAK-01", SEVERITY_CRITICAL, "O9 S",
	  "There is a fresh backup",
	  "the last success at most 24 h ago",
	  "what was not backed up is gone",
	  "redoubt backup run", bak_01 },
	{ "BAK-02", SEVERITY_CRITICAL, "C",
	  "A restore was tried",
	  "a drill within 7 days: integrity, counts and ledger sums equal",
	  "a backup that was never restored is a hope",
	  "redoubt backup drill", bak_02 },
	{ "BAK-03", SEVERITY_HIGH, "S",
	  "Backups lie in two places",
	  "two destinations, one off the host that cannot be rewritten",
	  "what takes the host takes the disk beside it",
	  "add a destination", bak_03 },
	{ "BAK-04", SEVERITY_CRITICAL, "C",
	  "Backups are sealed, and their key is elsewhere",
	  "sealed files only, no plain database, no private key on the host",
	  "a stolen backup is a stolen database",
	  "rotate the key and seal again", bak_04 },
	{ "BAK-05", SEVERITY_HIGH, "S",
	  "Backups do not fail silently",
	  "last job done, size within 50 % of the one before",
	  "an empty backup succeeds every night",
	  "see the job's log", bak_05 },
	{ "BAK-06", SEVERITY_HIGH, "S",
	  "Backup directories are private",
	  "mode 0700, outside web roots",
	  "see WEB-03",
	  "chmod 700 DIRECTORY", bak_06 },
	{ "BAK-07", SEVERITY_HIGH, "C",
	  "The holders of the recovery key can be reached",
	  "a drill within 90 days with enough distinct active staff",
	  "a quorum that cannot meet cannot restore",
	  "hold the drill", bak_07 },
};
const size_t backups_check_count = ARRAY_LEN(backups_checks);
