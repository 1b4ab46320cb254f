// SPDX-License-Identifier: Apache-2.0
// Channels by the table. A dead peer's rings are discarded: nothing of one life reaches the next.
#include "base/log.h"
#include "daemons/supervisor/family.h"

#include <signal.h>
#include <stdio.h>

static struct instance *instance_of(struct family *f, enum role_id role, unsigned number)
{
	for (size_t i = 0; i < f->instances; i++)
		if (f->instance[i].role == role && (!roles[role].per_gateway || f->instance[i].number == number))
			return &f->instance[i];
	return NULL;
}

static void wire_add(struct family *f, const struct channel_row *row, unsigned gateway)
{
	ASSERT(f->wires < WIRES_MAX);
	struct wire *w = &f->wire[f->wires++];
	*w = (struct wire){ .row = row,
			    .writer = instance_of(f, row->writer, gateway),
			    .reader = instance_of(f, row->reader, gateway),
			    .end = { { -1, -1, -1 }, { -1, -1, -1 } } };
	ASSERT(w->writer && w->reader);
	const char *place = strstr(row->name, "%u");
	if (place)
		snprintf(w->name, sizeof w->name, "%.*s%u%s", (int)(place - row->name), row->name, gateway, place + 2);
	else
		snprintf(w->name, sizeof w->name, "%s", row->name);
}

void wires_new(struct family *f)
{
	for (size_t i = 0; i < channel_row_count; i++) {
		const struct channel_row *row = &channel_rows[i];
		bool each = roles[row->writer].per_gateway || roles[row->reader].per_gateway;
		for (unsigned g = 0; g < (each ? f->house->gateways : 1); g++)
			wire_add(f, row, g);
	}
}

static void wire_discard(struct wire *w)
{
	channel_fds_close(&w->end[0]);
	channel_fds_close(&w->end[1]);
	w->made = w->given[0] = w->given[1] = false;
}

static int wire_make(struct wire *w)
{
	struct channel_fds made;
	wire_discard(w);
	int r = channel_create(w->name, w->row->size, w->reader->ring, &made);
	if (r < 0)
		return r;
	r = channel_end(&made, true, &w->end[0]);
	if (r == 0)
		r = channel_end(&made, false, &w->end[1]);
	channel_fds_close(&made);
	w->made = r == 0;
	return r;
}

static struct instance *side_of(const struct wire *w, int side)
{
	return side == 0 ? w->writer : w->reader;
}

// A living peer learns of its new end over its link. One that does not take it is broken and starts anew.
static void wire_tell(struct wire *w, int side)
{
	struct instance *peer = side_of(w, side);
	if (!peer->pid)
		return;
	int r = handover_replace(peer->link, w->name, &w->end[side]);
	if (r < 0) {
		log_write(LOG_ERROR, "%s does not take a new channel (%s): restarting it", peer->name, strerror(-r));
		instance_stop(peer, SIGKILL);
		return;
	}
	doorbell_ring(peer->ring);
	w->given[side] = true;
	channel_fds_close(&w->end[side]);
}

static int wire_give(struct wire *w, int side, struct handover_list *list)
{
	int r = 0;
	if (!w->made || w->given[side]) { // had an earlier life at this end
		r = wire_make(w);
		if (r < 0)
			return r;
		wire_tell(w, !side);
	}
	return handover_add_channel(list, w->name, &w->end[side]);
}

int wires_give(struct family *f, struct instance *i, struct handover_list *list)
{
	for (size_t n = 0; n < f->wires; n++) {
		struct wire *w = &f->wire[n];
		int side = w->writer == i ? 0 : w->reader == i ? 1 : -1;
		int r = side < 0 ? 0 : wire_give(w, side, list);
		if (r < 0)
			return r;
	}
	return 0;
}

void wires_given(struct family *f, struct instance *i)
{
	for (size_t n = 0; n < f->wires; n++) {
		struct wire *w = &f->wire[n];
		int side = w->writer == i ? 0 : w->reader == i ? 1 : -1;
		if (side < 0)
			continue;
		w->given[side] = true;
		channel_fds_close(&w->end[side]);
	}
}
