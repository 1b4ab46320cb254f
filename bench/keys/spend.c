// SPDX-License-Identifier: Apache-2.0
#include "bench/keys/spend.h"

#include "bitcoin/timelock.h"

#include <stdio.h>

#define INPUTS 2u

static uint8_t memory[1 << 20];
static const uint8_t no_random[32];

static int wallet_make(struct spend *s)
{
	char text[DESCRIPTOR_TEXT_MAX], checksum[DESCRIPTOR_CHECKSUM_SIZE + 1], xpub[HD_TEXT_MAX + 1];
	uint8_t seed[32] = { 0 };
	int size = snprintf(text, sizeof text, "wsh(sortedmulti(2");
	for (uint8_t i = 0; i < 3; i++) {
		seed[0] = i;
		if (hd_master(seed, sizeof seed, &s->masters[i]))
			return 1;
		hd_public_format(&network_regtest, &s->masters[i].public, xpub);
		size += snprintf(text + size, sizeof text - (size_t)size, ",%s/<0;1>/*", xpub);
	}
	size += snprintf(text + size, sizeof text - (size_t)size, "))");
	if (descriptor_checksum(text, (size_t)size, checksum))
		return 1;
	size += snprintf(text + size, sizeof text - (size_t)size, "#%s", checksum);
	return descriptor_parse(&network_regtest, text, (size_t)size, &s->wallet) != DESCRIPTOR_FINE;
}

// A transaction that pays address `index` of the wallet.
static int fund(struct spend *s, uint32_t index, uint8_t id[TXID_SIZE])
{
	struct descriptor_output own;
	if (descriptor_derive(&s->wallet, 0, index, &own))
		return 1;
	struct tx_input input = { .previous = { { (uint8_t)(index + 1) }, 7 }, .sequence = SEQUENCE_FINAL };
	struct tx_output output = { 100000000, output_span(&own.script) };
	struct transaction tx = { 2, 0, &input, 1, &output, 1 };
	struct writer w = writer_over(s->previous[index], sizeof s->previous[index]);
	transaction_write(&tx, false, &w);
	transaction_id(&tx, id);
	s->previous_size[index] = writer_size(&w);
	return w.failed;
}

static int keep(const struct psbt *psbt, uint8_t to[SPEND_PSBT_MAX], size_t *ret_size)
{
	struct writer w = writer_over(to, SPEND_PSBT_MAX);
	psbt_write(psbt, &w);
	*ret_size = writer_size(&w);
	return w.failed;
}

static int create(struct spend *s)
{
	static const uint8_t payee[22] = { 0x00, 0x14, 1 };
	struct arena arena = arena_over(memory, sizeof memory);
	struct tx_input inputs[INPUTS] = { { .sequence = SEQUENCE_FINAL }, { .sequence = SEQUENCE_FINAL } };
	struct descriptor_output change;
	struct psbt psbt;
	for (uint32_t i = 0; i < INPUTS; i++)
		if (fund(s, i, inputs[i].previous.txid))
			return 1;
	if (descriptor_derive(&s->wallet, 1, 8, &change))
		return 1;
	struct tx_output outputs[2] = { { 150000000, span_over(payee, sizeof payee) },
					{ 49990000, output_span(&change.script) } };
	struct transaction tx = { 2, 0, inputs, INPUTS, outputs, 2 };
	if (psbt_create(&tx, &arena, &psbt) || psbt_describe_output(&psbt, &arena, 1, &s->wallet, 1, 8))
		return 1;
	for (uint32_t i = 0; i < INPUTS; i++)
		if (psbt_put_previous(&psbt, &arena, i, span_over(s->previous[i], s->previous_size[i])) ||
		    psbt_describe_input(&psbt, &arena, i, &s->wallet, 0, i))
			return 1;
	return keep(&psbt, s->unsigned_psbt, &s->unsigned_size);
}

static void read_back(const uint8_t *bytes, size_t size, struct arena *arena, struct psbt *ret)
{
	*arena = arena_over(memory, sizeof memory);
	ASSERT(psbt_parse(span_over(bytes, size), arena, ret) == PSBT_FINE);
}

static void sign_by(struct psbt *psbt, struct arena *arena, const struct spend *s, size_t signer)
{
	struct sighash_shared shared;
	size_t count;
	ASSERT(psbt_sighash_prepare(psbt, PSBT_TO_SIGN, arena, &shared) == PSBT_FINE);
	ASSERT(psbt_sign_own(psbt, arena, &shared, &s->wallet, &s->masters[signer], no_random, &count) == PSBT_FINE);
	ASSERT(count == INPUTS);
}

int spend_prepare(struct spend *s)
{
	struct arena arena;
	struct psbt psbt;
	if (wallet_make(s) || create(s))
		return 1;
	read_back(s->unsigned_psbt, s->unsigned_size, &arena, &psbt);
	sign_by(&psbt, &arena, s, 0);
	sign_by(&psbt, &arena, s, 2);
	return keep(&psbt, s->signed_psbt, &s->signed_size);
}

void spend_derive(struct spend *s)
{
	struct descriptor_output output;
	s->index = (s->index + 1) & 0xffff;
	ASSERT(descriptor_derive(&s->wallet, 0, s->index, &output) == 0);
}

void spend_parse(const struct spend *s)
{
	struct arena arena;
	struct psbt psbt;
	read_back(s->unsigned_psbt, s->unsigned_size, &arena, &psbt);
}

void spend_sign(const struct spend *s)
{
	struct arena arena;
	struct psbt psbt;
	read_back(s->unsigned_psbt, s->unsigned_size, &arena, &psbt);
	sign_by(&psbt, &arena, s, 1);
}

void spend_finalize(const struct spend *s)
{
	struct arena arena;
	struct psbt psbt;
	struct sighash_shared shared;
	struct transaction tx;
	read_back(s->signed_psbt, s->signed_size, &arena, &psbt);
	ASSERT(psbt_sighash_prepare(&psbt, PSBT_TO_COMPLETE, &arena, &shared) == PSBT_FINE);
	for (size_t i = 0; i < INPUTS; i++)
		ASSERT(psbt_finalize_input(&psbt, &arena, &shared, i) == PSBT_FINE);
	ASSERT(psbt_extract(&psbt, &arena, &tx) == PSBT_FINE);
}
