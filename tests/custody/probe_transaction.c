// SPDX-License-Identifier: Apache-2.0
// Transactions and what their signatures sign.
#include "custody/probe.h"

static const char *take_transaction(struct call *call, size_t argument, struct transaction *ret)
{
	int result = transaction_parse(call_bytes(call, argument), TRANSACTION_WIRE, &call->arena, ret);
	return result == 0 ? NULL : result == 1 ? "malformed" : "too large";
}

static void say_transaction(struct call *call, const struct transaction *tx, bool with_witness)
{
	size_t size = transaction_size(tx, with_witness);
	uint8_t *bytes = arena_take(&call->arena, 1, size);
	ASSERT(bytes);
	struct writer w = writer_over(bytes, size);
	transaction_write(tx, with_witness, &w);
	ASSERT(!w.failed && writer_size(&w) == size);
	say_bytes(call, span_over(bytes, size));
}

// tx BYTES: written again, txid, wtxid, size without and with witnesses, weight, virtual size, fault
static const char *do_tx(struct call *call)
{
	struct transaction tx;
	uint8_t id[TXID_SIZE];
	const char *why = take_transaction(call, 1, &tx);
	if (why)
		return why;
	say_transaction(call, &tx, true);
	transaction_id(&tx, id);
	say_id(call, id);
	transaction_witness_id(&tx, id);
	say_id(call, id);
	say_number(call, transaction_size(&tx, false));
	say_number(call, transaction_size(&tx, true));
	say_number(call, transaction_weight(&tx));
	say_number(call, transaction_vsize(&tx));
	say_number(call, transaction_check(&tx));
	return NULL;
}

// sighash0 BYTES INPUT SCRIPTCODE VALUE TYPE
static const char *do_sighash0(struct call *call)
{
	struct transaction tx;
	struct sighash_shared shared;
	uint8_t digest[32];
	const char *why = take_transaction(call, 1, &tx);
	if (why)
		return why;
	sighash_prepare(&tx, NULL, &shared);
	if (sighash_v0(&shared, call_number(call, 2), call_bytes(call, 3), call_number(call, 4),
		       (unsigned)call_number(call, 5), digest))
		return "refused";
	say_bytes(call, span_over(digest, sizeof digest));
	return NULL;
}

// sighash1 BYTES INPUT LEAFHASH TYPE (VALUE SCRIPT)...: one pair for each input
static const char *do_sighash1(struct call *call)
{
	struct transaction tx;
	struct sighash_shared shared;
	struct tx_output spent[PROBE_WORDS_MAX / 2];
	uint8_t digest[32];
	const char *why = take_transaction(call, 1, &tx);
	if (why)
		return why;
	struct span leaf = call_bytes(call, 3);
	if ((leaf.size && leaf.size != sizeof digest) || call->count != 5 + 2 * tx.input_count)
		return "not that many spent outputs";
	for (size_t i = 0; i < tx.input_count; i++)
		spent[i] = (struct tx_output){ call_number(call, 5 + 2 * i), call_bytes(call, 6 + 2 * i) };
	sighash_prepare(&tx, spent, &shared);
	if (sighash_v1(&shared, call_number(call, 2), leaf.size ? leaf.at : NULL,
		       (unsigned)call_number(call, 4), digest))
		return "refused";
	say_bytes(call, span_over(digest, sizeof digest));
	return NULL;
}

const struct probe_command probe_transaction_commands[] = {
	{ "tx", 1, do_tx },
	{ "sighash0", 5, do_sighash0 },
	{ "sighash1", 6, do_sighash1 },
	{ NULL, 0, NULL },
};
