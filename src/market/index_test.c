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

static bool slot_same(const void *slot, uint32_t other)
{
	return *(const uint32_t *)slot == other;
}

static bool contains(const struct index *index, uint32_t tag, uint32_t slot)
{
	return index_find(index, tag, slot_same, &slot)->slot == slot;
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

// A million of them, found by tag and slot as the rules find their orders.
#define MANY (1u << 20)
#define CLUSTER_MAX 64u // of random tags in a sparse table; a cluster this long would be one in more than there ever are

struct many {
	struct index index;
	uint32_t *tags;  // [slot]
	uint32_t *live;  // every slot; the first live_count are in the index
	uint32_t live_count;
	uint32_t growing, most; // inserts while it grew; most moves of one insert
	void *memory;
};

static void many_open(struct many *m)
{
	*m = (struct many){ .memory = calloc(1, index_memory(MANY)) };
	m->tags = calloc(MANY + 1, sizeof m->tags[0]);
	m->live = calloc(MANY, sizeof m->live[0]);
	assert_true(m->memory && m->tags && m->live);
	index_init(&m->index, m->memory, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		m->live[i] = i + 1;
}

static void many_close(struct many *m)
{
	free(m->memory);
	free(m->tags);
	free(m->live);
}

static void many_insert(struct many *m)
{
	uint32_t slot = m->live[m->live_count++];
	uint64_t before = m->index.moves;
	m->tags[slot] = (uint32_t)draw(1u << 31) << 1 | (uint32_t)draw(2);
	index_insert(&m->index, m->tags[slot], slot);
	uint32_t moves = (uint32_t)(m->index.moves - before);
	assert_true(moves <= INDEX_MOVES);
	m->growing += m->index.left != NULL;
	m->most = moves > m->most ? moves : m->most;
	assert_true(contains(&m->index, m->tags[slot], slot));
}

static void many_remove(struct many *m)
{
	uint32_t at = (uint32_t)draw(m->live_count), slot = m->live[at];
	assert_true(contains(&m->index, m->tags[slot], slot));
	assert_true(index_remove(&m->index, m->tags[slot], slot));
	assert_false(contains(&m->index, m->tags[slot], slot));
	m->live[at] = m->live[--m->live_count];
	m->live[m->live_count] = slot;
}

static uint32_t longest_cluster(const struct index_entry *entries, uint32_t mask)
{
	uint32_t longest = 0, run = 0;
	for (uint64_t i = 0; entries && i <= mask; i++) {
		run = entries[i].slot ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

// What the index holds is what the model holds, whichever of the two tables it lies in.
static void many_check(const struct many *m)
{
	assert_int_equal(m->index.used, m->live_count);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(contains(&m->index, m->tags[m->live[i]], m->live[i]), i < m->live_count);
	assert_true(longest_cluster(m->index.entries, m->index.mask) < CLUSTER_MAX);
	assert_true(longest_cluster(m->index.left, m->index.left_mask) < CLUSTER_MAX);
}

// Through every size, with removals all the while, and looked at as a whole in the middle of each move too.
static void no_insert_pays_for_the_whole(void **unused)
{
	struct many m;
	uint32_t sizes = 0, mask, checked = 0;
	many_open(&m);
	mask = m.index.mask;
	while (m.live_count < MANY) {
		many_insert(&m);
		if (draw(3) == 0)
			many_remove(&m);
		if (m.index.mask != mask) {
			sizes++;
			checked = 0;
			mask = m.index.mask;
			assert_true(m.index.left_mask + 1 == (mask + 1) / 2);
		}
		if (m.index.left && m.index.moved > m.index.left_mask / 2 && !checked++)
			many_check(&m);
	}
	many_check(&m);
	assert_null(m.index.left);
	assert_int_equal(m.index.mask, m.index.mask_max);
	assert_int_equal(sizes, 10); // 4,096 to 4,194,304
	assert_int_equal(m.most, INDEX_MOVES);
	while (m.live_count)
		many_remove(&m);
	assert_int_equal(m.index.used, 0);
	many_close(&m);
}

// It has moved long before it has to grow again, even without a single removal.
static void a_table_has_moved_before_the_next_is_full(void **unused)
{
	struct many m;
	many_open(&m);
	uint32_t mask = m.index.mask;
	while (m.live_count < MANY) {
		bool grew = m.index.left != NULL;
		many_insert(&m);
		if (m.index.mask != mask) {
			assert_false(grew);
			mask = m.index.mask;
		}
	}
	assert_int_equal(m.index.mask, m.index.mask_max);
	assert_true(m.growing > MANY / 16 && m.growing < MANY);
	many_close(&m);
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
		cmocka_unit_test(no_insert_pays_for_the_whole),
		cmocka_unit_test(a_table_has_moved_before_the_next_is_full),
		cmocka_unit_test(tables_stay_sparse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
