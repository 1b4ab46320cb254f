// SPDX-License-Identifier: Apache-2.0
// A PSBT: read, reviewed, signed, and reviewed again as it would leave.
#include "sign/sign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command.h"
#include "crypto/secret.h"
#include "review/words.h"
#include "payload/review_page.h"
#include "screen/screen.h"
#include "step.h"

// A PSBT with the memory that it lives in.
struct opened {
	void *memory;
	struct arena arena;
	struct psbt psbt;
};

static int opened_parse(struct opened *o, const uint8_t *bytes, size_t size, enum psbt_refusal *ret_why)
{
	size_t room = 12 * size + (8u << 20);
	o->memory = malloc(room);
	if (!o->memory) {
		complain("there is not enough memory");
		return EXIT_FAILED;
	}
	o->arena = arena_over(o->memory, room);
	*ret_why = psbt_parse(span_over(bytes, size), &o->arena, &o->psbt);
	return 0;
}

// The txid of what is signed, as people write it.
static void txid_of(const struct psbt *psbt, char hex[65])
{
	uint8_t txid[32], reversed[32];
	transaction_id(&psbt->tx, txid);
	for (size_t i = 0; i < sizeof txid; i++)
		reversed[i] = txid[sizeof txid - 1 - i];
	hex_encode(reversed, sizeof reversed, hex);
}

static int unreadable(struct signing *s, enum psbt_refusal why)
{
	struct refusal_list refusals = { 0 };
	bitcoin_review_unreadable(span_over(s->payload.bytes, s->payload.size), why, &refusals);
	state_payload_id("unreadable", s->payload.bytes, s->payload.size, s->id);
	screen_heading("What this payment does (Bitcoin)");
	screen_text("It cannot be read: %s.", psbt_refusal_text(why));
	return signing_judge(s, &refusals);
}

static int keys_sign(struct signing *s, struct opened *o, const struct bitcoin_review *review)
{
	struct psbt_signer signer;
	struct sighash_shared shared;
	uint8_t random[32];
	size_t count = 0;
	random_bytes(random, sizeof random);
	keystore_psbt_signer(s->unlocked.keystore, &signer);
	enum psbt_refusal why = psbt_sighash_prepare(&o->psbt, PSBT_TO_SIGN, &o->arena, &shared);
	if (!why)
		why = psbt_sign_by(&o->psbt, &o->arena, &shared, &review->wallet->descriptor, &signer, random, &count);
	secret_wipe(random, sizeof random);
	if (why) {
		complain("it could not be signed: %s",
			 why == PSBT_SIGNER ? keystore_result_text(signer.failed) : psbt_refusal_text(why));
		return EXIT_FAILED;
	}
	if (!count) {
		complain("this vault's key has no part in the wallet '%s', or the inputs are complete already",
			 review->wallet->name);
		return EXIT_REFUSED;
	}
	return 0;
}

// The bytes as they would leave, read and reviewed once more: same transaction, no refusal, and our signatures in it.
static int written_check(struct signing *s, const uint8_t *bytes, size_t size, const char *txid,
			 const struct bitcoin_review *before)
{
	static struct bitcoin_review after;
	struct opened again = { 0 };
	enum psbt_refusal why;
	char now[65] = "";
	int r = opened_parse(&again, bytes, size, &why);
	if (r)
		return r;
	if (!why) {
		txid_of(&again.psbt, now);
		bitcoin_review(&again.psbt, again.arena, &s->configuration.policy, &s->context, &after);
		bitcoin_review_learn(&again.psbt, again.arena, &s->state.nonces);
	}
	bool good = !why && !after.refusals.stops && !strcmp(now, txid) && after.paid == before->paid &&
		    after.fee == before->fee && (after.signed_keys & before->signed_keys) == before->signed_keys;
	free(again.memory);
	if (good)
		return 0;
	complain("the signed payment does not verify when it is read again: it was not released. This machine or its memory "
		 "is faulty");
	return EXIT_FAILED;
}

static int record(struct signing *s, const struct bitcoin_review *review, const char *txid)
{
	char paid[WORDS_MAX], fee[WORDS_MAX];
	words_bitcoin_figure(review->paid, paid);
	words_bitcoin_figure(review->fee, fee);
	const struct log_field details[] = {
		{ "chain", "bitcoin" },
		{ "network", review->wallet->descriptor.network->name },
		{ "wallet", review->wallet->name },
		{ "txid", txid },
		{ "paid", paid },
		{ "fee", fee },
		{ "withdrawal", s->has_intent ? s->intent.intent.id : "-" },
	};
	return signing_record(s, &review->request, review->wallet->id, details, ARRAY_LEN(details));
}

static int release(struct signing *s, const uint8_t *bytes, size_t size)
{
	char *text = NULL;
	if (s->payload.form != PAYLOAD_BINARY) {
		text = malloc(BASE64_SIZE(size) + 1);
		if (!text) // the bytes go all the same
			return signing_release(s, UR_PSBT, bytes, size, NULL);
		strcpy(text + base64_encode(bytes, size, text), "\n");
	}
	int r = signing_release(s, UR_PSBT, bytes, size, text);
	free(text);
	return r;
}

static int sign_confirmed(struct signing *s, struct opened *o, const struct bitcoin_review *review, const char *txid)
{
	int r = vault_unlock(&s->vault, &s->unlocked);
	if (!r)
		r = keys_sign(s, o, review);
	STEP("sign-signed");
	if (r)
		return r;
	size_t size = psbt_size(&o->psbt);
	uint8_t *bytes = malloc(size);
	if (!bytes) {
		complain("there is not enough memory");
		return EXIT_FAILED;
	}
	struct writer w = writer_over(bytes, size);
	psbt_write(&o->psbt, &w);
	ASSERT(!w.failed && writer_size(&w) == size);
	r = written_check(s, bytes, size, txid, review);
	if (!r)
		r = record(s, review, txid);
	if (!r)
		r = release(s, bytes, size);
	free(bytes);
	if (!r)
		screen_text("Transaction %s", txid);
	return r;
}

static int sign_opened(struct signing *s, struct opened *o)
{
	static struct bitcoin_review review;
	char txid[65];
	txid_of(&o->psbt, txid);
	state_payload_id("bitcoin", txid, 64, s->id);
	if (s->has_intent)
		state_intent_id(&s->intent.intent, s->id);
	s->context.limits = state_limits(&s->state, s->id);
	bitcoin_review(&o->psbt, o->arena, &s->configuration.policy, &s->context, &review);
	page_bitcoin(&review);
	int r = signing_judge(s, &review.refusals);
	if (!r && !review.wallet) { // a review without a wallet has refused; this is the second lock
		complain("no registered wallet spends here");
		r = EXIT_REFUSED;
	}
	if (r || s->inspect)
		return r;
	r = confirm_bitcoin(&review);
	STEP("sign-confirmed");
	return r ? r : sign_confirmed(s, o, &review, txid);
}

int sign_bitcoin(struct signing *s)
{
	struct opened o = { 0 };
	enum psbt_refusal why;
	int r = opened_parse(&o, s->payload.bytes, s->payload.size, &why);
	if (!r)
		r = why ? unreadable(s, why) : sign_opened(s, &o);
	free(o.memory);
	return r;
}
