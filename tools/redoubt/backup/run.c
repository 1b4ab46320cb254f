// SPDX-License-Identifier: Apache-2.0
// redoubt backup run | status | prune: the exchange's own side.
#include "../client.h"
#include "../command.h"
#include "batch.h"
#include "files.h"
#include "full.h"
#include "push.h"
#include "ship.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define STATUS_MAX 65536
#define KEEP_MAX 3650
#define MIB (1024u * 1024u)

static volatile sig_atomic_t ending;

static void on_end(int signal)
{
	ending = 1;
}

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// One writer of the spool. A descriptor that holds the lock until the process ends, or -1 after it has complained.
static int lock_take(void)
{
	struct path path = backup_path("lock");
	int fd = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	complain("%s: %s", path.text, errno == EWOULDBLOCK ? "another 'redoubt backup' is at work" : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

// ---- one turn ----

struct turn {
	struct position position;
	bool known; // there is a position to go on from
	struct push_state pushed;
	uint64_t shipped_us; // when the journal's end was last in the spool
};

// The former full manifest, for the segments that it has whole. NULL items when there is none that holds.
static void former_load(const struct backup_place *p, struct backup_manifest *ret)
{
	char *text;
	size_t size, line;
	*ret = (struct backup_manifest){ 0 };
	if (whole_file_read(backup_path("last-full").text, BACKUP_MANIFEST_SIZE_MAX, &text, &size))
		return;
	size_t room = size / 64 + 1;
	struct backup_manifest_item *items = calloc(room, sizeof *items);
	if (items && backup_manifest_read(text, size, p->signing_public, items, room, ret, &line)) {
		free(items);
		*ret = (struct backup_manifest){ 0 };
	}
	free(text);
}

// Whether a former backup was sealed to those keys to which this one will be: after a change everything is sealed anew.
static bool sealed_alike(const struct backup_manifest *former)
{
	uint8_t digest[SHA256_SIZE];
	char *text;
	size_t size;
	bool alike = false;
	if (whole_file_read(backup_path("recovery.pub").text, RECOVERY_FILE_MAX, &text, &size))
		return false;
	sha256_of(text, size, digest);
	free(text);
	for (size_t i = 0; i < former->item_count; i++)
		alike |= !strcmp(former->items[i].name, "backup/recovery.pub") &&
			 !memcmp(former->items[i].sum.plain_digest, digest, SHA256_SIZE);
	return alike;
}

static int full_make(const struct backup_place *p, struct turn *t)
{
	struct backup_manifest former;
	struct batch b;
	former_load(p, &former);
	batch_begin(&b, p, &t->position, BACKUP_MANIFEST_FULL);
	b.position.segment = 0;
	b.position.offset = 0;
	int r = full_add(&b, sealed_alike(&former) ? &former : NULL);
	if (!r)
		r = batch_commit(&b);
	if (!r) {
		t->position = b.position;
		t->known = true;
		t->shipped_us = now_us();
		result_say(json_pack("{s:s, s:I, s:I, s:I}", "backup", "full", "manifest", (json_int_t)t->position.number,
				     "entries", (json_int_t)t->position.sequence, "bytes", (json_int_t)b.plain_bytes),
			   "full backup %" PRIu64 ": to entry %" PRIu64 ", %" PRIu64 " bytes read", t->position.number,
			   t->position.sequence, b.plain_bytes);
	}
	batch_end(&b);
	free(former.items);
	return r;
}

// The newest checkpoint travels with the journal: a restore measures its gap against it.
static int checkpoint_add(struct batch *b)
{
	char *text;
	size_t size;
	if (whole_file_read(path_in("log/checkpoint").text, CHECKPOINT_FILE_MAX, &text, &size))
		return EXIT_DONE; // none is signed yet
	int r = batch_bytes(b, "backup/shipped-checkpoint", text, size);
	free(text);
	return r;
}

static int ship_make(const struct backup_place *p, struct turn *t)
{
	struct batch b;
	uint64_t blocks = 0;
	batch_begin(&b, p, &t->position, BACKUP_MANIFEST_SHIP);
	int r = ship_journal(&b, &blocks);
	if (!r && blocks)
		r = checkpoint_add(&b);
	if (!r && blocks)
		r = batch_commit(&b);
	if (!r) {
		if (blocks)
			t->position = b.position;
		t->shipped_us = now_us();
	}
	batch_end(&b);
	return r;
}

static void status_store(const struct backup_place *p, const struct turn *t)
{
	json_t *destinations = json_array();
	for (size_t i = 0; i < p->destination_count; i++)
		json_array_append_new(destinations, json_pack("{s:s, s:I, s:s}", "folder", p->destinations[i], "manifest",
							       (json_int_t)t->pushed.number[i], "error", t->pushed.error[i]));
	json_t *status = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "shipped_us", (json_int_t)t->shipped_us,
				   "manifest", (json_int_t)t->position.number, "blocks", (json_int_t)t->position.blocks,
				   "entries", (json_int_t)t->position.sequence, "full", (json_int_t)t->position.full_number,
				   "full_us", (json_int_t)t->position.full_time_us, "spool_bytes",
				   (json_int_t)t->pushed.spool_bytes, "destinations", destinations);
	char *text = json_dumps(status, JSON_INDENT(2));
	json_decref(status);
	int r = text ? whole_file_write(backup_path("status").text, 0644, text, strlen(text)) : -ENOMEM;
	if (r)
		complain("cannot write %s: %s", backup_path("status").text, strerror(-r));
	free(text);
}

// Says what changed about the destinations.
static bool pushed_tell(const struct backup_place *p, const struct push_state *before, const struct push_state *now)
{
	bool good = true;
	for (size_t i = 0; i < p->destination_count; i++) {
		good &= !now->error[i][0];
		if (!strcmp(before->error[i], now->error[i]))
			continue;
		if (now->error[i][0])
			complain("destination %s is behind: %s", p->destinations[i], now->error[i]);
		else
			fprintf(stderr, "redoubt backup: destination %s has caught up\n", p->destinations[i]);
	}
	return good;
}

static int turn_make(const struct backup_place *p, struct turn *t, bool full)
{
	struct push_state before = t->pushed;
	int r = EXIT_DONE;
	if (before.spool_bytes / MIB >= p->spool_max_mib) {
		complain("the spool holds %" PRIu64 " MiB (backup.spool_max_mib): nothing is shipped until a destination takes it",
			 before.spool_bytes / MIB);
		r = EXIT_FAILED;
	} else {
		bool due = full || !t->known || now_us() - t->position.full_time_us >= p->full_h * 3600000000u;
		r = due ? full_make(p, t) : ship_make(p, t);
	}
	push_all(p, t->position.number, &t->pushed);
	if (!pushed_tell(p, &before, &t->pushed) && !r)
		r = EXIT_FAILED;
	status_store(p, t);
	return r;
}

static void spool_clean(const struct backup_place *p)
{
	char path[PATH_MAX];
	if (path_join(path, p->spool, "objects/new"))
		unlink(path);
	if (path_join(path, p->spool, "history.new"))
		unlink(path);
}

static int turns(const struct backup_place *p, bool once, bool full)
{
	struct turn t = { 0 };
	int r = position_load(&t.position);
	if (r < 0) {
		complain("cannot read %s: %s", backup_path("position").text, strerror(-r));
		return EXIT_FAILED;
	}
	t.known = r == 0;
	if (!t.known && access(backup_path("position").text, F_OK) == 0) {
		complain("%s cannot be understood: give the number of the last manifest back to it, or begin a new "
			 "chain at empty destinations", backup_path("position").text);
		return EXIT_DAMAGED;
	}
	spool_clean(p);
	do {
		r = turn_make(p, &t, full);
		full = false;
		if (!once && !ending)
			sleep((unsigned)p->every_s);
	} while (!once && !ending);
	return r;
}

int command_backup_run(int argc, char **argv)
{
	bool once = false, full = false;
	const struct option options[] = { { "--once", NULL, &once }, { "--full", NULL, &full } };
	struct backup_place place;
	struct sigaction end = { .sa_handler = on_end };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = place_open(&place);
	int lock = r ? -1 : lock_take();
	if (!r && lock < 0)
		r = EXIT_FAILED;
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	if (!r)
		r = turns(&place, once, full);
	place_close(&place);
	if (lock >= 0)
		close(lock);
	return r;
}

int command_backup_status(int argc, char **argv)
{
	char *text;
	size_t size;
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = whole_file_read(backup_path("status").text, STATUS_MAX, &text, &size);
	if (r) {
		complain("no backup has run: %s: %s", backup_path("status").text, strerror(-r));
		return EXIT_FAILED;
	}
	json_t *status = json_loads(text, 0, NULL), *d;
	free(text);
	size_t i;
	bool behind = false;
	json_array_foreach(json_object_get(status, "destinations"), i, d)
		behind |= *json_string_value(json_object_get(d, "error")) != 0;
	if (globals.json) {
		json_dumpf(status, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		uint64_t age = (now_us() - (uint64_t)json_integer_value(json_object_get(status, "shipped_us"))) / 1000000;
		printf("shipped   %" PRIu64 " s ago, to entry %lld (manifest %lld, last full %lld)\nspool     %lld bytes\n", age,
		       json_integer_value(json_object_get(status, "entries")),
		       json_integer_value(json_object_get(status, "manifest")), json_integer_value(json_object_get(status, "full")),
		       json_integer_value(json_object_get(status, "spool_bytes")));
		json_array_foreach(json_object_get(status, "destinations"), i, d)
			printf("%-9s %s: manifest %lld %s\n", *json_string_value(json_object_get(d, "error")) ? "BEHIND" : "has all",
			       json_string_value(json_object_get(d, "folder")),
			       json_integer_value(json_object_get(d, "manifest")),
			       json_string_value(json_object_get(d, "error")));
	}
	json_decref(status);
	return behind ? EXIT_DAMAGED : EXIT_DONE;
}

int command_backup_prune(int argc, char **argv)
{
	const char *keep_text = NULL, *word[1];
	const struct option options[] = { { "--keep", &keep_text, NULL } };
	struct backup_place place;
	uint64_t keep = 30, number, removed = 0;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if ((keep_text && !number_read(keep_text, "--keep", 1, KEEP_MAX, &keep)) ||
	    !number_read(word[0], "DESTINATION", 1, DESTINATIONS_MAX, &number))
		return EXIT_USAGE;
	r = place_open(&place);
	int lock = r ? -1 : lock_take();
	if (!r && lock < 0)
		r = EXIT_FAILED;
	if (!r && number > place.destination_count) {
		complain("there are %zu destinations", place.destination_count);
		r = EXIT_USAGE;
	}
	if (!r)
		r = push_prune(&place, number - 1, (unsigned)keep, &removed);
	if (!r)
		result_say(json_pack("{s:I}", "removed", (json_int_t)removed), "%" PRIu64 " objects removed", removed);
	place_close(&place);
	if (lock >= 0)
		close(lock);
	return r;
}
