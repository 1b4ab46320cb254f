// SPDX-License-Identifier: Apache-2.0
// Whole spends of each template: described, signed by several in both orders, joined, completed, extracted;
// and what must be refused on the way.
#include "bitcoin/hashes.h"
#include "bitcoin/psbt.h"
#include "bitcoin/testing.h"
#include "bitcoin/timelock.h"

#define SIGNERS 5
#define FUNDED	100000000ull
#define PAID	60000000ull
#define CHANGE	39990000ull

static uint8_t memory[8 << 20], previous_bytes[4096], copy[1 << 16];
static struct hd_private signers[SIGNERS];
static struct descriptor d;
static struct arena arena;

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	for (uint8_t i = 0; i < SIGNERS; i++) {
		seed[0] = i;
		assert_int_equal(hd_master(seed, sizeof seed, &signers[i]), 0);
	}
	return 0;
}

static void key_append(char *text, char kind, size_t signer)
{
	static const char origin[] = "m/48h/1h/0h/2h";
	struct hd_private account = signers[signer];
	struct path path;
	char xpub[HD_TEXT_MAX + 1], fingerprint[9];
	uint8_t bytes[HD_FINGERPRINT_SIZE];
	if (kind == '@') {
		assert_int_equal(path_parse(origin, strlen(origin), &path), 0);
		assert_int_equal(hd_private_derive(&signers[signer], &path, &account), 0);
		hd_fingerprint(&signers[signer].public, bytes);
		hex_encode(bytes, sizeof bytes, fingerprint);
		sprintf(text + strlen(text), "[%s%s]", fingerprint, origin + 1);
	}
	hd_public_format(&network_regtest, &account.public, xpub);
	sprintf(text + strlen(text), "%s/<0;1>/*", xpub);
}

// $0 to $4 in the text stand for the signers' master keys, @0 to @4 for accounts of theirs with an origin, $$
// for an internal key that nobody has.
static void wallet(const char *template)
{
	char text[DESCRIPTOR_TEXT_MAX] = "", checksum[9];
	for (const char *p = template; *p; p++) {
		char one[2] = { *p, 0 };
		if (*p != '$' && *p != '@')
			strcat(text, one);
		else if (p[1] == '$')
			strcat(text, "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"), p++;
		else
			key_append(text, *p, (size_t)(p[1] - '0')), p++;
	}
	assert_int_equal(descriptor_checksum(text, strlen(text), checksum), 0);
	strcat(text, "#");
	strcat(text, checksum);
	assert_int_equal(descriptor_parse(&network_regtest, text, strlen(text), &d), DESCRIPTOR_FINE);
}

// A transaction that pays index 3 of the wallet as its output 1; returns its size.
static size_t fund(uint8_t id[TXID_SIZE])
{
	static const uint8_t other[] = { 0x51, 0x02, 0x4e, 0x73 };
	struct descriptor_output own;
	assert_int_equal(descriptor_derive(&d, 0, 3, &own), 0);
	struct tx_input input = { .previous = { { 1 }, 7 }, .sequence = SEQUENCE_FINAL };
	struct tx_output outputs[2] = { { 5000, span_over(other, sizeof other) },
					{ FUNDED, output_span(&own.script) } };
	struct transaction tx = { 2, 0, &input, 1, outputs, 2 };
	struct writer w = writer_over(previous_bytes, sizeof previous_bytes);
	transaction_write(&tx, false, &w);
	transaction_id(&tx, id);
	return writer_size(&w);
}

static struct tx_input spend_input;
static struct tx_output spend_outputs[2];

static void spend(struct psbt *psbt, uint32_t sequence)
{
	static uint8_t payee[] = { 0x00, 0x14, 1,  2,  3,  4,  5,  6,  7,  8,  9,
				   10,	 11,   12, 13, 14, 15, 16, 17, 18, 19, 20 };
	static struct descriptor_output change;
	arena = arena_over(memory, sizeof memory);
	spend_input = (struct tx_input){ .sequence = sequence, .previous.index = 1 };
	size_t size = fund(spend_input.previous.txid);
	assert_int_equal(descriptor_derive(&d, d.branch_count - 1, 8, &change), 0);
	spend_outputs[0] = (struct tx_output){ PAID, span_over(payee, sizeof payee) };
	spend_outputs[1] = (struct tx_output){ CHANGE, output_span(&change.script) };
	struct transaction tx = { 2, 0, &spend_input, 1, spend_outputs, 2 };
	assert_int_equal(psbt_create(&tx, &arena, psbt), PSBT_FINE);
	assert_int_equal(psbt_put_previous(psbt, &arena, 0, span_over(previous_bytes, size)), PSBT_FINE);
	assert_int_equal(psbt_describe_input(psbt, &arena, 0, &d, 0, 3), PSBT_FINE);
	assert_int_equal(psbt_describe_output(psbt, &arena, 1, &d, d.branch_count - 1, 8), PSBT_FINE);
	assert_int_equal(psbt_describe_output(psbt, &arena, 0, &d, 0, 3), PSBT_OTHER);
}

// Over the wire, as between two machines.
static void carry(struct psbt *psbt)
{
	size_t size = psbt_size(psbt);
	uint8_t *bytes = arena_take(&arena, 1, size);
	assert_non_null(bytes);
	struct writer w = writer_over(bytes, size);
	psbt_write(psbt, &w);
	assert_false(w.failed);
	assert_int_equal(psbt_parse(span_over(bytes, size), &arena, psbt), PSBT_FINE);
}

static enum psbt_refusal sign(struct psbt *psbt, size_t signer)
{
	struct sighash_shared shared;
	struct hd_private key;
	struct path path = { { 0, 3 }, 2 };
	uint8_t zero[32] = { 0 };
	assert_int_equal(hd_private_derive(&signers[signer], &path, &key), 0);
	enum psbt_refusal refusal = psbt_sighash_prepare(psbt, PSBT_TO_SIGN, &arena, &shared);
	if (refusal)
		return refusal;
	return d.kind >= DESCRIPTOR_TR ? psbt_sign_taproot(psbt, &arena, &shared, 0, key.secret, zero)
				       : psbt_sign_v0(psbt, &arena, &shared, 0, key.secret);
}

static enum psbt_refusal finalize(struct psbt *psbt)
{
	struct sighash_shared shared;
	assert_int_equal(psbt_sighash_prepare(psbt, PSBT_TO_COMPLETE, &arena, &shared), PSBT_FINE);
	return psbt_finalize_input(psbt, &arena, &shared, 0);
}

struct wallet {
	const char *text;
	size_t signs[3]; // who signs, in this order and in the other
	size_t count;
	size_t stranger; // has no part, or SIGNERS
	enum descriptor_spend spend;
	uint32_t sequence;
};

static void finish(struct psbt *psbt, const struct wallet *w)
{
	struct transaction tx;
	assert_int_equal(psbt_extract(psbt, &arena, &tx), PSBT_NOT_FINAL);
	assert_int_equal(finalize(psbt), PSBT_FINE);
	assert_int_equal(finalize(psbt), PSBT_FINAL);
	assert_int_equal(sign(psbt, w->signs[0]), PSBT_FINAL);
	carry(psbt);
	assert_int_equal(psbt_extract(psbt, &arena, &tx), PSBT_FINE);
	struct sink witness = { 0 };
	for (size_t i = 0; i < tx.inputs[0].witness_count; i++)
		sink_span(&witness, tx.inputs[0].witness[i]);
	size_t most = descriptor_witness_weight(&d, w->spend);
	assert_in_range(witness.size + 1, most - w->count * 4 - 1,
			most); // DER signatures are up to 3 bytes shorter
	size_t expected = transaction_weight_signed(&psbt->tx, &most);
	assert_int_equal(expected - transaction_weight(&tx), most - (witness.size + 1));
}

static void wallet_spend(const struct wallet *w, bool reversed)
{
	struct psbt psbt, other;
	size_t branch = 9;
	uint32_t index = 9;
	uint64_t fee = 0;
	wallet(w->text);
	spend(&psbt, w->sequence);
	carry(&psbt);
	assert_int_equal(psbt_fee(&psbt, &fee), PSBT_FINE);
	assert_int_equal(fee, FUNDED - PAID - CHANGE);
	assert_true(psbt_input_place(&psbt, 0, &d, &branch, &index));
	assert_true(branch == 0 && index == 3);
	assert_true(psbt_output_place(&psbt, 1, &d, &branch, &index));
	assert_true(branch == 1 && index == 8);
	assert_false(psbt_output_place(&psbt, 0, &d, &branch, &index));
	if (w->stranger < SIGNERS)
		assert_int_equal(sign(&psbt, w->stranger), PSBT_KEY);
	other = psbt;
	carry(&other); // the second signer works on a copy of its own
	for (size_t i = 0; i < w->count; i++) {
		assert_int_equal(finalize(&psbt), PSBT_INCOMPLETE);
		size_t signer = w->signs[reversed ? w->count - 1 - i : i];
		assert_int_equal(sign(i % 2 ? &other : &psbt, signer), PSBT_FINE);
		if (i % 2)
			assert_int_equal(psbt_combine(&psbt, &arena, &other), PSBT_FINE);
	}
	finish(&psbt, w);
}

static const struct wallet wallets[] = {
	{ "wpkh($0)", { 0 }, 1, 1, SPEND_FIRST, SEQUENCE_REPLACEABLE },
	{ "wsh(sortedmulti(2,$0,$1,$2))", { 2, 0 }, 2, 3, SPEND_FIRST, SEQUENCE_REPLACEABLE },
	{ "wsh(sortedmulti(3,$0,$1,$2,$3,$4))", { 4, 1, 2 }, 3, SIGNERS, SPEND_FIRST, SEQUENCE_REPLACEABLE },
	{ "wsh(multi(1,$4,$3))", { 3 }, 1, 0, SPEND_FIRST, SEQUENCE_REPLACEABLE },
	{ "wsh(or_d(multi(2,$0,$1),and_v(v:multi(2,$2,$3),older(144))))",
	  { 0, 1 },
	  2,
	  4,
	  SPEND_FIRST,
	  SEQUENCE_REPLACEABLE },
	{ "wsh(or_d(multi(2,$0,$1),and_v(v:multi(2,$2,$3),older(144))))", { 3, 2 }, 2, 4, SPEND_SECOND, 144 },
	{ "tr($0)", { 0 }, 1, 1, SPEND_FIRST, SEQUENCE_REPLACEABLE },
	{ "tr($$,sortedmulti_a(2,$0,$1,$2))", { 2, 0 }, 2, 3, SPEND_SECOND, SEQUENCE_REPLACEABLE },
	{ "tr($$,multi_a(3,$4,$3,$2,$1,$0))", { 1, 4, 2 }, 3, SIGNERS, SPEND_SECOND, SEQUENCE_REPLACEABLE },
	{ "tr($3,sortedmulti_a(2,$0,$1,$2))", { 3 }, 1, 4, SPEND_FIRST, SEQUENCE_REPLACEABLE },
};

static void test_spends(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(wallets); i++) {
		wallet_spend(&wallets[i], false);
		wallet_spend(&wallets[i], true);
	}
}

static void test_locked(void **state)
{
	static const uint32_t closed[] = { 143, SEQUENCE_REPLACEABLE, SEQUENCE_SECONDS | 200 };
	wallet("wsh(or_d(multi(2,$0,$1),and_v(v:multi(2,$2,$3),older(144))))");
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		struct psbt psbt;
		spend(&psbt, closed[i]);
		assert_int_equal(sign(&psbt, 2), PSBT_FINE);
		assert_int_equal(sign(&psbt, 3), PSBT_FINE);
		assert_int_equal(finalize(&psbt), PSBT_LOCKED);
		assert_int_equal(sign(&psbt, 0), PSBT_FINE); // one of two who may cancel changes nothing
		assert_int_equal(finalize(&psbt), PSBT_LOCKED);
		assert_int_equal(sign(&psbt, 1), PSBT_FINE);
		assert_int_equal(finalize(&psbt), PSBT_FINE);
	}
}

// The fee attack: a claimed amount in place of the whole previous transaction.
static void test_previous(void **state)
{
	struct psbt psbt;
	uint64_t fee;
	wallet("wpkh($0)");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	uint8_t claim[64], wrong[64];
	struct writer w = writer_over(claim, sizeof claim), v = writer_over(wrong, sizeof wrong);
	struct sink sink = { .writer = &w }, wrong_sink = { .writer = &v };
	struct tx_output lie = psbt.inputs[0].spent;
	tx_output_sink(&lie, &sink);
	lie.value *= 2;
	tx_output_sink(&lie, &wrong_sink);
	struct psbt_map *map = &psbt.inputs[0].map;
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_WITNESS_UTXO, span_over(NULL, 0),
				  span_over(claim, writer_size(&w))),
			 PSBT_FINE);
	carry(&psbt);
	map = &psbt.inputs[0].map;
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_WITNESS_UTXO, span_over(NULL, 0),
				  span_over(wrong, writer_size(&v))),
			 PSBT_FINE);
	w = writer_over(copy, sizeof copy);
	psbt_write(&psbt, &w);
	struct psbt read;
	assert_int_equal(psbt_parse(span_over(copy, writer_size(&w)), &arena, &read), PSBT_PREVIOUS);
	psbt_remove(map, PSBT_IN_NON_WITNESS_UTXO);
	carry(&psbt);
	assert_int_equal(sign(&psbt, 0), PSBT_PREVIOUS_MISSING);
	assert_int_equal(psbt_fee(&psbt, &fee), PSBT_PREVIOUS_MISSING);
	// with the claim still there the true one contradicts it
	uint8_t id[TXID_SIZE];
	size_t size = fund(id);
	assert_int_equal(psbt_put_previous(&psbt, &arena, 0, span_over(previous_bytes, size)), PSBT_PREVIOUS);
	psbt_remove(&psbt.inputs[0].map, PSBT_IN_WITNESS_UTXO);
	assert_int_equal(psbt_put_previous(&psbt, &arena, 0, span_over(previous_bytes, size)), PSBT_FINE);
	previous_bytes[10] ^= 1; // another transaction
	assert_int_equal(psbt_put_previous(&psbt, &arena, 0, span_over(previous_bytes, size)), PSBT_PREVIOUS);
	previous_bytes[10] ^= 1;
	assert_int_equal(psbt_put_previous(&psbt, &arena, 0, span_over(previous_bytes, size - 1)),
			 PSBT_FIELD);
}

static void test_altered(void **state)
{
	struct psbt psbt, other;
	wallet("wsh(sortedmulti(2,$0,$1,$2))");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	assert_int_equal(sign(&psbt, 0), PSBT_FINE);
	struct descriptor_output stolen;
	// another payee or amount: not the same transaction
	spend(&other, SEQUENCE_REPLACEABLE);
	spend(&psbt, SEQUENCE_REPLACEABLE);
	struct arena rest = arena_over(memory + sizeof memory / 2, sizeof memory / 2);
	struct tx_output altered[2] = { spend_outputs[0], spend_outputs[1] };
	altered[0].value++;
	struct transaction tx = { 2, 0, &spend_input, 1, altered, 2 };
	assert_int_equal(psbt_create(&tx, &rest, &other), PSBT_FINE);
	assert_int_equal(psbt_combine(&psbt, &arena, &other), PSBT_OTHER);
	// a field changed in one copy
	other = psbt;
	carry(&other);
	uint8_t type[4] = { SIGHASH_ALL }, none[4] = { SIGHASH_NONE };
	assert_int_equal(psbt_put(&psbt.inputs[0].map, &arena, PSBT_IN_SIGHASH, span_over(NULL, 0),
				  span_over(type, 4)),
			 PSBT_FINE);
	assert_int_equal(psbt_put(&other.inputs[0].map, &arena, PSBT_IN_SIGHASH, span_over(NULL, 0),
				  span_over(none, 4)),
			 PSBT_FINE);
	assert_int_equal(psbt_combine(&psbt, &arena, &other), PSBT_CONFLICT);
	assert_int_equal(sign(&other, 0), PSBT_SIGHASH_TYPE);
	// change swapped: the path says own, the script is not
	assert_int_equal(descriptor_derive(&d, 1, 9, &stolen), 0);
	psbt.tx.outputs[1].script = output_span(&stolen.script);
	size_t branch;
	uint32_t index;
	assert_false(psbt_output_place(&psbt, 1, &d, &branch, &index));
}

// Another signer may write the previous transaction again without its witnesses: that alters nothing.
static void test_previous_stripped(void **state)
{
	struct psbt psbt, other;
	uint8_t item[] = { 1, 2, 3 }, id[TXID_SIZE];
	struct span witness = span_over(item, sizeof item);
	struct transaction previous;
	wallet("wsh(sortedmulti(2,$0,$1,$2))");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	size_t size = fund(id), with;
	assert_int_equal(
		transaction_parse(span_over(previous_bytes, size), TRANSACTION_WIRE, &arena, &previous), 0);
	previous.inputs[0].witness = &witness;
	previous.inputs[0].witness_count = 1;
	struct writer w = writer_over(copy, sizeof copy);
	transaction_write(&previous, true, &w);
	with = writer_size(&w);
	assert_in_range(with, size + 1, sizeof copy);
	other = psbt;
	carry(&other);
	assert_int_equal(psbt_put_previous(&other, &arena, 0, span_over(copy, with)), PSBT_FINE);
	assert_int_equal(sign(&other, 1), PSBT_FINE);
	carry(&other);
	assert_int_equal(sign(&psbt, 0), PSBT_FINE);
	assert_int_equal(psbt_combine(&psbt, &arena, &other), PSBT_FINE);
	assert_int_equal(psbt_find(&psbt.inputs[0].map, PSBT_IN_NON_WITNESS_UTXO)->value.size, size);
	assert_int_equal(finalize(&psbt), PSBT_FINE);
}

// An input carries its witness UTXO too, by which others tell that it is segwit.
static void test_witness_spent(void **state)
{
	static const char *const texts[] = { "wpkh($0)", "wsh(sortedmulti(2,$0,$1,$2))", "tr($0)" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct psbt psbt;
		struct tx_output spent;
		wallet(texts[i]);
		spend(&psbt, SEQUENCE_REPLACEABLE);
		const struct psbt_pair *pair = psbt_find(&psbt.inputs[0].map, PSBT_IN_WITNESS_UTXO);
		assert_non_null(pair);
		assert_int_equal(tx_output_parse(pair->value, &spent), 0);
		assert_int_equal(spent.value, FUNDED);
		assert_true(span_equal(spent.script, psbt.inputs[0].spent.script));
		assert_true(psbt.inputs[0].previous_full);
	}
}

// A witness script that is not the one paid to, and a foreign signature.
static void test_false_parts(void **state)
{
	struct psbt psbt;
	wallet("wsh(sortedmulti(2,$0,$1,$2))");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	uint8_t script[DESCRIPTOR_SCRIPT_MAX];
	struct psbt_map *map = &psbt.inputs[0].map;
	struct span good = psbt_find(map, PSBT_IN_WITNESS_SCRIPT)->value;
	memcpy(script, good.at, good.size);
	script[0]--; // one signature instead of two
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_WITNESS_SCRIPT, span_over(NULL, 0),
				  span_over(script, good.size)),
			 PSBT_FINE);
	assert_int_equal(sign(&psbt, 0), PSBT_SCRIPT);
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_WITNESS_SCRIPT, span_over(NULL, 0), good), PSBT_FINE);
	assert_int_equal(sign(&psbt, 0), PSBT_FINE);
	assert_int_equal(sign(&psbt, 1), PSBT_FINE);
	// the second key's signature under the first key
	const struct psbt_pair *one = psbt_find(map, PSBT_IN_PARTIAL_SIG);
	struct span key = one->key_data;
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_PARTIAL_SIG, key, (one + 1)->value), PSBT_FINE);
	assert_int_equal(finalize(&psbt), PSBT_SIGNATURE);
	struct sighash_shared shared;
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
	struct span der = span_over((one + 1)->value.at, (one + 1)->value.size - 1);
	assert_int_equal(psbt_add_v0(&psbt, &arena, &shared, 0, key.at, der), PSBT_SIGNATURE);
}

// Segwit inside P2SH: the redeem script must be the one paid to, and goes into the scriptSig.
static void test_nested(void **state)
{
	struct psbt psbt;
	struct transaction tx;
	struct sighash_shared shared;
	struct output_script nested;
	uint8_t key_hash[20], script_hash[20], id[TXID_SIZE], redeem[22] = { 0, 20 };
	arena = arena_over(memory, sizeof memory);
	hash160_of(signers[0].public.key, 33, key_hash);
	memcpy(redeem + 2, key_hash, 20);
	hash160_of(redeem, sizeof redeem, script_hash);
	output_script_hash(script_hash, &nested);
	struct tx_input before = { .previous = { { 1 }, 7 } };
	struct tx_output paid = { FUNDED, output_span(&nested) };
	tx = (struct transaction){ 2, 0, &before, 1, &paid, 1 };
	struct writer w = writer_over(previous_bytes, sizeof previous_bytes);
	transaction_write(&tx, false, &w);
	transaction_id(&tx, id);
	spend_input = (struct tx_input){ .sequence = SEQUENCE_REPLACEABLE };
	memcpy(spend_input.previous.txid, id, sizeof id);
	tx = (struct transaction){ 2, 0, &spend_input, 1, &paid, 1 };
	assert_int_equal(psbt_create(&tx, &arena, &psbt), PSBT_FINE);
	assert_int_equal(psbt_put_previous(&psbt, &arena, 0, span_over(previous_bytes, writer_size(&w))),
			 PSBT_FINE);
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
	struct psbt_map *map = &psbt.inputs[0].map;
	assert_int_equal(psbt_sign_v0(&psbt, &arena, &shared, 0, signers[0].secret), PSBT_SCRIPT);
	hash160_of(signers[1].public.key, 33, redeem + 2); // another key's program
	assert_int_equal(
		psbt_put(map, &arena, PSBT_IN_REDEEM_SCRIPT, span_over(NULL, 0), span_over(redeem, 22)),
		PSBT_FINE);
	assert_int_equal(psbt_sign_v0(&psbt, &arena, &shared, 0, signers[1].secret), PSBT_SCRIPT);
	memcpy(redeem + 2, key_hash, 20);
	assert_int_equal(
		psbt_put(map, &arena, PSBT_IN_REDEEM_SCRIPT, span_over(NULL, 0), span_over(redeem, 22)),
		PSBT_FINE);
	assert_int_equal(psbt_sign_v0(&psbt, &arena, &shared, 0, signers[1].secret), PSBT_KEY);
	assert_int_equal(psbt_sign_v0(&psbt, &arena, &shared, 0, signers[0].secret), PSBT_FINE);
	assert_int_equal(psbt_finalize_input(&psbt, &arena, &shared, 0), PSBT_FINE);
	assert_int_equal(psbt_extract(&psbt, &arena, &tx), PSBT_FINE);
	assert_int_equal(tx.inputs[0].script_sig.size, 23);
	assert_int_equal(tx.inputs[0].script_sig.at[0], 22);
	assert_memory_equal(tx.inputs[0].script_sig.at + 1, redeem, 22);
}

// A leaf that is not of the output's tree is neither signed nor completed.
static void test_false_leaf(void **state)
{
	struct psbt psbt;
	uint8_t control[33], script[DESCRIPTOR_SCRIPT_MAX];
	wallet("tr($$,sortedmulti_a(2,$0,$1,$2))");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	struct psbt_map *map = &psbt.inputs[0].map;
	const struct psbt_pair *leaf = psbt_find(map, PSBT_IN_TAP_LEAF_SCRIPT);
	struct span value = leaf->value;
	memcpy(control, leaf->key_data.at, sizeof control);
	memcpy(script, value.at, value.size);
	script[value.size - 3] = 0x51; // one signature instead of two
	psbt_remove(map, PSBT_IN_TAP_LEAF_SCRIPT);
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_TAP_LEAF_SCRIPT, span_over(control, 33),
				  span_over(script, value.size)),
			 PSBT_FINE);
	assert_int_equal(sign(&psbt, 0), PSBT_SCRIPT);
	assert_int_equal(finalize(&psbt), PSBT_SCRIPT);
	assert_int_equal(psbt_put(map, &arena, PSBT_IN_TAP_LEAF_SCRIPT, span_over(control, 33), value),
			 PSBT_FINE);
	assert_int_equal(sign(&psbt, 0), PSBT_FINE);
	assert_int_equal(finalize(&psbt), PSBT_INCOMPLETE);
}

// By descriptor and master key, as the signer does it.
static void test_sign_own(void **state)
{
	static const char *const texts[] = { "wpkh(@0)", "wsh(sortedmulti(2,@0,@1,$2))",
					     "tr($$,sortedmulti_a(2,@1,$2,@0))",
					     "wsh(or_d(multi(2,@0,@1),and_v(v:multi(1,@3),older(144))))" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct psbt psbt;
		struct sighash_shared shared;
		size_t count = 9;
		uint8_t zero[32] = { 0 };
		wallet(texts[i]);
		spend(&psbt, SEQUENCE_REPLACEABLE);
		carry(&psbt);
		assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
		assert_int_equal(psbt_sign_own(&psbt, &arena, &shared, &d, &signers[4], zero, &count),
				 PSBT_FINE);
		assert_int_equal(count, 0); // a stranger
		assert_int_equal(psbt_sign_own(&psbt, &arena, &shared, &d, &signers[0], zero, &count),
				 PSBT_FINE);
		assert_int_equal(count, 1);
		if (i > 0) {
			assert_int_equal(finalize(&psbt), PSBT_INCOMPLETE);
			assert_int_equal(psbt_sign_own(&psbt, &arena, &shared, &d, &signers[1], zero, &count),
					 PSBT_FINE);
			assert_int_equal(count, 1);
		}
		assert_int_equal(finalize(&psbt), PSBT_FINE);
	}
	// another wallet's input is left alone
	struct psbt psbt;
	struct sighash_shared shared;
	size_t count = 9;
	wallet("wpkh(@0)");
	spend(&psbt, SEQUENCE_REPLACEABLE);
	wallet("wpkh($0)");
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
	assert_int_equal(psbt_sign_own(&psbt, &arena, &shared, &d, &signers[0], previous_bytes, &count),
			 PSBT_FINE);
	assert_int_equal(count, 0);
	// a master with another secret under the same fingerprint
	uint8_t secret[32];
	struct hd_private false_master = signers[0];
	false_master.public.chain_code[0] ^= 1;
	wallet("wpkh(@0)");
	assert_int_equal(descriptor_secret(&d, 0, 0, 3, &signers[0], secret), 0);
	assert_int_equal(descriptor_secret(&d, 0, 0, 3, &false_master, secret), 1);
	assert_int_equal(descriptor_secret(&d, 0, 2, 3, &signers[0], secret), 1);
	assert_int_equal(descriptor_secret(&d, 1, 0, 3, &signers[0], secret), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spends),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_previous),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_false_parts),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_false_leaf),
		cmocka_unit_test(test_sign_own),
		cmocka_unit_test(test_previous_stripped),
		cmocka_unit_test(test_witness_spent),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
