// SPDX-License-Identifier: Apache-2.0
// The exchange as a library: found one, let two customers trade, read what happened.
#include "exchange/exchange.h"
#include "exchange/lab.h" // signs the founding entries with a key that everyone knows

#include <stdio.h>

int main(void)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	lab_open(&lab, &capacities);
	uint16_t btc = lab_asset(&lab, "BTC"), usdt = lab_asset(&lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", btc, usdt, AMOUNT_SCALE / 100, AMOUNT_SCALE / 100000, 1000, 1000);
	uint16_t market = lab_market(&lab, &terms);
	uint32_t alice = lab_customer(&lab), bob = lab_customer(&lab);
	lab_deposit(&lab, alice, btc, 2ull * AMOUNT_SCALE);
	lab_deposit(&lab, bob, usdt, 100000ull * AMOUNT_SCALE);

	struct order_new ask = { .customer = alice, .key = alice, .market = market, .side = SIDE_SELL,
				 .price = { 60000ull * AMOUNT_SCALE }, .quantity = { AMOUNT_SCALE } };
	struct order_new bid = { .customer = bob, .key = bob, .market = market, .side = SIDE_BUY, .type = ORDER_MARKET,
				 .quantity = { AMOUNT_SCALE / 2 } };
	lab_order(&lab, &ask);
	lab_order(&lab, &bid);
	for (size_t i = 0; i < exchange_event_count(lab.x); i++) {
		const struct event *e = exchange_event(lab.x, i);
		printf("event %u: kind %u\n", (unsigned)i, e->kind);
	}
	struct amount available, held;
	char text[AMOUNT_TEXT_MAX];
	exchange_balance(lab.x, bob, btc, &available, &held);
	amount_format(available.units, text);
	printf("bob has %s BTC\n", text);
	const char *wrong = exchange_check(lab.x);
	lab_close(&lab);
	return wrong != NULL;
}
