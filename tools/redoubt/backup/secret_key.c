// SPDX-License-Identifier: Apache-2.0
#include "secret_key.h"

#include "../command.h"
#include "../directory.h"

#include "bitcoin/slip39.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct shares {
	struct slip39_share share[SLIP39_MEMBERS_MAX];
	char line[SLIP39_TEXT_MAX + 2];
	uint8_t secret[SLIP39_SECRET_MAX];
};

static int share_read(struct shares *s, size_t i)
{
	static const char *const why[] = { "", "20 to 33 words of the list are asked for", "a word is not in the list",
					   "its checksum is wrong: a word was misread", "its parameters are out of range" };
	size_t word;
	if (!fgets(s->line, sizeof s->line, stdin)) {
		complain("share %zu is missing on standard input", i + 1);
		return 1;
	}
	int r = slip39_share_parse(s->line, strcspn(s->line, "\n"), &s->share[i], &word);
	if (r == 2)
		complain("share %zu, word %zu: %s", i + 1, word + 1, why[r]);
	else if (r)
		complain("share %zu: %s", i + 1, why[r]);
	return r;
}

static int shares_read(struct shares *s, uint8_t seed[RECOVERY_SEED_SIZE])
{
	static const char *const why[] = { "", "they are not of one secret", "too few or too many of them", "one occurs twice",
					   "one of them was forged, or belongs elsewhere", "" };
	size_t count = 1, size = 0;
	for (size_t i = 0; i < count; i++) {
		if (share_read(s, i))
			return 1;
		if (i == 0)
			count = s->share[0].member_threshold;
	}
	int r = slip39_combine(s->share, count, "", 0, s->secret, &size);
	if (r || size != RECOVERY_SEED_SIZE) {
		complain("these shares do not bring a recovery key back: %s", r ? why[r] : "they hold another kind of secret");
		return 1;
	}
	memcpy(seed, s->secret, RECOVERY_SEED_SIZE);
	return 0;
}

static int from_shares(uint8_t seed[RECOVERY_SEED_SIZE])
{
	struct shares *s = secret_alloc(sizeof *s);
	if (!s) {
		complain("no locked memory for the shares");
		return 1;
	}
	if (isatty(STDIN_FILENO))
		fprintf(stderr, "Type the shares, one a line:\n");
	int r = shares_read(s, seed);
	secret_free(s);
	return r;
}

static int from_file(const char *path, uint8_t seed[RECOVERY_SEED_SIZE])
{
	uint8_t *data = key_load("", path, RECOVERY_SEED_SIZE);
	if (!data)
		return 1;
	memcpy(seed, data, RECOVERY_SEED_SIZE);
	secret_free(data);
	return 0;
}

struct recovery_key *recovery_key_load(const char *path)
{
	struct recovery_key *key = secret_alloc(sizeof *key);
	if (!key)
		complain("no locked memory for the recovery key");
	else if ((path ? from_file(path, key->seed) : from_shares(key->seed)) ||
		 recovery_derive(key->seed, &key->secret, &key->public)) {
		secret_free(key);
		key = NULL;
	}
	return key;
}

int recovery_shares_print(const uint8_t seed[RECOVERY_SEED_SIZE], unsigned threshold, unsigned count)
{
	const struct slip39_plan plan = { .group_threshold = 1, .group_count = 1,
					  .groups = { { (uint8_t)threshold, (uint8_t)count } }, .exponent = 1 };
	size_t random_size, made;
	if (slip39_plan_check(&plan, RECOVERY_SEED_SIZE, &random_size, &made)) {
		complain("%u-of-%u shares cannot be made: from 2-of-2 to %u-of-%u", threshold, count, SLIP39_MEMBERS_MAX,
			 SLIP39_MEMBERS_MAX);
		return EXIT_USAGE;
	}
	struct shares *s = secret_alloc(sizeof *s);
	uint8_t *random = secret_alloc(random_size);
	int r = !s || !random;
	if (!r) {
		random_bytes(random, random_size);
		r = slip39_split(&plan, seed, RECOVERY_SEED_SIZE, "", 0, random, s->share);
	}
	for (size_t i = 0; !r && i < made; i++) {
		slip39_share_format(&s->share[i], s->line);
		printf("%s\n", s->line);
	}
	secret_free(random);
	secret_free(s);
	return r ? EXIT_FAILED : EXIT_DONE;
}
