// SPDX-License-Identifier: Apache-2.0
// A PSBT's way: made, described, signed, combined, completed, extracted. Each call begins from the bytes, as
// on another machine.
#include "custody/probe.h"

#include <stdio.h>

static const char *take_psbt(struct call *call, size_t argument, struct psbt *ret)
{
	enum psbt_refusal refusal = psbt_parse(call_bytes(call, argument), &call->arena, ret);
	return refusal ? psbt_refusal_text(refusal) : NULL;
}

static void say_psbt(struct call *call, const struct psbt *psbt)
{
	size_t size = psbt_size(psbt);
	uint8_t *bytes = arena_take(&call->arena, 1, size);
	ASSERT(bytes);
	struct writer w = writer_over(bytes, size);
	psbt_write(psbt, &w);
	ASSERT(!w.failed && writer_size(&w) == size);
	say_bytes(call, span_over(bytes, size));
}

static const char *why_not(enum psbt_refusal refusal)
{
	return refusal ? psbt_refusal_text(refusal) : NULL;
}

// psbt BYTES: version, inputs, outputs, id of the unsigned transaction, written again
static const char *do_psbt(struct call *call)
{
	struct psbt psbt;
	uint8_t id[TXID_SIZE];
	const char *why = take_psbt(call, 1, &psbt);
	if (why)
		return why;
	transaction_id(&psbt.tx, id);
	say_number(call, psbt.version);
	say_number(call, psbt.tx.input_count);
	say_number(call, psbt.tx.output_count);
	say_id(call, id);
	say_psbt(call, &psbt);
	return NULL;
}

// "BRANCH/INDEX", or "-" for none
static bool place_read(struct call *call, size_t argument, size_t *branch, uint32_t *index)
{
	const char *text = argument < call->count ? call->words[argument] : "";
	if (strcmp(text, "-") == 0)
		return false;
	if (sscanf(text, "%zu/%u", branch, index) != 2)
		call->malformed = true;
	return !call->malformed;
}

static enum psbt_refusal describe(struct call *call, struct psbt *psbt, const struct descriptor *d)
{
	size_t argument = 3, branch;
	uint32_t index;
	enum psbt_refusal refusal = PSBT_FINE;
	for (size_t i = 0; i < psbt->tx.input_count && !refusal; i++, argument += 2) {
		refusal = psbt_put_previous(psbt, &call->arena, i, call_bytes(call, argument));
		if (!refusal && place_read(call, argument + 1, &branch, &index))
			refusal = psbt_describe_input(psbt, &call->arena, i, d, branch, index);
	}
	for (size_t i = 0; i < psbt->tx.output_count && !refusal; i++, argument++) {
		if (place_read(call, argument, &branch, &index))
			refusal = psbt_describe_output(psbt, &call->arena, i, d, branch, index);
	}
	return refusal;
}

// psbt-create TX DESCRIPTOR (PREVIOUS PLACE for each input) (PLACE for each output)
static const char *do_create(struct call *call)
{
	struct transaction tx;
	struct psbt psbt;
	const struct descriptor *d = call_descriptor(call, 2);
	if (call->malformed ||
	    transaction_parse(call_bytes(call, 1), TRANSACTION_UNSIGNED, &call->arena, &tx))
		return "malformed transaction";
	enum psbt_refusal refusal = psbt_create(&tx, &call->arena, &psbt);
	if (!refusal)
		refusal = describe(call, &psbt, d);
	if (!refusal)
		say_psbt(call, &psbt);
	return why_not(refusal);
}

// psbt-sign BYTES DESCRIPTOR SIGNER: how many signatures were added, and the bytes
static const char *do_sign(struct call *call)
{
	static const uint8_t no_random[32];
	struct psbt psbt;
	struct sighash_shared shared;
	size_t count = 0;
	const struct descriptor *d = call_descriptor(call, 2);
	const char *why = call->malformed ? "no such descriptor" : take_psbt(call, 1, &psbt);
	if (why)
		return why;
	enum psbt_refusal refusal = psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &call->arena, &shared);
	if (!refusal)
		refusal = psbt_sign_own(&psbt, &call->arena, &shared, d, call_signer(call, 3), no_random,
					&count);
	say_number(call, count);
	if (!refusal)
		say_psbt(call, &psbt);
	return why_not(refusal);
}

// psbt-sign-key BYTES INPUT SECRET
static const char *do_sign_key(struct call *call)
{
	static const uint8_t no_random[32];
	struct psbt psbt;
	struct sighash_shared shared;
	size_t input = call_number(call, 2);
	const uint8_t *secret = call_sized(call, 3, SECRET_KEY_SIZE);
	const char *why = take_psbt(call, 1, &psbt);
	if (why || call->malformed || input >= psbt.tx.input_count)
		return why ? why : "no such input";
	enum psbt_refusal refusal = psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &call->arena, &shared);
	if (refusal)
		return why_not(refusal);
	if (output_kind_of(psbt.inputs[input].spent.script, NULL) == OUTPUT_TAPROOT)
		refusal = psbt_sign_taproot(&psbt, &call->arena, &shared, input, secret, no_random);
	else
		refusal = psbt_sign_v0(&psbt, &call->arena, &shared, input, secret);
	if (!refusal)
		say_psbt(call, &psbt);
	return why_not(refusal);
}

// psbt-combine BYTES BYTES...
static const char *do_combine(struct call *call)
{
	struct psbt psbt, other;
	const char *why = take_psbt(call, 1, &psbt);
	for (size_t i = 2; i < call->count && !why; i++) {
		why = take_psbt(call, i, &other);
		if (!why)
			why = why_not(psbt_combine(&psbt, &call->arena, &other));
	}
	if (!why)
		say_psbt(call, &psbt);
	return why;
}

static const char *do_finalize(struct call *call)
{
	struct psbt psbt;
	struct sighash_shared shared;
	const char *why = take_psbt(call, 1, &psbt);
	if (why)
		return why;
	enum psbt_refusal refusal = psbt_sighash_prepare(&psbt, PSBT_TO_COMPLETE, &call->arena, &shared);
	for (size_t i = 0; i < psbt.tx.input_count && !refusal; i++)
		refusal = psbt_finalize_input(&psbt, &call->arena, &shared, i);
	if (!refusal)
		say_psbt(call, &psbt);
	return why_not(refusal);
}

// psbt-extract BYTES: the signed transaction
static const char *do_extract(struct call *call)
{
	struct psbt psbt;
	struct transaction tx;
	const char *why = take_psbt(call, 1, &psbt);
	if (!why)
		why = why_not(psbt_extract(&psbt, &call->arena, &tx));
	if (why)
		return why;
	size_t size = transaction_size(&tx, true);
	uint8_t *bytes = arena_take(&call->arena, 1, size);
	ASSERT(bytes);
	struct writer w = writer_over(bytes, size);
	transaction_write(&tx, true, &w);
	say_bytes(call, span_over(bytes, size));
	return NULL;
}

static const char *do_fee(struct call *call)
{
	struct psbt psbt;
	uint64_t fee = 0;
	const char *why = take_psbt(call, 1, &psbt);
	if (!why)
		why = why_not(psbt_fee(&psbt, &fee));
	if (!why)
		say_number(call, fee);
	return why;
}

// psbt-places BYTES DESCRIPTOR: for each input, then each output, where it is the descriptor's own, or "-"
static const char *do_places(struct call *call)
{
	struct psbt psbt;
	const struct descriptor *d = call_descriptor(call, 2);
	const char *why = call->malformed ? "no such descriptor" : take_psbt(call, 1, &psbt);
	if (why)
		return why;
	for (size_t i = 0; i < psbt.tx.input_count + psbt.tx.output_count; i++) {
		size_t branch, output = i - psbt.tx.input_count;
		uint32_t index;
		char text[48] = "-";
		bool own = i < psbt.tx.input_count ? psbt_input_place(&psbt, i, d, &branch, &index)
						   : psbt_output_place(&psbt, output, d, &branch, &index);
		if (own)
			snprintf(text, sizeof text, "%zu/%u", branch, index);
		say_text(call, text);
	}
	return NULL;
}

const struct probe_command probe_psbt_commands[] = {
	{ "psbt", 1, do_psbt },
	{ "psbt-create", 4, do_create },
	{ "psbt-sign", 3, do_sign },
	{ "psbt-sign-key", 3, do_sign_key },
	{ "psbt-combine", 2, do_combine },
	{ "psbt-finalize", 1, do_finalize },
	{ "psbt-extract", 1, do_extract },
	{ "psbt-fee", 1, do_fee },
	{ "psbt-places", 2, do_places },
	{ NULL, 0, NULL },
};
