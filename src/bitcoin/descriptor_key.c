// SPDX-License-Identifier: Apache-2.0
// BIP380 key expressions with BIP389's branches.
#include "base/text.h"
#include "bitcoin/descriptor.h"
#include "bitcoin/wif.h"
#include "crypto/secret.h"

struct piece {
	const char *at;
	size_t length;
};

// Cuts off what stands before the next `stop` (or the rest); false when nothing is left.
static bool piece_next(struct piece *rest, char stop, struct piece *ret)
{
	if (!rest->at)
		return false;
	const char *p = memchr(rest->at, stop, rest->length);
	*ret = (struct piece){ rest->at, p ? (size_t)(p - rest->at) : rest->length };
	*rest = p ? (struct piece){ p + 1, rest->length - ret->length - 1 } : (struct piece){ NULL, 0 };
	return true;
}

// "fingerprint/step/..." between the brackets.
static enum descriptor_refusal origin_parse(struct piece text, struct descriptor_key *key)
{
	struct piece step;
	if (text.length < 8 || hex_decode(text.at, 8, key->fingerprint, sizeof key->fingerprint))
		return DESCRIPTOR_KEY;
	key->has_origin = true;
	if (text.length == 8)
		return DESCRIPTOR_FINE;
	if (text.at[8] != '/')
		return DESCRIPTOR_KEY;
	struct piece rest = { text.at + 9, text.length - 9 };
	while (piece_next(&rest, '/', &step)) {
		if (key->origin.count == PATH_STEPS_MAX ||
		    path_step_parse(step.at, step.length, &key->origin.steps[key->origin.count++]))
			return DESCRIPTOR_KEY;
	}
	return DESCRIPTOR_FINE;
}

static enum descriptor_refusal plain_step(struct piece step, uint32_t *ret)
{
	if (path_step_parse(step.at, step.length, ret))
		return DESCRIPTOR_KEY;
	return *ret & PATH_HARDENED ? DESCRIPTOR_HARDENED : DESCRIPTOR_FINE;
}

// "<a;b;...>": at least two, all different (BIP389).
static enum descriptor_refusal branches_parse(struct piece step, struct descriptor_key *key)
{
	struct piece rest = { step.at + 1, step.length - 2 }, one;
	enum descriptor_refusal refusal;
	if (key->branch_step != PATH_STEPS_MAX)
		return DESCRIPTOR_BRANCHES;
	if (step.length < 2 || step.at[step.length - 1] != '>')
		return DESCRIPTOR_KEY;
	key->branch_step = key->steps.count;
	key->branch_count = 0;
	while (piece_next(&rest, ';', &one)) {
		if (key->branch_count == DESCRIPTOR_BRANCHES_MAX)
			return DESCRIPTOR_BRANCHES;
		if ((refusal = plain_step(one, &key->branches[key->branch_count])))
			return refusal;
		for (size_t i = 0; i < key->branch_count; i++) {
			if (key->branches[i] == key->branches[key->branch_count])
				return DESCRIPTOR_BRANCHES;
		}
		key->branch_count++;
	}
	return key->branch_count < 2 ? DESCRIPTOR_BRANCHES : DESCRIPTOR_FINE;
}

static enum descriptor_refusal steps_parse(struct piece rest, struct descriptor_key *key)
{
	struct piece step;
	enum descriptor_refusal refusal = DESCRIPTOR_FINE;
	while (!refusal && piece_next(&rest, '/', &step)) {
		bool last = !rest.at;
		if (last && step.length == 1 && step.at[0] == '*') {
			key->wildcard = true;
			break;
		}
		if (last && step.length == 2 && step.at[0] == '*' &&
		    (step.at[1] == 'h' || step.at[1] == '\''))
			return DESCRIPTOR_HARDENED;
		if (key->steps.count == PATH_STEPS_MAX - 1)
			return DESCRIPTOR_KEY;
		if (step.length && step.at[0] == '<')
			refusal = branches_parse(step, key);
		else
			refusal = plain_step(step, &key->steps.steps[key->steps.count]);
		key->steps.count++;
	}
	return refusal;
}

// Whether the text is a private key, on any network, so that this can be said.
static bool is_private(const char *text, size_t length)
{
	static const struct network *const networks[] = { &network_main, &network_test };
	struct hd_private private;
	uint8_t secret[SECRET_KEY_SIZE];
	bool compressed, found = false;
	for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
		found |= hd_private_parse(networks[i], text, length, &private) == 0;
		found |= wif_parse(networks[i], text, length, secret, &compressed) == 0;
	}
	secret_wipe(&private, sizeof private);
	secret_wipe(secret, sizeof secret);
	return found;
}

static bool raw_key_parse(struct piece text, bool xonly, uint8_t key[PUBLIC_KEY_SIZE])
{
	if (text.length == 2 * PUBLIC_KEY_SIZE)
		return hex_decode(text.at, text.length, key, PUBLIC_KEY_SIZE) == 0 && public_key_valid(key);
	key[0] = 2;
	return xonly && hex_decode(text.at, text.length, key + 1, XONLY_KEY_SIZE) == 0 &&
	       public_key_valid(key);
}

enum descriptor_refusal descriptor_key_parse(const struct network *network, const char *text, size_t length,
					     bool xonly, struct descriptor_key *ret)
{
	struct descriptor_key key = { .branch_step = PATH_STEPS_MAX, .branch_count = 1 };
	struct piece rest = { text, length }, head;
	enum descriptor_refusal refusal;
	if (length && text[0] == '[') {
		rest = (struct piece){ text + 1, length - 1 };
		if (!piece_next(&rest, ']', &head) || !rest.at || (refusal = origin_parse(head, &key)))
			return DESCRIPTOR_KEY;
	}
	if (!piece_next(&rest, '/', &head))
		return DESCRIPTOR_KEY;
	key.extended = hd_public_parse(network, head.at, head.length, &key.base) == 0;
	if (!key.extended) {
		if (is_private(head.at, head.length))
			return DESCRIPTOR_PRIVATE_KEY;
		if (rest.at || !raw_key_parse(head, xonly, key.base.key))
			return DESCRIPTOR_KEY;
	}
	if (!key.has_origin)
		hd_fingerprint(&key.base, key.fingerprint);
	if ((refusal = steps_parse(rest, &key)))
		return refusal;
	*ret = key;
	return DESCRIPTOR_FINE;
}
