// SPDX-License-Identifier: Apache-2.0
// From an answer's body to bytes on the connection, in the order of the requests.
#include "daemons/gateway/internal.h"

struct slot *slot_add(struct gateway *g, struct connection *c, bool close)
{
	uint32_t sequence = c->next & SEQUENCE_MASK;
	struct slot *slot = &c->slot[sequence % GATEWAY_PIPELINE_MAX];
	ASSERT(slot->state == SLOT_FREE && c->next - c->first < GATEWAY_PIPELINE_MAX);
	*slot = (struct slot){ .sequence = sequence, .state = SLOT_WAITING, .close = close, .market = -1,
			       .since_us = g->now_us };
	c->next++;
	return slot;
}

uint64_t slot_tag(const struct gateway *g, const struct connection *c, const struct slot *slot)
{
	uint64_t index = (uint64_t)(c - g->connection);
	return (uint64_t)(c->generation & GENERATION_MASK) << 40 | index << 24 | slot->sequence;
}

struct slot *slot_find(struct gateway *g, uint64_t tag, struct connection **ret)
{
	uint64_t index = tag >> 24 & 0xffff;
	if (index >= g->setup.connections)
		return NULL;
	struct connection *c = &g->connection[index];
	struct slot *slot = &c->slot[(tag & SEQUENCE_MASK) % GATEWAY_PIPELINE_MAX];
	if (c->state != CONNECTION_OPEN || (c->generation & GENERATION_MASK) != tag >> 40 ||
	    slot->state != SLOT_WAITING || slot->sequence != (tag & SEQUENCE_MASK))
		return NULL;
	*ret = c;
	return slot;
}

struct writer scratch_writer(struct gateway *g)
{
	return writer_over(g->scratch, GATEWAY_ANSWER_MAX);
}

void slot_drop(struct gateway *g, struct slot *slot)
{
	bytes_free(g, &slot->held);
	slot->state = SLOT_FREE;
}

// The connection cannot be served any more: too much of it is unsent.
static void connection_cut(struct gateway *g, struct connection *c)
{
	if (!c->broken)
		count_up(g, COUNT_CUT);
	c->broken = true;
	connection_dirty(g, c);
}

static size_t head_write(struct gateway *g, const struct slot *slot, uint16_t status, size_t body_size,
			 struct slice extra, char to[HTTP_RESPONSE_HEAD_MAX])
{
	char lines[HTTP_EXTRA_MAX];
	struct writer w = writer_over(lines, sizeof lines);
	JSON(&w, "X-MBX-USED-WEIGHT-1M: ");
	json_write_number(&w, slot->used_weight);
	JSON(&w, "\r\n");
	write_bytes(&w, extra.at, extra.size);
	ASSERT(!w.failed);
	struct http_response response = { .status = status, .close = slot->close, .date = g->date,
					  .extra = slice_of(lines, writer_size(&w)), .body_size = body_size };
	struct writer head = writer_over(to, HTTP_RESPONSE_HEAD_MAX);
	http_response_write(&head, &response);
	ASSERT(!head.failed);
	return writer_size(&head);
}

static bool answer_append(struct gateway *g, struct bytes *to, struct slice head, const struct bytes *held,
			  struct slice body)
{
	return bytes_append(g, to, head.at, head.size, GATEWAY_OUTPUT_MAX) &&
	       bytes_append(g, to, held->at, held->size, GATEWAY_OUTPUT_MAX) &&
	       bytes_append(g, to, body.at, body.size, GATEWAY_OUTPUT_MAX);
}

static void slot_done(struct gateway *g, struct connection *c, struct slot *slot)
{
	if (slot->close)
		c->last = true;
	slot_drop(g, slot);
	c->first++;
}

// What stands ready behind the answer that was just written.
static void ready_append(struct gateway *g, struct connection *c)
{
	while (c->first != c->next) {
		struct slot *slot = &c->slot[(c->first & SEQUENCE_MASK) % GATEWAY_PIPELINE_MAX];
		if (slot->state != SLOT_READY)
			return;
		if (!bytes_append(g, &c->out, slot->held.at, slot->held.size, GATEWAY_OUTPUT_MAX))
			connection_cut(g, c);
		slot_done(g, c, slot);
	}
}

void slot_answer(struct gateway *g, struct connection *c, struct slot *slot, uint16_t status, struct slice body,
		 struct slice extra)
{
	char head[HTTP_RESPONSE_HEAD_MAX];
	struct bytes held = slot->held;
	struct slice head_slice = slice_of(head, head_write(g, slot, status, held.size + body.size, extra, head));
	bool in_turn = slot->sequence == (c->first & SEQUENCE_MASK);
	slot->held = (struct bytes){ 0 };
	bool fine = answer_append(g, in_turn ? &c->out : &slot->held, head_slice, &held, body);
	bytes_free(g, &held);
	if (!fine)
		connection_cut(g, c);
	if (in_turn) {
		slot_done(g, c, slot);
		ready_append(g, c);
	} else {
		slot->state = SLOT_READY;
	}
	connection_dirty(g, c);
}

void slot_answer_body(struct gateway *g, struct connection *c, struct slot *slot, const struct writer *body)
{
	if (body->failed) {
		bytes_free(g, &slot->held);
		slot_refuse(g, c, slot, API_INTERNAL, NULL);
	} else {
		slot_answer(g, c, slot, 200, slice_of(body->start, writer_size(body)), slice_of(NULL, 0));
	}
}

void slot_refuse_problem(struct gateway *g, struct connection *c, struct slot *slot,
			 const struct api_problem *problem, uint16_t status, struct slice extra)
{
	uint8_t text[1024];
	struct writer w = writer_over(text, sizeof text);
	answer_error(&w, problem);
	ASSERT(!w.failed);
	bytes_free(g, &slot->held);
	slot_answer(g, c, slot, status ? status : api_error_row(problem->error)->status,
		    slice_of(text, writer_size(&w)), extra);
}

void slot_refuse(struct gateway *g, struct connection *c, struct slot *slot, enum api_error error, const char *detail)
{
	struct api_problem problem;
	api_problem_set(&problem, error, detail);
	slot_refuse_problem(g, c, slot, &problem, 0, slice_of(NULL, 0));
}

void slot_hold(struct gateway *g, struct connection *c, struct slot *slot, const struct writer *part)
{
	if (part->failed || !bytes_append(g, &slot->held, part->start, writer_size(part), GATEWAY_ANSWER_MAX))
		connection_cut(g, c);
	slot->since_us = g->now_us;
}
