// SPDX-License-Identifier: Apache-2.0
#include "evm/address.h"

#include "base/text.h"
#include "evm/keccak.h"

#define DIGITS (2 * EVM_ADDRESS_SIZE)

bool evm_address_zero(const struct evm_address *address)
{
	static const struct evm_address zero;
	return evm_address_equal(address, &zero);
}

void evm_address_format(const struct evm_address *address, char to[EVM_ADDRESS_TEXT])
{
	uint8_t digest[KECCAK256_SIZE];
	memcpy(to, "0x", 2);
	hex_encode(address->bytes, EVM_ADDRESS_SIZE, to + 2);
	keccak256_of(to + 2, DIGITS, digest);
	for (size_t i = 0; i < DIGITS; i++) {
		unsigned nibble = i % 2 ? digest[i / 2] & 15u : digest[i / 2] >> 4;
		if (nibble >= 8 && to[2 + i] >= 'a')
			to[2 + i] = (char)(to[2 + i] - 'a' + 'A');
	}
}

static bool has_letter(const char *text, char first)
{
	for (size_t i = 0; i < DIGITS; i++)
		if (text[i] >= first && text[i] < first + 6)
			return true;
	return false;
}

enum evm_address_refusal evm_address_parse(const char *text, size_t length, struct evm_address *ret)
{
	struct evm_address address;
	char right[EVM_ADDRESS_TEXT];
	if (length != DIGITS + 2 || text[0] != '0' || text[1] != 'x' ||
	    hex_decode(text + 2, DIGITS, address.bytes, EVM_ADDRESS_SIZE))
		return EVM_ADDRESS_MALFORMED;
	evm_address_format(&address, right);
	if (memcmp(text, right, length) != 0)
		return has_letter(text + 2, 'a') && has_letter(text + 2, 'A') ? EVM_ADDRESS_CHECKSUM :
										EVM_ADDRESS_UNCHECKED;
	*ret = address;
	return EVM_ADDRESS_FINE;
}

enum evm_address_refusal evm_address_parse_unchecked(const char *text, size_t length, struct evm_address *ret)
{
	enum evm_address_refusal why = evm_address_parse(text, length, ret);
	if (why != EVM_ADDRESS_UNCHECKED)
		return why;
	ASSERT(!hex_decode(text + 2, DIGITS, ret->bytes, EVM_ADDRESS_SIZE));
	return EVM_ADDRESS_FINE;
}

static void address_of_hash(struct keccak256 *k, struct evm_address *ret)
{
	uint8_t digest[KECCAK256_SIZE];
	keccak256_final(k, digest);
	memcpy(ret->bytes, digest + KECCAK256_SIZE - EVM_ADDRESS_SIZE, EVM_ADDRESS_SIZE);
}

void evm_create_address(const struct evm_address *sender, uint64_t nonce, struct evm_address *ret)
{
	// rlp([sender, nonce]): both short, so that the two headers are one byte each.
	uint8_t text[2 + EVM_ADDRESS_SIZE + 9] = { 0 };
	size_t at = 2 + EVM_ADDRESS_SIZE;
	struct keccak256 k;
	text[1] = 0x80 + EVM_ADDRESS_SIZE;
	memcpy(text + 2, sender->bytes, EVM_ADDRESS_SIZE);
	if (nonce && nonce < 0x80) {
		text[at++] = (uint8_t)nonce;
	} else {
		size_t bytes = nonce ? (71 - (size_t)__builtin_clzll(nonce)) / 8 : 0;
		text[at++] = (uint8_t)(0x80 + bytes);
		for (; bytes > 0; bytes--)
			text[at++] = (uint8_t)(nonce >> (8 * (bytes - 1)));
	}
	text[0] = (uint8_t)(0xc0 + at - 1);
	keccak256_init(&k);
	keccak256_update(&k, text, at);
	address_of_hash(&k, ret);
}

void evm_create2_address(const struct evm_address *sender, const uint8_t salt[32], const uint8_t init_code_hash[32],
			 struct evm_address *ret)
{
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, "\xff", 1);
	keccak256_update(&k, sender->bytes, EVM_ADDRESS_SIZE);
	keccak256_update(&k, salt, 32);
	keccak256_update(&k, init_code_hash, 32);
	address_of_hash(&k, ret);
}

void evm_address_of_point(const uint8_t point[64], struct evm_address *ret)
{
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, point, 64);
	address_of_hash(&k, ret);
}
