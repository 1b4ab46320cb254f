// SPDX-License-Identifier: Apache-2.0
// redoubt deposit-test
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
