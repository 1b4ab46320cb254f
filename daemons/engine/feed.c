// SPDX-License-Identifier: Apache-2.0
// What auth knows of the exchange: markets, keys, customers that may not act. Each
// row is the state as it is now and leaves when that is durable; a row may come twice,
// the later one counts, so the feed can always start again from the beginning.
#include "daemons/engine/sequencer_internal.h"

static void market_send(struct sequencer *s, uint32_t market)
{
	struct market_row row = { .market = market };
	const struct market_add *add = exchange_market(s->exchange, (uint16_t)market, &row.status);
	if (!add)
		return;
	row.add = *add;
	memcpy(reply_add(s, TO_AUTH, 0, MESSAGE_MARKET, sizeof row, 0), &row, sizeof row);
}

static uint32_t customer_status(const struct sequencer *s, uint32_t customer)
{
	struct customer_add add;
	uint8_t status = CUSTOMER_FROZEN;
	return exchange_customer(s->exchange, customer, &add, &status) ? status : (uint32_t)CUSTOMER_FROZEN;
}

static void customer_send(struct sequencer *s, uint32_t customer)
{
	uint32_t row[2] = { customer, customer_status(s, customer) };
	memcpy(reply_add(s, TO_AUTH, 0, MESSAGE_CUSTOMER, sizeof row, 0), row, sizeof row);
}

static void key_send(struct sequencer *s, uint32_t key)
{
	struct key_row row = { .key = key };
	if (!exchange_key(s->exchange, key, &row.add)) {
		uint32_t removed[2] = { key, 0 };
		memcpy(reply_add(s, TO_AUTH, 0, MESSAGE_KEY_REMOVED, sizeof removed, 0), removed, sizeof removed);
		return;
	}
	row.customer_status = customer_status(s, row.add.customer);
	memcpy(reply_add(s, TO_AUTH, 0, MESSAGE_KEY, sizeof row, 0), &row, sizeof row);
}

static const struct { uint8_t kind; void (*send)(struct sequencer *s, uint32_t index); } changes[] = {
	{ ENTRY_MARKET_ADD, market_send },   { ENTRY_MARKET_SET, market_send },
	{ ENTRY_CUSTOMER_SET, customer_send }, { ENTRY_KEY_ADD, key_send },
	{ ENTRY_KEY_REMOVE, key_send },
};

void feed_change(struct sequencer *s, const struct event *event)
{
	if (event->kind != EVENT_CONTROL_DONE)
		return;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		if (changes[i].kind == event->control_kind)
			changes[i].send(s, event->index);
}

void sequencer_feed_restart(struct sequencer *s)
{
	s->feed_stage = FEED_MARKETS;
	s->feed_at = 0;
}

static uint32_t stage_count(const struct sequencer *s)
{
	switch (s->feed_stage) {
	case FEED_MARKETS: return exchange_market_count(s->exchange);
	case FEED_CUSTOMERS: return exchange_customer_count(s->exchange);
	case FEED_KEYS: return exchange_key_count(s->exchange);
	default: return 0;
	}
}

static void stage_item(struct sequencer *s)
{
	if (s->feed_stage == FEED_MARKETS)
		market_send(s, s->feed_at);
	else if (s->feed_stage == FEED_KEYS)
		key_send(s, s->feed_at);
	else if (customer_status(s, s->feed_at) != CUSTOMER_ACTIVE)
		customer_send(s, s->feed_at);
}

bool sequencer_feed(struct sequencer *s, uint32_t items)
{
	while (s->feed_stage < FEED_COMPLETE && items > 0) {
		// Half of the room stays for answers.
		if (output_room(&s->output, s->record_max) < s->output.size / 2)
			return false;
		if (s->feed_stage == FEED_END) {
			reply_add(s, TO_AUTH, 0, MESSAGE_STATE_COMPLETE, 0, 0);
			s->feed_stage = FEED_COMPLETE;
		} else if (s->feed_at < stage_count(s)) {
			stage_item(s);
			s->feed_at++;
			items--;
		} else {
			s->feed_stage++;
			s->feed_at = 0;
		}
	}
	return s->feed_stage == FEED_COMPLETE;
}
