// SPDX-License-Identifier: Apache-2.0
// redoubt backup run: the exchange's own side.
#include "../client.h"
#include "../command.h"
#include "batch.h"
#include "files.h"
#include "full.h"
#include "heads.h"
#include "push.h"
#include "reread.h"
#include "ship.h"

#include "base/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAD_S 60 // between two heads
#define MIB (1024u * 1024u)

static volatile sig_atomic_t ending;

static void on_end(int signal)
{
	ending = 1;
}

// ---- one turn ----

struct turn {
	struct position position;
	bool known; // there is a position to go on from
	struct push_state pushed;
	struct reread reread[DESTINATIONS_MAX];
	bool reread_all; // whole, in this turn
	uint64_t shipped_us; // when the journal's end was last in the spool
	uint64_t head_us;    // when the last head was written
	char *checkpoint;    // the log's, as it was before this turn's backup was made; NULL = none is signed yet
	size_t checkpoint_size;
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

// `anew`: nothing is taken from the former one, whose objects are missing somewhere.
static int full_make(const struct backup_place *p, struct turn *t, bool anew)
{
	struct backup_manifest former;
	struct batch b;
	former_load(p, &former);
	batch_begin(&b, p, &t->position, BACKUP_MANIFEST_FULL);
	b.position.segment = 0;
	b.position.offset = 0;
	int r = full_add(&b, !anew && sealed_alike(&former) ? &former : NULL);
	if (!r)
		r = batch_commit(&b);
	if (!r) {
		t->position = b.position;
		t->known = true;
		t->shipped_us = clock_realtime_us();
		result_say(json_pack("{s:s, s:I, s:I, s:I}", "backup", "full", "manifest", (json_int_t)t->position.number,
				     "entries", (json_int_t)t->position.sequence, "bytes", (json_int_t)b.plain_bytes),
			   "full backup %" PRIu64 ": to entry %" PRIu64 ", %" PRIu64 " bytes read", t->position.number,
			   t->position.sequence, b.plain_bytes);
	}
	batch_end(&b);
	free(former.items);
	return r;
}

// Read before the journal is: then what is shipped holds every block that it counts.
static void checkpoint_take(struct turn *t)
{
	free(t->checkpoint);
	if (whole_file_read(path_in("log/checkpoint").text, CHECKPOINT_FILE_MAX, &t->checkpoint, &t->checkpoint_size))
		t->checkpoint = NULL;
}

static int ship_make(const struct backup_place *p, struct turn *t)
{
	struct batch b;
	uint64_t blocks = 0;
	batch_begin(&b, p, &t->position, BACKUP_MANIFEST_SHIP);
	int r = ship_journal(&b, &blocks);
	if (!r && blocks && t->checkpoint)
		r = batch_bytes(&b, "backup/shipped-checkpoint", t->checkpoint, t->checkpoint_size);
	if (!r && blocks)
		r = batch_commit(&b);
	if (!r) {
		if (blocks)
			t->position = b.position;
		t->shipped_us = clock_realtime_us();
	}
	batch_end(&b);
	return r;
}

static void status_store(const struct backup_place *p, const struct turn *t)
{
	json_t *destinations = json_array();
	for (size_t i = 0; i < p->destination_count; i++)
		json_array_append_new(destinations, json_pack("{s:s, s:I, s:s, s:o}", "folder", p->destinations[i], "manifest",
							       (json_int_t)t->pushed.number[i], "error", t->pushed.error[i], "reread",
							       reread_json(&t->reread[i])));
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

static int backup_make(const struct backup_place *p, struct turn *t, bool full)
{
	if (t->pushed.spool_bytes / MIB >= p->spool_max_mib) {
		complain("the spool holds %" PRIu64 " MiB (backup.spool_max_mib): nothing is shipped until a destination takes it",
			 t->pushed.spool_bytes / MIB);
		return EXIT_FAILED;
	}
	bool due = full || !t->known || clock_realtime_us() - t->position.full_time_us >= p->full_h * 3600000000u;
	return due ? full_make(p, t, t->pushed.needs_full) : ship_make(p, t);
}

// A destination that has lost what is nowhere else is made whole at once, not when the next full backup is due.
static int push_make(const struct backup_place *p, struct turn *t, int r)
{
	push_all(p, &t->position, &t->pushed);
	if (r || !t->pushed.needs_full)
		return r;
	fprintf(stderr, "redoubt backup: a destination has lost what is nowhere else: a full backup is made now\n");
	r = backup_make(p, t, true);
	push_all(p, &t->position, &t->pushed);
	return r;
}

static int turn_make(const struct backup_place *p, struct turn *t, bool full)
{
	struct push_state before = t->pushed;
	checkpoint_take(t);
	int r = push_make(p, t, backup_make(p, t, full));
	bool good = pushed_tell(p, &before, &t->pushed);
	if (clock_realtime_us() - t->head_us >= HEAD_S * 1000000u) {
		heads_write(p, &t->position, &t->pushed, t->checkpoint, t->checkpoint_size);
		t->head_us = clock_realtime_us();
	}
	good &= reread_turn(p, t->reread, t->reread_all);
	t->reread_all = false;
	status_store(p, t);
	return r ? r : good ? EXIT_DONE : EXIT_FAILED;
}

static void spool_clean(const struct backup_place *p)
{
	char path[PATH_MAX];
	if (path_join(path, p->spool, "objects/new"))
		unlink(path);
	if (path_join(path, p->spool, "history.new"))
		unlink(path);
}

static int turns(const struct backup_place *p, bool once, bool full, bool reread)
{
	struct turn t = { .reread_all = reread };
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
	reread_load(p, t.reread);
	do {
		r = turn_make(p, &t, full);
		full = false;
		if (!once && !ending)
			sleep((unsigned)p->every_s);
	} while (!once && !ending);
	free(t.checkpoint);
	return r;
}

int command_backup_run(int argc, char **argv)
{
	bool once = false, full = false, reread = false;
	const struct option options[] = { { "--once", NULL, &once }, { "--full", NULL, &full }, { "--reread", NULL, &reread } };
	struct backup_place place;
	struct sigaction end = { .sa_handler = on_end };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = place_open(&place);
	int lock = r ? -1 : spool_lock();
	if (!r && lock < 0)
		r = EXIT_FAILED;
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	if (!r)
		r = turns(&place, once, full, reread);
	place_close(&place);
	if (lock >= 0)
		close(lock);
	return r;
}
