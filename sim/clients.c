// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <stdio.h>

static void remember_live(struct world *w, uint64_t order)
{
	w->live[w->live_count++ % ARRAY_LEN(w->live)] = order;
}

static uint64_t some_live(struct world *w)
{
	uint32_t count = w->live_count < ARRAY_LEN(w->live) ? w->live_count : ARRAY_LEN(w->live);
	return count ? w->live[chance_below(&w->chance, count)] : 1 + chance_below(&w->chance, 100);
}

static struct sent *sent_new(struct world *w)
{
	if (w->sent_count == SENT_MAX)
		return NULL;
	w->sent[w->sent_count] = (struct sent){ 0 };
	return &w->sent[w->sent_count++];
}

static enum sequencer_result send_command(struct world *w, const struct sent *s)
{
	uint8_t record[sizeof(struct command_head) + sizeof s->entry];
	struct command_head head = { .tag = (uint64_t)(s - w->sent), .received_us = w->clock.realtime_us,
				     .gateway = (uint16_t)chance_below(&w->chance, 3),
				     .response = (uint8_t)chance_below(&w->chance, 3) };
	memcpy(record, &head, sizeof head);
	memcpy(record + sizeof head, s->entry, s->size);
	return world_submit(w, ORIGIN_AUTH, MESSAGE_COMMAND, record, sizeof head + s->size);
}

static void order_random(struct world *w, struct order_new *o)
{
	static const uint8_t types[] = { ORDER_LIMIT, ORDER_LIMIT, ORDER_LIMIT, ORDER_LIMIT, ORDER_MARKET,
					 ORDER_LIMIT_MAKER };
	struct chance *c = &w->chance;
	*o = (struct order_new){ .customer = (uint32_t)chance_below(c, CUSTOMERS), .side = chance_below(c, 2) & 1,
				 .type = types[chance_below(c, ARRAY_LEN(types))],
				 .stp = (uint8_t)chance_below(c, 4) };
	o->key = o->customer;
	if (o->type == ORDER_LIMIT)
		o->tif = (uint8_t)(chance_percent(c, 70) ? TIF_GTC : chance_below(c, 3));
	if (o->type != ORDER_MARKET)
		o->price.units = (90 + chance_below(c, 21)) * (PRICE_UNIT / 10);
	o->quantity.units = (1 + chance_below(c, 400)) * (PRICE_UNIT / 1000);
	if (chance_percent(c, 3))
		o->quantity.units += 1; // breaks LOT_SIZE
	if (o->type == ORDER_MARKET && chance_percent(c, 30)) {
		o->by_quote = true;
		o->quantity.units = (1 + chance_below(c, 50)) * (PRICE_UNIT / 10);
	}
	if (chance_percent(c, 1))
		o->quantity.units = 1ull << 62;
}

static void order_sticky(struct world *w, struct order_new *o)
{
	struct chance *c = &w->chance;
	*o = (struct order_new){ .customer = (uint32_t)chance_below(c, CUSTOMERS), .market = STICKY_MARKET,
				 .side = SIDE_BUY };
	o->key = o->customer;
	o->price.units = (1 + chance_below(c, 30)) * (PRICE_UNIT / 100);
	o->quantity.units = (1 + chance_below(c, 40)) * (PRICE_UNIT / 1000);
}

static void act_order(struct world *w)
{
	struct order_new o;
	struct sent *s = sent_new(w);
	if (!s)
		return;
	s->sticky = chance_percent(&w->chance, 15);
	(s->sticky ? order_sticky : order_random)(w, &o);
	if (s->sticky || chance_percent(&w->chance, 50)) {
		o.client_id_size = (uint8_t)snprintf(s->client_id, sizeof s->client_id, "%s-%u",
						     s->sticky ? "sticky" : "free", w->sent_count);
		o.client_id = s->client_id;
	}
	s->customer = o.customer;
	struct writer to = writer_over(s->entry, sizeof s->entry);
	s->size = (uint16_t)order_new_write(&to, &o);
	ASSERT(s->size);
	(void)send_command(w, s);
	if (s->sticky && chance_percent(&w->chance, 10))
		(void)send_command(w, s); // an impatient client
}

static void act_cancel(struct world *w)
{
	struct sent *s = sent_new(w);
	if (!s)
		return;
	struct writer to = writer_over(s->entry, sizeof s->entry);
	uint32_t customer = (uint32_t)chance_below(&w->chance, CUSTOMERS);
	if (chance_percent(&w->chance, 8)) {
		struct order_cancel_all all = { customer, customer, 0 };
		s->size = (uint16_t)order_cancel_all_write(&to, &all);
	} else {
		struct order_cancel cancel = { .customer = customer, .key = customer, .order = some_live(w) };
		s->size = (uint16_t)order_cancel_write(&to, &cancel);
	}
	ASSERT(s->size);
	(void)send_command(w, s);
}

static void act_deposit(struct world *w)
{
	uint8_t body[64], record[8 + sizeof(((struct sent *)0)->entry) + 128], previous[32];
	uint64_t number, tag;
	struct sent *s = sent_new(w);
	if (!s)
		return;
	tag = (uint64_t)(s - w->sent);
	s->control = true;
	struct deposit_test d = { .customer = (uint32_t)chance_below(&w->chance, CUSTOMERS + 1),
				  .asset = (uint16_t)chance_below(&w->chance, 2),
				  .amount = { 1 + chance_below(&w->chance, PRICE_UNIT) } };
	exchange_control_head(w->exchange, &number, previous);
	if (chance_percent(&w->chance, 10))
		number++; // out of order
	size_t size = control_sign(w->beginning->founding.exchange_id, ENTRY_DEPOSIT_TEST, number + 1, previous, 0,
				   w->beginning->operator_seed, 1000, body, deposit_test_write(&d, body, sizeof body),
				   record + 8, sizeof record - 8);
	ASSERT(size);
	memcpy(record, &tag, 8);
	(void)world_submit(w, ORIGIN_CONTROL, MESSAGE_CONTROL, record, 8 + size);
}

static void act_query(struct world *w)
{
	struct query q = { .tag = UINT64_MAX, .customer = (uint32_t)chance_below(&w->chance, CUSTOMERS), .market = -1,
			   .kind = (uint8_t)(chance_percent(&w->chance, 50) ? QUERY_BALANCES : QUERY_OPEN_ORDERS) };
	(void)world_submit(w, ORIGIN_AUTH, MESSAGE_QUERY, &q, sizeof q);
}

// Whatever arrives on the channel must not change anything when it is not well-formed.
static void act_nonsense(struct world *w)
{
	uint8_t record[200];
	size_t size = 1 + chance_below(&w->chance, sizeof record);
	chance_fill(&w->chance, record, size);
	if (size > sizeof(struct command_head) + ENTRY_HEADER_SIZE)
		record[sizeof(struct command_head) + 2] = 200; // no such entry
	uint64_t before = exchange_sequence(w->exchange);
	if (world_submit(w, ORIGIN_AUTH, MESSAGE_COMMAND, record, size) == SEQUENCER_DONE ||
	    exchange_sequence(w->exchange) != before)
		world_fail(w, "nonsense of %zu bytes was sequenced", size);
}

void clients_act(struct world *w)
{
	uint64_t dice = chance_below(&w->chance, 100);
	if (dice < 60)
		act_order(w);
	else if (dice < 85)
		act_cancel(w);
	else if (dice < 88)
		act_deposit(w);
	else if (dice < 97)
		act_query(w);
	else
		act_nonsense(w);
}

static void told_order(struct world *w, const void *data, size_t size)
{
	struct order_head head;
	ASSERT(size >= sizeof head);
	memcpy(&head, data, sizeof head);
	if (head.tag >= w->sent_count) {
		world_fail(w, "an answer to tag %llu that nobody sent", (unsigned long long)head.tag);
		return;
	}
	struct sent *s = &w->sent[head.tag];
	w->answers++;
	if (s->sticky && s->answered && !s->refusal)
		return; // an impatient client's second answer
	s->answered = true;
	s->sequence = head.sequence;
	s->refusal = head.refusal;
	if (!head.refusal && !head.was_cancel)
		remember_live(w, head.order.id);
}

void clients_told(struct world *w, enum destination destination, uint32_t kind, const void *data, size_t size)
{
	if (kind == MESSAGE_ORDER)
		told_order(w, data, size);
	if (kind == MESSAGE_CONTROL_RESULT) {
		struct control_result result;
		ASSERT(size == sizeof result);
		memcpy(&result, data, sizeof result);
		ASSERT(result.tag < w->sent_count);
		struct sent *s = &w->sent[result.tag];
		s->answered = true;
		s->sequence = result.sequence;
		s->refusal = result.refusal;
	}
	(void)destination;
}

void clients_resolve(struct world *w)
{
	for (uint32_t i = 0; i < w->sent_count; i++) {
		struct sent *s = &w->sent[i];
		struct order_view view;
		if (!s->sticky || s->answered)
			continue;
		if (exchange_order_by_client_id(w->exchange, s->customer, s->client_id, strlen(s->client_id), &view))
			continue; // it is there; the answer was lost
		(void)send_command(w, s);
	}
}
