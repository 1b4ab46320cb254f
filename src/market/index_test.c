// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "market/index.h"

#define ITEMS 9000u

static uint64_t state = 3;

static uint64_t draw(uint64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % below;
}

static bool contains(const struct index *index, uint32_t tag, uint32_t slot)
{
	for (uint32_t at = tag & index->mask; index->entries[at].slot; at = (at + 1) & index->mask) {
		if (index->entries[at].tag == tag && index->entries[at].slot == slot)
			return true;
	}
	return false;
}

// Tags from a small range, so that they collide and clusters wrap around the end.
static void deletion_never_breaks_a_chain(void **unused)
{
	static uint32_t tags[ITEMS + 1];
	static bool there[ITEMS + 1];
	struct index index;
	void *memory = calloc(1, index_memory(ITEMS));
	assert_non_null(memory);
	index_init(&index, memory, ITEMS);
	uint32_t smallest = index.mask;
	for (unsigned step = 0; step < 60000; step++) {
		uint32_t slot = 1 + (uint32_t)draw(ITEMS);
		if (there[slot]) {
			assert_true(index_remove(&index, tags[slot], slot));
			assert_false(index_remove(&index, tags[slot], slot));
		} else {
			tags[slot] = (uint32_t)draw(4) ? (uint32_t)draw(UINT32_MAX) : index.mask - 100 + (uint32_t)draw(200);
			index_insert(&index, tags[slot], slot);
		}
		there[slot] = !there[slot];
		if (step % 997)
			continue;
		uint32_t count = 0;
		for (uint32_t i = 1; i <= ITEMS; i++) {
			count += there[i];
			assert_int_equal(contains(&index, tags[i], i), there[i]);
		}
		assert_int_equal(index.used, count);
		assert_true(index.used <= index.mask / 4 + 1);
	}
	assert_true(index.mask > smallest); // it has grown
	free(memory);
}

static void tables_stay_sparse(void **unused)
{
	for (uint32_t items = 1; items < 100000; items = items * 3 + 1) {
		assert_true(index_memory(items) >= (size_t)items * 4 * sizeof(struct index_entry));
		assert_true(id_index_memory(items) > index_memory(items));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletion_never_breaks_a_chain),
		cmocka_unit_test(tables_stay_sparse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
