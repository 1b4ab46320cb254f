// SPDX-License-Identifier: Apache-2.0
#include "treasury/limits.h"

static const struct units all = { { [0 ... UNITS_SIZE - 1] = 0xff } };

const struct limit *limit_find(const struct limits *limits, const struct asset *asset)
{
	for (size_t i = 0; i < limits->count; i++) {
		if (asset_equal(&limits->list[i].asset, asset))
			return &limits->list[i];
	}
	return NULL;
}

static bool limit_valid(const struct limit *limit)
{
	if (!chain_valid(&limit->asset.chain) || limit->window_count > LIMIT_WINDOWS_MAX ||
	    (limit->asset.chain.kind == CHAIN_BITCOIN && !asset_native(&limit->asset)))
		return false;
	for (size_t i = 0; i < limit->window_count; i++) {
		if (limit->windows[i].seconds == 0 || limit->windows[i].seconds > LIMIT_WINDOW_MAX)
			return false;
	}
	return true;
}

bool limits_valid(const struct limits *limits)
{
	if (limits->count > LIMITS_MAX)
		return false;
	for (size_t i = 0; i < limits->count; i++) {
		const struct limit *limit = &limits->list[i];
		if (!limit_valid(limit) || limit_find(limits, &limit->asset) != limit)
			return false;
	}
	return true;
}

// A sum that has no room is as large as can be, and so above every limit but the largest of all.
static void units_grow(struct units *sum, const struct units *by)
{
	if (!units_add(sum, by, sum))
		*sum = all;
}

// What left in the window that ends now, and this payment. A spend exactly `seconds` old has left the window.
static uint32_t window_check(const struct limit_window *window, const struct limits_state *state, uint64_t now,
			     const struct limit_payment *payment)
{
	struct units sum = payment->total;
	uint32_t count = 1, faults = 0;
	for (size_t i = 0; i < state->spend_count; i++) {
		const struct limit_spend *spend = &state->spends[i];
		bool inside = spend->time > now || now - spend->time < window->seconds;
		if (!inside || !asset_equal(&spend->asset, &payment->asset))
			continue;
		units_grow(&sum, &spend->amount);
		count++;
	}
	if (units_compare(&sum, &window->amount_max) > 0 || units_equal(&sum, &all))
		faults |= LIMIT_VELOCITY;
	if (window->count_max && count > window->count_max)
		faults |= LIMIT_COUNT;
	return faults;
}

static uint32_t payment_check(const struct limits *limits, const struct limits_state *state, uint64_t now,
			      const struct limit_payment *payment)
{
	const struct limit *limit = limit_find(limits, &payment->asset);
	uint32_t faults = 0;
	if (!limit)
		return LIMIT_UNLISTED;
	if (units_compare(&payment->largest, &limit->payment_max) > 0)
		faults |= LIMIT_PAYMENT;
	for (size_t i = 0; i < limit->window_count; i++)
		faults |= window_check(&limit->windows[i], state, now, payment);
	return faults;
}

// fee / base > share / 10,000, without a division.
static bool share_above(const struct units *fee, const struct units *base, uint32_t share)
{
	struct units left, right;
	if (!units_multiply(fee, LIMIT_SHARE_SCALE, &left))
		return true;
	return units_multiply(base, share, &right) && units_compare(&left, &right) > 0;
}

static uint32_t fee_check(const struct limits *limits, const struct limit_request *request)
{
	const struct limit *limit = limit_find(limits, &request->fee_asset);
	uint32_t faults = 0;
	if (units_zero(&request->fee))
		return 0;
	if (!limit)
		return LIMIT_UNLISTED;
	if (units_compare(&request->fee, &limit->fee_max) > 0)
		faults |= LIMIT_FEE;
	if (units_compare(&request->fee_rate, &limit->fee_rate_max) > 0)
		faults |= LIMIT_FEE_RATE;
	if (limit->fee_share_max && !units_zero(&request->fee_base) &&
	    share_above(&request->fee, &request->fee_base, limit->fee_share_max))
		faults |= LIMIT_FEE_SHARE;
	return faults;
}

static uint64_t longest_window(const struct limits *limits)
{
	uint64_t longest = 0;
	for (size_t i = 0; i < limits->count; i++) {
		for (size_t j = 0; j < limits->list[i].window_count; j++)
			longest = u64_max(longest, limits->list[i].windows[j].seconds);
	}
	return longest;
}

// How many of the first spends no window looks at any more.
static size_t spends_past(const struct limits *limits, const struct limits_state *state, uint64_t now)
{
	uint64_t longest = longest_window(limits);
	size_t n = 0;
	while (n < state->spend_count && state->spends[n].time < now && now - state->spends[n].time >= longest)
		n++;
	return n;
}

static bool record_full(const struct limits *limits, const struct limits_state *state, uint64_t now, size_t more)
{
	return state->spend_count - spends_past(limits, state, now) + more > LIMIT_SPENDS_MAX;
}

uint32_t limits_check(const struct limits *limits, const struct limits_state *state, uint64_t now,
		      const struct limit_request *request)
{
	uint32_t faults = now < state->time_last ? LIMIT_CLOCK : 0;
	ASSERT(request->count <= LIMIT_PAYMENTS_MAX);
	for (size_t i = 0; i < request->count; i++)
		faults |= payment_check(limits, state, now, &request->payments[i]);
	faults |= fee_check(limits, request);
	if (record_full(limits, state, now, request->count))
		faults |= LIMIT_FULL;
	return faults;
}

static size_t counter_place(const struct limits_state *state, const uint8_t wallet[INTENT_WALLET_SIZE])
{
	size_t i = 0;
	while (i < state->counter_count && memcmp(state->counters[i].wallet, wallet, INTENT_WALLET_SIZE) != 0)
		i++;
	return i;
}

uint64_t limits_counter_last(const struct limits_state *state, const uint8_t wallet[INTENT_WALLET_SIZE])
{
	size_t i = counter_place(state, wallet);
	return i < state->counter_count ? state->counters[i].last : 0;
}

int limits_record(const struct limits *limits, struct limits_state *state, uint64_t now,
		  const struct limit_request *request, const uint8_t *wallet, uint64_t counter)
{
	size_t past, place = wallet ? counter_place(state, wallet) : 0;
	ASSERT(request->count <= LIMIT_PAYMENTS_MAX);
	if (now < state->time_last)
		return LIMIT_CLOCK;
	if (wallet && counter <= limits_counter_last(state, wallet))
		return LIMIT_CLOCK;
	if (record_full(limits, state, now, request->count) || (wallet && place == LIMIT_COUNTERS_MAX))
		return LIMIT_FULL;
	past = spends_past(limits, state, now);
	state->spend_count -= past;
	memmove(state->spends, state->spends + past, state->spend_count * sizeof state->spends[0]);
	for (size_t i = 0; i < request->count; i++)
		state->spends[state->spend_count++] = (struct limit_spend){ now, request->payments[i].asset,
									    request->payments[i].total };
	if (wallet) {
		memcpy(state->counters[place].wallet, wallet, INTENT_WALLET_SIZE);
		state->counters[place].last = counter;
		state->counter_count += place == state->counter_count;
	}
	state->time_last = now;
	return 0;
}

int limits_time(struct limits_state *state, uint64_t now)
{
	if (now < state->time_last)
		return LIMIT_CLOCK;
	state->time_last = now;
	return 0;
}
