// SPDX-License-Identifier: Apache-2.0
// BAK: the records, whether they are fresh (BAK-01) and private (BAK-06), and the table.
#include "checks/backups/backups.h"

#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXCHANGES_MAX 8
#define PEOPLE_FROM 1000 // Debian's first number of a person
#define NOBODY 65534	 // what a network's file system makes of root

static uint64_t whole_number(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));
	return n > 0 ? (uint64_t)n : 0;
}

static uint64_t altered_count(const json_t *reread)
{
	return whole_number(reread, "altered") + whole_number(reread, "altered_before");
}

static void destinations_read(struct host *h, const json_t *status, struct catalogue *c)
{
	const json_t *d;
	size_t i;
	json_array_foreach(json_object_get(status, "destinations"), i, d) {
		const char *name = json_string_value(json_object_get(d, "folder")), *error = json_string_value(json_object_get(d, "error"));
		if (c->count == DESTINATIONS_MAX || !name)
			continue;
		c->destination[c->count++] = (struct destination){ host_copy(h, name, strlen(name)),
								   error ? host_copy(h, error, strlen(error)) : NULL,
								   whole_number(d, "manifest"), altered_count(json_object_get(d, "reread")) };
	}
}

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
	json_t *status = json_loadb(f->text, f->size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(status)) {
		found_unknown(e, "%s is no JSON object", f->path);
		json_decref(status);
		return false;
	}
	c->shipped_s = whole_number(status, "shipped_us") / 1000000;
	c->full_s = whole_number(status, "full_us") / 1000000;
	c->manifest = whole_number(status, "manifest");
	c->full = whole_number(status, "full");
	destinations_read(e->host, status, c);
	json_decref(status);
	return true;
}

void each_catalogue(struct examination *e, void (*judge)(struct examination *, const struct catalogue *))
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

uint64_t backup_age(struct examination *e, uint64_t then, bool *ret_future)
{
	uint64_t now = host_now(e->host);
	*ret_future = then > now + HOUR;
	return now > then ? now - then : 0;
}

bool manifest_head(struct examination *e, const char *destination, uint64_t number, struct manifest_head *ret)
{
	char head[MANIFEST_HEAD_SIZE], kind[5];
	uint64_t time_us;
	*ret = (struct manifest_head){ .path = host_print(e->host, "%s/manifests/%020" PRIu64, destination, number) };
	int fd = host_openat(e->host, ret->path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head - 1, 0);
	if (fd >= 0)
		close(fd);
	head[n > 0 ? n : 0] = 0;
	if (sscanf(head, "redoubt-backup 1\nexchange %64[0-9a-f]\nnumber %" SCNu64 "\nprevious %*64[0-9a-f]\nkind %4[a-z]\ntime %" SCNu64,
		   ret->exchange, &ret->number, kind, &time_us) != 4)
		return false;
	ret->time_s = time_us / 1000000;
	ret->full = !strcmp(kind, "full");
	return ret->number == number;
}

const char *backup_exchange(struct examination *e, const char *folder)
{
	static const struct { const char *name, *before; } PLACES[] = { { "card", "redoubt-backup-card 1 " }, { "last-full", "\nexchange " } };
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const char *text = host_file(e->host, host_print(e->host, "%s/backup/%s", folder, PLACES[i].name))->text;
		const char *at = strstr(text, PLACES[i].before);
		if (at && strspn(at + strlen(PLACES[i].before), "0123456789abcdef") == 64)
			return host_copy(e->host, at + strlen(PLACES[i].before), 64);
	}
	return NULL;
}

bool recovery_read(struct examination *e, const char *folder, struct recovery *r)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/recovery.pub", folder));
	struct host_lines cursor = { f->text, 0 };
	r->count = 0;
	if (!found_file(e, f))
		return false;
	for (const char *line; host_line(e->host, &cursor, &line) && r->count < RECOVERY_MAX;) {
		const char *word[4];
		if (host_words(e->host, line, word, 4) == 4 && !strcmp(word[0], "redoubt-recovery") && !strcmp(word[1], "1") &&
		    !hex_decode(word[2], strlen(word[2]), r->sealing[r->count], 32) &&
		    !hex_decode(word[3], strlen(word[3]), r->signing[r->count], 32))
			r->count++;
	}
	if (!r->count)
		found_fail(e, NULL, "%s has no recovery key", f->path);
	return r->count > 0;
}

// --- BAK-01 --------------------------------------------------------------------------------------------------------

static void moment_judge(struct examination *e, const struct catalogue *c, uint64_t then, uint64_t age_max, const char *what)
{
	bool future;
	uint64_t age = backup_age(e, then, &future);
	if (future)
		found_fail(e, "set the clock right, then redoubt backup run --full", "%s: %s in the future, by this clock", c->folder, what);
	else if (!then || age > age_max)
		found_fail(e, "redoubt backup run --full", "%s: %s %" PRIu64 " hours ago", c->folder, what, age / HOUR);
	found_read(e, "%s: %s %" PRIu64 " s ago", c->folder, what, age);
}

static void fresh_judge(struct examination *e, const struct catalogue *c)
{
	moment_judge(e, c, c->shipped_s, RPO, "the journal was last shipped");
	moment_judge(e, c, c->full_s, FULL_AGE_MAX, "the last full backup was made");
	backups_whole(e, c);
}

static void bak_01(struct examination *e)
{
	each_catalogue(e, fresh_judge);
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
	if (s.st_uid >= PEOPLE_FROM && s.st_uid != NOBODY)
		found_fail(e, host_print(e->host, "chown root %s", path), "%s belongs to a person: %s", path, look_owner_text(e->host, &s));
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		found_fail(e, host_print(e->host, "chmod 700 %s", path), "%s is %s", path, look_owner_text(e->host, &s));
	for (size_t i = 0; i < e->manifest->web_root.count; i++)
		if (path_beneath(path, e->manifest->web_root.name[i]))
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
	  "redoubt backup drill", backups_drill },
	{ "BAK-03", SEVERITY_HIGH, "S",
	  "Backups lie in two places",
	  "two destinations, one off the host that cannot be rewritten",
	  "what takes the host takes the disk beside it",
	  "add a destination", backups_places },
	{ "BAK-04", SEVERITY_CRITICAL, "C",
	  "Backups are sealed, and their key is elsewhere",
	  "sealed files only, no plain database, no private key on the host",
	  "a stolen backup is a stolen database",
	  "rotate the key and seal again", backups_sealed },
	{ "BAK-05", SEVERITY_HIGH, "S",
	  "Backups do not fail silently",
	  "last job done, size within 50 % of the one before",
	  "an empty backup succeeds every night",
	  "see the job's log", backups_silent },
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
