// SPDX-License-Identifier: Apache-2.0
#include "client_ids.h"

static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void client_ids_init(struct client_ids *ids, const uint8_t random[16])
{
	uint64_t n;
	memcpy(&n, random, sizeof n);
	memset(ids->next, '0', sizeof ids->next);
	for (size_t i = 0; i < CLIENT_ID_MADE / 2; i++, n /= 62)
		ids->next[i] = DIGITS[n % 62];
}

static char digit_after(char c)
{
	return c == '9' ? 'A' : c == 'Z' ? 'a' : (char)(c + 1);
}

void client_ids_take(struct client_ids *ids, char to[CLIENT_ID_MADE])
{
	memcpy(to, ids->next, CLIENT_ID_MADE);
	// Counts like an odometer: no division, and 62^11 orders until it is round.
	for (size_t i = CLIENT_ID_MADE; i-- > 0;) {
		if (ids->next[i] != 'z') {
			ids->next[i] = digit_after(ids->next[i]);
			return;
		}
		ids->next[i] = '0';
	}
}
