// SPDX-License-Identifier: Apache-2.0
// Transactions and scripts: what is read is written back as it was; hashing it for a signature never fails
// oddly.
#include "bitcoin/script.h"
#include "bitcoin/sighash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[1 << 20], back[1 << 20];

static void check_form(struct span bytes, enum transaction_form form)
{
	struct arena arena = arena_over(memory, sizeof memory);
	struct transaction tx;
	struct writer w = writer_over(back, sizeof back);
	if (bytes.size > sizeof back || transaction_parse(bytes, form, &arena, &tx))
		return;
	transaction_write(&tx, true, &w);
	ASSERT(span_equal(span_over(back, writer_size(&w)), bytes));
	ASSERT(transaction_weight(&tx) <= bytes.size * 4);
	(void)transaction_check(&tx);
	struct sighash_shared shared;
	uint8_t digest[32];
	sighash_prepare(&tx, NULL, &shared);
	for (unsigned type = 0; type < 256; type += 27)
		(void)!sighash_v0(&shared, 0, span_over("", 0), 1, type, digest);
}

static void check_script(struct span script)
{
	struct reader r = reader_over(script.at, script.size);
	struct script_item item;
	struct multisig m;
	int64_t value;
	while (script_next(&r, &item)) {
		ASSERT(!item.push.size || (item.push.at > script.at &&
					   item.push.at + item.push.size <= script.at + script.size));
		if (script_item_number(&item, &value) == 0) {
			uint8_t again[16];
			struct writer w = writer_over(again, sizeof again);
			script_number(&w, value);
			ASSERT(again[0] == item.opcode && writer_size(&w) == item.push.size + 1);
		}
	}
	if (script_multisig_parse(script, &m) == 0)
		ASSERT(m.threshold >= 1 && m.threshold <= m.count && m.count <= 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_form(span_over(data, size), TRANSACTION_WIRE);
	check_form(span_over(data, size), TRANSACTION_UNSIGNED);
	check_script(span_over(data, size));
	return 0;
}
