// SPDX-License-Identifier: Apache-2.0
// A 2-of-3 wallet and a PSBT of two inputs that spends from it: unsigned, and signed by two.
#pragma once

#include "bitcoin/psbt.h"

#define SPEND_PSBT_MAX 8192

struct spend {
	struct hd_private masters[3];
	struct descriptor wallet;
	uint8_t previous[2][1024];
	size_t previous_size[2];
	uint8_t unsigned_psbt[SPEND_PSBT_MAX], signed_psbt[SPEND_PSBT_MAX];
	size_t unsigned_size, signed_size;
	uint32_t index; // of the next address
};

// 0, or 1 when a step was refused.
MUST_USE int spend_prepare(struct spend *spend);

// Each asserts that it succeeded.
void spend_derive(struct spend *spend);
void spend_parse(const struct spend *spend);
void spend_sign(const struct spend *spend);
void spend_finalize(const struct spend *spend);
