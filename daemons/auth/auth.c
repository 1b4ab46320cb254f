// SPDX-License-Identifier: Apache-2.0
#include "auth.h"

#include "address.h"
#include "crypto/secret.h"
#include "signature.h"

#include <stdlib.h>

int auth_init(struct auth *a, const struct auth_settings *settings, const uint8_t auth_public[32],
	      const uint8_t auth_secret[32], uint64_t now_us)
{
	uint8_t seed[32], random[16];
	random_bytes(seed, sizeof seed);
	random_bytes(random, sizeof random);
	*a = (struct auth){ .customers = settings->customers };
	a->keys = key_table_new(settings->keys, auth_public, auth_secret, seed);
	a->markets = market_table_new(settings->markets, seed);
	a->replay = replay_new(settings->replay, now_us);
	a->frozen = calloc(u64_max(settings->customers, 1), 1);
	int r = order_limits_init(&a->limits, settings->customers, settings->orders_per_10s, settings->orders_per_day);
	if (r || !a->keys || !a->markets || !a->replay || !a->frozen) {
		auth_free(a);
		return -ENOMEM;
	}
	client_ids_init(&a->ids, random);
	window_start(&a->window, now_us);
	return 0;
}

void auth_free(struct auth *a)
{
	key_table_free(a->keys);
	market_table_free(a->markets);
	replay_free(a->replay);
	free(a->frozen);
	order_limits_free(&a->limits);
	*a = (struct auth){ 0 };
}

void auth_tick(struct auth *a, uint64_t now_us)
{
	window_tick(&a->window, now_us);
}

void auth_forget(struct auth *a)
{
	key_table_clear(a->keys);
	market_table_clear(a->markets);
	memset(a->frozen, 0, a->customers);
	a->complete = false;
}

// ---- the engine's feed ----
static int feed_key(struct auth *a, const void *record)
{
	const struct key_row *row = record;
	if (row->add.customer < a->customers)
		a->frozen[row->add.customer] = row->customer_status != CUSTOMER_ACTIVE;
	return key_table_add(a->keys, row);
}

static int feed_key_removed(struct auth *a, const void *record)
{
	uint32_t key;
	memcpy(&key, record, sizeof key);
	key_table_remove(a->keys, key);
	return 0;
}

static int feed_market(struct auth *a, const void *record)
{
	return market_table_set(a->markets, record);
}

static int feed_customer(struct auth *a, const void *record)
{
	uint32_t row[2];
	memcpy(row, record, sizeof row);
	if (row[0] >= a->customers)
		return 1;
	a->frozen[row[0]] = row[1] != CUSTOMER_ACTIVE;
	return 0;
}

static int feed_complete(struct auth *a, const void *record)
{
	a->complete = true;
	return 0;
}

static const struct { uint32_t kind; size_t size; int (*take)(struct auth *a, const void *record); } feeds[] = {
	{ MESSAGE_KEY, sizeof(struct key_row), feed_key },
	{ MESSAGE_KEY_REMOVED, 2 * sizeof(uint32_t), feed_key_removed },
	{ MESSAGE_MARKET, sizeof(struct market_row), feed_market },
	{ MESSAGE_CUSTOMER, 2 * sizeof(uint32_t), feed_customer },
	{ MESSAGE_STATE_COMPLETE, 0, feed_complete },
};

int auth_feed(struct auth *a, uint32_t kind, const void *record, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(feeds); i++)
		if (feeds[i].kind == kind && feeds[i].size == size)
			return feeds[i].take(a, record);
	return -EPROTO;
}

// ---- requests ----
struct checking {
	struct auth *auth;
	const struct request *request;
	const struct route *route;
	const struct auth_key *key;
	struct api_problem *problem;
};

static enum api_error refuse(const struct checking *c, enum api_error error, const char *detail)
{
	if (error)
		api_problem_set(c->problem, error, detail);
	return error;
}

static enum api_error check_route(struct checking *c)
{
	bool path_known = false;
	if (!c->auth->complete)
		return refuse(c, API_RESTARTING, NULL);
	c->route = api_route_find(c->request->method, c->request->path, &path_known);
	if (!c->route)
		return refuse(c, path_known ? API_METHOD : API_NOT_FOUND, NULL);
	// What is public the gateway answers by itself.
	return c->route->security == ROUTE_PUBLIC ? refuse(c, API_NOT_FOUND, NULL) : API_OK;
}

static enum api_error check_key(struct checking *c)
{
	static const uint8_t NEEDED[] = { [ROUTE_KEY] = SCOPE_READ, [ROUTE_SIGNED_READ] = SCOPE_READ,
					  [ROUTE_SIGNED_TRADE] = SCOPE_TRADE };
	struct slice text = c->request->api_key;
	if (text.size == 0 || text.size > API_KEY_SIZE)
		return refuse(c, API_KEY_FORMAT, NULL);
	c->key = key_table_find(c->auth->keys, text.at, text.size);
	// One answer for the three: it does not tell a stranger which keys exist.
	if (!c->key || !address_allowed(c->key->ip, c->key->ip_rules, c->request->address))
		return refuse(c, API_KEY_INVALID, NULL);
	ASSERT(c->route->security < ARRAY_LEN(NEEDED));
	return (c->key->scopes & NEEDED[c->route->security]) ? API_OK : refuse(c, API_KEY_INVALID, NULL);
}

static enum api_error check_window(struct checking *c, const struct signed_parts *parts, uint64_t *ret_expires_us)
{
	uint64_t timestamp, recv_window = WINDOW_DEFAULT_US;
	if (!timestamp_read(parts->timestamp, &timestamp))
		return refuse(c, API_ILLEGAL_CHARACTERS, "timestamp'; legal range is '^[0-9]{1,18}$");
	if (parts->recv_window.at && !recv_window_read(parts->recv_window, &recv_window))
		return refuse(c, API_ILLEGAL_CHARACTERS, "recvWindow'; legal range is '^[0-9]{1,5}([.][0-9]{1,3})?$");
	return refuse(c, window_check(&c->auth->window, timestamp, recv_window, ret_expires_us), NULL);
}

// The signed bytes name no route, and an honest client reads several routes in one millisecond with the same bytes. A
// read is thus remembered with its route. What trades is remembered by its bytes alone, and so are the bytes of a read:
// a read that somebody saw never becomes a cancellation. 0, 1 when it was seen before, 2 when the set is full.
static int remember(struct checking *c, const uint8_t digest[32], uint64_t expires_us)
{
	struct replay *replay = c->auth->replay;
	uint64_t now_us = c->auth->window.now_us;
	uint8_t of_route[REPLAY_KEY_SIZE];
	if (c->route->security == ROUTE_SIGNED_TRADE)
		return replay_insert(replay, digest, c->key->index, expires_us, now_us);
	memcpy(of_route, digest, sizeof of_route);
	of_route[REPLAY_KEY_SIZE - 2] ^= (uint8_t)(c->route->id + 1); // never 0: that key is the bytes' own
	of_route[REPLAY_KEY_SIZE - 1] ^= (uint8_t)(c->route->method + 1);
	int r = replay_insert(replay, of_route, c->key->index, expires_us, now_us);
	if (r)
		return r;
	return replay_insert(replay, digest, c->key->index, expires_us, now_us) == 2 ? 2 : 0;
}

static enum api_error check_signature(struct checking *c)
{
	struct signed_parts parts;
	uint64_t expires_us = 0;
	uint8_t digest[32];
	const char *detail = NULL;
	if (c->route->security == ROUTE_KEY)
		return API_OK;
	enum api_error e = signed_parts_find(c->request->query, c->request->body, &parts, &detail);
	if (e)
		return refuse(c, e, detail);
	e = check_window(c, &parts, &expires_us);
	if (e)
		return e;
	bool good = c->key->kind == KEY_HMAC ? signature_check_hmac(c->key->hmac, &parts, digest) :
					       signature_check_ed25519(c->key->public_key, &parts, digest);
	if (!good)
		return refuse(c, API_SIGNATURE, NULL);
	switch (remember(c, digest, expires_us)) {
	case 0:
		return API_OK;
	case 1:
		return refuse(c, API_REPLAYED, NULL);
	default:
		return refuse(c, API_OVERLOADED, NULL); // closed, not open: unremembered it could be sent again
	}
}

static enum api_error check_account(struct checking *c)
{
	if (c->route->id != ROUTE_ORDER_NEW)
		return API_OK;
	if (c->key->customer < c->auth->customers && c->auth->frozen[c->key->customer])
		return refuse(c, API_ACCOUNT_DISABLED, NULL);
	return order_limits_charge(&c->auth->limits, c->key->customer, c->auth->window.now_us, c->problem);
}

static enum api_error check_schema(struct checking *c)
{
	return params_parse(c->route, c->request->query, c->request->body, &c->auth->params, c->problem)
		       ? c->problem->error
		       : API_OK;
}

static enum api_error (*const checks[])(struct checking *c) = {
	check_route, check_key, check_signature, check_account, check_schema,
};

int auth_request(struct auth *a, uint16_t gateway, const void *record, size_t size, struct output *ret)
{
	struct request request;
	if (request_read(record, size, &request))
		return 1;
	struct api_problem problem = { 0 };
	struct checking c = { .auth = a, .request = &request, .problem = &problem };
	enum api_error e = API_OK;
	ret->count = 0;
	for (size_t i = 0; i < ARRAY_LEN(checks) && !e; i++)
		e = checks[i](&c);
	if (!e) {
		struct asker asker = { .key = c.key, .gateway = gateway, .tag = request.tag,
				       .received_us = request.received_us };
		e = command_make(c.route, &a->params, &asker, a->markets, &a->ids, ret, &problem);
	}
	if (e) {
		ret->count = 0;
		output_refuse(ret, request.tag, &problem);
	}
	return 0;
}
