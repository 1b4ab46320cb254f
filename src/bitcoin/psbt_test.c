// SPDX-License-Identifier: Apache-2.0
// Bitcoin Core's rpc_psbt (BIP174, 371, 373), BIP370, and libwally's psbt.json.
#include "base/text.h"
#include "bitcoin/psbt.h"
#include "bitcoin/testing.h"
#include "bitcoin/wif.h"

#define TEXT_MAX (1 << 18)

static uint8_t memory[4 << 20], scratch[4 << 20], written[TEXT_MAX];

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

struct loaded {
	uint8_t bytes[TEXT_MAX];
	size_t size;
	struct psbt psbt;
};
static struct loaded first, second, third;

static enum psbt_refusal load(const char *text, struct arena *arena, struct loaded *ret)
{
	if (base64_decode(text, strlen(text), ret->bytes, sizeof ret->bytes, &ret->size))
		return PSBT_MAGIC;
	return psbt_parse(span_over(ret->bytes, ret->size), arena, &ret->psbt);
}

static enum psbt_refusal load_fresh(const char *text)
{
	struct arena arena = arena_over(memory, sizeof memory);
	return load(text, &arena, &first);
}

// What is read is written as it was, but for the order of fields.
static bool round_trip(const char *text)
{
	struct arena arena = arena_over(scratch, sizeof scratch);
	struct writer w = writer_over(written, sizeof written);
	psbt_write(&first.psbt, &w);
	assert_false(w.failed);
	assert_int_equal(writer_size(&w), first.size);
	assert_int_equal(psbt_size(&first.psbt), first.size);
	assert_int_equal(psbt_parse(span_over(written, first.size), &arena, &second.psbt), PSBT_FINE);
	return memcmp(written, first.bytes, first.size) == 0;
}

static void set_check(const char *name, json_t *set, const char *key, bool valid)
{
	json_t *item;
	size_t i, same = 0, counts[PSBT_NOT_FINAL + 1] = { 0 }, wrong = 0;
	json_array_foreach(set, i, item)
	{
		const char *text =
			key ? json_text(item, key)
			    : json_string_value(json_is_array(item) ? json_array_get(item, 0) : item);
		if (json_is_true(json_object_get(item, "is_pset")) && valid)
			continue;
		enum psbt_refusal refusal = load_fresh(text);
		counts[refusal]++;
		if ((refusal == PSBT_FINE) != valid) {
			print_message("# %s %zu (%s): %s\n", name, i, json_text(item, "comment"),
				      psbt_refusal_text(refusal));
			wrong++;
		}
		if (refusal == PSBT_FINE)
			same += round_trip(text);
	}
	if (valid)
		print_message("# %s: %zu read, %zu of them in our order\n", name, counts[PSBT_FINE], same);
	else
		print_message("# %s: %zu refused\n", name, json_array_size(set) - counts[PSBT_FINE]);
	assert_int_equal(wrong, 0);
}

static void test_core(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json");
	set_check("Core valid", json_object_get(sets, "valid"), NULL, true);
	set_check("Core invalid", json_object_get(sets, "invalid"), NULL, false);
	set_check("Core invalid_with_msg", json_object_get(sets, "invalid_with_msg"), NULL, false);
	json_decref(sets);
}

static void test_bip370(void **state)
{
	json_t *sets = vectors_load("bip-0370.json"), *item, *valid = json_object_get(sets, "valid");
	size_t i, undefined = 0;
	set_check("BIP370 invalid", json_object_get(sets, "invalid"), "psbt", false);
	json_array_foreach(valid, i, item)
	{
		enum psbt_refusal refusal = load_fresh(json_text(item, "psbt"));
		bool flags = strstr(json_text(item, "case"), "undefined flag") ||
			     strstr(json_text(item, "case"), "all possible");
		assert_int_equal(refusal,
				 flags ? PSBT_FIELD
				       : PSBT_FINE); // undefined flags: we refuse what we do not know
		undefined += flags;
	}
	print_message("# BIP370 valid: %zu read, %zu with undefined flags refused\n", i - undefined,
		      undefined);
	json_array_foreach(json_object_get(sets, "locktime"), i, item)
	{
		json_t *locktime = json_object_get(item, "locktime");
		enum psbt_refusal refusal = load_fresh(json_text(item, "psbt"));
		assert_int_equal(refusal, json_is_null(locktime) ? PSBT_LOCKTIME : PSBT_FINE);
		if (!refusal)
			assert_int_equal(first.psbt.tx.locktime, json_integer_value(locktime));
	}
	print_message("# BIP370 lock times: %zu\n", i);
	json_decref(sets);
}

static void test_wally(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json");
	set_check("wally valid", json_object_get(sets, "valid"), "psbt", true);
	set_check("wally invalid", json_object_get(sets, "invalid"), "psbt", false);
	json_decref(sets);
}

static void test_prefixes(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json"), *item;
	size_t i;
	json_array_foreach(json_object_get(sets, "valid"), i, item)
	{
		assert_int_equal(load_fresh(json_string_value(item)), PSBT_FINE);
		for (size_t n = 0; n < first.size; n += 1 + first.size / 97) {
			struct arena arena = arena_over(memory, sizeof memory);
			assert_int_not_equal(psbt_parse(span_over(first.bytes, n), &arena, &second.psbt),
					     PSBT_FINE);
		}
		for (size_t room = 0; room < 512; room += 64) {
			struct arena arena = arena_over(memory, room);
			enum psbt_refusal refusal =
				psbt_parse(span_over(first.bytes, first.size), &arena, &second.psbt);
			assert_true(refusal == PSBT_MEMORY || refusal == PSBT_FINE || refusal == PSBT_FIELD ||
				    refusal == PSBT_TRANSACTION);
		}
	}
	json_decref(sets);
}

// Each signature that we make is the one expected; legacy inputs are refused. Returns how many were made.
static size_t sign_all(json_t *keys, struct arena *arena, size_t refused[])
{
	struct sighash_shared shared;
	json_t *wif;
	size_t k, made = 0;
	enum psbt_refusal refusal = psbt_sighash_prepare(&first.psbt, PSBT_TO_SIGN, arena, &shared);
	refused[refusal] += refusal != PSBT_FINE;
	// The published ones give amounts without previous transactions, which is refused; here we pretend to
	// have seen them.
	for (size_t i = 0; i < first.psbt.tx.input_count; i++)
		first.psbt.inputs[i].previous_full = first.psbt.inputs[i].spent_known;
	assert_int_equal(psbt_sighash_prepare(&first.psbt, PSBT_TO_COMPLETE, arena, &shared), PSBT_FINE);
	json_array_foreach(keys, k, wif)
	{
		const char *text = json_string_value(wif);
		uint8_t secret[32], zero[32] = { 0 };
		bool compressed;
		if (wif_parse(&network_test, text, strlen(text), secret, &compressed))
			assert_int_equal(wif_parse(&network_main, text, strlen(text), secret, &compressed),
					 0);
		for (size_t i = 0; i < first.psbt.tx.input_count; i++) {
			refusal = psbt_sign_v0(&first.psbt, arena, &shared, i, secret);
			if (refusal == PSBT_TEMPLATE)
				refusal = psbt_sign_taproot(&first.psbt, arena, &shared, i, secret, zero);
			refused[refusal]++;
			made += refusal == PSBT_FINE;
		}
	}
	return made;
}

static size_t signatures_compare(void)
{
	static const uint8_t types[] = { PSBT_IN_PARTIAL_SIG, PSBT_IN_TAP_KEY_SIG, PSBT_IN_TAP_SCRIPT_SIG };
	size_t same = 0;
	for (size_t i = 0; i < first.psbt.tx.input_count; i++) {
		const struct psbt_map *map = &first.psbt.inputs[i].map;
		for (size_t p = 0; p < map->count; p++) {
			const struct psbt_pair *pair = &map->pairs[p], *expected;
			if (!memchr(types, (int)pair->type, sizeof types))
				continue;
			expected = psbt_find_keyed(&second.psbt.inputs[i].map, pair->type, pair->key_data);
			if (!expected) { // wally asks for the key's path first; we look whether the key fits
				assert_null(psbt_find(map, PSBT_IN_TAP_BIP32));
				continue;
			}
			// wally tries nonces until r is short; ours is RFC 6979's first, and was verified
			bool ground = pair->type == PSBT_IN_PARTIAL_SIG && expected->value.size == 71 &&
				      pair->value.size == 72;
			assert_true(ground || span_equal(expected->value, pair->value));
			same++;
		}
	}
	return same;
}

static void signer_set(const char *name, json_t *set)
{
	json_t *item;
	size_t i, made = 0, same = 0, refused[PSBT_NOT_FINAL + 1] = { 0 };
	json_array_foreach(set, i, item)
	{
		struct arena arena = arena_over(memory, sizeof memory),
			     other = arena_over(scratch, sizeof scratch);
		if (load(json_text(item, "psbt"), &arena, &first) ||
		    load(json_text(item, "result"), &other, &second))
			continue; // Elements'
		made += sign_all(json_object_get(item, "privkeys"), &arena, refused);
		same += signatures_compare();
	}
	print_message(
		"# %s: %zu signatures made, %zu held as expected; refused: %zu legacy, %zu without previous, "
		"%zu sighash type\n",
		name, made, same, refused[PSBT_TEMPLATE], refused[PSBT_PREVIOUS_MISSING],
		refused[PSBT_SIGHASH_TYPE]);
	assert_true(made > 0);
}

static void test_signer(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json");
	signer_set("Core signer", json_object_get(sets, "signer"));
	json_decref(sets);
}

static void test_wally_signer(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json");
	signer_set("wally signer", json_object_get(sets, "signer"));
	json_decref(sets);
}

// Scripts or outputs that do not belong to what is spent: nothing may be signed in such a PSBT's faulty
// input.
static void test_wally_invalid_signer(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json"), *item;
	size_t i, unread = 0;
	json_array_foreach(json_object_get(sets, "invalid_signer"), i, item)
	{
		struct arena arena = arena_over(memory, sizeof memory);
		size_t refused[PSBT_NOT_FINAL + 1] = { 0 };
		if (load(json_text(item, "psbt"), &arena, &first)) {
			unread++;
			continue;
		}
		size_t made = sign_all(json_object_get(item, "privkeys"), &arena, refused);
		print_message("# invalid_signer %zu: %zu made, %zu script, %zu template, %zu key\n", i, made,
			      refused[PSBT_SCRIPT], refused[PSBT_TEMPLATE], refused[PSBT_KEY]);
		assert_int_equal(made, 0);
	}
	print_message("# wally invalid_signer: %zu, of them %zu not even read\n", i, unread);
	json_decref(sets);
}

static bool same_psbt(const struct psbt *a, const struct psbt *b)
{
	static uint8_t left[TEXT_MAX], right[TEXT_MAX];
	struct writer l = writer_over(left, sizeof left), r = writer_over(right, sizeof right);
	psbt_write(a, &l);
	psbt_write(b, &r);
	return writer_size(&l) == writer_size(&r) && memcmp(left, right, writer_size(&l)) == 0;
}

static void combiner_set(const char *name, json_t *set, const char *key)
{
	json_t *item;
	size_t i, same = 0, other = 0, newer = 0;
	json_array_foreach(set, i, item)
	{
		json_t *parts = json_object_get(item, key);
		for (size_t order = 0; order < 2; order++) {
			struct arena arena = arena_over(memory, sizeof memory),
				     result = arena_over(scratch, sizeof scratch);
			enum psbt_refusal refusal =
				load(json_string_value(json_array_get(parts, order)), &arena, &first);
			if (refusal ==
			    PSBT_FIELD_VERSION) { // Core's unknown field 0x0f has become one of version 2
				newer++;
				continue;
			}
			assert_int_equal(refusal, PSBT_FINE);
			assert_int_equal(
				load(json_string_value(json_array_get(parts, 1 - order)), &arena, &third),
				PSBT_FINE);
			assert_int_equal(load(json_text(item, "result"), &result, &second), PSBT_FINE);
			refusal = psbt_combine(&first.psbt, &arena, &third.psbt);
			if (refusal == PSBT_OTHER)
				other++;
			else if (json_array_size(parts) == 2)
				assert_int_equal(refusal, PSBT_FINE);
			same += refusal == PSBT_FINE && same_psbt(&first.psbt, &second.psbt);
		}
	}
	print_message("# %s: %zu as expected in both orders, %zu of another transaction, "
		      "%zu with a field of version 2\n",
		      name, same / 2, other / 2, newer / 2);
	assert_int_equal(same / 2 + other / 2 + newer / 2, json_array_size(set));
}

static void test_combiner(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json");
	combiner_set("Core combiner", json_object_get(sets, "combiner"), "combine");
	json_decref(sets);
}

static void test_wally_combiner(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json");
	combiner_set("wally combiner", json_object_get(sets, "combiner"), "psbts");
	json_decref(sets);
}

static void finalizer_set(const char *name, json_t *set, const char *key)
{
	json_t *item;
	size_t i, inputs = 0, done = 0, refused[PSBT_NOT_FINAL + 1] = { 0 };
	json_array_foreach(set, i, item)
	{
		struct arena arena = arena_over(memory, sizeof memory),
			     other = arena_over(scratch, sizeof scratch);
		struct sighash_shared shared;
		if (load(json_text(item, key), &arena, &first) ||
		    load(json_text(item, "result"), &other, &second))
			continue;
		assert_int_equal(psbt_sighash_prepare(&first.psbt, PSBT_TO_COMPLETE, &arena, &shared),
				 PSBT_FINE);
		for (size_t n = 0; n < first.psbt.tx.input_count; n++, inputs++) {
			enum psbt_refusal refusal = psbt_finalize_input(&first.psbt, &arena, &shared, n);
			refused[refusal]++;
			if (refusal == PSBT_SIGNATURE)
				print_message("# %zu %s\n", i, json_text(item, "comment"));
			if (refusal)
				continue;
			static const uint8_t types[] = { PSBT_IN_FINAL_SCRIPTSIG, PSBT_IN_FINAL_WITNESS };
			for (size_t t = 0; t < sizeof types; t++) {
				const struct psbt_pair *ours = psbt_find(&first.psbt.inputs[n].map, types[t]);
				const struct psbt_pair *theirs =
					psbt_find(&second.psbt.inputs[n].map, types[t]);
				assert_int_equal(!ours, !theirs);
				if (ours)
					assert_true(span_equal(ours->value, theirs->value));
			}
			done++;
		}
	}
	print_message("# %s: %zu inputs, %zu completed as expected; not ours: %zu, signature %zu, incomplete "
		      "%zu, unknown "
		      "output %zu, final %zu, sighash type %zu, script %zu\n",
		      name, inputs, done, refused[PSBT_TEMPLATE], refused[PSBT_SIGNATURE],
		      refused[PSBT_INCOMPLETE], refused[PSBT_PREVIOUS_MISSING], refused[PSBT_FINAL],
		      refused[PSBT_SIGHASH_TYPE], refused[PSBT_SCRIPT]);
	assert_true(done > 0);
}

static void test_finalizer(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json");
	finalizer_set("Core finalizer", json_object_get(sets, "finalizer"), "finalize");
	json_decref(sets);
}

static void test_wally_finalizer(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json");
	finalizer_set("wally finalizer", json_object_get(sets, "finalizer"), "psbt");
	json_decref(sets);
}

static void extractor_set(const char *name, json_t *set, const char *key)
{
	json_t *item;
	size_t i, done = 0;
	json_array_foreach(set, i, item)
	{
		struct arena arena = arena_over(memory, sizeof memory);
		struct transaction tx;
		struct writer w = writer_over(written, sizeof written);
		if (load(json_text(item, key), &arena, &first))
			continue;
		assert_int_equal(psbt_extract(&first.psbt, &arena, &tx), PSBT_FINE);
		transaction_write(&tx, true, &w);
		assert_hex(written, writer_size(&w), json_text(item, "result"));
		done++;
	}
	print_message("# %s: %zu\n", name, done);
	assert_true(done > 0);
}

static void test_extractor(void **state)
{
	json_t *sets = vectors_load("bitcoin-core/rpc_psbt.json");
	extractor_set("Core extractor", json_object_get(sets, "extractor"), "extract");
	json_decref(sets);
}

static void test_wally_extractor(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json");
	extractor_set("wally extractor", json_object_get(sets, "extractor"), "psbt");
	json_decref(sets);
}

static void test_wally_creator(void **state)
{
	json_t *sets = vectors_load("wally/psbt.json"), *item, *part;
	size_t i, p, b, done = 0;
	json_array_foreach(json_object_get(sets, "creator"), i, item)
	{
		struct arena arena = arena_over(memory, sizeof memory),
			     other = arena_over(scratch, sizeof scratch);
		struct tx_input inputs[4] = { 0 };
		struct tx_output outputs[4];
		struct output_script scripts[4];
		struct transaction tx = { .version = 2, .inputs = inputs, .outputs = outputs };
		if (json_integer_value(json_object_get(item, "version")) != 0)
			continue; // version 2 is read, not made
		json_array_foreach(json_object_get(item, "inputs"), p, part)
		{
			struct tx_input *input = &inputs[tx.input_count++];
			uint8_t shown[TXID_SIZE];
			json_hex(json_text(part, "txid"), shown, sizeof shown);
			for (b = 0; b < TXID_SIZE; b++)
				input->previous.txid[b] = shown[TXID_SIZE - 1 - b];
			input->previous.index = (uint32_t)json_integer_value(json_object_get(part, "vout"));
			input->sequence = 0xffffffff;
		}
		json_array_foreach(json_object_get(item, "outputs"), p, part)
		{
			const char *address = json_text(part, "address");
			assert_int_equal(
				address_parse(&network_regtest, address, strlen(address), &scripts[p]), 0);
			outputs[tx.output_count++] = (struct tx_output){
				(uint64_t)json_integer_value(json_object_get(part, "satoshi")),
				output_span(&scripts[p])
			};
		}
		assert_int_equal(psbt_create(&tx, &arena, &first.psbt), PSBT_FINE);
		assert_int_equal(load(json_text(item, "result"), &other, &second), PSBT_FINE);
		assert_true(same_psbt(&first.psbt, &second.psbt));
		done++;
	}
	print_message("# wally creator: %zu\n", done);
	assert_int_equal(done, 1);
	json_decref(sets);
}

// Fields of version 2 that are read but must not be.
static void test_version(void **state)
{
	static const struct {
		uint8_t type;
		uint8_t value[4];
		size_t size;
		enum psbt_refusal refusal;
	} vectors[] = {
		{ PSBT_GLOBAL_TX_VERSION, { 2 }, 4, PSBT_FINE },
		{ PSBT_GLOBAL_TX_VERSION, { 1 }, 4, PSBT_FIELD },
		{ PSBT_GLOBAL_VERSION, { 1 }, 4, PSBT_VERSION },
		{ PSBT_GLOBAL_VERSION, { 3 }, 4, PSBT_VERSION },
		{ PSBT_GLOBAL_INPUT_COUNT, { 1, 0 }, 2, PSBT_FIELD },
	};
	json_t *sets = vectors_load("bip-0370.json");
	const char *text = json_text(json_array_get(json_object_get(sets, "valid"), 0), "psbt");
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct arena arena = arena_over(memory, sizeof memory);
		struct writer w = writer_over(written, sizeof written);
		assert_int_equal(load(text, &arena, &first), PSBT_FINE);
		assert_int_equal(psbt_put(&first.psbt.global, &arena, vectors[i].type, span_over(NULL, 0),
					  span_over(vectors[i].value, vectors[i].size)),
				 PSBT_FINE);
		psbt_write(&first.psbt, &w);
		assert_int_equal(psbt_parse(span_over(written, writer_size(&w)), &arena, &second.psbt),
				 vectors[i].refusal);
	}
	json_decref(sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_bip370),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_wally),
		cmocka_unit_test(test_signer),
		cmocka_unit_test(test_combiner),
		cmocka_unit_test(test_finalizer),
		cmocka_unit_test(test_extractor),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_wally_creator),
		cmocka_unit_test(test_wally_invalid_signer),
		cmocka_unit_test(test_wally_signer),
		cmocka_unit_test(test_wally_combiner),
		cmocka_unit_test(test_wally_finalizer),
		cmocka_unit_test(test_wally_extractor),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
