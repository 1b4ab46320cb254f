// SPDX-License-Identifier: Apache-2.0
// Requests that will never be answered: their process died, or said nothing for too long.
#include "daemons/gateway/internal.h"

static void slot_unknown(struct gateway *g, struct connection *c, struct slot *slot)
{
	count_up(g, COUNT_UNKNOWN);
	slot_refuse(g, c, slot, API_STATUS_UNKNOWN, NULL);
}

static bool route_is_history(const struct slot *slot)
{
	return slot->asked == PEER_HISTORY || slot->route == ROUTE_ALL_ORDERS || slot->route == ROUTE_MY_TRADES;
}

static void slot_forget(struct gateway *g, struct connection *c, struct slot *slot, enum gateway_peer peer)
{
	bool history = route_is_history(slot);
	if (peer == PEER_HISTORY && slot->route == ROUTE_ORDER_QUERY && !slot->engine_unknown)
		slot->history_unknown = slot->history_failed = true;
	else if (peer == PEER_HISTORY ? history || slot->route == ROUTE_ORDER_QUERY
				      : slot->asked == PEER_AUTH && !(peer == PEER_ENGINE && history))
		slot_unknown(g, c, slot);
}

void peers_forget(struct gateway *g, enum gateway_peer peer)
{
	for (unsigned i = 0; i < g->setup.connections; i++) {
		struct connection *c = &g->connection[i];
		if (c->state != CONNECTION_OPEN)
			continue;
		for (uint32_t n = c->first; n != c->next; n++) {
			struct slot *slot = &c->slot[(n & SEQUENCE_MASK) % GATEWAY_PIPELINE_MAX];
			if (slot->state == SLOT_WAITING)
				slot_forget(g, c, slot, peer);
		}
	}
}

void slot_expire(struct gateway *g, struct connection *c, struct slot *slot)
{
	if (slot->route == ROUTE_ORDER_QUERY && slot->engine_unknown)
		slot_refuse(g, c, slot, API_OVERLOADED, NULL); // history is silent: nobody can say that it does not exist
	else
		slot_unknown(g, c, slot);
}
