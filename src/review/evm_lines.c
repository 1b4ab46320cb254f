// SPDX-License-Identifier: Apache-2.0
// Each step with its call and arguments in words, indented by how deep it lies; then what leaves, and the fee.
#include "review/evm_lines.h"

#include "base/text.h"
#include "review/text.h"

#define BYTES_SHOWN 32

struct writing {
	const struct review_policy *policy;
	struct evm_judgement *out;
};

static struct text line(struct writing *w, unsigned indent)
{
	size_t at = w->out->line_count;
	if (at == EVM_LINES_MAX) { // the last line is written over; what was not shown is not signed
		refuse(&w->out->refusals, REFUSE_STEPS, ABOUT_PAYLOAD, 0);
		at--;
	} else {
		w->out->line_count++;
	}
	struct review_line *l = &w->out->lines[at];
	l->indent = indent;
	return text_over(l->text, sizeof l->text);
}

// The address, and what we call it.
static void put_address(struct writing *w, struct text *t, const struct evm_address *address)
{
	struct chain chain = policy_chain_evm(w->out->chain_id);
	const struct policy_label *label = policy_label(w->policy, &chain, address->bytes, EVM_ADDRESS_SIZE);
	const struct policy_safe *safe = policy_safe(w->policy, w->out->chain_id, address);
	const struct policy_token *token = policy_token(w->policy, w->out->chain_id, address);
	const char *name = safe ? safe->name : token ? token->symbol : label ? label->name : NULL;
	char text[EVM_ADDRESS_TEXT];
	evm_address_format(address, text);
	text_put(t, text);
	if (!name)
		return;
	text_put(t, " \"");
	text_put(t, name);
	text_put(t, "\"");
}

static void put_bytes(struct text *t, struct evm_bytes bytes)
{
	char hex[2 * BYTES_SHOWN + 1];
	size_t shown = bytes.size < BYTES_SHOWN ? bytes.size : BYTES_SHOWN;
	hex_encode(bytes.at, shown, hex);
	text_put(t, "0x");
	text_put(t, hex);
	if (shown == bytes.size)
		return;
	text_put(t, "... (");
	text_number(t, bytes.size);
	text_put(t, " bytes)");
}

static void put_argument(struct writing *w, struct text *t, const struct abi_value *value)
{
	char text[WORDS_MAX];
	if (value->type == ABI_ADDRESS) {
		struct evm_address address = abi_address(value);
		put_address(w, t, &address);
	} else if (value->type == ABI_UINT256 || value->type == ABI_UINT8) {
		struct u256 number = abi_number(value);
		words_units(&number, 0, "", text);
		text_put(t, text);
	} else if (value->type == ABI_BYTES || value->type == ABI_BYTES32) {
		put_bytes(t, value->bytes);
	} else {
		text_number(t, value->count);
		text_put(t, " items");
	}
}

static void call_lines(struct writing *w, const struct evm_step *step)
{
	const struct evm_function *f = step->call.function;
	for (size_t i = 0; i < f->count; i++) {
		struct text t = line(w, step->depth * 2 + 1);
		text_put(&t, f->parameters[i].name);
		text_put(&t, " = ");
		put_argument(w, &t, &step->call.arguments[i]);
	}
}

static void step_lines(struct writing *w, size_t at)
{
	const struct evm_step *step = &w->out->review.steps[at];
	char signature[EVM_SIGNATURE_MAX], amount[WORDS_MAX];
	struct text t = line(w, step->depth * 2);
	text_number(&t, at + 1);
	text_put(&t, ". ");
	if (step->operation == SAFE_DELEGATECALL)
		text_put(&t, "DELEGATECALL ");
	if (step->risks & EVM_RISK_CREATES)
		text_put(&t, "creates a contract");
	else if (step->data.size == 0)
		text_put(&t, "pays");
	else if (step->known)
		text_put(&t, step->call.function->standard);
	else
		text_put(&t, "UNKNOWN CALL");
	if (step->known) {
		evm_function_signature(step->call.function, signature);
		text_put(&t, " ");
		text_put(&t, signature);
	}
	t = line(w, step->depth * 2 + 1);
	text_put(&t, "to ");
	put_address(w, &t, &step->to);
	if (!u256_zero(&step->value)) {
		words_units(&step->value, 18, "of the chain's coin", amount);
		t = line(w, step->depth * 2 + 1);
		text_put(&t, "value ");
		text_put(&t, amount);
	}
	if (step->known)
		call_lines(w, step);
	else if (step->data.size) {
		t = line(w, step->depth * 2 + 1);
		put_bytes(&t, step->data);
	}
}

static void payment_line(struct writing *w, const struct evm_paid *paid)
{
	char amount[WORDS_MAX], address[EVM_ADDRESS_TEXT];
	const char *symbol = paid->token ? paid->token->symbol
			     : paid->native ? "of the chain's coin" : "units of an UNKNOWN token";
	words_units(&paid->amount, paid->token ? paid->token->decimals : paid->native ? 18 : 0, symbol, amount);
	struct text t = line(w, 1);
	text_put(&t, amount);
	t = line(w, 2);
	evm_address_format(&paid->to, address);
	text_put(&t, "to ");
	text_put(&t, address);
	text_put(&t, paid->own ? ", ours: \"" : paid->name ? ", known as \"" : ", UNKNOWN");
	if (paid->name) {
		text_put(&t, paid->name);
		text_put(&t, "\"");
	}
}

static void number_line(struct writing *w, const char *head, uint64_t number)
{
	struct text t = line(w, 0);
	text_put(&t, head);
	text_number(&t, number);
}

void evm_lines_write(const struct evm_payload *payload, const struct review_policy *policy, struct evm_judgement *judgement)
{
	struct writing w = { policy, judgement };
	char amount[WORDS_MAX];
	number_line(&w, "chain id  ", judgement->chain_id);
	struct text t = line(&w, 0);
	text_put(&t, "paid by   ");
	put_address(&w, &t, &judgement->payer);
	if (payload->kind == EVM_PAYLOAD_SAFE_TX) {
		words_units(&payload->safe_tx.nonce, 0, "", amount);
		t = line(&w, 0);
		text_put(&t, "Safe nonce ");
		text_put(&t, amount);
	} else {
		number_line(&w, "nonce     ", payload->tx.nonce);
		words_units(&judgement->fee_max, 18, "of the chain's coin", amount);
		t = line(&w, 0);
		text_put(&t, "fee, at most ");
		text_put(&t, amount);
	}
	t = line(&w, 0);
	text_put(&t, judgement->payment_count ? "pays" : "pays nobody");
	for (size_t i = 0; i < judgement->payment_count; i++)
		payment_line(&w, &judgement->payments[i]);
	t = line(&w, 0);
	text_put(&t, "does, step by step");
	for (size_t i = 0; i < judgement->review.count; i++)
		step_lines(&w, i);
}
