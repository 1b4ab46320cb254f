// SPDX-License-Identifier: Apache-2.0
#include "api/catalogue.h"

static bool name_valid(const char *name, size_t room)
{
	size_t size = strnlen(name, room);
	if (size == 0 || size == room)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!((name[i] >= 'A' && name[i] <= 'Z') || (name[i] >= '0' && name[i] <= '9')))
			return false;
	}
	return true;
}

static uint32_t symbol_hash(struct slice symbol)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < symbol.size; i++)
		h = (h ^ (uint8_t)symbol.at[i]) * 16777619u;
	return h;
}

static void index_add(struct catalogue *c, uint32_t market)
{
	uint32_t at = symbol_hash(catalogue_symbol(c, market)) % CATALOGUE_SLOTS;
	while (c->slot[at])
		at = (at + 1) % CATALOGUE_SLOTS;
	c->slot[at] = (uint16_t)(market + 1);
}

static bool assets_refresh(struct catalogue *c, const struct marketdata *data)
{
	uint32_t before = c->assets;
	uint32_t count = atomic_load_explicit(&data->assets, memory_order_acquire);
	while (c->assets < count && c->assets < MARKETDATA_ASSETS_MAX) {
		struct asset_add *to = &c->asset[c->assets];
		memcpy(to, &data->asset[c->assets], sizeof *to);
		if (!name_valid(to->name, sizeof to->name))
			break;
		c->assets++;
	}
	return c->assets != before;
}

static bool market_well_formed(const struct catalogue *c, const struct market_add *m)
{
	return name_valid(m->symbol, sizeof m->symbol) && m->base < c->assets && m->quote < c->assets;
}

static bool market_copy(const struct marketdata *data, uint32_t market, struct market_add *ret, uint8_t *ret_status)
{
	const struct marketdata_market *m = &data->market[market];
	struct {
		uint8_t bytes[offsetof(struct marketdata_market, market) - offsetof(struct marketdata_market, status) +
			      sizeof(struct market_add)];
	} both;
	if (!marketdata_copy(m, &m->status, &both, sizeof both))
		return false;
	*ret_status = both.bytes[0];
	memcpy(ret, both.bytes + offsetof(struct marketdata_market, market) - offsetof(struct marketdata_market, status),
	       sizeof *ret);
	return true;
}

// Fees and status are what may change in a market that is known.
static bool market_changed(struct catalogue *c, uint32_t i, const struct market_add *m, uint8_t status)
{
	struct market_add *mine = &c->market[i];
	if (c->status[i] == status && mine->maker.ppm == m->maker.ppm && mine->taker.ppm == m->taker.ppm)
		return false;
	c->status[i] = status;
	mine->maker = m->maker;
	mine->taker = m->taker;
	return true;
}

static bool markets_refresh(struct catalogue *c, const struct marketdata *data, uint32_t pages)
{
	bool changed = false;
	struct market_add market;
	uint8_t status;
	uint32_t count = atomic_load_explicit(&data->markets, memory_order_acquire);
	if (count > pages)
		count = pages;
	for (uint32_t i = 0; i < count && i < MARKETDATA_MARKETS_MAX; i++) {
		if (!market_copy(data, i, &market, &status))
			break;
		if (i < c->markets) {
			changed |= market_changed(c, i, &market, status);
			continue;
		}
		if (!market_well_formed(c, &market))
			break;
		c->market[i] = market;
		c->status[i] = status;
		c->markets = i + 1;
		index_add(c, i);
		changed = true;
	}
	return changed;
}

bool catalogue_refresh(struct catalogue *c, const struct marketdata *data, uint32_t pages)
{
	if (data->magic != MARKETDATA_MAGIC || data->version != MARKETDATA_VERSION)
		return false; // not written yet
	bool assets = assets_refresh(c, data), markets = markets_refresh(c, data, pages);
	if (assets || markets)
		c->version++;
	return assets || markets;
}

int catalogue_find(const struct catalogue *c, struct slice symbol)
{
	uint32_t at = symbol_hash(symbol) % CATALOGUE_SLOTS;
	for (; c->slot[at]; at = (at + 1) % CATALOGUE_SLOTS) {
		uint32_t market = c->slot[at] - 1u;
		if (slice_is(symbol, c->market[market].symbol))
			return (int)market;
	}
	return -1;
}

struct slice catalogue_symbol(const struct catalogue *c, uint32_t market)
{
	return market < c->markets ? slice_text(c->market[market].symbol) : slice_of("", 0);
}

struct slice catalogue_asset(const struct catalogue *c, uint32_t asset)
{
	return asset < c->assets ? slice_text(c->asset[asset].name) : slice_of("", 0);
}

struct slice catalogue_base(const struct catalogue *c, uint32_t market)
{
	return market < c->markets ? catalogue_asset(c, c->market[market].base) : slice_of("", 0);
}

struct slice catalogue_quote(const struct catalogue *c, uint32_t market)
{
	return market < c->markets ? catalogue_asset(c, c->market[market].quote) : slice_of("", 0);
}
