// SPDX-License-Identifier: Apache-2.0
#include "test_house.h"

#include "base/text.h"
#include "crypto/secret.h"

#include <stdio.h>

static void key_feed(struct house *h, uint32_t index, struct key_add *add)
{
	struct key_row row = { .key = index, .customer_status = CUSTOMER_ACTIVE, .add = *add };
	ASSERT(auth_feed(&h->auth, MESSAGE_KEY, &row, sizeof row) == 0);
}

static void keys_feed(struct house *h)
{
	struct key_add trader = { .customer = 7, .kind = KEY_HMAC, .scopes = SCOPE_READ | SCOPE_TRADE,
				  .api_key = KEY_TRADER, .sealed_size = 64 + SEALED_OVERHEAD };
	struct key_add reader = { .customer = 8, .kind = KEY_HMAC, .scopes = SCOPE_READ, .api_key = KEY_READER,
				  .sealed_size = 64 + SEALED_OVERHEAD, .ip_rules = 1,
				  .ip = { { { [10] = 0xff, 0xff, 10, 0, 0, 0 }, 96 + 25 } } }; // 10.0.0.0/25
	struct key_add curve = { .customer = 9, .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE,
				 .api_key = KEY_CURVE };
	ASSERT(sealed_seal(h->public_key, SECRET_TRADER, 64, trader.sealed) == 0);
	ASSERT(sealed_seal(h->public_key, SECRET_TRADER, 64, reader.sealed) == 0);
	memcpy(curve.public_key, h->curve_public, 32);
	key_feed(h, 0, &trader);
	key_feed(h, 1, &reader);
	key_feed(h, 2, &curve);
}

void house_build(struct house *h)
{
	struct auth_settings settings = { .keys = 100, .markets = 8, .customers = 50, .replay = 4096,
					  .orders_per_10s = 1000, .orders_per_day = 100000 };
	struct market_row market = {
		.market = 3, .status = MARKET_TRADING,
		.add = { .symbol = "BTCUSDT", .base = 0, .quote = 1, .tick = { 1000000 }, .price_min = { 1000000 },
			 .price_max = { 100000000000000 }, .lot = { 1000 }, .quantity_min = { 1000 },
			 .quantity_max = { 900000000000 }, .notional_min = { 500000000 },
			 .notional_max = { 900000000000000 } } };
	ASSERT(crypto_init() == 0);
	memset(h, 0, sizeof *h);
	memset(h->curve_seed, 42, sizeof h->curve_seed);
	ed25519_public(h->curve_seed, h->curve_public);
	sealed_keypair(h->public_key, h->secret_key);
	hmac_key_init(&h->trader, SECRET_TRADER, 64);
	ASSERT(auth_init(&h->auth, &settings, h->public_key, h->secret_key, STARTED_US) == 0);
	auth_tick(&h->auth, NOW_US);
	keys_feed(h);
	ASSERT(auth_feed(&h->auth, MESSAGE_MARKET, &market, sizeof market) == 0);
	ASSERT(auth_feed(&h->auth, MESSAGE_STATE_COMPLETE, NULL, 0) == 0);
}

void house_close(struct house *h)
{
	auth_free(&h->auth);
}

size_t record_make(const struct sent *sent, uint8_t *to, size_t room)
{
	struct request_head head = { .tag = 77, .received_us = 5, .method = (uint8_t)sent->method,
				     .address = { [10] = 0xff, 0xff, 10, 0, 0, sent->last_address_byte },
				     .path_size = (uint16_t)strlen(sent->path),
				     .api_key_size = (uint16_t)strlen(sent->api_key),
				     .query_size = (uint16_t)strlen(sent->query),
				     .body_size = (uint32_t)strlen(sent->body) };
	struct writer w = writer_over(to, room);
	write_bytes(&w, &head, sizeof head);
	write_bytes(&w, sent->path, head.path_size);
	write_bytes(&w, sent->api_key, head.api_key_size);
	write_bytes(&w, sent->query, head.query_size);
	write_bytes(&w, sent->body, head.body_size);
	ASSERT(!w.failed);
	return writer_size(&w);
}

void sign_hmac(const struct house *h, const char *text, char *to, size_t room)
{
	uint8_t mac[32];
	char hex[65];
	hmac_sha256(&h->trader, text, strlen(text), mac);
	hex_encode(mac, sizeof mac, hex);
	ASSERT((size_t)snprintf(to, room, "%s&signature=%s", text, hex) < room);
}

static void percent_encode(const char *from, char *to)
{
	for (; *from; from++) {
		if (strchr("+/=", *from))
			to += sprintf(to, "%%%02X", (unsigned)*from);
		else
			*to++ = *from;
	}
	*to = 0;
}

void sign_curve(const struct house *h, const char *text, bool encode, char *to, size_t room)
{
	uint8_t signature[64];
	char base64[BASE64_SIZE(64)], encoded[3 * sizeof base64];
	ed25519_sign(h->curve_seed, text, strlen(text), signature);
	base64_encode(signature, sizeof signature, base64);
	percent_encode(base64, encoded);
	ASSERT((size_t)snprintf(to, room, "%s&signature=%s", text, encode ? encoded : base64) < room);
}

enum api_error house_ask(struct house *h, const struct sent *sent, struct output *ret)
{
	alignas(8) uint8_t record[sizeof(struct request_head) + 4096];
	size_t size = record_make(sent, record, sizeof record);
	ASSERT(auth_request(&h->auth, 2, record, size, ret) == 0);
	ASSERT(ret->count > 0);
	if (ret->record[0].kind != MESSAGE_REFUSED)
		return API_OK;
	struct refused_head head;
	ASSERT(ret->count == 1 && ret->record[0].to == TO_GATEWAY);
	memcpy(&head, ret->record[0].bytes, sizeof head);
	ASSERT(head.tag == 77 && sizeof head + head.detail_size == ret->record[0].size);
	return (enum api_error)head.error;
}
