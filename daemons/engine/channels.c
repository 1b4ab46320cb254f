// SPDX-License-Identifier: Apache-2.0
// The engine's ends of its channels. It never waits for anybody: a peer whose
// ring is full is cut off, and the supervisor, who sees the counter "cut.NAME", starts it again.
#include "base/log.h"
#include "daemons/engine/engine.h"

#include <stdio.h>

static int inbox_open(struct engine *e, struct inbox *in)
{
	char name[HANDOVER_NAME_MAX + 1];
	snprintf(name, sizeof name, "%s.engine", in->name);
	inbox_close(in);
	int r = handover_reader(e->handover, name, &in->reader);
	in->open = r == 0;
	return r;
}

void inbox_close(struct inbox *in)
{
	channel_close_reader(&in->reader);
	in->open = in->held = false;
}

static int outbox_open(struct engine *e, struct outbox *out, const char *peer)
{
	char name[HANDOVER_NAME_MAX + 1];
	snprintf(name, sizeof name, "engine.%s", peer);
	channel_close_writer(&out->writer);
	out->open = out->dirty = false;
	int r = handover_writer(e->handover, name, &out->writer);
	out->open = r == 0;
	return r;
}

static int gateway_open(struct engine *e, unsigned number)
{
	char peer[24];
	snprintf(peer, sizeof peer, "gateway%u", number);
	return outbox_open(e, &e->gateway[number], peer);
}

int channels_open(struct engine *e)
{
	int r = inbox_open(e, &e->inbox[ORIGIN_AUTH]);
	if (r == 0)
		r = inbox_open(e, &e->inbox[ORIGIN_CONTROL]);
	if (r == 0)
		r = outbox_open(e, &e->auth, "auth");
	if (r == 0)
		r = outbox_open(e, &e->control, "control");
	for (unsigned g = 0; r == 0 && g < e->gateways; g++)
		r = gateway_open(e, g);
	return r;
}

static int channel_replaced(void *context, const char *name)
{
	struct engine *e = context;
	unsigned number;
	if (strcmp(name, "auth.engine") == 0)
		return inbox_open(e, &e->inbox[ORIGIN_AUTH]);
	if (strcmp(name, "control.engine") == 0)
		return inbox_open(e, &e->inbox[ORIGIN_CONTROL]);
	if (strcmp(name, "engine.control") == 0)
		return outbox_open(e, &e->control, "control");
	if (strcmp(name, "engine.auth") == 0) {
		sequencer_feed_restart(e->sequencer);
		e->feed_lost = false;
		return outbox_open(e, &e->auth, "auth");
	}
	if (sscanf(name, "engine.gateway%u", &number) == 1 && number < e->gateways)
		return gateway_open(e, number);
	return -EPROTO;
}

int channels_poll(struct engine *e)
{
	return handover_serve(e->handover, channel_replaced, e);
}

static void outbox_cut(struct outbox *out, const char *peer, unsigned number)
{
	out->open = false;
	atomic_fetch_add_explicit(out->cut, 1, memory_order_relaxed);
	log_write(LOG_ERROR, "%s %u does not take its answers: cut off", peer, number);
}

static void outbox_write(struct outbox *out, const char *peer, unsigned number, uint32_t kind, const void *data,
			 size_t size)
{
	if (!out->open)
		return;
	if (channel_write(&out->writer, kind, data, size))
		outbox_cut(out, peer, number);
	else
		out->dirty = true;
}

// Auth's feed is not cut: what did not fit is told again from the beginning.
static void auth_write(struct engine *e, uint32_t kind, const void *data, size_t size)
{
	if (!e->auth.open || e->feed_lost)
		return;
	if (channel_write(&e->auth.writer, kind, data, size))
		e->feed_lost = true;
	else
		e->auth.dirty = true;
}

void engine_send(void *context, enum destination destination, uint16_t gateway, uint32_t kind, const void *data,
		 size_t size)
{
	struct engine *e = context;
	if (destination == TO_AUTH)
		auth_write(e, kind, data, size);
	else if (destination == TO_CONTROL)
		outbox_write(&e->control, "control", 0, kind, data, size);
	else if (gateway < e->gateways)
		outbox_write(&e->gateway[gateway], "gateway", gateway, kind, data, size);
}

static void outbox_publish(struct outbox *out)
{
	if (!out->dirty)
		return;
	channel_publish(&out->writer);
	out->dirty = false;
}

void channels_publish(struct engine *e)
{
	for (unsigned g = 0; g < e->gateways; g++)
		outbox_publish(&e->gateway[g]);
	outbox_publish(&e->auth);
	outbox_publish(&e->control);
}
