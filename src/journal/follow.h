// SPDX-License-Identifier: Apache-2.0
// Waiting for the journal to grow, for those who map the durable page read-only.
#pragma once

#include "journal/journal.h"

// Blocks durable now.
static inline uint64_t follow_durable(const struct durable_page *page)
{
	return atomic_load_explicit(&page->blocks, memory_order_acquire);
}

// Waits until more than `seen` blocks are durable: spins spin_us, then sleeps on
// the futex, for at most timeout_ms (0 = only looks). Returns the blocks durable
// then, which may still be `seen`.
uint64_t journal_follow(const struct durable_page *page, uint64_t seen, unsigned spin_us, unsigned timeout_ms);

// The writer's side: says how far the journal is durable and wakes the followers.
void durable_publish(struct durable_page *page, const struct journal_place *place);
