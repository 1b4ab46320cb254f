// SPDX-License-Identifier: Apache-2.0
// An opening's bytes, its signatures, its text: docs/PROTOCOL.intent.md.
#include "treasury/opening.h"

#include "base/text.h"
#include "treasury/quorum.h"

#define MAGIC	   "RDOPENED"
#define MAGIC_SIZE 8
#define NAME	   "OPENING"

bool opening_valid(const struct opening *o)
{
	return intent_name_valid(o->initiator) && o->not_before < o->expiry &&
	       o->expiry - o->not_before <= OPENING_SPAN_MAX && o->approval_count <= INTENT_APPROVALS_MAX;
}

// What is signed.
static void body_write(const struct opening *o, struct writer *w)
{
	size_t length = strlen(o->initiator);
	write_bytes(w, MAGIC, MAGIC_SIZE);
	write_u16(w, OPENING_VERSION);
	write_bytes(w, o->payload, SHA256_SIZE);
	write_u8(w, (uint8_t)length);
	write_bytes(w, o->initiator, length);
	write_u64(w, o->not_before);
	write_u64(w, o->expiry);
}

#define MESSAGE_MAX (64 + SHA256_SIZE)

// The role's domain with its NUL, and SHA-256 of the body under the kind's domain: no intent's signature is one here.
static size_t message_of(const struct opening *o, enum intent_role role, uint8_t to[MESSAGE_MAX])
{
	static const char domain[] = "redoubt/opening/v1";
	static const char *const domains[] = {
		[INTENT_INITIATES] = "redoubt/opening/initiate/v1",
		[INTENT_APPROVES] = "redoubt/opening/approve/v1",
	};
	uint8_t bytes[OPENING_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	size_t length = strlen(domains[role]) + 1;
	struct sha256 s;
	ASSERT(opening_valid(o));
	body_write(o, &w);
	ASSERT(!w.failed);
	memcpy(to, domains[role], length);
	sha256_init(&s);
	sha256_update(&s, domain, sizeof domain);
	sha256_update(&s, bytes, writer_size(&w));
	sha256_final(&s, to + length);
	return length + SHA256_SIZE;
}

int opening_sign(struct opening *o, enum intent_role role, const uint8_t seed[ED25519_SEED_SIZE])
{
	uint8_t message[MESSAGE_MAX];
	struct intent_signature *to = &o->begun;
	if (role == INTENT_APPROVES && o->approval_count == INTENT_APPROVALS_MAX)
		return 1;
	size_t size = message_of(o, role, message);
	if (role == INTENT_APPROVES)
		to = &o->approvals[o->approval_count++];
	ed25519_public(seed, to->key);
	ed25519_sign(seed, message, size, to->signature);
	return 0;
}

static bool verify_opening(const void *what, enum intent_role role, const struct intent_signature *signature)
{
	uint8_t message[MESSAGE_MAX];
	size_t size = message_of(what, role, message);
	return ed25519_verify(signature->key, message, size, signature->signature);
}

uint32_t opening_check(const struct opening *o, const struct approvers *approvers, uint64_t now,
		       const uint8_t payload[SHA256_SIZE])
{
	const struct quorum_claim claim = { o->initiator, &o->begun, o->approvals, o->approval_count,
					    o->not_before, o->expiry, o, verify_opening };
	uint32_t faults = quorum_check(&claim, approvers, now, NULL);
	return faults | (memcmp(o->payload, payload, SHA256_SIZE) == 0 ? 0u : OPENING_OTHER_PAYLOAD);
}

const char *opening_fault_text(uint32_t faults)
{
	static const char *const texts[INTENT_FAULTS + 1] = {
		"it was not begun by a person whose key is pinned here, or not under that name",
		"its initiator's signature does not verify",
		"an approval is by a key that is not pinned here",
		"an approval does not verify: it was given for another payload, or altered since",
		"the same key approves twice",
		"one person approves with two keys",
		"the person who began it approves it himself; another person must",
		"fewer people have approved than the policy demands",
		"it has expired",
		"it does not hold yet",
		"it was used before",
		"it is for another payload",
	};
	unsigned bit = 0;
	while (bit < INTENT_FAULTS && !(faults & 1u << bit))
		bit++;
	return texts[bit];
}

// ---- as text ----------------------------------------------------------------
size_t opening_armour(const struct opening *o, char to[OPENING_ARMOUR_MAX])
{
	uint8_t bytes[OPENING_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	ASSERT(opening_valid(o));
	body_write(o, &w);
	intent_signature_write(&o->begun, &w);
	write_u8(&w, (uint8_t)o->approval_count);
	for (size_t i = 0; i < o->approval_count; i++)
		intent_signature_write(&o->approvals[i], &w);
	ASSERT(!w.failed);
	return armour_write(NAME, bytes, writer_size(&w), to, OPENING_ARMOUR_MAX);
}

static int opening_read(const uint8_t *bytes, size_t size, struct opening *ret)
{
	struct reader r = reader_over(bytes, size);
	struct opening o = { .approval_count = 0 };
	const uint8_t *magic = read_bytes(&r, MAGIC_SIZE);
	if (!magic || memcmp(magic, MAGIC, MAGIC_SIZE) != 0)
		return 1;
	uint16_t version = read_u16(&r);
	if (r.failed || version != OPENING_VERSION)
		return r.failed ? 1 : 2;
	read_copy(&r, o.payload, SHA256_SIZE);
	size_t length = read_u8(&r);
	if (r.failed || length > INTENT_NAME_MAX)
		return 1;
	read_copy(&r, o.initiator, length);
	o.not_before = read_u64(&r);
	o.expiry = read_u64(&r);
	intent_signature_read(&r, &o.begun);
	o.approval_count = read_u8(&r);
	if (r.failed || o.approval_count > INTENT_APPROVALS_MAX)
		return 1;
	for (size_t i = 0; i < o.approval_count; i++)
		intent_signature_read(&r, &o.approvals[i]);
	if (!reader_done(&r) || strlen(o.initiator) != length || !opening_valid(&o))
		return 1;
	*ret = o;
	return 0;
}

int opening_disarm(const char *text, size_t length, struct opening *ret)
{
	uint8_t bytes[OPENING_SIZE_MAX];
	size_t size;
	if (armour_read(NAME, text, length, bytes, sizeof bytes, &size))
		return 1;
	return opening_read(bytes, size, ret);
}
