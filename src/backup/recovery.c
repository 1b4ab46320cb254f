// SPDX-License-Identifier: Apache-2.0
#include "backup/recovery.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <stdio.h>

#define PREFIX "redoubt-recovery 1 "
#define LINE_SIZE (sizeof PREFIX - 1 + 64 + 1 + 64)

int recovery_derive(const uint8_t seed[RECOVERY_SEED_SIZE], struct recovery_secret *ret_secret,
		    struct recovery_public *ret_public)
{
	hkdf_sha256(seed, RECOVERY_SEED_SIZE, "", 0, "redoubt/backup/recovery/x25519/v1", ret_secret->sealing, 32);
	hkdf_sha256(seed, RECOVERY_SEED_SIZE, "", 0, "redoubt/backup/recovery/ed25519/v1", ret_secret->signing_seed, 32);
	if (sealed_public(ret_secret->sealing, ret_public->sealing))
		return 1;
	ed25519_public(ret_secret->signing_seed, ret_public->signing);
	return 0;
}

void recovery_format(const struct recovery_public *key, char to[RECOVERY_LINE_MAX])
{
	char sealing[65], signing[65];
	hex_encode(key->sealing, 32, sealing);
	hex_encode(key->signing, 32, signing);
	snprintf(to, RECOVERY_LINE_MAX, PREFIX "%s %s\n", sealing, signing);
}

static int line_parse(const char *line, size_t size, struct recovery_public *ret)
{
	const char *hex = line + sizeof PREFIX - 1;
	return size != LINE_SIZE || memcmp(line, PREFIX, sizeof PREFIX - 1) != 0 || hex[64] != ' ' ||
	       hex_decode(hex, 64, ret->sealing, 32) || hex_decode(hex + 65, 64, ret->signing, 32);
}

int recovery_parse(const char *text, size_t size, struct recovery_public *ret, size_t room, size_t *ret_count,
		   size_t *ret_line)
{
	size_t count = 0;
	*ret_line = 1;
	for (const char *at = text, *end = text + size; at < end; count++, (*ret_line)++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop || count == room || line_parse(at, (size_t)(stop - at), &ret[count]))
			return 1;
		at = stop + 1;
	}
	*ret_count = count;
	return count == 0;
}
