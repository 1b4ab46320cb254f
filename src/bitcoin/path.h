// SPDX-License-Identifier: Apache-2.0
// Derivation paths: their text, and the templates of BIP44, 48, 49, 84, 86 and 87.
#pragma once

#include "bitcoin/network.h"

#define PATH_STEPS_MAX 32	   // BIP32 allows 255; no wallet needs more than 10
#define PATH_HARDENED  0x80000000u // added to a step that only the private key can take
#define PATH_TEXT_MAX  (1 + PATH_STEPS_MAX * 12)

struct path {
	uint32_t steps[PATH_STEPS_MAX];
	size_t count;
};

// Reads "m", "m/84h/0'/0", or the same without "m/". Each step is a decimal
// below 2^31 without a leading zero, hardened by h or '. Returns 0, or
//   1 not such a text   2 more than PATH_STEPS_MAX steps
MUST_USE int path_parse(const char *text, size_t length, struct path *ret);

// Reads one step as above. 0, or 1.
MUST_USE int path_step_parse(const char *text, size_t length, uint32_t *ret);

// Writes "m/84h/0h/0" and a NUL.
void path_format(const struct path *path, char to[PATH_TEXT_MAX + 1]);

enum path_purpose {
	PATH_BIP44,
	PATH_BIP49,
	PATH_BIP84,
	PATH_BIP86,
	PATH_BIP87,
	PATH_BIP48_NESTED,
	PATH_BIP48_SEGWIT
};

// The account's path: m / purpose' / coin' / account' (/ script' for BIP48).
// account < 2^31 (asserted).
void path_account(enum path_purpose purpose, const struct network *network, uint32_t account,
		  struct path *ret);

// Appends / change / index, both below 2^31. 0, or 1 when the path is full.
MUST_USE int path_address(const struct path *account, bool change, uint32_t index, struct path *ret);
