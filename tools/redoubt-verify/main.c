// SPDX-License-Identifier: Apache-2.0
// redoubt-verify: reads a journal and its checkpoint by the written formats and
// says whether everything in them is as it was written. It changes nothing.
#include "output.h"

#include "base/text.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_FINDING 1
#define EXIT_USAGE 2
#define CHECKPOINT_MAX 65536

static const char help[] =
	"usage: redoubt-verify --dir DIR [--key FILE] [--checkpoint FILE] [--log-key VKEY]\n"
	"                      [--exchange ID] [--unsigned] [--replay] [--json]\n"
	"\n"
	"Reads the journal of an exchange by code of its own and says whether every entry\n"
	"is intact, chained, covered by the signed checkpoint, and every control entry\n"
	"signed. Changes nothing; the exchange may be running.\n"
	"\n"
	"  --dir DIR          the exchange: DIR/journal, DIR/snapshots\n"
	"  --key FILE         the journal's key, 32 bytes (DIR/keys/journal.key)\n"
	"  --checkpoint FILE  a signed checkpoint (DIR/log/checkpoint)\n"
	"  --log-key VKEY     the log's key; without it the one in genesis is believed\n"
	"  --exchange ID      the exchange's id in hex, if it is known from elsewhere\n"
	"  --unsigned         a missing checkpoint is no finding\n"
	"  --replay           also fold the journal with the exchange's own code: digests of\n"
	"                     blocks, state hashes of snapshots, totals of each asset\n"
	"  --json             one JSON object instead of text\n"
	"\n"
	"Exit status: 0 whole, 1 a finding, 2 it could not be examined.\n";

struct arguments {
	const char *dir, *key, *checkpoint, *log_key, *exchange;
	bool json, help, version;
};

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, 'd' }, { "key", required_argument, NULL, 'k' },
	{ "checkpoint", required_argument, NULL, 'c' }, { "log-key", required_argument, NULL, 'l' },
	{ "exchange", required_argument, NULL, 'e' }, { "unsigned", no_argument, NULL, 'u' },
	{ "replay", no_argument, NULL, 'r' }, { "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 },
};

static bool arguments_read(int argc, char **argv, struct arguments *a, struct question *q)
{
	for (int c; (c = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
		switch (c) {
		case 'd': a->dir = optarg; break;
		case 'k': a->key = optarg; break;
		case 'c': a->checkpoint = optarg; break;
		case 'l': a->log_key = optarg; break;
		case 'e': a->exchange = optarg; break;
		case 'u': q->unsigned_allowed = true; break;
		case 'r': q->replay = true; break;
		case 'j': a->json = true; break;
		case 'h': a->help = true; break;
		case 'V': a->version = true; break;
		default: return false;
		}
	}
	if (optind < argc)
		fprintf(stderr, "redoubt-verify: '%s' is not an option\n", argv[optind]);
	return optind == argc;
}

static bool complain(const char *what, const char *which, const char *why)
{
	fprintf(stderr, "redoubt-verify: %s '%s' %s\n", what, which, why);
	return false;
}

static bool complain_of_error(const char *what, const char *which, int error)
{
	fprintf(stderr, "redoubt-verify: %s '%s' cannot be read: %s\n", what, which, strerror(error));
	return false;
}

// DIR/name, or the file that was given instead.
static const char *path_of(const struct arguments *a, const char *given, const char *name, char to[PATH_MAX])
{
	if (given)
		return given;
	snprintf(to, PATH_MAX, "%s/%s", a->dir, name);
	return to;
}

static bool key_read(const struct arguments *a, uint8_t *to)
{
	char path[PATH_MAX];
	const char *name = path_of(a, a->key, "keys/journal.key", path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain_of_error("the key file", name, errno);
	int result = secret_read(fd, to, 32);
	close(fd);
	if (result > 0)
		return complain("the key file", name, "does not have 32 bytes");
	return result == 0 || complain_of_error("the key file", name, -result);
}

static bool checkpoint_read(const struct arguments *a, struct question *q)
{
	static char text[CHECKPOINT_MAX + 1];
	char path[PATH_MAX];
	const char *name = path_of(a, a->checkpoint, "log/checkpoint", path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !a->checkpoint)
		return true; // there is none yet
	if (fd < 0)
		return complain_of_error("the checkpoint", name, errno);
	ssize_t n = read(fd, text, sizeof text);
	close(fd);
	if (n < 0 || n > CHECKPOINT_MAX)
		return complain("the checkpoint", name, "cannot be read, or is larger than 65,536 bytes");
	q->checkpoint = text;
	q->checkpoint_size = (size_t)n;
	return true;
}

static bool directories_open(const struct arguments *a, struct question *q)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/journal", a->dir);
	q->journal_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q->journal_fd < 0)
		return complain_of_error("the journal", path, errno);
	snprintf(path, sizeof path, "%s/snapshots", a->dir);
	q->snapshots_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return q->snapshots_fd >= 0 || errno == ENOENT || complain_of_error("the directory", path, errno);
}

static bool question_make(const struct arguments *a, struct question *q, uint8_t *master)
{
	if (strlen(a->dir) > PATH_MAX - 64)
		return complain("the directory", a->dir, "has too long a name");
	if (a->log_key && !(q->log_key_given = vkey_parse(a->log_key, q->log_name, q->log_public)))
		return complain("--log-key", a->log_key, "is not an Ed25519 verifier key (name+id+base64)");
	if (a->exchange && !(q->exchange_given = !hex_decode(a->exchange, strlen(a->exchange), q->exchange, 32)))
		return complain("--exchange", a->exchange, "is not 64 hex digits");
	q->master = master;
	if (isatty(STDERR_FILENO) && !a->json)
		q->progress = progress_show;
	return directories_open(a, q) && key_read(a, master) && checkpoint_read(a, q);
}

int main(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct question q = { .snapshots_fd = -1 };
	static struct answer answer;
	if (!arguments_read(argc, argv, &a, &q) || (!a.dir && !a.help && !a.version)) {
		fprintf(stderr, "%s", help);
		return EXIT_USAGE;
	}
	if (a.help || a.version) {
		printf("%s", a.help ? help : "redoubt-verify " REDOUBT_VERSION "\n");
		return 0;
	}
	if (crypto_init()) {
		fprintf(stderr, "redoubt-verify: the cryptographic libraries do not start\n");
		return EXIT_USAGE;
	}
	uint8_t *master = secret_alloc(32);
	if (!master || !question_make(&a, &q, master))
		return EXIT_USAGE;
	if (verify(&q, &answer)) {
		fprintf(stderr, "redoubt-verify: there is not enough memory\n");
		return EXIT_USAGE;
	}
	progress_clear();
	if (a.json)
		output_json(&q, &answer);
	else
		output_people(&q, &answer);
	secret_free(master);
	int status = answer.report.findings ? EXIT_FINDING : 0;
	answer_free(&answer);
	return fflush(stdout) ? EXIT_USAGE : status;
}
