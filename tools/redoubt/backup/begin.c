// SPDX-License-Identifier: Apache-2.0
// redoubt backup keygen | init
#include "../client.h"
#include "../command.h"
#include "card.h"
#include "files.h"
#include "place.h"
#include "secret_key.h"

#include "crypto/ed25519.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_MAX (DESTINATIONS_MAX * PATH_MAX + 512)

static int quorum_read(const char *text, unsigned *ret_threshold, unsigned *ret_count)
{
	char end;
	if (sscanf(text, "%2u-of-%2u%c", ret_threshold, ret_count, &end) == 2)
		return EXIT_DONE;
	complain("--shares '%s' is not K-of-N, as in 3-of-5", text);
	return EXIT_USAGE;
}

static int public_store(const char *out, const struct recovery_key *key)
{
	char path[PATH_MAX], line[RECOVERY_LINE_MAX];
	recovery_format(&key->public, line);
	if (snprintf(path, sizeof path, "%s.pub", out) >= (int)sizeof path)
		return EXIT_USAGE;
	int r = access(path, F_OK) == 0 ? -EEXIST : whole_file_write(path, 0644, line, strlen(line));
	if (r)
		complain("cannot write %s: %s", path, strerror(-r));
	else
		fprintf(stderr, "%s goes to the exchange: redoubt backup init --recovery %s\n", path, path);
	return r ? EXIT_FAILED : EXIT_DONE;
}

static int secret_store(const char *out, const struct recovery_key *key)
{
	int r = access(out, F_OK) == 0 ? -EEXIST : whole_file_write(out, 0400, key->seed, sizeof key->seed);
	if (r)
		complain("cannot write %s: %s", out, strerror(-r));
	else
		fprintf(stderr, "%s opens every backup: it never goes to the exchange's machine\n", out);
	return r ? EXIT_FAILED : EXIT_DONE;
}

int command_backup_keygen(int argc, char **argv)
{
	const char *shares = NULL, *word[1];
	const struct option options[] = { { "--shares", &shares, NULL } };
	unsigned threshold = 0, count = 0;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (shares && quorum_read(shares, &threshold, &count))
		return EXIT_USAGE;
	struct recovery_key *key = secret_alloc(sizeof *key);
	if (!key)
		return EXIT_FAILED;
	random_bytes(key->seed, sizeof key->seed);
	ASSERT(recovery_derive(key->seed, &key->secret, &key->public) == 0);
	r = public_store(word[0], key);
	if (!r)
		r = shares ? recovery_shares_print(key->seed, threshold, count) : secret_store(word[0], key);
	secret_free(key);
	return r;
}

// ---- init ----

static int recovery_copy(const char *from, size_t *ret_count)
{
	struct recovery_public keys[SEALED_FILE_RECIPIENTS_MAX];
	char *text;
	size_t size, line;
	int r = whole_file_read(from, RECOVERY_FILE_MAX, &text, &size);
	if (r) {
		complain("cannot read %s: %s", from, strerror(-r));
		return EXIT_FAILED;
	}
	r = recovery_parse(text, size, keys, ARRAY_LEN(keys), ret_count, &line);
	if (r)
		complain("%s, line %zu: not a recovery key; 'redoubt backup keygen' makes one", from, line);
	else
		r = file_create("backup/recovery.pub", 0644, text, size);
	free(text);
	return r ? EXIT_FAILED : EXIT_DONE;
}

static int conf_create(const char *const *destinations, size_t count)
{
	char *text = malloc(CONF_MAX);
	size_t size = 0;
	if (!text)
		return EXIT_FAILED;
	size += (size_t)sprintf(text, "# Where backups go. Copies belong on different disks and machines, one of them append-only.\n"
				      "backup: {\n");
	for (size_t i = 0; i < count; i++)
		size += (size_t)snprintf(text + size, CONF_MAX - size, "\tdestination%zu = \"%s\";\n", i + 1, destinations[i]);
	size += (size_t)snprintf(text + size, CONF_MAX - size, "\tevery_s = 3;\n\tfull_h = 24;\n};\n");
	int r = file_create("backup/backup.conf", 0644, text, size);
	free(text);
	return r ? EXIT_FAILED : EXIT_DONE;
}

static int destinations_check(const char *const *destinations, size_t count)
{
	struct stat st;
	for (size_t i = 0; i < count; i++) {
		if (destinations[i][0] != '/' || strpbrk(destinations[i], "\"\\\n")) {
			complain("'%s': a destination is an absolute path without quotes", destinations[i]);
			return EXIT_USAGE;
		}
		if (stat(destinations[i], &st) || !S_ISDIR(st.st_mode)) {
			complain("%s is not a folder: mount it, then say it again", destinations[i]);
			return EXIT_FAILED;
		}
	}
	return EXIT_DONE;
}

static int keys_create(const uint8_t exchange[32], char card_text[CARD_TEXT_MAX])
{
	uint8_t *seed = secret_alloc(32);
	struct backup_card card;
	if (!seed)
		return EXIT_FAILED;
	random_bytes(seed, 32);
	memcpy(card.exchange, exchange, 32);
	ed25519_public(seed, card.signing);
	card_format(&card, card_text);
	int r = file_create("backup/signing.key", 0400, seed, 32);
	if (!r)
		r = file_create("backup/card", 0644, card_text, strlen(card_text));
	secret_free(seed);
	return r ? EXIT_FAILED : EXIT_DONE;
}

int command_backup_init(int argc, char **argv)
{
	const char *recovery = NULL, *words[DESTINATIONS_MAX];
	const struct option options[] = { { "--recovery", &recovery, NULL } };
	struct genesis genesis;
	uint8_t exchange[32];
	char card[CARD_TEXT_MAX];
	size_t recipients = 0;
	int count = options_read(argc, argv, options, ARRAY_LEN(options), words, 1, DESTINATIONS_MAX);
	if (count < 0)
		return options_exit(count);
	if (!recovery) {
		complain("--recovery FILE.pub is missing: make it on another machine with 'redoubt backup keygen'");
		return EXIT_USAGE;
	}
	int r = destinations_check(words, (size_t)count);
	if (r)
		return r;
	if (genesis_load(&genesis, exchange))
		return EXIT_FAILED;
	if (mkdir(backup_path("").text, 0700) && errno != EEXIST) {
		complain("cannot make %s: %s", backup_path("").text, strerror(errno));
		return EXIT_FAILED;
	}
	r = recovery_copy(recovery, &recipients);
	if (!r)
		r = conf_create(words, (size_t)count);
	if (!r)
		r = keys_create(exchange, card);
	if (!r)
		result_say(json_pack("{s:s, s:i, s:i}", "card", card, "destinations", count, "recipients", (int)recipients),
			   "Keep this line with the shares of the recovery key, a restore asks for it (--card FILE):\n%s"
			   "Then let 'redoubt backup run' run beside the exchange.", card);
	return r;
}
