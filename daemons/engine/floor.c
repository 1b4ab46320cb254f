// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/floor.h"

#include "tlog/note.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void raise_to(struct floor *f, uint64_t blocks, const char *format, unsigned long long n)
{
	if (blocks <= f->journal.blocks)
		return;
	f->journal.blocks = blocks;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(f->witness, sizeof f->witness, format, n);
#pragma GCC diagnostic pop
}

static int snapshot_ask(const struct floor_sources *s, struct floor *f)
{
	struct snapshot_info info;
	int r = snapshot_newest(s->snapshots_fd, s->master_key, s->founding->exchange_id, &info);
	if (r == 0)
		raise_to(f, info.blocks, "the snapshot of entry %llu", (unsigned long long)info.sequence);
	return r < 0 ? r : 0;
}

// 0, 1 when there is none, or negative errno. More than fits: cut, and no signature holds.
static int note_read(int dir_fd, char *to, size_t room, size_t *ret_size)
{
	int fd = openat(dir_fd, "checkpoint", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 1 : -errno;
	size_t have = 0;
	ssize_t n = 0;
	while (have < room && (n = pread(fd, to + have, room - have, (off_t)have)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		have += n > 0 ? (size_t)n : 0;
	}
	int r = have < room && n < 0 ? -errno : 0;
	close(fd);
	*ret_size = have;
	return r;
}

static int refuse(struct journal_error *ret_error)
{
	*ret_error = (struct journal_error){ .fault = JOURNAL_DAMAGED };
	snprintf(ret_error->text, sizeof ret_error->text,
		 "log/checkpoint is not one that this exchange's log signed, so nobody can say how long the journal must be; "
		 "restore the log's directory from a backup");
	return 1;
}

// One leaf a block: the size of the tree is the number of blocks.
static int checkpoint_ask(const struct floor_sources *s, struct floor *f, struct journal_error *ret_error)
{
	const struct genesis *genesis = &s->founding->genesis;
	struct note_key key;
	struct checkpoint checkpoint = { 0 };
	size_t size = 0;
	char *note = malloc(NOTE_SIZE_MAX);
	int r = note ? note_read(s->log_fd, note, NOTE_SIZE_MAX, &size) : -ENOMEM;
	if (r == 0 && (note_key_make(genesis->origin, NOTE_ED25519, genesis->checkpoint_public, &key) ||
		       checkpoint_open(note, size, &key, &checkpoint)))
		r = refuse(ret_error);
	else if (r == 1) // a young exchange: nothing has been signed yet
		r = 0;
	free(note);
	raise_to(f, checkpoint.size, "the signed checkpoint in log", 0);
	return r;
}

int floor_find(const struct floor_sources *sources, struct floor *ret, struct journal_error *ret_error)
{
	*ret = (struct floor){ 0 };
	ret->journal.witness = ret->witness;
	int r = snapshot_ask(sources, ret);
	return r ? r : checkpoint_ask(sources, ret, ret_error);
}
