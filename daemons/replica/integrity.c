// SPDX-License-Identifier: Apache-2.0
#include "daemons/replica/integrity.h"

#include "base/clock.h"

#include <stdio.h>

#define SHARE 50u // one part in so many of the time

static void totals_check(struct integrity *i, const struct exchange *x, uint16_t asset)
{
	struct asset_totals t;
	exchange_totals(x, asset, &t);
	unsigned __int128 owed = (unsigned __int128)t.customers_available.units + t.customers_held.units + t.fees.units;
	if (owed != t.external.units)
		snprintf(i->fault, sizeof i->fault, "%s does not balance: available %llu, held %llu, fees %llu, external %llu",
			 exchange_asset(x, asset)->name, (unsigned long long)t.customers_available.units,
			 (unsigned long long)t.customers_held.units, (unsigned long long)t.fees.units,
			 (unsigned long long)t.external.units);
}

static void invariants_check(struct integrity *i, const struct exchange *x)
{
	const char *fault = exchange_check(x);
	if (fault)
		snprintf(i->fault, sizeof i->fault, "%s", fault);
}

bool integrity_turn(struct integrity *i, const struct exchange *x, uint64_t now_ns, uint64_t interval_ns)
{
	if (i->fault[0] || now_ns < i->due_ns)
		return !i->fault[0];
	if (i->next < exchange_asset_count(x)) {
		totals_check(i, x, i->next++);
	} else {
		invariants_check(i, x);
		i->next = 0;
		i->rounds++;
	}
	i->last_ns = clock_monotonic_ns() - now_ns;
	i->due_ns = now_ns + u64_max(interval_ns, i->last_ns * SHARE);
	return !i->fault[0];
}
