// SPDX-License-Identifier: Apache-2.0
#include "ur/eth.h"

#include "base/testing.h"

// As wallets write it: every field, the data type without its tag.
#define ID "01d825509b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"
#define DATA "0243010203"
#define TYPE "0301"
#define CHAIN "04197a69"
#define PATH "05d90130a2018a182cf5183cf500f500f401f4021a12345678"
#define ADDRESS "06541111111111111111111111111111111111111111"
#define ORIGIN "07686d6574616d61736b"

static enum eth_fault request_of(const char *hex, struct eth_sign_request *ret)
{
	static uint8_t bytes[1024];
	return eth_sign_request_read(bytes, hex_bytes(hex, bytes), ret);
}

static void request_is_read_and_written(void **state)
{
	struct eth_sign_request request;
	uint8_t again[256];
	const char *whole = "a7" ID DATA TYPE CHAIN PATH ADDRESS ORIGIN;
	assert_int_equal(request_of(whole, &request), ETH_OK);
	assert_true(request.has_id && request.has_address);
	assert_int_equal(request.size, 3);
	assert_int_equal(request.type, ETH_LEGACY_TRANSACTION);
	assert_int_equal(request.chain_id, 31337);
	assert_int_equal(request.path.length, 5);
	assert_int_equal(request.path.index[1], 60 | 0x80000000u);
	assert_int_equal(request.path.index[4], 1);
	assert_int_equal(request.path.fingerprint, 0x12345678);
	assert_int_equal(request.origin_size, 8);
	assert_memory_equal(request.origin, "metamask", 8);
	size_t size = eth_sign_request_write(&request, again, sizeof again);
	assert_int_equal(size, strlen(whole) / 2);
	assert_hex(again, size, whole);
	assert_int_equal(eth_sign_request_write(&request, again, size - 1), 0);
}

static void optional_fields_may_be_absent(void **state)
{
	struct eth_sign_request request;
	assert_int_equal(request_of("a3" DATA TYPE PATH, &request), ETH_OK);
	assert_int_equal(request.chain_id, 1);
	assert_false(request.has_id || request.has_address || request.origin);
	assert_int_equal(request_of("a3" DATA "03d9019104" PATH, &request), ETH_OK); // tagged, as the proposal has it
	assert_int_equal(request.type, ETH_TYPED_TRANSACTION);
}

static void faults_are_named(void **state)
{
	static const struct {
		const char *cbor;
		enum eth_fault fault;
	} requests[] = {
		{ "", ETH_BAD_CBOR }, { "a0", ETH_BAD_DATA }, { "a2" TYPE PATH, ETH_BAD_DATA },
		{ "a3" "0240" TYPE PATH, ETH_BAD_DATA }, { "a2" DATA PATH, ETH_BAD_TYPE }, { "a2" DATA TYPE, ETH_BAD_PATH },
		{ "a3" DATA "0300" PATH, ETH_BAD_TYPE }, { "a3" DATA "0305" PATH, ETH_BAD_TYPE },
		{ "a3" DATA "03d9019001" PATH, ETH_BAD_CBOR }, { "a3" TYPE DATA PATH, ETH_BAD_CBOR }, // order
		{ "a4" DATA DATA TYPE PATH, ETH_BAD_CBOR }, { "a3" DATA TYPE PATH "00", ETH_BAD_CBOR },
		{ "a4" DATA TYPE PATH "0800", ETH_BAD_CBOR }, { "a4" DATA TYPE PATH, ETH_BAD_CBOR },
		{ "a4" DATA TYPE "0400" PATH, ETH_BAD_FIELD }, { "a4" DATA TYPE "0420" PATH, ETH_BAD_CBOR },
		{ "a4" DATA TYPE PATH "06530000000000000000000000000000000000000000", ETH_BAD_FIELD },
		{ "a4" DATA TYPE PATH "0762410a", ETH_BAD_FIELD }, { "a4" DATA TYPE PATH "0762c280", ETH_BAD_FIELD },
		{ "a4" DATA TYPE PATH "0761ff", ETH_BAD_CBOR },
		{ "a3" DATA TYPE "05d90130a10182820001f5", ETH_BAD_PATH }, // a range
		{ "a3" DATA TYPE "05d90130a1018280f5", ETH_BAD_PATH },      // a wildcard
		{ "a3" DATA TYPE "05d90130a1018100", ETH_BAD_PATH }, { "a3" DATA TYPE "05d90130a10182" "1a80000000f5", ETH_BAD_PATH },
		{ "a3" DATA TYPE "05d90130a1021a12345678", ETH_BAD_PATH }, { "a3" DATA TYPE "05d90130a201800200", ETH_BAD_PATH },
		{ "a3" DATA TYPE "05a10180", ETH_BAD_CBOR },
		{ "a4" "01509b1deb4d3b7d4bad9bdd2b0d7b3dcb6d" DATA TYPE PATH, ETH_BAD_CBOR },
	};
	struct eth_sign_request request;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		enum eth_fault fault = request_of(requests[i].cbor, &request);
		if (fault != requests[i].fault)
			fail_msg("%s: %d, not %d", requests[i].cbor, fault, requests[i].fault);
		assert_non_null(eth_fault_text(fault));
	}
}

static void signature_is_written_and_read(void **state)
{
	struct eth_signature signature = { .has_id = true, .signature_size = 65, .origin = "redoubt", .origin_size = 7 };
	struct eth_signature again;
	uint8_t cbor[256];
	for (uint8_t i = 0; i < 65; i++)
		signature.signature[i] = i;
	size_t size = eth_signature_write(&signature, cbor, sizeof cbor);
	assert_int_equal(size, 1 + 20 + 1 + 67 + 9);
	assert_int_equal(eth_signature_read(cbor, size, &again), ETH_OK);
	assert_true(again.has_id);
	assert_memory_equal(again.signature, signature.signature, 65);
	assert_int_equal(eth_signature_read(cbor, size - 1, &again), ETH_BAD_CBOR);
	signature.signature_size = 67; // v of two bytes more
	assert_true(eth_signature_write(&signature, cbor, sizeof cbor) > 0);
	signature.signature[64] = 0; // which may not begin with a zero
	assert_int_equal(eth_signature_write(&signature, cbor, sizeof cbor), 0);
	signature.signature_size = 64;
	assert_int_equal(eth_signature_write(&signature, cbor, sizeof cbor), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_read_and_written), cmocka_unit_test(optional_fields_may_be_absent),
		cmocka_unit_test(faults_are_named), cmocka_unit_test(signature_is_written_and_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
