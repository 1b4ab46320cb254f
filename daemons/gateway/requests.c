// SPDX-License-Identifier: Apache-2.0
// What becomes of a request that was parsed: limit, route, and either an answer from here or a record to another process.
#include "daemons/gateway/internal.h"

#include <stdio.h>

_Static_assert((int)HTTP_GET == METHOD_GET && (int)HTTP_POST == METHOD_POST && (int)HTTP_DELETE == METHOD_DELETE &&
		       (int)HTTP_PUT == METHOD_PUT,
	       "one numbering of methods");
_Static_assert(HTTP_HEAD_MAX + HTTP_BODY_MAX <= REQUEST_BYTES_MAX, "every request that parses fits into a record");

void request_malformed(struct gateway *g, struct connection *c, enum http_refusal refusal)
{
	const struct http_refusal_row *row = http_refusal_row(refusal);
	struct api_problem problem;
	struct slot *slot = slot_add(g, c, true);
	count_up(g, COUNT_MALFORMED);
	slot->used_weight = limits_charge(g->weight, c->address, 1, g->now_us * 1000).used;
	api_problem_set(&problem, API_MALFORMED_HTTP, row->text);
	slot_refuse_problem(g, c, slot, &problem, row->status, slice_of(NULL, 0));
}

// A Host that is not ours: a request that went astray, or somebody who looks for what lies behind a bare address.
static void request_misdirected(struct gateway *g, struct connection *c)
{
	struct api_problem problem;
	struct slot *slot = slot_add(g, c, true);
	c->last = true;
	count_up(g, COUNT_MALFORMED);
	slot->used_weight = limits_charge(g->weight, c->address, 1, g->now_us * 1000).used;
	api_problem_set(&problem, API_MALFORMED_HTTP, "the Host header names no server that is here");
	slot_refuse_problem(g, c, slot, &problem, 421, slice_of(NULL, 0));
}

// Charges the address. False: it was refused, and told when to come back.
static bool weight_charge(struct gateway *g, struct connection *c, struct slot *slot, unsigned weight)
{
	char detail[64], lines[64];
	struct api_problem problem;
	struct limit_answer answer = limits_charge(g->weight, c->address, weight, g->now_us * 1000);
	slot->used_weight = answer.used;
	if (answer.verdict == LIMIT_FINE)
		return true;
	count_up(g, COUNT_LIMITED);
	if (answer.verdict == LIMIT_BANNED) {
		snprintf(detail, sizeof detail, "%llu",
			 (unsigned long long)(g->realtime_us / 1000 + answer.retry_after_s * UINT64_C(1000)));
		api_problem_set(&problem, API_BANNED, detail);
	} else {
		snprintf(detail, sizeof detail, "%llu request weight per 1 MINUTE",
			 (unsigned long long)g->setup.limits.weight_per_minute);
		api_problem_set(&problem, API_TOO_MANY_REQUESTS, detail);
	}
	int size = snprintf(lines, sizeof lines, "Retry-After: %u\r\n", answer.retry_after_s);
	slot_refuse_problem(g, c, slot, &problem, 0, slice_of(lines, (size_t)size));
	return false;
}

// A body is a form; clients that put everything into the query say JSON, or nothing, about an empty one.
static bool body_acceptable(const struct http_request *request)
{
	return request->body.size == 0 || request->content_type.size == 0 ||
	       http_type_is(request->content_type, "application/x-www-form-urlencoded");
}

static void public_take(struct gateway *g, struct connection *c, struct slot *slot, const struct route *route,
			const struct http_request *request)
{
	struct api_problem problem;
	bool bad = params_parse(route, request->query, request->body, &g->params, &problem);
	if (!weight_charge(g, c, slot, bad ? route->weight : route_weight(route, &g->params)))
		return;
	if (bad)
		slot_refuse_problem(g, c, slot, &problem, 0, slice_of(NULL, 0));
	else
		public_answer(g, c, slot, route);
}

static size_t request_record(struct gateway *g, struct connection *c, const struct slot *slot,
			     const struct http_request *r)
{
	struct request_head head = { .tag = slot_tag(g, c, slot), .received_us = g->realtime_us,
				     .method = (uint8_t)r->method, .path_size = (uint16_t)r->path.size,
				     .api_key_size = (uint16_t)r->api_key.size,
				     .query_size = (uint16_t)r->query.size, .body_size = (uint32_t)r->body.size };
	struct writer w = writer_over(g->request, sizeof g->request);
	memcpy(head.address, c->address, sizeof head.address);
	write_bytes(&w, &head, sizeof head);
	write_bytes(&w, r->path.at, r->path.size);
	write_bytes(&w, r->api_key.at, r->api_key.size);
	write_bytes(&w, r->query.at, r->query.size);
	write_bytes(&w, r->body.at, r->body.size);
	ASSERT(!w.failed);
	return writer_size(&w);
}

// Answers of some routes need a parameter here as well. That they are right is auth's to say.
static void slot_remember(struct gateway *g, struct slot *slot, const struct route *route,
			  const struct http_request *request)
{
	struct api_problem problem;
	if (route->id != ROUTE_ACCOUNT && route->id != ROUTE_COMMISSION && route->id != ROUTE_TRADE_FEE)
		return;
	if (params_parse(route, request->query, request->body, &g->params, &problem))
		return;
	slot->omit_zero = param_number(&g->params, PARAM_OMIT_ZERO_BALANCES, 0);
	if (param_has(&g->params, PARAM_SYMBOL))
		slot->market = catalogue_find(&g->catalogue, param_text(&g->params, PARAM_SYMBOL));
}

static bool route_cancels(const struct route *route)
{
	return route->id == ROUTE_ORDER_CANCEL || route->id == ROUTE_OPEN_ORDERS_CANCEL;
}

static void auth_ask(struct gateway *g, struct connection *c, struct slot *slot, const struct route *route,
		     const struct http_request *request)
{
	if (request->api_key.size == 0) {
		slot_refuse(g, c, slot, API_KEY_FORMAT, NULL);
		return;
	}
	slot_remember(g, slot, route, request);
	size_t size = request_record(g, c, slot, request);
	uint64_t reserve = route_cancels(route) ? 0 : g->to_auth.size / GATEWAY_RESERVE_PART;
	if (!g->to_auth.ring || channel_room(&g->to_auth) < size + 16 + reserve ||
	    channel_write(&g->to_auth, MESSAGE_REQUEST, g->request, size)) {
		count_up(g, COUNT_SHED);
		slot_refuse(g, c, slot, API_OVERLOADED, NULL);
		return;
	}
	slot->asked = PEER_AUTH;
	g->to_auth_used = true;
}

void history_ask(struct gateway *g, struct connection *c, struct slot *slot, const struct history_query *query)
{
	struct history_query q = *query;
	q.tag = slot_tag(g, c, slot);
	q.gateway = g->setup.index;
	if (!g->to_history.ring || channel_write(&g->to_history, MESSAGE_HISTORY, &q, sizeof q)) {
		count_up(g, COUNT_SHED);
		slot_refuse(g, c, slot, API_OVERLOADED, NULL);
		return;
	}
	slot->asked = PEER_HISTORY;
	g->to_history_used = true;
}

void request_take(struct gateway *g, struct connection *c, const struct http_request *request)
{
	bool path_known = false;
	if (g->setup.name && *g->setup.name && !http_host_is(request->host, g->setup.name)) {
		request_misdirected(g, c);
		return;
	}
	struct slot *slot = slot_add(g, c, request->close);
	const struct route *route = api_route_find((enum method)request->method, request->path, &path_known);
	count_up(g, COUNT_REQUESTS);
	if (request->close)
		c->last = true;
	if (route && route->security == ROUTE_PUBLIC && body_acceptable(request)) {
		slot->route = route->id;
		public_take(g, c, slot, route, request);
		return;
	}
	if (!weight_charge(g, c, slot, route ? route->weight : 1))
		return;
	if (!route) {
		slot_refuse(g, c, slot, path_known ? API_METHOD : API_NOT_FOUND, NULL);
		return;
	}
	if (!body_acceptable(request)) {
		struct api_problem problem;
		api_problem_set(&problem, API_MALFORMED_HTTP, "a body must be application/x-www-form-urlencoded");
		slot_refuse_problem(g, c, slot, &problem, 415, slice_of(NULL, 0));
		return;
	}
	slot->route = route->id;
	auth_ask(g, c, slot, route, request);
}
