// SPDX-License-Identifier: Apache-2.0
// One reader and one writer for each body of a control entry. A text is u8
// size and its bytes, without a NUL. X_valid says which fields are in range;
// both directions ask it, so nothing is written that would not be read.
#include "wire/control.h"

static bool is_upper_or_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_alphanumeric(char c)
{
	return is_upper_or_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_printable(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

// C2SP key names: no space and no '+'.
static bool is_name(char c)
{
	return c > 0x20 && c <= 0x7e && c != '+';
}

// The text ends within its array, has at least `least` characters, each of the sort.
static bool text_valid(const char *text, size_t max, size_t least, bool (*sort)(char))
{
	size_t size = strnlen(text, max + 1);
	if (size < least || size > max)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!sort(text[i]))
			return false;
	}
	return true;
}

static void text_read(struct reader *r, char *to, size_t max)
{
	uint8_t size = read_u8(r);
	memset(to, 0, max + 1);
	if (size > max)
		r->failed = true;
	else
		read_copy(r, to, size);
	if (strlen(to) != size)
		r->failed = true; // a NUL inside
}

static void text_write(struct writer *w, const char *text)
{
	size_t size = strlen(text);
	write_u8(w, (uint8_t)size);
	write_bytes(w, text, size);
}

static struct amount amount_read(struct reader *r)
{
	return (struct amount){ read_u64(r) };
}

static struct price price_read(struct reader *r)
{
	return (struct price){ read_u64(r) };
}

static struct quantity quantity_read(struct reader *r)
{
	return (struct quantity){ read_u64(r) };
}

static struct fee_rate fee_rate_read(struct reader *r)
{
	return (struct fee_rate){ read_u32(r) };
}

// Every NAME_read and NAME_write is the same frame around get, put and valid.
#define BODY(name)                                                                                            \
	int name##_read(const void *body, size_t size, struct name *ret)                                      \
	{                                                                                                     \
		struct reader r = reader_over(body, size);                                                    \
		struct name value;                                                                            \
		memset(&value, 0, sizeof value);                                                              \
		name##_get(&r, &value);                                                                       \
		if (!reader_done(&r) || !name##_valid(&value))                                                \
			return 1;                                                                             \
		*ret = value;                                                                                 \
		return 0;                                                                                     \
	}                                                                                                     \
	size_t name##_write(const struct name *from, void *to, size_t room)                                   \
	{                                                                                                     \
		struct writer w = writer_over(to, room);                                                      \
		if (!name##_valid(from))                                                                      \
			return 0;                                                                             \
		name##_put(&w, from);                                                                         \
		return w.failed ? 0 : writer_size(&w);                                                        \
	}

// ---- genesis ----
static bool genesis_valid(const struct genesis *g)
{
	return g->rules >= 1 && text_valid(g->origin, ORIGIN_MAX, 1, is_name) && g->operators >= 1 &&
	       g->operators <= OPERATORS_MAX;
}

static void genesis_get(struct reader *r, struct genesis *g)
{
	struct capacities *c = &g->capacities;
	g->rules = read_u32(r);
	uint8_t demo = read_u8(r);
	g->demo = demo == 1;
	text_read(r, g->origin, ORIGIN_MAX);
	c->customers = read_u32(r);
	c->keys = read_u32(r);
	c->assets = read_u16(r);
	c->markets = read_u16(r);
	c->orders = read_u32(r);
	c->orders_per_customer = read_u32(r);
	c->levels = read_u32(r);
	c->closed_orders = read_u32(r);
	c->fills_per_order = read_u32(r);
	read_copy(r, g->hash_seed, 32);
	read_copy(r, g->auth_public, 32);
	read_copy(r, g->checkpoint_public, 32);
	g->operators = read_u32(r);
	if (demo > 1 || g->operators > OPERATORS_MAX) {
		r->failed = true;
		return;
	}
	read_copy(r, g->operator_public, 32 * (size_t)g->operators);
}

static void genesis_put(struct writer *w, const struct genesis *g)
{
	const struct capacities *c = &g->capacities;
	write_u32(w, g->rules);
	write_u8(w, g->demo);
	text_write(w, g->origin);
	write_u32(w, c->customers);
	write_u32(w, c->keys);
	write_u16(w, c->assets);
	write_u16(w, c->markets);
	write_u32(w, c->orders);
	write_u32(w, c->orders_per_customer);
	write_u32(w, c->levels);
	write_u32(w, c->closed_orders);
	write_u32(w, c->fills_per_order);
	write_bytes(w, g->hash_seed, 32);
	write_bytes(w, g->auth_public, 32);
	write_bytes(w, g->checkpoint_public, 32);
	write_u32(w, g->operators);
	write_bytes(w, g->operator_public, 32 * (size_t)g->operators);
}
BODY(genesis)

// ---- assets and markets ----
#define ASSET_DECIMALS_MAX 18

static bool asset_add_valid(const struct asset_add *a)
{
	return text_valid(a->name, ASSET_NAME_MAX, 1, is_upper_or_digit) && a->decimals <= ASSET_DECIMALS_MAX;
}

static void asset_add_get(struct reader *r, struct asset_add *a)
{
	text_read(r, a->name, ASSET_NAME_MAX);
	a->decimals = read_u8(r);
}

static void asset_add_put(struct writer *w, const struct asset_add *a)
{
	text_write(w, a->name);
	write_u8(w, a->decimals);
}
BODY(asset_add)

static bool fees_valid(struct fee_rate maker, struct fee_rate taker)
{
	return maker.ppm <= FEE_RATE_MAX && taker.ppm <= FEE_RATE_MAX;
}

static bool market_add_valid(const struct market_add *m)
{
	return text_valid(m->symbol, SYMBOL_MAX, 1, is_upper_or_digit) && fees_valid(m->maker, m->taker);
}

static void market_add_get(struct reader *r, struct market_add *m)
{
	text_read(r, m->symbol, SYMBOL_MAX);
	m->base = read_u16(r);
	m->quote = read_u16(r);
	m->tick = price_read(r);
	m->price_min = price_read(r);
	m->price_max = price_read(r);
	m->lot = quantity_read(r);
	m->quantity_min = quantity_read(r);
	m->quantity_max = quantity_read(r);
	m->notional_min = amount_read(r);
	m->notional_max = amount_read(r);
	m->maker = fee_rate_read(r);
	m->taker = fee_rate_read(r);
}

static void market_add_put(struct writer *w, const struct market_add *m)
{
	text_write(w, m->symbol);
	write_u16(w, m->base);
	write_u16(w, m->quote);
	write_u64(w, m->tick.units);
	write_u64(w, m->price_min.units);
	write_u64(w, m->price_max.units);
	write_u64(w, m->lot.units);
	write_u64(w, m->quantity_min.units);
	write_u64(w, m->quantity_max.units);
	write_u64(w, m->notional_min.units);
	write_u64(w, m->notional_max.units);
	write_u32(w, m->maker.ppm);
	write_u32(w, m->taker.ppm);
}
BODY(market_add)

static bool market_set_valid(const struct market_set *m)
{
	return m->status <= MARKET_CANCEL_ONLY && fees_valid(m->maker, m->taker);
}

static void market_set_get(struct reader *r, struct market_set *m)
{
	m->market = read_u16(r);
	m->status = read_u8(r);
	m->maker = fee_rate_read(r);
	m->taker = fee_rate_read(r);
}

static void market_set_put(struct writer *w, const struct market_set *m)
{
	write_u16(w, m->market);
	write_u8(w, m->status);
	write_u32(w, m->maker.ppm);
	write_u32(w, m->taker.ppm);
}
BODY(market_set)

// ---- customers ----
static bool customer_add_valid(const struct customer_add *c)
{
	return text_valid(c->label, LABEL_MAX, 0, is_printable);
}

static void customer_add_get(struct reader *r, struct customer_add *c)
{
	read_copy(r, c->commitment, sizeof c->commitment);
	text_read(r, c->label, LABEL_MAX);
}

static void customer_add_put(struct writer *w, const struct customer_add *c)
{
	write_bytes(w, c->commitment, sizeof c->commitment);
	text_write(w, c->label);
}
BODY(customer_add)

static bool customer_set_valid(const struct customer_set *c)
{
	return c->status <= CUSTOMER_FROZEN;
}

static void customer_set_get(struct reader *r, struct customer_set *c)
{
	c->customer = read_u32(r);
	c->status = read_u8(r);
}

static void customer_set_put(struct writer *w, const struct customer_set *c)
{
	write_u32(w, c->customer);
	write_u8(w, c->status);
}
BODY(customer_set)

// ---- keys ----
static bool key_material_valid(const struct key_add *k)
{
	if (k->kind == KEY_ED25519)
		return k->sealed_size == 0;
	return k->kind == KEY_HMAC && k->sealed_size >= 1 && k->sealed_size <= KEY_SEALED_MAX;
}

static bool key_add_valid(const struct key_add *k)
{
	if (!text_valid(k->api_key, API_KEY_SIZE, API_KEY_SIZE, is_alphanumeric) || !key_material_valid(k))
		return false;
	if (k->scopes == 0 || k->scopes > (SCOPE_READ | SCOPE_TRADE | SCOPE_WITHDRAW) || k->ip_rules > IP_RULES_MAX)
		return false;
	for (unsigned i = 0; i < k->ip_rules; i++) {
		if (k->ip[i].bits > 128)
			return false;
	}
	return true;
}

static void ip_rules_get(struct reader *r, struct key_add *k)
{
	k->ip_rules = read_u8(r);
	if (k->ip_rules > IP_RULES_MAX) {
		r->failed = true;
		return;
	}
	for (unsigned i = 0; i < k->ip_rules; i++) {
		read_copy(r, k->ip[i].address, sizeof k->ip[i].address);
		k->ip[i].bits = read_u8(r);
	}
}

static void key_add_get(struct reader *r, struct key_add *k)
{
	k->customer = read_u32(r);
	k->kind = read_u8(r);
	k->scopes = read_u8(r);
	read_copy(r, k->api_key, API_KEY_SIZE);
	if (k->kind == KEY_ED25519)
		read_copy(r, k->public_key, sizeof k->public_key);
	else
		k->sealed_size = read_u16(r);
	if (k->sealed_size > KEY_SEALED_MAX) {
		r->failed = true;
		return;
	}
	read_copy(r, k->sealed, k->sealed_size);
	ip_rules_get(r, k);
}

static void key_add_put(struct writer *w, const struct key_add *k)
{
	write_u32(w, k->customer);
	write_u8(w, k->kind);
	write_u8(w, k->scopes);
	write_bytes(w, k->api_key, API_KEY_SIZE);
	if (k->kind == KEY_ED25519)
		write_bytes(w, k->public_key, sizeof k->public_key);
	else
		write_u16(w, k->sealed_size);
	write_bytes(w, k->sealed, k->sealed_size);
	write_u8(w, k->ip_rules);
	for (unsigned i = 0; i < k->ip_rules; i++) {
		write_bytes(w, k->ip[i].address, sizeof k->ip[i].address);
		write_u8(w, k->ip[i].bits);
	}
}
BODY(key_add)

static bool key_remove_valid(const struct key_remove *k)
{
	return true;
}

static void key_remove_get(struct reader *r, struct key_remove *k)
{
	k->key = read_u32(r);
}

static void key_remove_put(struct writer *w, const struct key_remove *k)
{
	write_u32(w, k->key);
}
BODY(key_remove)

// ---- deposit-test ----
static bool deposit_test_valid(const struct deposit_test *d)
{
	return d->amount.units <= AMOUNT_MAX;
}

static void deposit_test_get(struct reader *r, struct deposit_test *d)
{
	d->customer = read_u32(r);
	d->asset = read_u16(r);
	d->amount = amount_read(r);
}

static void deposit_test_put(struct writer *w, const struct deposit_test *d)
{
	write_u32(w, d->customer);
	write_u16(w, d->asset);
	write_u64(w, d->amount.units);
}
BODY(deposit_test)

// ---- host-report ----
static bool host_report_valid(const struct host_report *h)
{
	return true;
}

static void host_report_get(struct reader *r, struct host_report *h)
{
	read_copy(r, h->digest, sizeof h->digest);
	h->time_us = read_u64(r);
	h->failed = read_u16(r);
	h->unknown = read_u16(r);
	h->passed = read_u16(r);
	read_copy(r, h->manifest, sizeof h->manifest);
}

static void host_report_put(struct writer *w, const struct host_report *h)
{
	write_bytes(w, h->digest, sizeof h->digest);
	write_u64(w, h->time_us);
	write_u16(w, h->failed);
	write_u16(w, h->unknown);
	write_u16(w, h->passed);
	write_bytes(w, h->manifest, sizeof h->manifest);
}
BODY(host_report)
