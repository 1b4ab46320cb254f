// SPDX-License-Identifier: Apache-2.0
#include "evm/keccak.h"

#include "evm/testing.h"

static void test_known(void **state)
{
	static const struct { const char *text, *digest; } known[] = {
		{ "", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
		{ "abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45" },
		// The topic that every ERC-20 transfer carries.
		{ "Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef" },
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t digest[KECCAK256_SIZE];
		keccak256_of(known[i].text, strlen(known[i].text), digest);
		assert_hex(digest, sizeof digest, known[i].digest);
	}
}

static void test_published(void **state)
{
	json_t *set = vectors_load("ethers/hashes.json"), *item;
	static uint8_t data[1 << 16];
	size_t i;
	json_array_foreach(set, i, item) {
		uint8_t digest[KECCAK256_SIZE];
		size_t size = json_hex(hex_after_prefix(json_text(item, "data")), data, sizeof data);
		keccak256_of(data, size, digest);
		assert_hex(digest, sizeof digest, hex_after_prefix(json_text(item, "keccak256")));
	}
	print_message("# Keccak-256 of %zu texts\n", json_array_size(set));
	assert_true(json_array_size(set) >= 100);
	json_decref(set);
}

// However the bytes come, in one piece or in any two, around each edge of the rate.
static void test_pieces(void **state)
{
	uint8_t data[3 * KECCAK256_RATE + 1];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7 + i / 200);
	for (size_t size = 0; size <= sizeof data; size += size % KECCAK256_RATE < KECCAK256_RATE - 3 ? 19 : 1) {
		uint8_t whole[KECCAK256_SIZE], parts[KECCAK256_SIZE];
		keccak256_of(data, size, whole);
		for (size_t cut = 0; cut <= size; cut++) {
			struct keccak256 k;
			keccak256_init(&k);
			keccak256_update(&k, data, cut);
			keccak256_update(&k, data + cut, size - cut);
			keccak256_final(&k, parts);
			assert_memory_equal(whole, parts, sizeof whole);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known), cmocka_unit_test(test_published), cmocka_unit_test(test_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
