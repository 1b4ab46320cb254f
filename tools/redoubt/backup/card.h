// SPDX-License-Identifier: Apache-2.0
// What the operator keeps beside the recovery key, so that a stranger's backup is not taken for this exchange's.
//   redoubt-backup-card 1 <64 hex: exchange> <64 hex: signing key>
#pragma once

#include "base/base.h"

struct backup_card {
	uint8_t exchange[32], signing[32];
};
#define CARD_TEXT_MAX 160
void card_format(const struct backup_card *card, char to[CARD_TEXT_MAX]);
MUST_USE int card_parse(const char *text, size_t size, struct backup_card *ret); // 0, or 1
