// SPDX-License-Identifier: Apache-2.0
// An EVM transaction, an EIP-4527 request or a Safe transaction.
#include "sign/sign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command.h"
#include "crypto/secret.h"
#include "payload/review_page.h"
#include "screen/screen.h"
#include "step.h"

// What leaves, in the form that its reader wants.
struct signed_evm {
	enum ur_type type;
	uint8_t bytes[EVM_TX_SIZE_MAX];
	size_t size;
	char text[2 * EVM_TX_SIZE_MAX + 512];
};

// A token draws its nonces itself: an r that it used before gives the key away. Kept beside Bitcoin's, and written
// with the record before anything leaves.
static int nonce_learn(struct signing *s, const struct own_key *key, const uint8_t digest[32], const uint8_t r[32])
{
	struct hd_public public;
	uint8_t of[32];
	if (keystore_public(s->unlocked.keystore, &key->path, &public)) {
		complain("the token's public key cannot be read");
		return EXIT_FAILED;
	}
	nonce_of(span_over(public.key, sizeof public.key), digest, of);
	if (nonce_repeated(&s->state.nonces, r, of)) {
		complain("the token used a nonce a second time: its key can be computed from both signatures. Nothing was "
			 "released; replace the key");
		return EXIT_FAILED;
	}
	nonce_add(&s->state.nonces, r, of);
	return 0;
}

static int digest_sign(struct signing *s, const struct own_key *key, const uint8_t digest[32], struct evm_signature *ret)
{
	uint8_t raw[64];
	int r = key->has ? keystore_sign(s->unlocked.keystore, &key->path, digest, raw) : KEYSTORE_PATH;
	if (!r && evm_signature_from_raw(raw, &key->signer, digest, ret)) {
		complain("this vault's key is not the one whose address is registered");
		r = EXIT_REFUSED;
	} else if (r) {
		complain("it could not be signed: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
		r = EXIT_FAILED;
	}
	if (!r && s->unlocked.log_keystore)
		r = nonce_learn(s, key, digest, raw);
	secret_wipe(raw, sizeof raw);
	return r;
}

// Encoded, read again, and its sender compared: what leaves is what was reviewed.
static int signed_write(struct signing *s, const struct evm_signature *signature, const uint8_t digest[32],
			     struct signed_evm *ret)
{
	struct evm_transaction tx = s->payload.evm.tx, again;
	struct evm_address sender;
	uint8_t covered[32];
	tx.signature = *signature;
	tx.is_signed = true;
	bool bad = evm_tx_encode(&tx, ret->bytes, sizeof ret->bytes, &ret->size) ||
		   evm_tx_decode(ret->bytes, ret->size, &again) || evm_tx_sender(&again, &sender) ||
		   !evm_address_equal(&sender, &s->payload.evm.from);
	if (!bad)
		evm_tx_signing_hash(&again, covered);
	if (bad || memcmp(covered, digest, sizeof covered)) {
		complain("the signed transaction does not verify when it is read again: it was not released. This machine or "
			 "its memory is faulty");
		return EXIT_FAILED;
	}
	ret->type = UR_BYTES;
	strcpy(ret->text, "0x");
	hex_encode(ret->bytes, ret->size, ret->text + 2);
	strcat(ret->text, "\n");
	return 0;
}

// EIP-4527's v: of typed data 27 + parity, of a typed transaction the parity, of a legacy one EIP-155's.
static uint64_t answer_v(const struct evm_payload *payload, const struct evm_signature *signature)
{
	if (payload->kind == EVM_PAYLOAD_SAFE_TX)
		return 27u + signature->y_parity;
	return payload->tx.type == EVM_TX_LEGACY ? 35 + 2 * payload->tx.chain_id + signature->y_parity : signature->y_parity;
}

static int answer_write(struct signing *s, const struct evm_signature *signature, struct signed_evm *ret)
{
	struct eth_signature answer = { .has_id = s->payload.request.has_id };
	memcpy(answer.id, s->payload.request.id, sizeof answer.id);
	memcpy(answer.signature, signature->r, 32);
	memcpy(answer.signature + 32, signature->s, 32);
	uint64_t v = answer_v(&s->payload.evm, signature);
	size_t bytes = 1;
	while (bytes < 8 && v >> (8 * bytes))
		bytes++;
	for (size_t i = 0; i < bytes; i++)
		answer.signature[64 + i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
	answer.signature_size = 64 + bytes;
	ret->type = UR_ETH_SIGNATURE;
	ret->size = eth_signature_write(&answer, ret->bytes, sizeof ret->bytes);
	return ret->size ? 0 : EXIT_FAILED;
}

static void safe_write(const struct own_key *key, const struct evm_signature *signature, const uint8_t digest[32],
		       struct signed_evm *ret)
{
	uint8_t bytes[EVM_SIGNATURE_TEXT];
	char hash[65], hex[2 * EVM_SIGNATURE_TEXT + 1], address[EVM_ADDRESS_TEXT];
	evm_signature_write(signature, bytes);
	hex_encode(digest, 32, hash);
	hex_encode(bytes, sizeof bytes, hex);
	evm_address_format(&key->signer, address);
	ret->type = UR_BYTES;
	snprintf(ret->text, sizeof ret->text, "redoubt safe signature 1\ndigest 0x%s\nsigner %s\nsignature 0x%s\n", hash, address,
		 hex);
	ret->size = strlen(ret->text);
	memcpy(ret->bytes, ret->text, ret->size);
}

static int payload_write(struct signing *s, const struct own_key *key, const struct evm_signature *signature,
			 const uint8_t digest[32], struct signed_evm *ret)
{
	int r = 0;
	if (s->payload.evm.kind == EVM_PAYLOAD_SAFE_TX)
		safe_write(key, signature, digest, ret);
	else
		r = signed_write(s, signature, digest, ret);
	if (!r && s->payload.kind == PAYLOAD_REQUEST)
		r = answer_write(s, signature, ret); // a file still gets the whole transaction
	return r;
}

// Its execution, later, is the same payment: agreed on and counted now.
static void schedules_learn(struct signing *s, const struct evm_judgement *judgement)
{
	uint8_t key[OPERATION_KEY_SIZE];
	for (size_t i = 0; i < judgement->review.count; i++) {
		if (evm_operation(judgement, i, false, key))
			operation_add(&s->state.operations, key);
	}
}

static int record(struct signing *s, const struct evm_judgement *judgement)
{
	char chain[24], digest[65], payer[EVM_ADDRESS_TEXT], payments[24];
	uint8_t wallet[INTENT_WALLET_SIZE];
	snprintf(chain, sizeof chain, "%llu", (unsigned long long)judgement->chain_id);
	snprintf(payments, sizeof payments, "%zu", judgement->payment_count);
	hex_encode(judgement->digest, 32, digest);
	evm_address_format(&judgement->payer, payer);
	policy_evm_id(&judgement->payer, wallet);
	if (s->has_intent) // whose counter it is: of the Safe, although an account sends
		memcpy(wallet, s->intent.intent.wallet, sizeof wallet);
	const struct log_field details[] = {
		{ "chain", chain },
		{ "payer", payer },
		{ "digest", digest },
		{ "payments", payments },
		{ "withdrawal", s->has_intent ? s->intent.intent.id : judgement->scheduled ? "scheduled-before" : "-" },
		{ "ceremony", s->ceremony_mode ? "yes" : "no" },
	};
	schedules_learn(s, judgement);
	return signing_record(s, &judgement->request, wallet, details, ARRAY_LEN(details));
}

static int sign_confirmed(struct signing *s, const struct evm_judgement *judgement, const struct own_key *key)
{
	static struct signed_evm out;
	struct evm_signature signature;
	int r = vault_unlock(&s->vault, &s->unlocked);
	if (!r)
		r = digest_sign(s, key, judgement->digest, &signature);
	STEP("sign-signed");
	if (!r)
		r = payload_write(s, key, &signature, judgement->digest, &out);
	if (!r)
		r = record(s, judgement);
	if (!r)
		r = signing_release(s, out.type, out.bytes, out.size, out.text);
	return r;
}

int sign_evm(struct signing *s)
{
	static struct evm_judgement judgement;
	const struct own_key *key;
	int r = payload_evm(&s->payload, &s->configuration, s->account, &key);
	if (r)
		return r;
	// The digest names what is signed; the record is chosen by it, and then judged with.
	s->context.limits = &s->state.limits;
	evm_judge(&s->payload.evm, &s->configuration.policy, &s->context, &judgement);
	state_payload_id("evm", judgement.digest, sizeof judgement.digest, s->id);
	if (judgement.scheduled) // nothing of it is used up
		s->has_intent = false;
	if (s->has_intent)
		state_intent_id(&s->intent.intent, s->id);
	if (state_limits(&s->state, s->id) != s->context.limits) {
		s->context.limits = state_limits(&s->state, s->id);
		evm_judge(&s->payload.evm, &s->configuration.policy, &s->context, &judgement);
	}
	page_evm(&judgement);
	r = signing_judge(s, &judgement.refusals);
	if (r || s->inspect)
		return r;
	r = confirm_evm(&judgement);
	STEP("sign-confirmed");
	return r ? r : sign_confirmed(s, &judgement, key);
}
