// SPDX-License-Identifier: Apache-2.0
// redoubt customer add | freeze | unfreeze
#include "client.h"
#include "command.h"

#include "base/text.h"
#include "crypto/secret.h"

int command_customer_add(int argc, char **argv)
{
	const char *label = "", *commitment = NULL;
	const struct option options[] = { { "--label", &label, NULL }, { "--commitment", &commitment, NULL } };
	struct customer_add add = { 0 };
	uint8_t body[128];
	uint64_t customer;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (strlen(label) > LABEL_MAX) {
		complain("--label '%s' is longer than %d bytes", label, LABEL_MAX);
		return EXIT_USAGE;
	}
	memcpy(add.label, label, strlen(label));
	// Without one: a commitment to nothing, which can never be opened.
	random_bytes(add.commitment, sizeof add.commitment);
	if (commitment && hex_decode(commitment, strlen(commitment), add.commitment, sizeof add.commitment)) {
		complain("--commitment must be 64 hexadecimal digits, not '%s'", commitment);
		return EXIT_USAGE;
	}
	r = statement_send(ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body), &customer);
	if (!r)
		result_say(json_pack("{s:I}", "customer", (json_int_t)customer), "customer %llu",
			   (unsigned long long)customer);
	return r;
}

static int status_set(int argc, char **argv, uint8_t status, const char *done)
{
	const char *word[1];
	uint64_t customer;
	uint8_t body[64];
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "CUSTOMER", 0, UINT32_MAX, &customer))
		return EXIT_USAGE;
	struct customer_set set = { .customer = (uint32_t)customer, .status = status };
	r = statement_send(ENTRY_CUSTOMER_SET, body, customer_set_write(&set, body, sizeof body), NULL);
	if (!r)
		result_say(json_pack("{s:I, s:s}", "customer", (json_int_t)customer, "status", done), "customer %s is %s",
			   word[0], done);
	return r;
}

int command_customer_freeze(int argc, char **argv)
{
	return status_set(argc, argv, CUSTOMER_FROZEN, "frozen");
}

int command_customer_unfreeze(int argc, char **argv)
{
	return status_set(argc, argv, CUSTOMER_ACTIVE, "active");
}
