// SPDX-License-Identifier: Apache-2.0
// Texts: what is read is written back as it was, and writing and reading bytes gives them again.
#include "bitcoin/address.h"
#include "bitcoin/base58.h"
#include "bitcoin/bech32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base58(const char *text, size_t size)
{
	uint8_t bytes[BASE58_DATA_MAX];
	char back[BASE58_TEXT_MAX * 2];
	size_t got, length;
	if (base58_decode(text, size, bytes, sizeof bytes, &got) == 0) {
		ASSERT(base58_encode(bytes, got, back, sizeof back, &length) == 0);
		ASSERT(length == size && memcmp(back, text, size) == 0);
	}
	if (base58check_encode(text, size, back, sizeof back, &length) == 0) {
		ASSERT(base58check_decode(back, length, bytes, sizeof bytes, &got) == 0);
		ASSERT(got == size && memcmp(bytes, text, size) == 0);
	}
}

static void check_bech32(const char *text, size_t size)
{
	struct bech32 b;
	char back[BECH32_TEXT_MAX + 1];
	if (bech32_decode(text, size, &b))
		return;
	ASSERT(bech32_encode(&b, back) == 0);
	ASSERT(strlen(back) == size && strncasecmp(back, text, size) == 0);
}

static void check_address(const struct network *network, const char *text, size_t size)
{
	struct output_script script;
	char back[ADDRESS_TEXT_MAX + 1];
	if (address_parse(network, text, size, &script))
		return;
	ASSERT(address_format(network, output_span(&script), back) == 0);
	ASSERT(strlen(back) == size && strncasecmp(back, text, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	check_base58(text, size);
	check_bech32(text, size);
	check_address(&network_main, text, size);
	check_address(&network_test, text, size);
	check_address(&network_regtest, text, size);
	char back[ADDRESS_TEXT_MAX + 1];
	struct output_script script;
	if (address_format(&network_main, span_over(data, size), back) == 0) {
		ASSERT(address_parse(&network_main, back, strlen(back), &script) == 0);
		ASSERT(span_equal(output_span(&script), span_over(data, size)));
	}
	return 0;
}
