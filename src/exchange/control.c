// SPDX-License-Identifier: Apache-2.0
// Control entries: evidence first, then the rule of the kind. Nothing here
// takes the sequencer's word for anything.
#include "exchange/report.h"

#define RULES_BODY_SIZE 4 // u32: the version from here on
#define GENESIS_BODY_MAX 1024u

// Applies one body. REFUSED_NOT and the index of what was made or changed, or why not (and nothing changed).
typedef enum refusal (*control_function)(struct exchange *x, const struct control *c, uint32_t *ret_index);

static enum refusal genesis_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	uint8_t body[GENESIS_BODY_MAX];
	size_t size = genesis_write(&x->genesis, body, sizeof body);
	// This program may know newer rules than the journal began with, never older ones.
	if (x->genesis.rules > EXCHANGE_RULES)
		return REFUSED_RULES;
	return size == c->body_size && memcmp(body, c->body, size) == 0 ? REFUSED_NOT : REFUSED_EVIDENCE;
}

static enum refusal rules_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct reader r = reader_over(c->body, c->body_size);
	uint32_t version = read_u32(&r);
	if (!reader_done(&r))
		return REFUSED_MALFORMED;
	if (version > EXCHANGE_RULES || version <= x->rules)
		return REFUSED_RULES;
	x->rules = version;
	*ret_index = version;
	return REFUSED_NOT;
}

static enum refusal asset_add_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct asset_add add;
	if (asset_add_read(c->body, c->body_size, &add))
		return REFUSED_MALFORMED;
	if (x->asset_count >= x->genesis.capacities.assets)
		return REFUSED_ASSETS_FULL;
	for (uint16_t i = 0; i < x->asset_count; i++) {
		if (strcmp(x->assets[i].name, add.name) == 0)
			return REFUSED_DUPLICATE_NAME;
	}
	x->assets[x->asset_count] = add;
	*ret_index = x->asset_count++;
	return REFUSED_NOT;
}

bool exchange_market_put(struct exchange *x, const struct market_add *add)
{
	const struct market_terms terms = {
		.tick = add->tick, .price_min = add->price_min, .price_max = add->price_max,
		.lot = add->lot, .quantity_min = add->quantity_min, .quantity_max = add->quantity_max,
		.notional_min = add->notional_min, .notional_max = add->notional_max,
	};
	struct market *m = &x->markets[x->market_count];
	if (!market_init(m, &terms))
		return false;
	m->base = add->base;
	m->quote = add->quote;
	x->lines[x->market_count][BOOK_BID] = ledger_asset_lines(&x->ledger, add->quote);
	x->lines[x->market_count][BOOK_ASK] = ledger_asset_lines(&x->ledger, add->base);
	m->fee[0] = add->maker;
	m->fee[1] = add->taker;
	x->market_terms[x->market_count++] = *add;
	return true;
}

static enum refusal market_add_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct market_add add;
	if (market_add_read(c->body, c->body_size, &add) || add.base >= x->asset_count ||
	    add.quote >= x->asset_count || add.base == add.quote)
		return REFUSED_MALFORMED;
	if (x->market_count >= x->genesis.capacities.markets)
		return REFUSED_MARKETS_FULL;
	for (uint16_t i = 0; i < x->market_count; i++) {
		if (strcmp(x->market_terms[i].symbol, add.symbol) == 0)
			return REFUSED_DUPLICATE_NAME;
	}
	*ret_index = x->market_count;
	return exchange_market_put(x, &add) ? REFUSED_NOT : REFUSED_TICK_LOT;
}

static enum refusal market_set_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct market_set set;
	if (market_set_read(c->body, c->body_size, &set))
		return REFUSED_MALFORMED;
	if (set.market >= x->market_count)
		return REFUSED_UNKNOWN_MARKET;
	struct market *m = &x->markets[set.market];
	m->status = set.status;
	m->fee[0] = x->market_terms[set.market].maker = set.maker;
	m->fee[1] = x->market_terms[set.market].taker = set.taker;
	*ret_index = set.market;
	return REFUSED_NOT;
}

static enum refusal customer_add_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct customer_add add;
	if (customer_add_read(c->body, c->body_size, &add))
		return REFUSED_MALFORMED;
	if (x->customers.count >= x->customers.max)
		return REFUSED_CUSTOMERS_FULL;
	*ret_index = customers_add(&x->customers);
	x->customer_info[*ret_index] = add;
	return REFUSED_NOT;
}

static enum refusal customer_set_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct customer_set set;
	if (customer_set_read(c->body, c->body_size, &set))
		return REFUSED_MALFORMED;
	if (set.customer >= x->customers.count)
		return REFUSED_UNKNOWN_CUSTOMER;
	x->customers.list[set.customer].status = set.status;
	*ret_index = set.customer;
	return REFUSED_NOT;
}

uint32_t api_key_tag(const struct exchange *x, const char api_key[API_KEY_SIZE])
{
	uint64_t words[API_KEY_SIZE / 8];
	memcpy(words, api_key, sizeof words);
	return (uint32_t)hash_pairs(&x->hash, words, ARRAY_LEN(words) / 2);
}

struct key_sought {
	const struct key_add *info;
	const char *api_key;
};

static bool api_key_same(const void *context, uint32_t slot)
{
	const struct key_sought *sought = context;
	return memcmp(sought->info[slot - 1].api_key, sought->api_key, API_KEY_SIZE) == 0;
}

// Removed keys count: a key that was once someone's is never given to another.
bool api_key_known(const struct exchange *x, const char api_key[API_KEY_SIZE])
{
	const struct key_sought sought = { x->key_info, api_key };
	return index_find(&x->by_api_key, api_key_tag(x, api_key), api_key_same, &sought)->slot;
}

uint32_t exchange_key_put(struct exchange *x, const struct key_add *add)
{
	uint32_t key = customers_key_add(&x->customers, add->customer, add->scopes & SCOPE_TRADE);
	x->key_info[key] = *add;
	index_insert(&x->by_api_key, api_key_tag(x, add->api_key), key + 1);
	return key;
}

static enum refusal key_add_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct key_add add;
	if (key_add_read(c->body, c->body_size, &add))
		return REFUSED_MALFORMED;
	if (add.customer >= x->customers.count)
		return REFUSED_UNKNOWN_CUSTOMER;
	if (x->customers.key_count >= x->customers.keys_max)
		return REFUSED_KEYS_FULL;
	if (api_key_known(x, add.api_key))
		return REFUSED_DUPLICATE_NAME;
	*ret_index = exchange_key_put(x, &add);
	return REFUSED_NOT;
}

static enum refusal key_remove_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct key_remove remove;
	if (key_remove_read(c->body, c->body_size, &remove))
		return REFUSED_MALFORMED;
	if (remove.key >= x->customers.key_count || x->key_removed[remove.key])
		return REFUSED_UNKNOWN_KEY;
	customers_key_remove(&x->customers, remove.key);
	x->key_removed[remove.key] = 1;
	*ret_index = remove.key;
	return REFUSED_NOT;
}

static enum refusal deposit_test_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct deposit_test deposit;
	if (!x->genesis.demo)
		return REFUSED_NOT_DEMO;
	if (deposit_test_read(c->body, c->body_size, &deposit) || deposit.asset >= x->asset_count)
		return REFUSED_MALFORMED;
	if (deposit.customer >= x->customers.count)
		return REFUSED_UNKNOWN_CUSTOMER;
	if (!ledger_deposit(&x->ledger, deposit.customer, deposit.asset, deposit.amount))
		return REFUSED_OVERFLOW;
	const struct ledger_line *line = ledger_line(&x->ledger, deposit.customer, deposit.asset);
	struct event *e = event_begin(x, EVENT_BALANCE, REFUSED_NOT);
	memset(&e->order, 0, sizeof e->order);
	e->balance.customer = deposit.customer;
	e->balance.asset = deposit.asset;
	e->balance.available = line->available;
	e->balance.held = line->held;
	digest_line(x, line);
	digest_asset(x, &x->ledger.assets[deposit.asset]);
	*ret_index = deposit.customer;
	return REFUSED_NOT;
}

// Evidence: it takes its place in the chain of control entries, and that is all.
static enum refusal host_report_apply(struct exchange *x, const struct control *c, uint32_t *ret_index)
{
	struct host_report report;
	return host_report_read(c->body, c->body_size, &report) ? REFUSED_MALFORMED : REFUSED_NOT;
}

static const control_function functions[256] = {
	[ENTRY_GENESIS] = genesis_apply,
	[ENTRY_RULES] = rules_apply,
	[ENTRY_ASSET_ADD] = asset_add_apply,
	[ENTRY_MARKET_ADD] = market_add_apply,
	[ENTRY_MARKET_SET] = market_set_apply,
	[ENTRY_CUSTOMER_ADD] = customer_add_apply,
	[ENTRY_CUSTOMER_SET] = customer_set_apply,
	[ENTRY_KEY_ADD] = key_add_apply,
	[ENTRY_KEY_REMOVE] = key_remove_apply,
	[ENTRY_DEPOSIT_TEST] = deposit_test_apply,
	[ENTRY_HOST_REPORT] = host_report_apply,
};

// Genesis is the first control entry and no later one.
static enum refusal check_evidence(const struct exchange *x, uint8_t kind, const struct control *c)
{
	bool first = x->control_number == 0;
	if (first != (kind == ENTRY_GENESIS) || c->number != x->control_number + 1 ||
	    memcmp(c->previous, x->control_hash, sizeof c->previous) != 0)
		return REFUSED_CONTROL_ORDER;
	return control_verify(&x->genesis, x->id, kind, c) ? REFUSED_NOT : REFUSED_EVIDENCE;
}

enum refusal exchange_evidence(const struct exchange *x, const void *entry, size_t size)
{
	struct reader r = reader_over(entry, size);
	struct entry e;
	struct control c;
	if (entry_read(&r, &e) || !reader_done(&r) || !entry_is_control(e.kind) || control_read(&e, &c))
		return REFUSED_MALFORMED;
	return check_evidence(x, e.kind, &c);
}

static void event_control(struct exchange *x, const struct control *c, uint8_t kind, enum refusal reason,
			  uint32_t index)
{
	struct event *e = event_begin(x, reason ? EVENT_CONTROL_REFUSED : EVENT_CONTROL_DONE, reason);
	memset(&e->order, 0, sizeof e->order);
	e->control_kind = kind;
	e->index = index;
	e->number = c->number;
	digest_pair(x, c->number, (uint64_t)index << 32 | (uint64_t)kind << 8 | (uint64_t)reason);
}

int apply_control(struct exchange *x, const struct entry *entry)
{
	struct control c;
	uint32_t index = 0;
	if (control_read(entry, &c))
		return 1;
	enum refusal reason = check_evidence(x, entry->kind, &c);
	if (!reason)
		reason = functions[entry->kind](x, &c, &index);
	if (!reason) {
		x->control_number = c.number;
		control_hash(entry, x->control_hash);
	}
	event_control(x, &c, entry->kind, reason, index);
	return 0;
}
