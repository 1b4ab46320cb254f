// SPDX-License-Identifier: Apache-2.0
#include "card.h"

#include "base/text.h"

#include <stdio.h>

#define CARD_PREFIX "redoubt-backup-card 1 "

void card_format(const struct backup_card *card, char to[CARD_TEXT_MAX])
{
	char exchange[65], signing[65];
	hex_encode(card->exchange, 32, exchange);
	hex_encode(card->signing, 32, signing);
	snprintf(to, CARD_TEXT_MAX, CARD_PREFIX "%s %s\n", exchange, signing);
}

int card_parse(const char *text, size_t size, struct backup_card *ret)
{
	const char *hex = text + sizeof CARD_PREFIX - 1;
	struct backup_card card;
	if (size != sizeof CARD_PREFIX - 1 + 64 + 1 + 64 + 1 || memcmp(text, CARD_PREFIX, sizeof CARD_PREFIX - 1) != 0 ||
	    hex[64] != ' ' || hex[129] != '\n' || hex_decode(hex, 64, card.exchange, 32) ||
	    hex_decode(hex + 65, 64, card.signing, 32))
		return 1;
	*ret = card;
	return 0;
}
