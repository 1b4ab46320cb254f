// SPDX-License-Identifier: Apache-2.0
// What a drill found, signed with the recovery key: the server cannot say of itself that it can be restored.
//
//   redoubt-drill 1
//   exchange <64 hex>
//   outcome pass | fail | inconclusive
//   time <microseconds since 1970>
//   manifest <number> <64 hex>
//   journal <blocks> <sequence> <64 hex: state hash>
//   reason <one sentence>
//   signature <128 hex>
#pragma once

#include "base/base.h"

#define VERDICT_DOMAIN "redoubt/backup/drill/v1" // with its NUL, before what is signed
#define VERDICT_REASON_MAX 400
#define VERDICT_TEXT_MAX 1024

enum verdict_outcome { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE };

struct verdict {
	uint8_t exchange[32];
	enum verdict_outcome outcome;
	uint64_t time_us, manifest_number;
	uint8_t manifest_digest[32];
	uint64_t blocks, sequence;
	uint8_t state_hash[32];
	char reason[VERDICT_REASON_MAX + 1];
};

const char *verdict_outcome_name(enum verdict_outcome outcome);
// The text, signed. Its size.
size_t verdict_write(const struct verdict *verdict, const uint8_t seed[32], char to[VERDICT_TEXT_MAX]);
// 0; 1 not such a text; 2 not signed by this key.
MUST_USE int verdict_read(const char *text, size_t size, const uint8_t public_key[32], struct verdict *ret);
