// SPDX-License-Identifier: Apache-2.0
#include "backup/layout.h"

#include "base/testing.h"

struct bytes {
	uint8_t *at;
	size_t size, room, read;
};

static uint8_t publics[3][SEALED_PUBLIC_SIZE], secrets[3][SEALED_SECRET_SIZE];

static int setup(void **state)
{
	if (crypto_init())
		return 1;
	for (size_t i = 0; i < 3; i++)
		sealed_keypair(publics[i], secrets[i]);
	return 0;
}

static int keep(void *context, const void *data, size_t size)
{
	struct bytes *b = context;
	if (b->size + size > b->room)
		return -ENOSPC;
	memcpy(b->at + b->size, data, size);
	b->size += size;
	return 0;
}

// In odd pieces, as a pipe might give them.
static long give(void *context, void *to, size_t size)
{
	struct bytes *b = context;
	size_t left = b->size - b->read, n = size < left ? size : left;
	if (n > 5000)
		n = 4999;
	memcpy(to, b->at + b->read, n);
	b->read += n;
	return (long)n;
}

static struct bytes room_for(size_t plain)
{
	size_t room = SEALED_FILE_HEAD_MAX + plain + (plain / SEALED_FILE_CHUNK + 2) * SEALED_FILE_OVERHEAD;
	uint8_t *at = malloc(room);
	assert_non_null(at);
	return (struct bytes){ .at = at, .room = room };
}

static uint8_t *plain_of(size_t size)
{
	uint8_t *plain = malloc(size + 1);
	assert_non_null(plain);
	for (size_t i = 0; i < size; i++)
		plain[i] = (uint8_t)(i * 31 + i / 256);
	return plain;
}

static struct bytes seal(const uint8_t *plain, size_t size, size_t recipients, struct sealed_file_sum *sum)
{
	struct bytes b = room_for(size);
	struct sealing *s;
	assert_int_equal(sealing_open(publics, recipients, keep, &b, &s), 0);
	for (size_t at = 0; at < size;) {
		size_t n = size - at < 70001 ? size - at : 70001;
		assert_int_equal(sealing_append(s, plain + at, n), 0);
		at += n;
	}
	assert_int_equal(sealing_finish(s, sum), 0);
	return b;
}

// Reads to the end or the refusal; compares what came out.
static int open_all(struct bytes *b, size_t secret, const uint8_t *plain, size_t size, struct sealed_file_sum *sum)
{
	struct opening *o;
	const uint8_t *data;
	size_t n, at = 0;
	b->read = 0;
	int r = opening_open(secrets[secret], give, b, &o);
	if (r)
		return r;
	while ((r = opening_next(o, &data, &n)) == SEALED_FILE_FINE) {
		assert_true(n <= size - at);
		assert_memory_equal(data, plain + at, n);
		at += n;
	}
	if (r == SEALED_FILE_END) {
		assert_int_equal(at, size);
		opening_sum(o, sum);
	}
	opening_close(o);
	return r;
}

static void test_round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, SEALED_FILE_CHUNK - 1, SEALED_FILE_CHUNK, SEALED_FILE_CHUNK + 1,
					3 * SEALED_FILE_CHUNK, 5 * SEALED_FILE_CHUNK + 77 };
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint8_t *plain = plain_of(sizes[i]);
		struct sealed_file_sum made, read;
		struct bytes b = seal(plain, sizes[i], 2, &made);
		for (size_t who = 0; who < 2; who++) {
			assert_int_equal(open_all(&b, who, plain, sizes[i], &read), SEALED_FILE_END);
			assert_memory_equal(&made, &read, sizeof made);
		}
		assert_int_equal(made.sealed_size, b.size);
		assert_int_equal(made.plain_size, sizes[i]);
		assert_int_equal(open_all(&b, 2, plain, sizes[i], &read), SEALED_FILE_RECIPIENT);
		free(b.at);
		free(plain);
	}
}

// Every bit of a small one, and a cut at every byte.
static void test_every_byte(void **state)
{
	uint8_t *plain = plain_of(40);
	struct sealed_file_sum sum;
	struct bytes b = seal(plain, 40, 1, &sum);
	for (size_t i = 0; i < b.size; i++) {
		b.at[i] ^= (uint8_t)(1u << i % 8);
		int r = open_all(&b, 0, plain, 40, &sum);
		assert_true(r > SEALED_FILE_END && r <= SEALED_FILE_TRAILING);
		b.at[i] ^= (uint8_t)(1u << i % 8);
	}
	size_t whole = b.size;
	for (b.size = 0; b.size < whole; b.size++)
		assert_true(open_all(&b, 0, plain, 40, &sum) > SEALED_FILE_END);
	b.size = whole;
	assert_int_equal(open_all(&b, 0, plain, 40, &sum), SEALED_FILE_END);
	free(b.at);
	free(plain);
}

static void test_chunks(void **state)
{
	const size_t size = 4 * SEALED_FILE_CHUNK, chunk = SEALED_FILE_CHUNK + SEALED_FILE_OVERHEAD;
	uint8_t *plain = plain_of(size), *swap = malloc(chunk);
	struct sealed_file_sum sum;
	struct bytes b = seal(plain, size, 1, &sum);
	uint8_t *first = b.at + sealed_file_head_size(1);
	assert_non_null(swap);
	// Two chunks change places.
	memcpy(swap, first + chunk, chunk);
	memcpy(first + chunk, first + 2 * chunk, chunk);
	memcpy(first + 2 * chunk, swap, chunk);
	assert_int_equal(open_all(&b, 0, plain, size, &sum), SEALED_FILE_ALTERED);
	memcpy(first + 2 * chunk, first + chunk, chunk);
	memcpy(first + chunk, swap, chunk);
	assert_int_equal(open_all(&b, 0, plain, size, &sum), SEALED_FILE_END);
	// The last chunk is gone: what is left is whole chunks, none of them final.
	b.size -= chunk;
	assert_int_equal(open_all(&b, 0, plain, size, &sum), SEALED_FILE_TRUNCATED);
	b.size += chunk;
	// A byte more.
	b.at[b.size++] = 0;
	assert_int_equal(open_all(&b, 0, plain, size, &sum), SEALED_FILE_TRAILING);
	free(b.at);
	free(plain);
	free(swap);
}

static void test_arguments(void **state)
{
	static const uint8_t none[1][SEALED_PUBLIC_SIZE]; // the neutral point
	struct bytes b = room_for(10);
	struct sealing *s = NULL;
	assert_int_equal(sealing_open(publics, 0, keep, &b, &s), -EINVAL);
	assert_int_equal(sealing_open(publics, SEALED_FILE_RECIPIENTS_MAX + 1, keep, &b, &s), -EINVAL);
	assert_int_equal(sealing_open(none, 1, keep, &b, &s), -EINVAL);
	b.room = 30; // the disk is full within the header
	assert_int_equal(sealing_open(publics, 1, keep, &b, &s), -ENOSPC);
	assert_null(s);
	free(b.at);
}

static void test_disk_full(void **state)
{
	uint8_t *plain = plain_of(3 * SEALED_FILE_CHUNK);
	struct bytes b = room_for(0);
	struct sealing *s;
	struct sealed_file_sum sum;
	assert_int_equal(sealing_open(publics, 1, keep, &b, &s), 0);
	assert_int_equal(sealing_append(s, plain, 3 * SEALED_FILE_CHUNK), -ENOSPC);
	assert_int_equal(sealing_finish(s, &sum), -ENOSPC);
	free(b.at);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_every_byte), cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_arguments),  cmocka_unit_test(test_disk_full),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
