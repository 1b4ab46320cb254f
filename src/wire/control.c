// SPDX-License-Identifier: Apache-2.0
// The evidence around a control entry's body; the bodies are in control_body.c.
#include "wire/control.h"

#include "crypto/ed25519.h"
#include "crypto/sha256.h"

int control_read(const struct entry *entry, struct control *ret)
{
	if (!entry_is_control(entry->kind) || entry->payload_size < CONTROL_EVIDENCE_SIZE)
		return 1;
	const uint8_t *p = entry->payload; // all of the evidence is there
	memcpy(&ret->number, p, 8);
	memcpy(ret->previous, p + 8, 32);
	memcpy(&ret->signer, p + 40, 4);
	memcpy(&ret->uid, p + 44, 4);
	memcpy(ret->signature, p + 48, 64);
	ret->body = p + CONTROL_EVIDENCE_SIZE;
	ret->body_size = entry->payload_size - CONTROL_EVIDENCE_SIZE;
	return 0;
}

size_t control_signed_bytes(const uint8_t exchange[32], uint8_t kind, const struct control *control, void *to,
			    size_t room)
{
	struct writer w = writer_over(to, room);
	write_bytes(&w, CONTROL_DOMAIN, sizeof CONTROL_DOMAIN);
	write_bytes(&w, exchange, 32);
	write_u8(&w, kind);
	write_u64(&w, control->number);
	write_bytes(&w, control->previous, sizeof control->previous);
	write_u32(&w, control->signer);
	write_u32(&w, control->uid);
	write_bytes(&w, control->body, control->body_size);
	return w.failed ? 0 : writer_size(&w);
}

#define SIGNED_SIZE_MAX (sizeof CONTROL_DOMAIN + 32 + ENTRY_SIZE_MAX)

bool control_verify(const struct genesis *genesis, const uint8_t exchange[32], uint8_t kind,
		    const struct control *control)
{
	uint8_t message[SIGNED_SIZE_MAX];
	size_t size = control_signed_bytes(exchange, kind, control, message, sizeof message);
	if (!size || control->signer >= genesis->operators || control->signer >= OPERATORS_MAX)
		return false;
	return ed25519_verify(genesis->operator_public[control->signer], message, size, control->signature);
}

size_t control_sign(const uint8_t exchange[32], uint8_t kind, uint64_t number, const uint8_t previous[32],
		    uint32_t signer, const uint8_t seed[32], uint32_t uid, const void *body, size_t body_size,
		    void *to, size_t room)
{
	uint8_t message[SIGNED_SIZE_MAX], payload[ENTRY_SIZE_MAX];
	struct control control = {
		.number = number, .signer = signer, .uid = uid, .body = body, .body_size = body_size
	};
	memcpy(control.previous, previous, sizeof control.previous);
	size_t size = control_signed_bytes(exchange, kind, &control, message, sizeof message);
	if (!size)
		return 0;
	ed25519_sign(seed, message, size, control.signature);

	struct writer w = writer_over(payload, sizeof payload);
	write_u64(&w, number);
	write_bytes(&w, previous, 32);
	write_u32(&w, signer);
	write_u32(&w, uid);
	write_bytes(&w, control.signature, sizeof control.signature);
	write_bytes(&w, body, body_size);
	struct writer out = writer_over(to, room);
	return w.failed ? 0 : entry_write(&out, kind, payload, writer_size(&w));
}

void control_hash(const struct entry *entry, uint8_t hash[32])
{
	sha256_of(entry->payload, entry->payload_size, hash);
}
