// SPDX-License-Identifier: Apache-2.0
// Entries for people: one function a kind, found by a table.
#include "entry_text.h"

#include "base/text.h"

static json_t *decimal(uint64_t units)
{
	char text[AMOUNT_TEXT_MAX];
	size_t n = amount_format(units, text);
	return json_stringn(text, n);
}

static json_t *hex32(const uint8_t bytes[32])
{
	char text[65];
	hex_encode(bytes, 32, text);
	return json_string(text);
}

static json_t *malformed(void)
{
	return json_pack("{s:b}", "malformed", 1);
}

static json_t *of_order_new(const struct entry *e)
{
	static const char *const TYPE[] = { "LIMIT", "MARKET", "LIMIT_MAKER" }, *const TIF[] = { "GTC", "IOC", "FOK" };
	struct order_new o = { 0 };
	if (order_new_read(e, &o))
		return malformed();
	return json_pack("{s:i, s:i, s:i, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:o}", "customer", (int)o.customer, "key",
			 (int)o.key, "market", (int)o.market, "side", o.side == SIDE_BUY ? "BUY" : "SELL", "type",
			 TYPE[o.type], "timeInForce", TIF[o.tif], "selfTrade", (int)o.stp, "byQuote", (int)o.by_quote,
			 "price", decimal(o.price.units), "quantity", decimal(o.quantity.units), "clientId",
			 json_stringn(o.client_id_size ? o.client_id : "", o.client_id_size));
}

static json_t *of_order_cancel(const struct entry *e)
{
	struct order_cancel o = { 0 };
	if (order_cancel_read(e, &o))
		return malformed();
	return json_pack("{s:i, s:i, s:i, s:I, s:o}", "customer", (int)o.customer, "key", (int)o.key, "market",
			 (int)o.market, "order", (json_int_t)o.order, "clientId",
			 json_stringn(o.client_id_size ? o.client_id : "", o.client_id_size));
}

static json_t *of_cancel_all(const struct entry *e)
{
	struct order_cancel_all o = { 0 };
	if (order_cancel_all_read(e, &o))
		return malformed();
	return json_pack("{s:i, s:i, s:i}", "customer", (int)o.customer, "key", (int)o.key, "market", (int)o.market);
}

static json_t *of_nothing(const struct entry *e)
{
	return json_object();
}

static json_t *of_void(const struct entry *e)
{
	struct reader r = reader_over(e->payload, e->payload_size);
	uint64_t sequence = read_u64(&r);
	return r.failed ? malformed() : json_pack("{s:I}", "passesOver", (json_int_t)sequence);
}

static json_t *of_genesis(const struct control *c)
{
	struct genesis g;
	if (genesis_read(c->body, c->body_size, &g))
		return malformed();
	return json_pack("{s:i, s:b, s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "rules", (int)g.rules, "demo", (int)g.demo,
			 "origin", g.origin, "operators", (int)g.operators, "customers", (int)g.capacities.customers, "keys",
			 (int)g.capacities.keys, "assets", (int)g.capacities.assets, "markets", (int)g.capacities.markets,
			 "orders", (int)g.capacities.orders);
}

static json_t *of_asset_add(const struct control *c)
{
	struct asset_add a;
	return asset_add_read(c->body, c->body_size, &a) ? malformed() : json_pack("{s:s}", "asset", a.name);
}

static json_t *of_market_add(const struct control *c)
{
	struct market_add m;
	if (market_add_read(c->body, c->body_size, &m))
		return malformed();
	return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:i, s:i}", "symbol", m.symbol, "base", (int)m.base, "quote",
			 (int)m.quote, "tick", decimal(m.tick.units), "lot", decimal(m.lot.units), "notionalMin",
			 decimal(m.notional_min.units), "makerPpm", (int)m.maker.ppm, "takerPpm", (int)m.taker.ppm);
}

static json_t *of_market_set(const struct control *c)
{
	struct market_set m;
	if (market_set_read(c->body, c->body_size, &m))
		return malformed();
	return json_pack("{s:i, s:i, s:i, s:i}", "market", (int)m.market, "status", (int)m.status, "makerPpm",
			 (int)m.maker.ppm, "takerPpm", (int)m.taker.ppm);
}

static json_t *of_customer_add(const struct control *c)
{
	struct customer_add a;
	if (customer_add_read(c->body, c->body_size, &a))
		return malformed();
	return json_pack("{s:s, s:o}", "label", a.label, "commitment", hex32(a.commitment));
}

static json_t *of_customer_set(const struct control *c)
{
	struct customer_set s;
	if (customer_set_read(c->body, c->body_size, &s))
		return malformed();
	return json_pack("{s:i, s:i}", "customer", (int)s.customer, "status", (int)s.status);
}

static json_t *of_key_add(const struct control *c)
{
	struct key_add k;
	if (key_add_read(c->body, c->body_size, &k))
		return malformed();
	return json_pack("{s:i, s:s, s:i, s:s, s:i}", "customer", (int)k.customer, "kind",
			 k.kind == KEY_HMAC ? "HMAC" : "ED25519", "scopes", (int)k.scopes, "apiKey", k.api_key, "ipRules",
			 (int)k.ip_rules);
}

static json_t *of_key_remove(const struct control *c)
{
	struct key_remove k;
	return key_remove_read(c->body, c->body_size, &k) ? malformed() : json_pack("{s:i}", "key", (int)k.key);
}

static json_t *of_deposit_test(const struct control *c)
{
	struct deposit_test d;
	if (deposit_test_read(c->body, c->body_size, &d))
		return malformed();
	return json_pack("{s:i, s:i, s:o}", "customer", (int)d.customer, "asset", (int)d.asset, "amount",
			 decimal(d.amount.units));
}

static json_t *of_host_report(const struct control *c)
{
	struct host_report h;
	if (host_report_read(c->body, c->body_size, &h))
		return malformed();
	return json_pack("{s:o, s:I, s:i, s:i, s:i, s:o}", "digest", hex32(h.digest), "timeUs", (json_int_t)h.time_us, "failed",
			 (int)h.failed, "unknown", (int)h.unknown, "passed", (int)h.passed, "manifest", hex32(h.manifest));
}

static json_t *of_raw(const struct control *c)
{
	return json_pack("{s:I}", "bytes", (json_int_t)c->body_size);
}

static const struct {
	uint8_t kind;
	const char *name;
	json_t *(*of_entry)(const struct entry *e);
	json_t *(*of_control)(const struct control *c);
} kinds[] = {
	{ ENTRY_ORDER_NEW, "ORDER_NEW", of_order_new, NULL },
	{ ENTRY_ORDER_CANCEL, "ORDER_CANCEL", of_order_cancel, NULL },
	{ ENTRY_ORDER_CANCEL_ALL, "ORDER_CANCEL_ALL", of_cancel_all, NULL },
	{ ENTRY_TICK, "TICK", of_nothing, NULL },
	{ ENTRY_OPEN, "OPEN", of_nothing, NULL },
	{ ENTRY_VOID, "VOID", of_void, NULL },
	{ ENTRY_GENESIS, "GENESIS", NULL, of_genesis },
	{ ENTRY_RULES, "RULES", NULL, of_raw },
	{ ENTRY_ASSET_ADD, "ASSET_ADD", NULL, of_asset_add },
	{ ENTRY_MARKET_ADD, "MARKET_ADD", NULL, of_market_add },
	{ ENTRY_MARKET_SET, "MARKET_SET", NULL, of_market_set },
	{ ENTRY_CUSTOMER_ADD, "CUSTOMER_ADD", NULL, of_customer_add },
	{ ENTRY_CUSTOMER_SET, "CUSTOMER_SET", NULL, of_customer_set },
	{ ENTRY_KEY_ADD, "KEY_ADD", NULL, of_key_add },
	{ ENTRY_KEY_REMOVE, "KEY_REMOVE", NULL, of_key_remove },
	{ ENTRY_DEPOSIT_TEST, "DEPOSIT_TEST", NULL, of_deposit_test },
	{ ENTRY_HOST_REPORT, "HOST_REPORT", NULL, of_host_report },
};

json_t *entry_object(const struct entry *entry)
{
	struct control control;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].kind != entry->kind)
			continue;
		if (kinds[i].of_entry)
			return json_pack("{s:s, s:o}", "kind", kinds[i].name, "fields", kinds[i].of_entry(entry));
		if (control_read(entry, &control))
			return json_pack("{s:s, s:o}", "kind", kinds[i].name, "fields", malformed());
		return json_pack("{s:s, s:I, s:i, s:i, s:o}", "kind", kinds[i].name, "number", (json_int_t)control.number,
				 "signer", (int)control.signer, "uid", (int)control.uid, "fields",
				 kinds[i].of_control(&control));
	}
	return json_pack("{s:i}", "unknownKind", (int)entry->kind);
}
