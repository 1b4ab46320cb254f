// SPDX-License-Identifier: Apache-2.0
// A statement of the operator: signed here, with a key that never leaves this
// process, at one place in history, and only then handed to control.
#include "client.h"
#include "command.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "wire/event.h"

#include <fcntl.h>
#include <unistd.h>

#define TRIES 5 // another operator may be faster

struct statement {
	struct genesis genesis;
	uint8_t exchange[32], previous[32];
	uint64_t number;
	uint32_t signer;
	uint8_t *seed;
};

static int head_ask(struct statement *s)
{
	json_t *answer;
	const char *hash = NULL, *exchange = NULL;
	json_int_t number = 0;
	uint8_t id[32];
	int r = exchange_ask(json_pack("{s:s}", "op", "head"), &answer, NULL);
	if (r)
		return r;
	bool good = !json_unpack(answer, "{s:I, s:s, s:s}", "number", &number, "hash", &hash, "exchange", &exchange) &&
		    number > 0 && !hex_decode(hash, strlen(hash), s->previous, 32) &&
		    !hex_decode(exchange, strlen(exchange), id, 32);
	json_decref(answer);
	if (!good || memcmp(id, s->exchange, 32)) {
		complain(good ? "the exchange that runs is not the one of %s/founding" :
				"control's answer is not understood; are tool and exchange in %s of one version?",
			 globals.dir);
		return EXIT_FAILED;
	}
	s->number = (uint64_t)number;
	return EXIT_DONE;
}

static int seed_load(struct statement *s)
{
	uint8_t public_key[32];
	s->seed = key_load("keys/operator.key", globals.operator_key, 32);
	if (!s->seed)
		return EXIT_FAILED;
	ed25519_public(s->seed, public_key);
	for (s->signer = 0; s->signer < s->genesis.operators; s->signer++)
		if (!memcmp(s->genesis.operator_public[s->signer], public_key, 32))
			return EXIT_DONE;
	complain("this operator's key is not one that genesis names");
	return EXIT_REFUSED;
}

static int submit(struct statement *s, uint8_t kind, const void *body, size_t size, json_t **ret, int *ret_refusal)
{
	uint8_t entry[ENTRY_SIZE_MAX];
	char text[BASE64_SIZE(sizeof entry)];
	size_t made = control_sign(s->exchange, kind, s->number + 1, s->previous, s->signer, s->seed, (uint32_t)getuid(),
				   body, size, entry, sizeof entry);
	ASSERT(made > 0);
	base64_encode(entry, made, text);
	return exchange_ask(json_pack("{s:s, s:s}", "op", "submit", "entry", text), ret, ret_refusal);
}

static int submit_until_in_order(struct statement *s, uint8_t kind, const void *body, size_t size, json_t **ret)
{
	static const char *const KNOWN[REFUSED_COUNT] = {
		[REFUSED_UNKNOWN_CUSTOMER] = "there is no such customer",
		[REFUSED_UNKNOWN_KEY] = "there is no such key, or it was removed already",
		[REFUSED_CUSTOMERS_FULL] = "genesis has room for no more customers",
		[REFUSED_KEYS_FULL] = "genesis has room for no more keys",
		[REFUSED_NOT_DEMO] = "test money exists only where genesis says demo",
		[REFUSED_DUPLICATE_NAME] = "the name is taken",
		[REFUSED_ASSETS_FULL] = "genesis has room for no more assets",
		[REFUSED_MARKETS_FULL] = "genesis has room for no more markets",
		[REFUSED_TICK_LOT] = "tick times lot is not a whole number of 0.00000001 of the quote asset",
		[REFUSED_MALFORMED] = "a value is out of range",
		[REFUSED_EVIDENCE] = "the signature does not hold",
		[REFUSED_OVERFLOW] = "the balance would pass the largest amount",
		[REFUSED_CONTROL_ORDER] = "other operators were faster five times; try again",
	};
	int r = EXIT_FAILED, refusal = 0;
	for (unsigned i = 0; i < TRIES; i++) {
		refusal = 0;
		r = head_ask(s);
		if (!r)
			r = submit(s, kind, body, size, ret, &refusal);
		if (refusal != REFUSED_CONTROL_ORDER)
			break;
	}
	if (refusal > 0 && refusal < REFUSED_COUNT && KNOWN[refusal])
		complain("refused: %s", KNOWN[refusal]);
	else if (refusal)
		complain("the exchange refused it (refusal %d of wire/event.h)", refusal);
	return r;
}

int statement_send(uint8_t kind, const void *body, size_t size, uint64_t *ret_index)
{
	struct statement s = { 0 };
	json_t *answer = NULL;
	if (size == 0) {
		complain("a value is too large for its field");
		return EXIT_USAGE;
	}
	if (genesis_load(&s.genesis, s.exchange))
		return EXIT_FAILED;
	int r = seed_load(&s);
	if (!r)
		r = submit_until_in_order(&s, kind, body, size, &answer);
	secret_free(s.seed);
	if (!r && ret_index)
		*ret_index = (uint64_t)json_integer_value(json_object_get(answer, "index"));
	json_decref(answer);
	return r;
}
