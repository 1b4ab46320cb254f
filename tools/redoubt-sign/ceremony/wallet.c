// SPDX-License-Identifier: Apache-2.0
// From the signers' keys to the wallet's descriptor, and whether a descriptor is the one that was planned.
#include "base/text.h"
#include "ceremony/ceremony.h"

#include <stdio.h>
#include <stdlib.h>

// BIP341's point whose discrete logarithm nobody knows: the key path of a taproot wallet that only its quorum
// can spend.
#define NOBODYS_KEY "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"

static const char *const refusals[] = {
	[CEREMONY_WALLET_FINE] = "accepted",
	[CEREMONY_WALLET_KEY] =
		"your own key is not at its place in this descriptor: it was replaced or moved",
	[CEREMONY_WALLET_REPEATED] = "one key occurs twice: one signer would count as two",
	[CEREMONY_WALLET_COUNT] = "it has not as many keys as the plan has signers",
	[CEREMONY_WALLET_SCRIPT] = "it is not the script, the quorum or the delay of the plan",
	[CEREMONY_WALLET_NETWORK] = "it belongs to another network than the plan",
	[CEREMONY_WALLET_PATH] =
		"a key is not of the account that the plan names, or has other branches than <0;1>/*",
	[CEREMONY_WALLET_MASTER] = "two keys come from one master key: one signer would count as two",
};

const char *ceremony_wallet_refusal_text(enum ceremony_wallet_refusal refusal)
{
	return refusals[refusal];
}

#define KEY_CODE_BYTES 10

static void key_code_write(const char *xpub, char to[CEREMONY_KEY_CODE_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	char text[HD_TEXT_MAX + 32], hex[2 * KEY_CODE_BYTES + 1];
	int size = snprintf(text, sizeof text, "redoubt key code 1\n%s", xpub);
	ASSERT(size > 0 && (size_t)size < sizeof text);
	sha256_of(text, (size_t)size, digest);
	hex_encode(digest, KEY_CODE_BYTES, hex);
	snprintf(to, CEREMONY_KEY_CODE_SIZE, "%.4s %.4s %.4s %.4s %.4s", hex, hex + 4, hex + 8, hex + 12,
		 hex + 16);
}

void ceremony_key_code(const struct network *network, const struct hd_public *key,
		       char to[CEREMONY_KEY_CODE_SIZE])
{
	char xpub[HD_TEXT_MAX + 1];
	hd_public_format(network, key, xpub);
	key_code_write(xpub, to);
}

void ceremony_own_key_code(const struct ceremony *ceremony, char to[CEREMONY_KEY_CODE_SIZE])
{
	const char *origin_end = strchr(ceremony->key, ']');
	key_code_write(origin_end ? origin_end + 1 : ceremony->key, to);
}

struct text {
	char at[DESCRIPTOR_TEXT_MAX + 1];
	size_t size;
};

static void put(struct text *t, const char *text)
{
	size_t length = strlen(text);
	ASSERT(length <= DESCRIPTOR_TEXT_MAX - t->size);
	memcpy(t->at + t->size, text, length + 1);
	t->size += length;
}

// ",[f00dbabe/48h/0h/0h/2h]xpub.../<0;1>/*" for each
static void put_keys(struct text *t, const struct network *network, unsigned threshold,
		     const struct descriptor_key *keys, size_t count)
{
	char text[PATH_TEXT_MAX + HD_TEXT_MAX + 16];
	snprintf(text, sizeof text, "%u", threshold);
	put(t, text);
	for (size_t i = 0; i < count; i++) {
		hex_encode(keys[i].fingerprint, HD_FINGERPRINT_SIZE, text);
		put(t, ",[");
		put(t, text);
		path_format(&keys[i].origin, text);
		put(t, text + 1);
		put(t, "]");
		hd_public_format(network, &keys[i].base, text);
		put(t, text);
		put(t, "/<0;1>/*");
	}
}

static void put_template(struct text *t, const struct ceremony_plan *plan, const struct descriptor_key *keys)
{
	char lock[32];
	const struct descriptor_key *cancel = keys + plan->quorum.count;
	switch (plan->script) {
	case CEREMONY_WSH:
		put(t, "wsh(sortedmulti(");
		put_keys(t, plan->network, plan->quorum.threshold, keys, plan->quorum.count);
		put(t, "))");
		break;
	case CEREMONY_TR:
		put(t, "tr(" NOBODYS_KEY ",sortedmulti_a(");
		put_keys(t, plan->network, plan->quorum.threshold, keys, plan->quorum.count);
		put(t, "))");
		break;
	case CEREMONY_UNVAULT:
		put(t, "wsh(or_d(multi(");
		put_keys(t, plan->network, plan->cancel.threshold, cancel, plan->cancel.count);
		put(t, "),and_v(v:multi(");
		put_keys(t, plan->network, plan->quorum.threshold, keys, plan->quorum.count);
		snprintf(lock, sizeof lock, "),older(%u))))", plan->lock);
		put(t, lock);
		break;
	}
}

// A key record gives [origin]xpub and nothing below it.
static enum ceremony_wallet_refusal key_check(const struct ceremony_plan *plan,
					      const struct descriptor_key *key)
{
	struct path account;
	ceremony_account(plan, &account);
	if (!key->has_origin || !key->extended || key->origin.count != account.count ||
	    memcmp(key->origin.steps, account.steps, account.count * sizeof account.steps[0]) != 0 ||
	    key->base.depth != account.count)
		return CEREMONY_WALLET_PATH;
	return CEREMONY_WALLET_FINE;
}

static bool key_same(const struct descriptor_key *a, const struct descriptor_key *b)
{
	return memcmp(a->base.key, b->base.key, sizeof a->base.key) == 0 &&
	       memcmp(a->base.chain_code, b->base.chain_code, sizeof a->base.chain_code) == 0;
}

static enum ceremony_wallet_refusal keys_check(const struct ceremony_plan *plan,
					       const struct descriptor_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum ceremony_wallet_refusal refusal = key_check(plan, &keys[i]);
		if (refusal)
			return refusal;
		for (size_t j = 0; j < i; j++) {
			if (key_same(&keys[i], &keys[j]))
				return CEREMONY_WALLET_REPEATED;
			if (memcmp(keys[i].fingerprint, keys[j].fingerprint, HD_FINGERPRINT_SIZE) == 0)
				return CEREMONY_WALLET_MASTER;
		}
	}
	return CEREMONY_WALLET_FINE;
}

enum ceremony_wallet_refusal ceremony_wallet_make(const struct ceremony_plan *plan,
						  const struct descriptor_key *keys, size_t count,
						  struct descriptor *ret)
{
	static struct text t;
	char checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	if (count != ceremony_signer_count(plan))
		return CEREMONY_WALLET_COUNT;
	enum ceremony_wallet_refusal refusal = keys_check(plan, keys, count);
	if (refusal)
		return refusal;
	t.size = 0;
	put_template(&t, plan, keys);
	ASSERT(descriptor_checksum(t.at, t.size, checksum) == 0);
	put(&t, "#");
	put(&t, checksum);
	return descriptor_parse(plan->network, t.at, t.size, ret) ? CEREMONY_WALLET_SCRIPT
								  : CEREMONY_WALLET_FINE;
}

// The keys of a descriptor in the order of the plan's signers; how many of those must be.
static size_t signers_of(const struct ceremony_plan *plan, const struct descriptor *d,
			 struct descriptor_key *ret)
{
	size_t count = 0;
	if (plan->script == CEREMONY_TR) {
		for (size_t i = 1; i < d->key_count; i++)
			ret[count++] = d->keys[i];
		return count;
	}
	// the unvault names those who cancel first, the plan last
	for (size_t g = d->group_count; g-- > 0;) {
		for (size_t i = 0; i < d->groups[g].count; i++)
			ret[count++] = d->keys[d->groups[g].first + i];
	}
	return count;
}

// Made again from its own keys by the plan, the text must be the same: nothing else can hide in it.
enum ceremony_wallet_refusal ceremony_wallet_check(const struct ceremony_plan *plan,
						   const struct descriptor *descriptor, unsigned me,
						   const struct descriptor_key *own)
{
	static struct descriptor_key keys[DESCRIPTOR_KEYS_MAX];
	static struct descriptor again;
	static char text[2][DESCRIPTOR_TEXT_MAX + 1];
	if (descriptor->network != plan->network)
		return CEREMONY_WALLET_NETWORK;
	size_t count = signers_of(plan, descriptor, keys);
	if (count != ceremony_signer_count(plan))
		return CEREMONY_WALLET_COUNT;
	enum ceremony_wallet_refusal refusal = ceremony_wallet_make(plan, keys, count, &again);
	if (refusal)
		return refusal;
	if (descriptor_format(descriptor, text[0], sizeof text[0]) ||
	    descriptor_format(&again, text[1], sizeof text[1]) || strcmp(text[0], text[1]) != 0)
		return CEREMONY_WALLET_SCRIPT;
	for (size_t i = 0; i < count; i++) { // none was twice
		if (key_same(&keys[i], own) &&
		    memcmp(keys[i].fingerprint, own->fingerprint, HD_FINGERPRINT_SIZE) == 0)
			return me == 0 || i == me - 1 ? CEREMONY_WALLET_FINE : CEREMONY_WALLET_KEY;
	}
	return CEREMONY_WALLET_KEY;
}
