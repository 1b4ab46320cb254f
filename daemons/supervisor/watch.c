// SPDX-License-Identifier: Apache-2.0
// A daemon that cuts a peer off (a full ring, a broken record) counts it as "cut.NAME" in its page; the
// peer is then killed and starts anew with new channels. Only those named below are
// listened to, or an owned gateway could have anyone killed.
#include "base/log.h"
#include "daemons/supervisor/family.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#define BIT(role) (1u << (role))

static const unsigned may_cut[ROLES] = {
	[ROLE_ENGINE] = BIT(ROLE_AUTH) | BIT(ROLE_CONTROL) | BIT(ROLE_GATEWAY),
	[ROLE_AUTH] = BIT(ROLE_GATEWAY),
	[ROLE_HISTORY] = BIT(ROLE_GATEWAY),
};

void watch_open(struct family *f)
{
	for (size_t n = 0; n < f->instances; n++) {
		struct instance *i = &f->instance[n];
		i->page = mmap(NULL, STATS_PAGE_SIZE, PROT_READ, MAP_SHARED, i->stats_reader, 0);
		if (i->page == MAP_FAILED)
			i->page = NULL;
	}
}

// The counter "cut.NAME" of a page that its writer may scribble on: bounded, compared byte by byte.
static uint64_t cuts_of(const struct stats_page *page, const char *name)
{
	char counter[STATS_NAME_MAX] = { 0 };
	snprintf(counter, sizeof counter, "cut.%s", name);
	for (size_t i = 0; i < STATS_MAX; i++)
		if (memcmp(page->counter[i].name, counter, sizeof counter) == 0)
			return atomic_load_explicit(&page->counter[i].value, memory_order_relaxed);
	return 0;
}

static void pair_watch(struct instance *reporter, size_t peer_index, struct instance *peer)
{
	uint64_t cuts = cuts_of(reporter->page, peer->name), seen = reporter->cuts_seen[peer_index];
	reporter->cuts_seen[peer_index] = cuts;
	if (cuts <= seen || !peer->pid)
		return;
	log_write(LOG_ERROR, "%s was cut off by %s: starting it again", peer->name, reporter->name);
	instance_stop(peer, SIGKILL);
}

void watch_cuts(struct family *f)
{
	for (size_t n = 0; n < f->instances; n++)
		for (size_t p = 0; p < f->instances; p++)
			if (f->instance[n].page && may_cut[f->instance[n].role] & BIT(f->instance[p].role))
				pair_watch(&f->instance[n], p, &f->instance[p]);
}
