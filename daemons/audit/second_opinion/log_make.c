// SPDX-License-Identifier: Apache-2.0
// log_make DIR: a journal of some hundred blocks in DIR/journal, its signed log
// in DIR/log with a checkpoint after every few, each kept as DIR/checkpoint.<size>, and
// DIR/leaves with one leaf hash a line. For other programs to verify.
#include "base/text.h"
#include "crypto/ed25519.h"
#include "daemons/audit/audit.h"
#include "daemons/audit/files.h"
#include "fold/journal_lab.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCKS 701

static int sub(int dir_fd, const char *name)
{
	mkdirat(dir_fd, name, 0755);
	return openat(dir_fd, name, O_RDONLY | O_DIRECTORY);
}

static void leaves_write(struct journal_lab *l, int dir_fd)
{
	struct journal_reader *reader;
	struct journal_error error;
	struct block_view block;
	char hex[2 * 32 + 1];
	FILE *to = fdopen(openat(dir_fd, "leaves", O_WRONLY | O_CREAT | O_TRUNC, 0644), "w");
	int r = journal_reader_open(&l->storage, l->key, l->founding.exchange_id, 0, &reader, &error);
	ASSERT(to && !r);
	while (journal_reader_next(reader, UINT64_MAX, &block, &error) == 0) {
		uint8_t hash[32];
		tlog_leaf_hash(block.leaf, block.leaf_size, hash);
		hex_encode(hash, sizeof hash, hex);
		fprintf(to, "%s\n", hex);
	}
	journal_reader_close(reader);
	fclose(to);
}

static void checkpoint_keep(int dir_fd, int log_fd, uint64_t size)
{
	char text[1024], name[64];
	size_t have = 0;
	int r = log_file_read(log_fd, "checkpoint", text, sizeof text, &have);
	snprintf(name, sizeof name, "checkpoint.%llu", (unsigned long long)size);
	if (!r)
		r = log_file_write(dir_fd, name, text, have);
	ASSERT(!r);
}

int main(int argc, char **argv)
{
	static struct journal_lab l;
	static uint8_t seed[32] = { 0x21, 0x42 };
	struct capacities c = lab_capacities();
	struct journal_error error;
	struct audit *a = NULL;
	uint8_t tick[16];
	int dir_fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (dir_fd < 0) {
		fprintf(stderr, "usage: log_make DIR\n");
		return 2;
	}
	int log_fd = sub(dir_fd, "log");
	journal_lab_open(&l, sub(dir_fd, "journal"), &c);
	ed25519_public(seed, l.founding.genesis.checkpoint_public);
	journal_lab_commit(&l);
	struct audit_options o = { .storage = &l.storage, .master_key = l.key, .founding = &l.founding,
				   .log_fd = log_fd, .seed = seed, .durable = UINT64_MAX, .interval_ns = 0 };
	int r = audit_open(&o, &a, &error);
	ASSERT(!r && !audit_fault(a));
	for (unsigned i = 1; i < BLOCKS; i++) {
		struct writer w = writer_over(tick, sizeof tick);
		journal_lab_entry(&l, tick, entry_write(&w, ENTRY_TICK, NULL, 0));
		journal_lab_commit(&l);
		if (i % 100 && i + 1 != BLOCKS)
			continue;
		r = audit_step(a, l.place.blocks, UINT64_MAX, &error);
		ASSERT(r == 2 && !audit_fault(a));
		checkpoint_keep(dir_fd, log_fd, l.place.blocks);
	}
	audit_close(a);
	leaves_write(&l, dir_fd);
	journal_lab_close(&l);
	return 0;
}
