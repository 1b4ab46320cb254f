// SPDX-License-Identifier: Apache-2.0
// redoubt deposit-test, and redoubt market set
#include "client.h"
#include "command.h"

int command_deposit_test(int argc, char **argv)
{
	const char *word[3];
	uint64_t customer;
	uint8_t body[64];
	struct deposit_test deposit = { 0 };
	int r = options_read(argc, argv, NULL, 0, word, 3, 3);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "CUSTOMER", 0, UINT32_MAX, &customer))
		return EXIT_USAGE;
	if (amount_parse(word[2], strlen(word[2]), &deposit.amount.units) || deposit.amount.units == 0) {
		complain("AMOUNT must be a decimal above 0 with at most 8 decimals, not '%s'", word[2]);
		return EXIT_USAGE;
	}
	deposit.customer = (uint32_t)customer;
	r = asset_number(word[1], &deposit.asset);
	if (!r)
		r = statement_send(ENTRY_DEPOSIT_TEST, body, deposit_test_write(&deposit, body, sizeof body), NULL);
	if (!r)
		result_say(json_pack("{s:I, s:s, s:s}", "customer", (json_int_t)customer, "asset", word[1], "amount", word[2]),
			   "customer %s has %s %s more", word[0], word[2], word[1]);
	return r;
}

static bool status_read(const char *text, uint8_t *ret)
{
	static const char *const NAMES[] = { [MARKET_TRADING] = "trading", [MARKET_HALTED] = "halted",
					     [MARKET_CANCEL_ONLY] = "cancel-only" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		if (!strcmp(NAMES[i], text)) {
			*ret = (uint8_t)i;
			return true;
		}
	}
	complain("--status is trading, halted or cancel-only, not '%s'", text);
	return false;
}

// "0.1" percent is 1,000 parts per million.
static bool fee_read(const char *text, const char *name, uint32_t *ret)
{
	uint64_t units;
	if (amount_parse(text, strlen(text), &units) || units % 10000 || units / 10000 > FEE_RATE_MAX) {
		complain("%s is a fee in percent from 0 to 10 with at most 4 decimals, not '%s'", name, text);
		return false;
	}
	*ret = (uint32_t)(units / 10000);
	return true;
}

int command_market_set(int argc, char **argv)
{
	const char *word[1], *status = NULL, *maker = NULL, *taker = NULL;
	const struct option options[] = { { "--status", &status, NULL }, { "--maker", &maker, NULL },
					  { "--taker", &taker, NULL } };
	struct market_now now;
	uint8_t body[64];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!status && !maker && !taker) {
		complain("say what to change: --status, --maker or --taker");
		return EXIT_USAGE;
	}
	r = market_number(word[0], &now);
	if (r)
		return r;
	if ((status && !status_read(status, &now.status)) || (maker && !fee_read(maker, "--maker", &now.maker_ppm)) ||
	    (taker && !fee_read(taker, "--taker", &now.taker_ppm)))
		return EXIT_USAGE;
	struct market_set set = { .market = now.market, .status = now.status, .maker = { now.maker_ppm },
				  .taker = { now.taker_ppm } };
	r = statement_send(ENTRY_MARKET_SET, body, market_set_write(&set, body, sizeof body), NULL);
	if (!r)
		result_say(json_pack("{s:s, s:i, s:i, s:i}", "symbol", word[0], "status", (int)now.status, "maker_ppm",
				     (int)now.maker_ppm, "taker_ppm", (int)now.taker_ppm),
			   "%s: maker %u ppm, taker %u ppm, status %u", word[0], now.maker_ppm, now.taker_ppm, now.status);
	return r;
}
