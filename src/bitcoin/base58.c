// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/base58.h"

#include "bitcoin/hashes.h"
#include "crypto/secret.h"

#define CHECK_SIZE 4

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static int digit_value(char c)
{
	const char *p = c ? memchr(alphabet, c, 58) : NULL;
	return p ? (int)(p - alphabet) : -1;
}

// number = number * factor + add, in base `base`, least significant first. False when it outgrows room.
static bool multiply_add(uint8_t *number, size_t *size, size_t room, uint32_t base, uint32_t factor,
			 uint32_t add)
{
	uint32_t carry = add;
	for (size_t i = 0; i < *size; i++) {
		carry += number[i] * factor;
		number[i] = (uint8_t)(carry % base);
		carry /= base;
	}
	for (; carry; carry /= base) {
		if (*size == room)
			return false;
		number[(*size)++] = (uint8_t)(carry % base);
	}
	return true;
}

int base58_encode(const void *data, size_t size, char *to, size_t room, size_t *ret_length)
{
	const uint8_t *p = data;
	uint8_t digits[BASE58_DATA_MAX * 138 / 100 + 1];
	size_t count = 0, zeros = 0;
	if (size > BASE58_DATA_MAX)
		return 1;
	while (zeros < size && p[zeros] == 0)
		zeros++;
	for (size_t i = zeros; i < size; i++)
		ASSERT(multiply_add(digits, &count, sizeof digits, 58, 256, p[i]));
	if (zeros + count + 1 > room) {
		secret_wipe(digits, sizeof digits);
		return 1;
	}
	memset(to, '1', zeros);
	for (size_t i = 0; i < count; i++)
		to[zeros + i] = alphabet[digits[count - 1 - i]];
	to[zeros + count] = 0;
	*ret_length = zeros + count;
	secret_wipe(digits, sizeof digits);
	return 0;
}

int base58_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size)
{
	uint8_t bytes[BASE58_DATA_MAX], *out = to;
	size_t count = 0, zeros = 0;
	if (length > BASE58_TEXT_MAX)
		return 1;
	while (zeros < length && text[zeros] == '1')
		zeros++;
	for (size_t i = zeros; i < length; i++) {
		int value = digit_value(text[i]);
		if (value < 0 || !multiply_add(bytes, &count, sizeof bytes, 256, 58, (uint32_t)value)) {
			secret_wipe(bytes, sizeof bytes);
			return 1;
		}
	}
	int result = zeros + count > room;
	if (!result) {
		memset(out, 0, zeros);
		for (size_t i = 0; i < count; i++)
			out[zeros + i] = bytes[count - 1 - i];
		*ret_size = zeros + count;
	}
	secret_wipe(bytes, sizeof bytes);
	return result;
}

int base58check_encode(const void *data, size_t size, char *to, size_t room, size_t *ret_length)
{
	uint8_t joined[BASE58_DATA_MAX], digest[SHA256_SIZE];
	if (size > sizeof joined - CHECK_SIZE)
		return 1;
	memcpy(joined, data, size);
	hash256_of(data, size, digest);
	memcpy(joined + size, digest, CHECK_SIZE);
	int result = base58_encode(joined, size + CHECK_SIZE, to, room, ret_length);
	secret_wipe(joined, sizeof joined);
	return result;
}

int base58check_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size)
{
	uint8_t joined[BASE58_DATA_MAX], digest[SHA256_SIZE];
	size_t size;
	if (base58_decode(text, length, joined, sizeof joined, &size))
		return 1;
	int result = 2;
	if (size >= CHECK_SIZE) {
		hash256_of(joined, size - CHECK_SIZE, digest);
		if (memcmp(digest, joined + size - CHECK_SIZE, CHECK_SIZE) == 0)
			result = size - CHECK_SIZE > room;
	}
	if (!result) {
		memcpy(to, joined, size - CHECK_SIZE);
		*ret_size = size - CHECK_SIZE;
	}
	secret_wipe(joined, sizeof joined);
	return result;
}
