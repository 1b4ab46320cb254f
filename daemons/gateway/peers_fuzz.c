// SPDX-License-Identifier: Apache-2.0
// What auth, engine and history might say: route, then records (peer, kind, size, bytes after the tag). Whatever they
// say, an answer that goes out is whole HTTP around whole JSON.
#include "daemons/gateway/internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gateway *gateway;
static struct marketdata *page;

static const uint8_t kinds[] = { MESSAGE_ORDER,	       MESSAGE_REFUSED,	       MESSAGE_DONE,
				 MESSAGE_ORDERS,       MESSAGE_BALANCES,       MESSAGE_ENGINE_REFUSED,
				 MESSAGE_HISTORY_ORDERS, MESSAGE_HISTORY_TRADES, MESSAGE_HISTORY_KLINES,
				 MESSAGE_HISTORY_REFUSED, MESSAGE_COMMAND };

static void market_add(uint32_t i, const char *symbol)
{
	strcpy(page->market[i].market.symbol, symbol);
	page->market[i].market.base = 0;
	page->market[i].market.quote = 1;
}

static void gateway_make(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	struct gateway_setup setup = { .listen = -1, .doorbell = -1, .link = -1, .connections = 1, .tls = tls, .data_pages = 2 };
	page = calloc(1, marketdata_size(2));
	page->magic = MARKETDATA_MAGIC;
	page->version = MARKETDATA_VERSION;
	strcpy(page->asset[0].name, "BTC");
	strcpy(page->asset[1].name, "USDT");
	page->assets = page->markets = 2;
	page->heartbeat_us = UINT64_MAX / 2; // kept for ever
	market_add(0, "BTCUSDT");
	market_add(1, "ETHUSDT");
	setup.data = page;
	gateway = gateway_new(&setup);
	ASSERT(gateway && catalogue_refresh(&gateway->catalogue, page, 2));
}

static struct connection *connection_make(void)
{
	struct connection *c = &gateway->connection[0];
	memset(c, 0, offsetof(struct connection, slot));
	gateway->free_count = 0;
	gateway->dirty_count = 0;
	c->generation = 1;
	c->state = CONNECTION_OPEN;
	c->fd = -1;
	return c;
}

static void reply_check(const struct connection *c)
{
	if (c->broken || !c->out.size)
		return;
	char *text = strndup((const char *)c->out.at, c->out.size);
	char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
	json_error_t error;
	ASSERT(body && length && length < body);
	ASSERT(strlen(body + 4) == strtoul(length + 16, NULL, 10));
	json_t *j = json_loads(body + 4, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
	ASSERT(j);
	json_decref(j);
	free(text);
}

// One record out of the input: its tag is the slot's, all else is the fuzzer's.
static int record_next(struct reader *r, uint64_t tag)
{
	uint8_t peer = read_u8(r), kind = read_u8(r);
	uint16_t size = read_u16(r);
	size_t left = u64_min(size, reader_left(r));
	memset(gateway->record, 0, sizeof gateway->record);
	memcpy(gateway->record, &tag, sizeof tag);
	read_copy(r, gateway->record + sizeof tag, u64_min(left, sizeof gateway->record - sizeof tag));
	return peer_record_take(gateway, (enum gateway_peer)(peer % PEER_COUNT), kinds[kind % sizeof kinds],
				sizeof tag + left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!gateway)
		gateway_make();
	struct reader r = reader_over(data, size);
	struct connection *c = connection_make();
	struct slot *slot = slot_add(gateway, c, false);
	slot->route = read_u8(&r) % ROUTE_ID_COUNT;
	slot->asked = slot->route < ROUTE_ORDER_NEW ? PEER_HISTORY : PEER_AUTH;
	slot->market = slot->route % 3 - 1;
	slot->omit_zero = slot->route & 1;
	uint64_t tag = slot_tag(gateway, c, slot);
	while (reader_left(&r) >= 4 && record_next(&r, tag) == 0)
		;
	reply_check(c);
	slot_drop(gateway, slot);
	bytes_free(gateway, &c->out);
	c->state = CONNECTION_FREE;
	return 0;
}
