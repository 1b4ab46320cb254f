// SPDX-License-Identifier: Apache-2.0
// redoubt asset add, redoubt market add | set
#include "client.h"
#include "command.h"

static bool name_copy(const char *text, const char *what, char *to, size_t max)
{
	size_t size = strlen(text);
	if (size == 0 || size > max || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != size) {
		complain("%s must be 1 to %zu capitals and digits, not '%s'", what, max, text);
		return false;
	}
	memcpy(to, text, size + 1);
	return true;
}

int command_asset_add(int argc, char **argv)
{
	const char *word[1], *decimals = NULL;
	const struct option options[] = { { "--decimals", &decimals, NULL } };
	struct asset_add add = { .decimals = AMOUNT_DECIMALS };
	uint64_t shown = AMOUNT_DECIMALS, asset;
	uint8_t body[64];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!name_copy(word[0], "NAME", add.name, ASSET_NAME_MAX) ||
	    (decimals && !number_read(decimals, "--decimals", 0, AMOUNT_DECIMALS, &shown)))
		return EXIT_USAGE;
	add.decimals = (uint8_t)shown;
	r = statement_send(ENTRY_ASSET_ADD, body, asset_add_write(&add, body, sizeof body), &asset);
	if (!r)
		result_say(json_pack("{s:I, s:s}", "asset", (json_int_t)asset, "name", add.name), "asset %llu is %s",
			   (unsigned long long)asset, add.name);
	return r;
}

static bool status_read(const char *text, uint8_t *ret)
{
	static const char *const NAMES[] = { [MARKET_TRADING] = "trading", [MARKET_HALTED] = "halted",
					     [MARKET_CANCEL_ONLY] = "cancel-only" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		if (!strcmp(NAMES[i], text)) {
			*ret = (uint8_t)i;
			return true;
		}
	}
	complain("--status is trading, halted or cancel-only, not '%s'", text);
	return false;
}

// "0.1" percent is 1,000 parts per million.
static bool fee_read(const char *text, const char *name, uint32_t *ret)
{
	uint64_t units;
	if (amount_parse(text, strlen(text), &units) || units % 10000 || units / 10000 > FEE_RATE_MAX) {
		complain("%s is a fee in percent from 0 to 10 with at most 4 decimals, not '%s'", name, text);
		return false;
	}
	*ret = (uint32_t)(units / 10000);
	return true;
}

// The decimals of a new market, as the operator writes them.
struct market_wish { const char *tick, *lot, *price_max, *quantity_max, *notional_min, *notional_max, *maker, *taker; };

static bool decimals_read(const struct market_wish *wish, struct market_add *m)
{
	const struct { const char *name, *text; uint64_t *units; } rows[] = {
		{ "--tick", wish->tick, &m->tick.units }, { "--lot", wish->lot, &m->lot.units },
		{ "--price-max", wish->price_max, &m->price_max.units },
		{ "--quantity-max", wish->quantity_max, &m->quantity_max.units },
		{ "--notional-min", wish->notional_min, &m->notional_min.units },
		{ "--notional-max", wish->notional_max, &m->notional_max.units },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!rows[i].text) {
			complain("%s is missing", rows[i].name);
			return false;
		}
		if (amount_parse(rows[i].text, strlen(rows[i].text), rows[i].units) || *rows[i].units == 0) {
			complain("%s must be a decimal above 0 with at most 8 decimals, not '%s'", rows[i].name, rows[i].text);
			return false;
		}
	}
	return fee_read(wish->maker, "--maker", &m->maker.ppm) && fee_read(wish->taker, "--taker", &m->taker.ppm);
}

int command_market_add(int argc, char **argv)
{
	struct market_wish w = { .price_max = "1000000", .quantity_max = "9000", .notional_min = "5",
				 .notional_max = "9000000", .maker = "0.1", .taker = "0.1" };
	const struct option options[] = {
		{ "--tick", &w.tick, NULL }, { "--lot", &w.lot, NULL }, { "--price-max", &w.price_max, NULL },
		{ "--quantity-max", &w.quantity_max, NULL }, { "--notional-min", &w.notional_min, NULL },
		{ "--notional-max", &w.notional_max, NULL }, { "--maker", &w.maker, NULL }, { "--taker", &w.taker, NULL } };
	const char *word[2];
	struct market_add m = { 0 };
	uint64_t market;
	uint8_t body[256];
	char symbol[2 * ASSET_NAME_MAX + 1];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 2, 2);
	if (r < 0)
		return options_exit(r);
	if (!name_copy(word[0], "BASE", symbol, ASSET_NAME_MAX) ||
	    !name_copy(word[1], "QUOTE", symbol + strlen(word[0]), ASSET_NAME_MAX) || !decimals_read(&w, &m))
		return EXIT_USAGE;
	_Static_assert(2 * ASSET_NAME_MAX <= SYMBOL_MAX, "two names make a symbol");
	memcpy(m.symbol, symbol, strlen(symbol) + 1);
	m.price_min = m.tick;
	m.quantity_min = m.lot;
	r = asset_number(word[0], &m.base);
	if (!r)
		r = asset_number(word[1], &m.quote);
	if (!r)
		r = statement_send(ENTRY_MARKET_ADD, body, market_add_write(&m, body, sizeof body), &market);
	if (!r)
		result_say(json_pack("{s:I, s:s}", "market", (json_int_t)market, "symbol", symbol), "market %llu is %s",
			   (unsigned long long)market, symbol);
	return r;
}

int command_market_set(int argc, char **argv)
{
	const char *word[1], *status = NULL, *maker = NULL, *taker = NULL;
	const struct option options[] = { { "--status", &status, NULL }, { "--maker", &maker, NULL },
					  { "--taker", &taker, NULL } };
	struct market_now now;
	uint8_t body[64];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!status && !maker && !taker) {
		complain("say what to change: --status, --maker or --taker");
		return EXIT_USAGE;
	}
	r = market_number(word[0], &now);
	if (r)
		return r;
	if ((status && !status_read(status, &now.status)) || (maker && !fee_read(maker, "--maker", &now.maker_ppm)) ||
	    (taker && !fee_read(taker, "--taker", &now.taker_ppm)))
		return EXIT_USAGE;
	struct market_set set = { .market = now.market, .status = now.status, .maker = { now.maker_ppm },
				  .taker = { now.taker_ppm } };
	r = statement_send(ENTRY_MARKET_SET, body, market_set_write(&set, body, sizeof body), NULL);
	if (!r)
		result_say(json_pack("{s:s, s:i, s:i, s:i}", "symbol", word[0], "status", (int)now.status, "maker_ppm",
				     (int)now.maker_ppm, "taker_ppm", (int)now.taker_ppm),
			   "%s: maker %u ppm, taker %u ppm, status %u", word[0], now.maker_ppm, now.taker_ppm, now.status);
	return r;
}
