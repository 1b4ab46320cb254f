// SPDX-License-Identifier: Apache-2.0
// The first byte chooses a body, the rest is it: what is read is written to the same bytes.
#include "wire/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(name)                                                                                           \
	static void check_##name(const uint8_t *body, size_t size)                                            \
	{                                                                                                     \
		struct name value;                                                                            \
		uint8_t again[2048];                                                                          \
		if (name##_read(body, size, &value))                                                          \
			return;                                                                               \
		ASSERT(name##_write(&value, again, sizeof again) == size && memcmp(again, body, size) == 0);  \
	}
CHECK(genesis)
CHECK(asset_add)
CHECK(market_add)
CHECK(market_set)
CHECK(customer_add)
CHECK(customer_set)
CHECK(key_add)
CHECK(key_remove)
CHECK(deposit_test)
CHECK(host_report)

static void check_evidence(const uint8_t *payload, size_t size)
{
	struct entry entry = { .kind = ENTRY_RULES, .payload = payload, .payload_size = size };
	struct control control;
	uint8_t message[ENTRY_SIZE_MAX];
	static const struct genesis genesis = { .operators = OPERATORS_MAX };
	if (control_read(&entry, &control))
		return;
	ASSERT(control.body + control.body_size == payload + size);
	(void)control_signed_bytes(genesis.hash_seed, entry.kind, &control, message, sizeof message);
	ASSERT(!control_verify(&genesis, genesis.hash_seed, entry.kind, &control));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(const uint8_t *, size_t) = {
		check_genesis, check_asset_add, check_market_add, check_market_set, check_customer_add,
		check_customer_set, check_key_add, check_key_remove, check_deposit_test, check_evidence,
		check_host_report,
	};
	if (size)
		checks[data[0] % ARRAY_LEN(checks)](data + 1, size - 1);
	return 0;
}
