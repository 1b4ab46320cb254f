// SPDX-License-Identifier: Apache-2.0
// What is read is written in our order, which reads as the same; completing, joining and measuring never fail
// oddly.
#include "bitcoin/psbt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[2 << 20], written[1 << 20], again[1 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	struct arena arena = arena_over(memory, sizeof memory);
	struct psbt psbt, copy;
	struct sighash_shared shared;
	struct transaction tx;
	uint64_t fee;
	if (!ready)
		curve_init(seed);
	ready = true;
	if (size > sizeof written || psbt_parse(span_over(data, size), &arena, &psbt))
		return 0;
	struct writer w = writer_over(written, sizeof written), v = writer_over(again, sizeof again);
	psbt_write(&psbt, &w);
	ASSERT(writer_size(&w) == size && psbt_size(&psbt) == size);
	if (psbt_parse(span_over(written, size), &arena, &copy))
		return 0; // only for want of memory
	psbt_write(&copy, &v);
	ASSERT(writer_size(&v) == size && memcmp(written, again, size) == 0);
	enum psbt_refusal joined = psbt_combine(&psbt, &arena, &copy);
	ASSERT(joined == PSBT_FINE || joined == PSBT_MEMORY);
	(void)!psbt_fee(&psbt, &fee);
	if (psbt_sighash_prepare(&psbt, PSBT_TO_COMPLETE, &arena, &shared))
		return 0;
	for (size_t i = 0; i < psbt.tx.input_count && i < 4; i++)
		(void)!psbt_finalize_input(&psbt, &arena, &shared, i);
	(void)!psbt_extract(&psbt, &arena, &tx);
	return 0;
}
