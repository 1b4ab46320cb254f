// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/rebuild.h"

#include "base/clock.h"
#include "crypto/secret.h"
#include "daemons/history/history.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_NS 200000000ull
#define SLICE_NS 50000000ull

static const char USAGE[] = "usage: redoubt-history --rebuild --dir DIR\n"
			    "\n"
			    "Drops DIR/history/history.db and makes it anew from DIR/journal. The exchange is\n"
			    "stopped first. Started by the supervisor without arguments it is the daemon.\n";

struct rebuild {
	int dir, history_dir;
	struct founding founding;
	uint8_t *key;
	struct storage_directory *directory;
	struct storage storage;
	uint64_t total, drawn_ns;
	bool terminal;
};

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "redoubt-history: %s: %s\n", what, why);
	return 1;
}

static void bar_draw(struct rebuild *b, const char *what, uint64_t blocks, bool last)
{
	uint64_t now = clock_monotonic_ns();
	if (!b->terminal || (!last && now - b->drawn_ns < PROGRESS_NS))
		return;
	b->drawn_ns = now;
	unsigned percent = b->total ? (unsigned)(blocks * 100 / b->total) : 100;
	char bar[41];
	for (unsigned i = 0; i < 40; i++)
		bar[i] = i < percent * 40 / 100 ? '#' : '.';
	bar[40] = 0;
	fprintf(stderr, "\r%-8s [%s] %3u %%  %llu blocks%s", what, bar, percent, (unsigned long long)blocks,
		last ? "\n" : "");
}

static void scanned(void *context, uint64_t blocks)
{
	struct rebuild *b = context;
	b->total = blocks;
	b->terminal = b->terminal && blocks > 0;
}

static int parts_open(struct rebuild *b, const char *dir)
{
	b->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->dir < 0)
		return complain(dir, strerror(errno));
	b->history_dir = openat(b->dir, "history", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int journal = openat(b->dir, "journal", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int key = openat(b->dir, "keys/journal.key", O_RDONLY | O_CLOEXEC);
	int founding = openat(b->dir, "founding", O_RDONLY | O_CLOEXEC);
	if (b->history_dir < 0 || journal < 0 || key < 0 || founding < 0)
		return complain(dir, "it lacks history/, journal/, keys/journal.key or founding, or they may not be read");
	b->key = secret_alloc(32);
	if (!b->key || secret_read(key, b->key, 32))
		return complain("keys/journal.key", "it cannot be read or does not have 32 bytes");
	if (founding_load(founding, &b->founding))
		return complain("founding", "it does not start with a genesis signed by its operator");
	int r = storage_directory_open(journal, false, &b->directory, &b->storage);
	return r ? complain("journal", strerror(-r)) : 0;
}

// The daemon, which may run as its own user, goes on writing what this program made.
static int owner_give(const struct rebuild *b)
{
	struct stat st;
	if (fstat(b->history_dir, &st) ||
	    fchownat(b->history_dir, "rebuild.db", st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW))
		return complain("history/rebuild.db", strerror(errno));
	return 0;
}

static int stopped_check(const struct rebuild *b)
{
	int fd = openat(b->dir, "run/supervisor.lock", O_RDONLY | O_CLOEXEC);
	bool running = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (fd >= 0)
		close(fd);
	return running ? complain("the exchange runs", "stop it first (redoubt stop)") : 0;
}

// The new database is made beside the old one and takes its place when it is whole.
static int database_replace(struct rebuild *b)
{
	static const char *const old[] = { DATABASE_NAME "-wal", DATABASE_NAME "-shm" };
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		unlinkat(b->history_dir, old[i], 0);
	if (renameat(b->history_dir, "rebuild.db", b->history_dir, DATABASE_NAME))
		return complain("history/" DATABASE_NAME, strerror(errno));
	fsync(b->history_dir);
	return 0;
}

static int fold_all(struct rebuild *b, struct history *h)
{
	struct journal_error error = { 0 };
	int r;
	do {
		r = history_step(h, UINT64_MAX, SLICE_NS, &error);
		bar_draw(b, "folding", history_place(h)->blocks, r == FOLD_END);
	} while (r == 0);
	if (history_diverged(h))
		return complain("journal", "the engine's digest of a block is not ours; run redoubt journal verify");
	return r == FOLD_END ? 0 : complain("journal", r < 0 ? strerror(-r) : error.text);
}

static int rebuild_run(struct rebuild *b, const char *dir)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s/history/rebuild.db", dir) >= (int)sizeof path)
		return complain(dir, "the name is too long");
	unlinkat(b->history_dir, "rebuild.db", 0);
	unlinkat(b->history_dir, "rebuild.db-wal", 0);
	struct history_options o = { .storage = &b->storage, .master_key = b->key, .founding = &b->founding,
				     .snapshots_fd = -1, .database = path, .durable = UINT64_MAX,
				     .progress = scanned, .context = b };
	struct history *h = NULL;
	struct journal_error error = { 0 };
	uint64_t start = clock_monotonic_ns();
	int r = history_open(&o, &h, &error);
	if (r)
		return complain("journal", r < 0 ? strerror(-r) : error.text);
	r = fold_all(b, h);
	double seconds = (double)(clock_monotonic_ns() - start) / 1e9;
	uint64_t rows = history_rows(h), sequence = history_place(h)->sequence;
	history_close(h);
	if (r || owner_give(b) || database_replace(b))
		return 1;
	printf("history rebuilt: %llu entries, %llu rows, %.1f s, %.0f rows/s\n", (unsigned long long)sequence,
	       (unsigned long long)rows, seconds, (double)rows / (seconds > 0 ? seconds : 1));
	return 0;
}

int rebuild_main(int argc, char **argv)
{
	struct rebuild b = { .terminal = isatty(STDERR_FILENO) };
	const char *dir = NULL;
	bool wanted = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--rebuild"))
			wanted = true;
		else if (!strcmp(argv[i], "--dir") && i + 1 < argc)
			dir = argv[++i];
		else
			wanted = false, dir = NULL, i = argc;
	}
	if (!wanted || !dir) {
		bool help = argc == 2 && !strcmp(argv[1], "--help");
		fputs(USAGE, help ? stdout : stderr);
		return help ? 0 : 2;
	}
	umask(077); // as the daemon: nobody else reads the database
	int r = crypto_init() ? complain("crypto", "libsodium or OpenSSL does not start") : parts_open(&b, dir);
	if (!r)
		r = stopped_check(&b);
	if (!r)
		r = rebuild_run(&b, dir);
	storage_directory_close(b.directory);
	secret_free(b.key);
	return r;
}
