// SPDX-License-Identifier: Apache-2.0
#include "journal/follow.h"

#include "base/clock.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Shared futexes are keyed by the file and offset: waiting works on a read-only mapping.
static long futex(const _Atomic uint32_t *word, int operation, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, operation, value, timeout, NULL, 0);
}

static void sleep_while(const struct durable_page *page, uint32_t wakes, uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	if (futex(&page->wakes, FUTEX_WAIT, wakes, &t) == 0 || errno == EAGAIN || errno == EINTR ||
	    errno == ETIMEDOUT)
		return;
	// No futex here (an old kernel on a read-only mapping, a sandbox): look again in a millisecond.
	t = (struct timespec){ 0, (long)u64_min(ns, 1000000) };
	(void)nanosleep(&t, NULL);
}

uint64_t journal_follow(const struct durable_page *page, uint64_t seen, unsigned spin_us, unsigned timeout_ms)
{
	uint64_t blocks = follow_durable(page);
	if (blocks > seen || timeout_ms == 0)
		return blocks;
	uint64_t start = clock_monotonic_ns(), spin_ns = (uint64_t)spin_us * 1000;
	uint64_t limit_ns = (uint64_t)timeout_ms * 1000000;
	for (;;) {
		uint32_t wakes = atomic_load_explicit(&page->wakes, memory_order_acquire);
		blocks = follow_durable(page);
		uint64_t spent = clock_monotonic_ns() - start;
		if (blocks > seen || spent >= limit_ns)
			return blocks;
		if (spent < spin_ns)
			__builtin_ia32_pause();
		else
			sleep_while(page, wakes, limit_ns - spent);
	}
}

void durable_publish(struct durable_page *page, const struct journal_place *place)
{
	atomic_store_explicit(&page->sequence, place->sequence, memory_order_release);
	atomic_store_explicit(&page->blocks, place->blocks, memory_order_release);
	atomic_fetch_add_explicit(&page->wakes, 1, memory_order_release);
	(void)futex(&page->wakes, FUTEX_WAKE, INT_MAX, NULL);
}
