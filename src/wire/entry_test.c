// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"
#include "wire/entry.h"

static const struct order_new some_order = {
	.customer = 0x01020304, .key = 7, .market = 0x0506, .side = SIDE_SELL, .type = ORDER_LIMIT, .tif = TIF_IOC,
	.stp = STP_EXPIRE_BOTH, .client_id_size = 5, .price = { 0x1122334455667788 }, .quantity = { 99 }, .client_id = "my-id",
};

// One entry decoded from bytes that lie at the very end of their own block of memory, so that ASan sees an overread.
static int decode(const uint8_t *bytes, size_t size, int (*read)(const struct entry *, void *), void *ret)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct entry entry = { 0 };
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	struct reader r = reader_over(copy, size);
	int result = entry_read(&r, &entry);
	if (result == 0)
		result = reader_done(&r) ? read(&entry, ret) : 1;
	free(copy);
	return result;
}

static int read_new(const struct entry *entry, void *ret)
{
	return order_new_read(entry, ret);
}

static int read_cancel(const struct entry *entry, void *ret)
{
	return order_cancel_read(entry, ret);
}

static int read_cancel_all(const struct entry *entry, void *ret)
{
	return order_cancel_all_read(entry, ret);
}

static void an_order_is_written_as_documented(void **state)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof bytes);
	assert_int_equal(order_new_write(&w, &some_order), 45);
	entry_stamp(bytes, 0xaabbccdd);
	assert_hex(bytes, 45, "2d000101ddccbbaa"                  // size, kind, version, delay
			      "04030201" "07000000" "0605"        // customer, key, market
			      "01" "00" "01" "03" "00" "05"       // side, type, tif, stp, flags, client id size
			      "8877665544332211" "6300000000000000" "6d792d6964");
}

static void an_order_comes_back(void **state)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct order_new back = { 0 };
	struct entry entry = { 0 };
	size_t size = order_new_write(&w, &some_order);
	struct reader r = reader_over(bytes, size);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_int_equal(order_new_read(&entry, &back), 0);
	assert_int_equal(back.customer, some_order.customer);
	assert_int_equal(back.key, 7);
	assert_int_equal(back.market, 0x0506);
	assert_int_equal(back.side, SIDE_SELL);
	assert_int_equal(back.type, ORDER_LIMIT);
	assert_int_equal(back.tif, TIF_IOC);
	assert_int_equal(back.stp, STP_EXPIRE_BOTH);
	assert_false(back.by_quote);
	assert_int_equal(back.price.units, some_order.price.units);
	assert_int_equal(back.quantity.units, 99);
	assert_int_equal(back.client_id_size, 5);
	assert_memory_equal(back.client_id, "my-id", 5);
	assert_int_equal(entry_read(&r, &entry), 2);
}

static void every_field_out_of_range_is_refused(void **state)
{
	static const struct { size_t at; uint8_t bad; } rows[] = {
		{ 8 + 10, 2 }, { 8 + 10, 255 }, { 8 + 11, 3 }, { 8 + 12, 3 }, { 8 + 13, 4 }, { 8 + 14, 2 }, { 8 + 14, 3 },
		{ 8 + 14, 0x80 }, { 8 + 15, 4 }, { 8 + 15, 6 }, { 8 + 15, 0 }, { 8 + 15, 37 }, { 8 + 32, ' ' }, { 8 + 36, 0 },
		{ 8 + 34, 0x80 }, { 2, ENTRY_ORDER_CANCEL }, { 3, 0 }, { 3, 2 }, { 0, 44 }, { 0, 46 }, { 0, 7 }, { 1, 1 },
	};
	uint8_t bytes[64];
	struct order_new back = { 0 };
	struct writer w = writer_over(bytes, sizeof bytes);
	size_t size = order_new_write(&w, &some_order);
	assert_int_equal(decode(bytes, size, read_new, &back), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t keep = bytes[rows[i].at];
		bytes[rows[i].at] = rows[i].bad;
		if (decode(bytes, size, read_new, &back) != 1)
			fail_msg("byte %zu = %u was accepted", rows[i].at, rows[i].bad);
		bytes[rows[i].at] = keep;
	}
	for (size_t n = 1; n < size; n++)
		assert_int_equal(decode(bytes, n, read_new, &back), 1);
}

static void by_quote_is_the_lowest_flag(void **state)
{
	uint8_t bytes[64];
	struct order_new order = some_order, back;
	struct writer w = writer_over(bytes, sizeof bytes);
	order.type = ORDER_MARKET;
	order.by_quote = true;
	size_t size = order_new_write(&w, &order);
	assert_int_equal(bytes[8 + 14], 1);
	assert_int_equal(decode(bytes, size, read_new, &back), 0);
	assert_true(back.by_quote);
}

static void cancels_come_back(void **state)
{
	uint8_t bytes[64];
	struct order_cancel cancel = { .customer = 1, .key = 2, .market = 3, .order = 0x0102030405060708,
				       .client_id = "A.b:/_-z9", .client_id_size = 9 }, back;
	struct writer w = writer_over(bytes, sizeof bytes);
	assert_int_equal(order_cancel_write(&w, &cancel), 37);
	assert_hex(bytes, 37, "2500020100000000" "01000000" "02000000" "0300" "00" "09" "0807060504030201" "412e623a2f5f2d7a39");
	assert_int_equal(decode(bytes, 37, read_cancel, &back), 0);
	assert_int_equal(back.order, cancel.order);
	assert_int_equal(back.market, 3);
	assert_int_equal(back.client_id_size, 9);
	bytes[8 + 10] = 1; // reserved
	assert_int_equal(decode(bytes, 37, read_cancel, &back), 1);
	bytes[8 + 10] = 0;
	for (size_t n = 1; n < 37; n++)
		assert_int_equal(decode(bytes, n, read_cancel, &back), 1);
	cancel.client_id_size = 0;
	w = writer_over(bytes, sizeof bytes);
	assert_int_equal(order_cancel_write(&w, &cancel), 28);
	assert_int_equal(decode(bytes, 28, read_cancel, &back), 0);
}

static void cancel_all_comes_back(void **state)
{
	uint8_t bytes[32];
	struct order_cancel_all all = { .customer = 1, .key = 2, .market = 65535 }, back;
	struct writer w = writer_over(bytes, sizeof bytes);
	assert_int_equal(order_cancel_all_write(&w, &all), 18);
	assert_hex(bytes, 18, "1200030100000000" "01000000" "02000000" "ffff");
	assert_int_equal(decode(bytes, 18, read_cancel_all, &back), 0);
	assert_int_equal(back.market, 65535);
	for (size_t n = 1; n < 18; n++)
		assert_int_equal(decode(bytes, n, read_cancel_all, &back), 1);
}

static bool reference_valid(const uint8_t *id, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!id[i] || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_-", id[i]))
			return false;
	}
	return size >= 1 && size <= CLIENT_ID_MAX;
}

static void client_ids_character_by_character(void **state)
{
	for (size_t size = 0; size <= 40; size++) {
		uint8_t *id = malloc(size ? size : 1); // exactly its size: an overread would show
		assert_non_null(id);
		memset(id, 'x', size ? size : 1);
		assert_int_equal(client_id_valid((char *)id, size), size >= 1 && size <= 36);
		for (size_t at = 0; at < size; at++) {
			for (unsigned c = 0; c < 256; c++) {
				id[at] = (uint8_t)c;
				if (client_id_valid((char *)id, size) != reference_valid(id, size))
					fail_msg("size %zu, byte %zu = %u", size, at, c);
			}
			id[at] = 'x';
		}
		free(id);
	}
	assert_false(client_id_valid("x", SIZE_MAX));
}

static void entries_lie_back_to_back(void **state)
{
	uint8_t block[256];
	struct entry entry = { 0 };
	struct writer w = writer_over(block, sizeof block);
	assert_int_equal(entry_write(&w, ENTRY_TICK, NULL, 0), 8);
	assert_int_equal(entry_write(&w, ENTRY_VOID, "\1\0\0\0\0\0\0\0", 8), 16);
	order_new_write(&w, &some_order);
	struct reader r = reader_over(block, writer_size(&w));
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_int_equal(entry.kind, ENTRY_TICK);
	assert_int_equal(entry.payload_size, 0);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_int_equal(entry.kind, ENTRY_VOID);
	assert_int_equal(entry.payload_size, 8);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_int_equal(entry_read(&r, &entry), 2);
}

static void nothing_beyond_the_largest_entry_is_written(void **state)
{
	static uint8_t big[8192], payload[ENTRY_SIZE_MAX];
	struct entry entry = { 0 };
	struct writer w = writer_over(big, sizeof big);
	assert_int_equal(entry_write(&w, 200, payload, ENTRY_SIZE_MAX - ENTRY_HEADER_SIZE), ENTRY_SIZE_MAX);
	struct reader r = reader_over(big, sizeof big);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_int_equal(entry_write(&w, 200, payload, ENTRY_SIZE_MAX - ENTRY_HEADER_SIZE + 1), 0);
	assert_true(w.failed);
	w = writer_over(big, 44);
	assert_int_equal(order_new_write(&w, &some_order), 0);
	assert_true(w.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_written_as_documented),
		cmocka_unit_test(an_order_comes_back),
		cmocka_unit_test(every_field_out_of_range_is_refused),
		cmocka_unit_test(by_quote_is_the_lowest_flag),
		cmocka_unit_test(cancels_come_back),
		cmocka_unit_test(cancel_all_comes_back),
		cmocka_unit_test(client_ids_character_by_character),
		cmocka_unit_test(entries_lie_back_to_back),
		cmocka_unit_test(nothing_beyond_the_largest_entry_is_written),
	};
	return cmocka_run_group_tests_name("wire-entry", tests, NULL, NULL);
}
