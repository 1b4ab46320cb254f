// SPDX-License-Identifier: Apache-2.0
#include "evidence.h"

#include "crypto/ed25519.h"
#include "crypto/sha256.h"

#include <stdlib.h>

static const char domain[19] = "redoubt/control/v1"; // with its NUL

struct statement { // the parts of a control entry's payload
	uint64_t number;
	const uint8_t *previous, *signature, *body;
	uint32_t signer, uid;
	size_t body_size;
};

int evidence_init(struct evidence *e)
{
	memset(e, 0, sizeof *e);
	e->assets = calloc(ASSETS_MAX, sizeof *e->assets);
	return e->assets ? 0 : -ENOMEM;
}

void evidence_free(struct evidence *e)
{
	free(e->assets);
	e->assets = NULL;
}

static struct statement statement_of(const struct item *item)
{
	struct reader r = reader_over(item->payload, item->payload_size);
	struct statement s;
	s.number = read_u64(&r);
	s.previous = read_bytes(&r, 32);
	s.signer = read_u32(&r);
	s.uid = read_u32(&r);
	s.signature = read_bytes(&r, 64);
	s.body = r.at;
	s.body_size = reader_left(&r);
	ASSERT(!r.failed); // item_next has seen to it
	return s;
}

static bool signature_holds(const struct evidence *e, uint8_t kind, const struct statement *s)
{
	uint8_t message[sizeof domain + 32 + 1 + 8 + 32 + 4 + 4 + 4096];
	struct writer w = writer_over(message, sizeof message);
	write_bytes(&w, domain, sizeof domain);
	write_bytes(&w, e->exchange, 32);
	write_u8(&w, kind);
	write_u64(&w, s->number);
	write_bytes(&w, s->previous, 32);
	write_u32(&w, s->signer);
	write_u32(&w, s->uid);
	write_bytes(&w, s->body, s->body_size);
	return !w.failed && s->signer < e->operator_count &&
	       ed25519_verify(e->operators[s->signer], message, writer_size(&w), s->signature);
}

static const char *genesis_take(struct evidence *e, const struct item *item, const struct statement *s)
{
	if (item->kind != KIND_GENESIS)
		return "comes before genesis";
	const char *wrong = body_check(KIND_GENESIS, s->body, s->body_size);
	if (wrong)
		return wrong;
	struct reader r = reader_over(s->body, s->body_size);
	(void)read_u32(&r); // rules
	e->demo = read_u8(&r);
	uint8_t origin_size = read_u8(&r);
	read_copy(&r, e->origin, origin_size);
	(void)read_bytes(&r, 4 + 4 + 2 + 2 + 5 * 4 + 32 + 32); // capacities, hash seed, auth's key
	read_copy(&r, e->checkpoint_public, 32);
	e->operator_count = read_u32(&r);
	read_copy(&r, e->operators, 32 * (size_t)e->operator_count);
	sha256_of(s->body, s->body_size, e->exchange);
	ASSERT(s->body_size <= sizeof e->genesis_body); // its parts are bounded
	memcpy(e->genesis_body, s->body, s->body_size);
	e->genesis_size = s->body_size;
	e->genesis = true;
	return NULL;
}

static struct candidate candidate_of(const struct item *item, const struct statement *s, uint64_t sequence)
{
	struct candidate c = { .kind = item->kind, .sequence = sequence };
	sha256_of(item->payload, item->payload_size, c.hash);
	if (body_check(item->kind, s->body, s->body_size))
		c.kind = 0; // the rules refused it
	struct reader r = reader_over(s->body, s->body_size);
	if (c.kind == KIND_ASSET_ADD) {
		uint8_t size = read_u8(&r);
		read_copy(&r, c.asset, size);
	} else if (c.kind == KIND_DEPOSIT_TEST) {
		(void)read_u32(&r);
		c.deposit_asset = read_u16(&r);
		c.deposit = read_u64(&r);
	}
	return c;
}

static void effect_apply(struct evidence *e, const struct candidate *c)
{
	if (c->kind == KIND_ASSET_ADD && e->asset_count < ASSETS_MAX)
		memcpy(e->assets[e->asset_count++].name, c->asset, sizeof c->asset);
	else if (c->kind == KIND_DEPOSIT_TEST)
		e->assets[c->deposit_asset].deposits += c->deposit;
}

// One of the candidates took effect; the others did not.
static bool candidate_settle(struct evidence *e, const uint8_t hash[32])
{
	for (unsigned i = 0; i < e->candidate_count; i++) {
		if (memcmp(e->candidate[i].hash, hash, 32) != 0)
			continue;
		effect_apply(e, &e->candidate[i]);
		e->without_effect += e->candidate_count - 1;
		memcpy(e->before, hash, 32);
		e->candidate_count = 0;
		return true;
	}
	return false;
}

static void candidate_put(struct evidence *e, const struct candidate *c)
{
	if (e->candidate_count == CANDIDATES_MAX) {
		memmove(e->candidate, e->candidate + 1, sizeof e->candidate - sizeof e->candidate[0]);
		e->candidate_count--;
		e->without_effect++;
	}
	e->candidate[e->candidate_count++] = *c;
}

static const char *order_check(struct evidence *e, const struct statement *s, const struct candidate *c)
{
	if (s->number <= e->number && e->number > 0) {
		// Late: somebody else's came first. The newest number may still be this one's.
		if (s->number == e->number && memcmp(s->previous, e->before, 32) == 0)
			candidate_put(e, c);
		else
			e->without_effect++;
		return NULL;
	}
	if (s->number != e->number + 1)
		return "has a control number that does not follow the one before";
	if (e->number == 0 ? memcmp(s->previous, e->before, 32) != 0 : !candidate_settle(e, s->previous))
		return "does not carry the hash of the control entry before";
	e->number++;
	candidate_put(e, c);
	return NULL;
}

const char *evidence_add(struct evidence *e, const struct item *item, uint64_t sequence)
{
	struct statement s = statement_of(item);
	if (!e->genesis) {
		const char *wrong = genesis_take(e, item, &s);
		if (wrong)
			return wrong;
	} else if (item->kind == KIND_GENESIS) {
		return "is a second genesis";
	}
	if (!signature_holds(e, item->kind, &s))
		return "has a signature that no operator of genesis made";
	e->signed_entries++;
	struct candidate c = candidate_of(item, &s, sequence);
	return order_check(e, &s, &c);
}

bool evidence_finish(struct evidence *e, const uint8_t head[32])
{
	if (e->candidate_count == 0)
		return true;
	if (!head)
		return candidate_settle(e, e->candidate[e->candidate_count - 1].hash);
	if (candidate_settle(e, head))
		return true;
	// None of the last number took effect: the head is the one before.
	if (memcmp(head, e->before, 32) != 0)
		return false;
	e->without_effect += e->candidate_count;
	e->candidate_count = 0;
	return true;
}
