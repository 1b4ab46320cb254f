// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of an intent, its hash and its signatures: docs/PROTOCOL.intent.md.
#include "treasury/quorum.h"

#define MAGIC	     "RDINTENT"
#define MAGIC_SIGNED "RDINTSIG"
#define MAGIC_SIZE   8

static bool place_valid(const struct intent *intent, const struct intent_destination *d)
{
	if (d->place_size == 0 || d->place_size > INTENT_PLACE_MAX || units_zero(&d->amount))
		return false;
	return intent->chain.kind == CHAIN_BITCOIN || d->place_size == CONTRACT_SIZE;
}

bool intent_name_valid(const char *name)
{
	size_t length = 0;
	while (length <= INTENT_NAME_MAX && name[length])
		length++;
	if (length == 0 || length > INTENT_NAME_MAX || name[0] == ' ' || name[length - 1] == ' ')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < ' ' || name[i] > '~')
			return false;
	}
	return true;
}

static bool id_valid(const char *id)
{
	size_t length = strnlen(id, INTENT_ID_MAX + 1);
	if (length == 0 || length > INTENT_ID_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool good = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= '0' && id[i] <= '9') || id[i] == '-';
		if (!good)
			return false;
	}
	return true;
}

bool intent_valid(const struct intent *intent)
{
	struct asset asset = { .chain = intent->chain };
	memcpy(asset.contract, intent->contract, CONTRACT_SIZE);
	if (!chain_valid(&intent->chain) || (intent->chain.kind == CHAIN_BITCOIN && !asset_native(&asset)))
		return false;
	if (!intent_name_valid(intent->wallet_name) || !intent_name_valid(intent->initiator) || !id_valid(intent->id))
		return false;
	if (intent->destination_count > INTENT_DESTINATIONS_MAX || intent->counter == 0)
		return false;
	if (intent->destination_count == 0 && !asset_native(&asset)) // nothing is paid: there is one way to say so
		return false;
	for (size_t i = 0; i < intent->destination_count; i++) {
		if (!place_valid(intent, &intent->destinations[i]))
			return false;
	}
	return intent->not_before < intent->expiry && intent->expiry - intent->not_before <= INTENT_SPAN_MAX;
}

static void text_write(const char *text, struct writer *w)
{
	write_u8(w, (uint8_t)strlen(text));
	write_bytes(w, text, strlen(text));
}

// A NUL inside would be hidden behind the end that C sees.
static void text_read(struct reader *r, char *to, size_t most)
{
	size_t length = read_u8(r);
	r->failed |= length > most;
	if (r->failed)
		length = 0;
	read_copy(r, to, length);
	to[length] = '\0';
	r->failed |= strlen(to) != length;
}

static void destination_write(const struct intent_destination *d, struct writer *w)
{
	write_u8(w, d->place_size);
	write_bytes(w, d->place, d->place_size);
	write_bytes(w, d->amount.bytes, UNITS_SIZE);
}

static void destination_read(struct reader *r, struct intent_destination *d)
{
	d->place_size = read_u8(r);
	r->failed |= d->place_size > INTENT_PLACE_MAX;
	read_copy(r, d->place, r->failed ? 0 : d->place_size);
	read_copy(r, d->amount.bytes, UNITS_SIZE);
}

void intent_write(const struct intent *intent, struct writer *w)
{
	ASSERT(intent_valid(intent));
	write_bytes(w, MAGIC, MAGIC_SIZE);
	write_u16(w, INTENT_VERSION);
	chain_write(&intent->chain, w);
	text_write(intent->wallet_name, w);
	write_bytes(w, intent->wallet, INTENT_WALLET_SIZE);
	text_write(intent->id, w);
	text_write(intent->initiator, w);
	write_bytes(w, intent->contract, CONTRACT_SIZE);
	write_u8(w, (uint8_t)intent->destination_count);
	for (size_t i = 0; i < intent->destination_count; i++)
		destination_write(&intent->destinations[i], w);
	write_bytes(w, intent->fee_max.bytes, UNITS_SIZE);
	write_u64(w, intent->not_before);
	write_u64(w, intent->expiry);
	write_u64(w, intent->counter);
}

// Magic and version: 0, 1 another magic or too short, 2 another version.
static int head_read(struct reader *r, const char *magic)
{
	const uint8_t *at = read_bytes(r, MAGIC_SIZE);
	if (!at || memcmp(at, magic, MAGIC_SIZE) != 0)
		return 1;
	uint16_t version = read_u16(r);
	if (r->failed)
		return 1;
	return version == INTENT_VERSION ? 0 : 2;
}

int intent_read(const void *data, size_t size, struct intent *ret)
{
	struct reader r = reader_over(data, size);
	struct intent intent = { .destination_count = 0 };
	int result = head_read(&r, MAGIC);
	if (result)
		return result;
	chain_read(&r, &intent.chain);
	text_read(&r, intent.wallet_name, INTENT_NAME_MAX);
	read_copy(&r, intent.wallet, INTENT_WALLET_SIZE);
	text_read(&r, intent.id, INTENT_ID_MAX);
	text_read(&r, intent.initiator, INTENT_NAME_MAX);
	read_copy(&r, intent.contract, CONTRACT_SIZE);
	intent.destination_count = read_u8(&r);
	if (r.failed || intent.destination_count > INTENT_DESTINATIONS_MAX)
		return 1;
	for (size_t i = 0; i < intent.destination_count; i++)
		destination_read(&r, &intent.destinations[i]);
	read_copy(&r, intent.fee_max.bytes, UNITS_SIZE);
	intent.not_before = read_u64(&r);
	intent.expiry = read_u64(&r);
	intent.counter = read_u64(&r);
	if (!reader_done(&r) || !intent_valid(&intent))
		return 1;
	*ret = intent;
	return 0;
}

void intent_hash(const struct intent *intent, uint8_t hash[SHA256_SIZE])
{
	static const char domain[] = "redoubt/intent/v1"; // hashed with its NUL
	uint8_t bytes[INTENT_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct sha256 s;
	intent_write(intent, &w);
	ASSERT(!w.failed);
	sha256_init(&s);
	sha256_update(&s, domain, sizeof domain);
	sha256_update(&s, bytes, writer_size(&w));
	sha256_final(&s, hash);
}

#define SIGNED_MESSAGE_MAX (64 + SHA256_SIZE)

static size_t message_of(const struct intent *intent, enum intent_role role, uint8_t to[SIGNED_MESSAGE_MAX])
{
	static const char *const domains[] = {
		[INTENT_INITIATES] = "redoubt/intent/initiate/v1",
		[INTENT_APPROVES] = "redoubt/intent/approve/v1",
	};
	size_t length = strlen(domains[role]) + 1;
	memcpy(to, domains[role], length);
	intent_hash(intent, to + length);
	return length + SHA256_SIZE;
}

void intent_sign(const struct intent *intent, enum intent_role role, const uint8_t seed[ED25519_SEED_SIZE],
		 struct intent_signature *ret)
{
	uint8_t message[SIGNED_MESSAGE_MAX];
	size_t size = message_of(intent, role, message);
	ed25519_public(seed, ret->key);
	ed25519_sign(seed, message, size, ret->signature);
}

bool intent_verify(const struct intent *intent, enum intent_role role, const struct intent_signature *signature)
{
	uint8_t message[SIGNED_MESSAGE_MAX];
	size_t size = message_of(intent, role, message);
	return ed25519_verify(signature->key, message, size, signature->signature);
}

void intent_signature_write(const struct intent_signature *s, struct writer *w)
{
	write_bytes(w, s->key, sizeof s->key);
	write_bytes(w, s->signature, sizeof s->signature);
}

void intent_signature_read(struct reader *r, struct intent_signature *s)
{
	read_copy(r, s->key, sizeof s->key);
	read_copy(r, s->signature, sizeof s->signature);
}

void intent_signed_write(const struct intent_signed *s, struct writer *w)
{
	uint8_t bytes[INTENT_SIZE_MAX];
	struct writer inner = writer_over(bytes, sizeof bytes);
	ASSERT(s->approval_count <= INTENT_APPROVALS_MAX);
	intent_write(&s->intent, &inner);
	ASSERT(!inner.failed);
	write_bytes(w, MAGIC_SIGNED, MAGIC_SIZE);
	write_u16(w, INTENT_VERSION);
	write_u16(w, (uint16_t)writer_size(&inner));
	write_bytes(w, bytes, writer_size(&inner));
	intent_signature_write(&s->initiator, w);
	write_u8(w, (uint8_t)s->approval_count);
	for (size_t i = 0; i < s->approval_count; i++)
		intent_signature_write(&s->approvals[i], w);
}

int intent_signed_read(const void *data, size_t size, struct intent_signed *ret)
{
	struct reader r = reader_over(data, size);
	struct intent_signed s = { .approval_count = 0 };
	int result = head_read(&r, MAGIC_SIGNED);
	if (result)
		return result;
	size_t inner = read_u16(&r);
	const uint8_t *bytes = read_bytes(&r, inner);
	if (!bytes)
		return 1;
	if ((result = intent_read(bytes, inner, &s.intent)))
		return result;
	intent_signature_read(&r, &s.initiator);
	s.approval_count = read_u8(&r);
	if (r.failed || s.approval_count > INTENT_APPROVALS_MAX)
		return 1;
	for (size_t i = 0; i < s.approval_count; i++)
		intent_signature_read(&r, &s.approvals[i]);
	if (!reader_done(&r))
		return 1;
	*ret = s;
	return 0;
}

int intent_approve(struct intent_signed *s, const uint8_t seed[ED25519_SEED_SIZE])
{
	if (s->approval_count >= INTENT_APPROVALS_MAX)
		return 1;
	intent_sign(&s->intent, INTENT_APPROVES, seed, &s->approvals[s->approval_count]);
	s->approval_count++;
	return 0;
}
