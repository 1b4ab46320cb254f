// SPDX-License-Identifier: Apache-2.0
// A clean PSBT that passes, and every way to spoil it.
#include "bitcoin/signature.h"
#include "bitcoin/timelock.h"
#include "review/review_test.h"

#include <secp256k1.h>

#define SIGNERS 6
#define COIN	100000000ull
#define PAID	60000000ull
#define CHANGE	39990000ull

enum { COLD_WALLET, WARM_WALLET, VAULT_WALLET, TAP_WALLET, STRANGER_WALLET, WALLETS }; // the last one is never registered

static uint8_t memory[8 << 20], bytes[1 << 20], big[PSBT_SIZE_MAX + 1];
static struct arena arena;
static struct hd_private signers[SIGNERS];
static struct policy_wallet wallets[WALLETS];
static struct policy_label labels[2];
static struct review_policy policy;
static struct review_context context;
static struct intent_signed intent;
static struct limits_state record;
static struct nonce_store nonces;
static struct bitcoin_review review;
static struct psbt psbt;
static const uint8_t payee[22] = { 0x00, 0x14, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };

// ---- wallets --------------------------------------------------------------

static void key_append(char *text, size_t signer)
{
	static const char origin[] = "m/48h/1h/0h/2h";
	struct hd_private account;
	struct path path;
	char xpub[HD_TEXT_MAX + 1], fingerprint[9];
	uint8_t id[HD_FINGERPRINT_SIZE];
	assert_int_equal(path_parse(origin, strlen(origin), &path), 0);
	assert_int_equal(hd_private_derive(&signers[signer], &path, &account), 0);
	hd_fingerprint(&signers[signer].public, id);
	hex_encode(id, sizeof id, fingerprint);
	hd_public_format(&network_regtest, &account.public, xpub);
	sprintf(text + strlen(text), "[%s%s]%s/<0;1>/*", fingerprint, origin + 1, xpub);
}

static void wallet_make(struct policy_wallet *w, const char *name, const char *template)
{
	static const char nobody[] = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";
	char text[DESCRIPTOR_TEXT_MAX] = "", checksum[9];
	for (const char *p = template; *p; p++) {
		char one[2] = { *p, 0 };
		if (*p == '$')
			strcat(text, nobody);
		else if (*p == '@')
			key_append(text, (size_t)(*++p - '0'));
		else
			strcat(text, one);
	}
	assert_int_equal(descriptor_checksum(text, strlen(text), checksum), 0);
	strcat(text, "#");
	strcat(text, checksum);
	assert_int_equal(descriptor_parse(&network_regtest, text, strlen(text), &w->descriptor), DESCRIPTOR_FINE);
	assert_int_equal(policy_wallet_id(&w->descriptor, w->id), 0);
	strcpy(w->name, name);
	w->index_next = 20;
}

static void signers_make(void)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	for (uint8_t i = 0; i < SIGNERS; i++) {
		seed[0] = i;
		assert_int_equal(hd_master(seed, sizeof seed, &signers[i]), 0);
	}
	memset(wallets, 0, sizeof wallets);
	wallet_make(&wallets[COLD_WALLET], "cold", "wsh(sortedmulti(2,@0,@1,@2))");
	wallet_make(&wallets[WARM_WALLET], "warm", "wpkh(@3)");
	wallet_make(&wallets[VAULT_WALLET], "vault", "wsh(or_d(multi(2,@0,@1),and_v(v:multi(2,@2,@3),older(144))))");
	wallet_make(&wallets[TAP_WALLET], "tap", "tr($,sortedmulti_a(2,@0,@1,@2))");
	wallet_make(&wallets[STRANGER_WALLET], "stranger", "wsh(sortedmulti(2,@4,@5))");
	strcpy(wallets[COLD_WALLET].key_names[0], "Anna");
}

// ---- plans ----------------------------------------------------------------

struct coin {
	int wallet;
	uint64_t value;
	uint32_t sequence;
};
struct pays {
	uint64_t value;
	struct span script; // or, when empty, of a wallet of ours
	int wallet;
	size_t branch;
	uint32_t index;
	bool described;
};
static struct {
	struct coin coins[8];
	size_t coin_count;
	struct pays pays[300];
	size_t pays_count;
	uint32_t locktime;
} plan;

static void plan_reset(void)
{
	memset(&plan, 0, sizeof plan);
	plan.coins[0] = (struct coin){ COLD_WALLET, COIN, SEQUENCE_REPLACEABLE };
	plan.coin_count = 1;
	plan.pays[0] = (struct pays){ .value = PAID, .script = span_over(payee, sizeof payee) };
	plan.pays[1] = (struct pays){ .value = CHANGE, .wallet = COLD_WALLET, .branch = 1, .index = 8, .described = true };
	plan.pays_count = 2;
}

// The transaction that paid us: its output 1 is the coin.
static struct span fund(size_t i, uint8_t id[TXID_SIZE])
{
	static const uint8_t other[] = { 0x51, 0x02, 0x4e, 0x73 };
	struct descriptor_output own;
	uint8_t *to = arena_take(&arena, 1, 512);
	assert_int_equal(descriptor_derive(&wallets[plan.coins[i].wallet].descriptor, 0, 3, &own), 0);
	struct tx_input input = { .previous = { { (uint8_t)(i + 1) }, 7 }, .sequence = SEQUENCE_FINAL };
	struct tx_output outputs[2] = { { 5000, span_over(other, sizeof other) },
					{ plan.coins[i].value, output_span(&own.script) } };
	struct transaction tx = { 2, 0, &input, 1, outputs, 2 };
	struct writer w = writer_over(to, 512);
	transaction_write(&tx, false, &w);
	assert_false(w.failed);
	transaction_id(&tx, id);
	return span_over(to, writer_size(&w));
}

static struct span script_of(const struct pays *p)
{
	struct descriptor_output *own = arena_take(&arena, 1, sizeof *own);
	if (p->script.size)
		return p->script;
	assert_int_equal(descriptor_derive(&wallets[p->wallet].descriptor, p->branch, p->index, own), 0);
	return output_span(&own->script);
}

static void build(void)
{
	static struct tx_input inputs[8];
	static struct tx_output outputs[300];
	struct span previous[8];
	arena = arena_over(memory, sizeof memory);
	for (size_t i = 0; i < plan.coin_count; i++) {
		inputs[i] = (struct tx_input){ .sequence = plan.coins[i].sequence, .previous.index = 1 };
		previous[i] = fund(i, inputs[i].previous.txid);
	}
	for (size_t i = 0; i < plan.pays_count; i++)
		outputs[i] = (struct tx_output){ plan.pays[i].value, script_of(&plan.pays[i]) };
	struct transaction tx = { 2, plan.locktime, inputs, plan.coin_count, outputs, plan.pays_count };
	assert_int_equal(psbt_create(&tx, &arena, &psbt), PSBT_FINE);
	for (size_t i = 0; i < plan.coin_count; i++) {
		assert_int_equal(psbt_put_previous(&psbt, &arena, i, previous[i]), PSBT_FINE);
		assert_int_equal(psbt_describe_input(&psbt, &arena, i, &wallets[plan.coins[i].wallet].descriptor, 0, 3),
				 PSBT_FINE);
	}
	for (size_t i = 0; i < plan.pays_count; i++) {
		const struct pays *p = &plan.pays[i];
		if (p->described)
			assert_int_equal(psbt_describe_output(&psbt, &arena, i, &wallets[p->wallet].descriptor, p->branch,
							      p->index), PSBT_FINE);
	}
}

static const struct refusal_list *judge(void)
{
	bitcoin_review(&psbt, arena, &policy, &context, &review);
	return &review.refusals;
}

static const struct refusal_list *built(void)
{
	build();
	return judge();
}

static struct span written(void)
{
	struct writer w = writer_over(bytes, sizeof bytes);
	psbt_write(&psbt, &w);
	assert_false(w.failed);
	return span_over(bytes, writer_size(&w));
}

// What a reader says of the bytes as they stand.
static const struct refusal_list *reread(void)
{
	static struct refusal_list list;
	struct psbt other;
	struct span all = written();
	enum psbt_refusal why = psbt_parse(all, &arena, &other);
	assert_int_not_equal(why, PSBT_FINE);
	bitcoin_review_unreadable(all, why, &list);
	return &list;
}

static void put(struct psbt_map *map, uint64_t type, const void *value, size_t size)
{
	assert_int_equal(psbt_put(map, &arena, type, span_over(NULL, 0), span_over(value, size)), PSBT_FINE);
}

static void secret_of(size_t signer, uint8_t secret[32], uint8_t key[33])
{
	struct hd_private derived;
	struct path path;
	assert_int_equal(path_parse("m/48h/1h/0h/2h/0/3", 18, &path), 0);
	assert_int_equal(hd_private_derive(&signers[signer], &path, &derived), 0);
	memcpy(secret, derived.secret, 32);
	memcpy(key, derived.public.key, 33);
}

static void sign(size_t signer)
{
	struct sighash_shared shared;
	uint8_t secret[32], key[33], zero[32] = { 0 };
	secret_of(signer, secret, key);
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
	for (size_t i = 0; i < psbt.tx.input_count; i++) {
		bool taproot = wallets[plan.coins[i].wallet].descriptor.kind >= DESCRIPTOR_TR;
		enum psbt_refusal why = taproot ? psbt_sign_taproot(&psbt, &arena, &shared, i, secret, zero)
						: psbt_sign_v0(&psbt, &arena, &shared, i, secret);
		assert_int_equal(why, PSBT_FINE);
	}
}

static int setup(void **state)
{
	signers_make();
	memset(&record, 0, sizeof record);
	memset(&nonces, 0, sizeof nonces);
	memset(labels, 0, sizeof labels);
	labels[0] = (struct policy_label){ .name = "refill", .chain = { CHAIN_BITCOIN, CHAIN_BITCOIN_REGTEST },
					   .place_size = sizeof payee };
	memcpy(labels[0].place, payee, sizeof payee);
	policy = (struct review_policy){ .network = &network_regtest, .wallets = wallets, .wallet_count = STRANGER_WALLET,
					 .labels = labels, .label_count = 1, .gap_max = POLICY_GAP_MAX,
					 .approvers = people };
	policy.limits.count = 1;
	policy.limits.list[0] = (struct limit){ .asset.chain = labels[0].chain, .payment_max = units_of(2 * COIN),
						.window_count = 1, .windows = { { 86400, units_of(5 * COIN), 0 } },
						.fee_max = units_of(50000), .fee_rate_max = units_of(10000),
						.fee_share_max = 1000 };
	assert_int_equal(policy_check(&policy, NULL), POLICY_FINE);
	intent.intent = (struct intent){ .chain = labels[0].chain, .wallet_name = "cold", .id = "w-1", .initiator = "Anna",
					 .destination_count = 1, .fee_max = units_of(20000), .not_before = NOW - 60,
					 .expiry = NOW + 3600, .counter = 2 };
	memcpy(intent.intent.wallet, wallets[COLD_WALLET].id, 32);
	intent.intent.destinations[0] = (struct intent_destination){ .place_size = sizeof payee, .amount = units_of(PAID) };
	memcpy(intent.intent.destinations[0].place, payee, sizeof payee);
	intent_agree(&intent);
	struct limit_request nothing = { .count = 0 };
	assert_int_equal(limits_record(&policy.limits, &record, NOW - 100, &nothing, wallets[COLD_WALLET].id, 1), 0);
	context = (struct review_context){ .now = NOW, .intent = &intent, .limits = &record, .nonces = &nonces };
	plan_reset();
	return 0;
}

// ---- tests ----------------------------------------------------------------

static void test_clean(void **state)
{
	static struct review_line lines[64];
	must_be_clean(built());
	assert_true(review.amounts_known && review.wallet == &wallets[COLD_WALLET]);
	assert_int_equal(review.spent, COIN);
	assert_int_equal(review.paid, PAID);
	assert_int_equal(review.kept, CHANGE);
	assert_int_equal(review.fee, 10000);
	assert_int_equal(review.outputs[0].role, OUTPUT_TO_LABEL);
	assert_string_equal(review.outputs[0].name, "refill");
	assert_string_equal(review.outputs[0].address, "bcrt1qqypqxpq9qcrsszg2pvxq6rs0zqg3yyc5phstwt");
	assert_int_equal(review.outputs[1].role, OUTPUT_CHANGE);
	assert_int_equal(review.outputs[1].index, 8);
	assert_int_equal(review.missing, 2);
	assert_int_equal(review.signed_keys, 0);
	assert_int_equal(review.virtual_size, 189); // (125 * 4 + 2 + 254) / 4
	assert_int_equal(review.fee_rate, (1000000 + review.virtual_size - 1) / review.virtual_size);
	sign(0);
	must_be_clean(judge());
	assert_int_equal(review.signed_keys, 1);
	assert_int_equal(review.missing, 1);
	sign(2);
	must_be_clean(judge());
	assert_int_equal(review.missing, 0);
	size_t count = bitcoin_review_lines(&review, lines, ARRAY_LEN(lines));
	bool anna = false;
	for (size_t i = 0; i < count; i++)
		anna |= strcmp(lines[i].text, "signed  Anna, key 3") == 0;
	assert_true(anna);
	assert_int_equal(bitcoin_review_lines(&review, lines, 3), count);
	// what is recorded next counts against the window
	uint8_t wallet[32] = { 9 };
	assert_int_equal(limits_record(&policy.limits, &record, NOW, &review.request, wallet, 1), 0);
	assert_int_equal(record.spends[0].amount.bytes[31], (PAID + 10000) & 0xff);
}

static void test_taproot(void **state)
{
	plan.coins[0].wallet = plan.pays[1].wallet = TAP_WALLET;
	memcpy(intent.intent.wallet, wallets[TAP_WALLET].id, 32);
	strcpy(intent.intent.wallet_name, "tap");
	intent_agree(&intent);
	must_be_clean(built());
	assert_int_equal(review.missing, 2);
	sign(1);
	must_be_clean(judge());
	assert_int_equal(review.missing, 1);
	assert_int_equal(review.signed_keys, 1u << 2);
	psbt.tx.outputs[0].value--; // altered after that signature
	must_hold(judge(), REFUSE_SIGNATURE_FALSE);
	psbt.tx.outputs[0].value++;
	struct psbt_map *map = &psbt.inputs[0].map;
	uint8_t type[4] = { SIGHASH_ALL | SIGHASH_ANYONE_CAN_PAY };
	put(map, PSBT_IN_SIGHASH, type, 4);
	must_hold(judge(), REFUSE_SIGHASH_TYPE);
	build();
	for (size_t i = 0; i < psbt.inputs[0].map.count; i++) {
		struct psbt_pair *pair = &psbt.inputs[0].map.pairs[i];
		if (pair->type == PSBT_IN_TAP_LEAF_SCRIPT)
			pair->value.size--;
	}
	must_hold(judge(), REFUSE_INPUT_SCRIPT);
}

static void test_quorum(void **state)
{
	const struct play play = { &policy, &context, &intent, &record, judge };
	build();
	play_quorum(&play);
	play_limits(&play);
	intent.intent.fee_max = units_of(9999);
	intent_agree(&intent);
	must_hold(judge(), REFUSE_INTENT_FEE);
}

static void test_unreadable(void **state)
{
	struct refusal_list list;
	bitcoin_review_unreadable(span_over("psbt\xff\x01", 6), psbt_parse(span_over("psbt\xff\x01", 6), &arena, &psbt), &list);
	must_hold(&list, REFUSE_PSBT_UNREADABLE);
	memcpy(big, "psbt\xff", 5);
	enum psbt_refusal why = psbt_parse(span_over(big, sizeof big), &arena, &psbt);
	bitcoin_review_unreadable(span_over(big, sizeof big), why, &list);
	must_hold(&list, REFUSE_PSBT_TOO_LARGE);
	static const struct network *const none = NULL;
	build();
	policy.network = none;
	must_hold(judge(), REFUSE_NETWORK);
}

// The attack on segwit version 0: an amount that is only claimed.
static void test_previous(void **state)
{
	uint8_t claim[64];
	struct writer w = writer_over(claim, sizeof claim);
	struct sink sink = { .writer = &w };
	build();
	struct tx_output lie = psbt.inputs[0].spent;
	lie.value *= 2;
	tx_output_sink(&lie, &sink);
	put(&psbt.inputs[0].map, PSBT_IN_WITNESS_UTXO, claim, writer_size(&w));
	must_hold(reread(), REFUSE_PREVIOUS_FALSE);
	psbt_remove(&psbt.inputs[0].map, PSBT_IN_NON_WITNESS_UTXO);
	struct span all = written();
	assert_int_equal(psbt_parse(all, &arena, &psbt), PSBT_FINE);
	must_hold(judge(), REFUSE_PREVIOUS_MISSING);
	assert_false(review.amounts_known);
}

static const uint8_t order[32] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
	0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
};

static void test_encoding(void **state)
{
	secp256k1_context *curve = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	secp256k1_ecdsa_signature signature;
	uint8_t compact[64], der[80];
	size_t size = 72;
	unsigned borrow = 0;
	build();
	sign(0);
	const struct psbt_pair *pair = psbt_find(&psbt.inputs[0].map, PSBT_IN_PARTIAL_SIG);
	struct span key = pair->key_data;
	assert_int_equal(secp256k1_ecdsa_signature_parse_der(curve, &signature, pair->value.at, pair->value.size - 1), 1);
	secp256k1_ecdsa_signature_serialize_compact(curve, compact, &signature);
	for (size_t i = 32; i-- > 0;) { // s becomes n - s, which verifies just as well
		unsigned v = 256u + order[i] - compact[32 + i] - borrow;
		compact[32 + i] = (uint8_t)v;
		borrow = v < 256;
	}
	assert_int_equal(secp256k1_ecdsa_signature_parse_compact(curve, &signature, compact), 1);
	assert_int_equal(secp256k1_ecdsa_signature_serialize_der(curve, der, &size, &signature), 1);
	secp256k1_context_destroy(curve);
	der[size++] = SIGHASH_ALL;
	assert_int_equal(psbt_put(&psbt.inputs[0].map, &arena, PSBT_IN_PARTIAL_SIG, key, span_over(der, size)), PSBT_FINE);
	must_hold(reread(), REFUSE_SIGNATURE_HIGH_S);
	der[1]++;
	assert_int_equal(psbt_put(&psbt.inputs[0].map, &arena, PSBT_IN_PARTIAL_SIG, key, span_over(der, size)), PSBT_FINE);
	must_hold(reread(), REFUSE_SIGNATURE_ENCODING);
}

static void test_inputs(void **state)
{
	uint8_t type[4] = { SIGHASH_NONE }, script[DESCRIPTOR_SCRIPT_MAX];
	struct sighash_shared shared;
	build();
	psbt.tx.input_count = 0;
	must_hold(judge(), REFUSE_INPUT_NONE);
	build();
	psbt.tx.inputs[0].previous = (struct outpoint){ { 0 }, UINT32_MAX };
	must_hold(judge(), REFUSE_INPUT_NULL);
	plan.coin_count = 2;
	plan.coins[1] = plan.coins[0];
	build();
	psbt.tx.inputs[1].previous = psbt.tx.inputs[0].previous;
	must_hold(judge(), REFUSE_INPUT_DUPLICATE);
	plan.coins[1].wallet = WARM_WALLET;
	must_hold(built(), REFUSE_INPUT_MIXED);
	plan_reset();
	plan.coins[0].wallet = STRANGER_WALLET;
	must_hold(built(), REFUSE_INPUT_FOREIGN);
	must_hold(&review.refusals, REFUSE_WALLET_UNKNOWN);
	plan_reset();
	build();
	put(&psbt.inputs[0].map, PSBT_IN_SIGHASH, type, sizeof type);
	must_hold(judge(), REFUSE_SIGHASH_TYPE);
	build();
	struct span good = psbt_find(&psbt.inputs[0].map, PSBT_IN_WITNESS_SCRIPT)->value;
	memcpy(script, good.at, good.size);
	script[0]--; // one signature instead of two
	put(&psbt.inputs[0].map, PSBT_IN_WITNESS_SCRIPT, script, good.size);
	must_hold(judge(), REFUSE_INPUT_SCRIPT);
	build();
	sign(0);
	sign(1);
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_COMPLETE, &arena, &shared), PSBT_FINE);
	assert_int_equal(psbt_finalize_input(&psbt, &arena, &shared, 0), PSBT_FINE);
	must_hold(judge(), REFUSE_INPUT_FINAL);
	build();
	put(&psbt.global, PSBT_GLOBAL_TX_MODIFIABLE, "\x02", 1);
	must_hold(judge(), REFUSE_MODIFIABLE);
	put(&psbt.global, 0x77, "?", 1);
	must_hold(judge(), NOTICE_UNKNOWN_FIELD);
	uint8_t xpub[HD_BINARY_SIZE] = { 0x04, 0x88, 0xb2, 0x1e };
	assert_int_equal(psbt_put(&psbt.global, &arena, PSBT_GLOBAL_XPUB, span_over(xpub, sizeof xpub), span_over("1234", 4)),
			 PSBT_FINE);
	must_hold(judge(), REFUSE_NETWORK);
}

static void test_signatures(void **state)
{
	uint8_t secret[32], key[33];
	build();
	sign(0);
	must_be_clean(judge());
	psbt.tx.outputs[0].value++; // altered between two signers
	must_hold(judge(), REFUSE_SIGNATURE_FALSE);
	assert_int_equal(review.signed_keys, 0);
	psbt.tx.outputs[0].value--;
	struct span value = psbt_find(&psbt.inputs[0].map, PSBT_IN_PARTIAL_SIG)->value;
	secret_of(5, secret, key);
	assert_int_equal(psbt_put(&psbt.inputs[0].map, &arena, PSBT_IN_PARTIAL_SIG, span_over(key, 33), value), PSBT_FINE);
	must_hold(judge(), REFUSE_SIGNATURE_STRANGER);
	secret_of(1, secret, key); // the first signer's under the second's key
	build();
	sign(0);
	value = psbt_find(&psbt.inputs[0].map, PSBT_IN_PARTIAL_SIG)->value;
	assert_int_equal(psbt_put(&psbt.inputs[0].map, &arena, PSBT_IN_PARTIAL_SIG, span_over(key, 33), value), PSBT_FINE);
	must_hold(judge(), REFUSE_SIGNATURE_FALSE);
}

// A signer whose random numbers are `data`.
static int constant_nonce(unsigned char *nonce, const unsigned char *message, const unsigned char *key,
			  const unsigned char *algorithm, void *data, unsigned int attempt)
{
	memcpy(nonce, data, 32);
	return 1;
}

static void sign_badly(uint8_t nonce[32])
{
	secp256k1_context *curve = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	struct sighash_shared shared;
	uint8_t secret[32], key[33], digest[32], der[72];
	secret_of(0, secret, key);
	assert_int_equal(psbt_sighash_prepare(&psbt, PSBT_TO_SIGN, &arena, &shared), PSBT_FINE);
	for (size_t i = 0; i < psbt.tx.input_count; i++) {
		secp256k1_ecdsa_signature signature;
		size_t size = sizeof der;
		assert_int_equal(psbt_digest_v0(&psbt, &shared, i, key, digest), PSBT_FINE);
		assert_int_equal(secp256k1_ecdsa_sign(curve, &signature, digest, secret, constant_nonce, nonce), 1);
		assert_int_equal(secp256k1_ecdsa_signature_serialize_der(curve, der, &size, &signature), 1);
		assert_int_equal(psbt_add_v0(&psbt, &arena, &shared, i, key, span_over(der, size)), PSBT_FINE);
	}
	secp256k1_context_destroy(curve);
}

static void test_nonces(void **state)
{
	uint8_t nonce[32] = { 0x42, 0x17 }, weak[32] = { [31] = 16 };
	// half of the generator's discrete logarithm: its x has eleven leading zero bytes
	uint8_t half[32] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			     0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa1 };
	plan.coin_count = 2;
	plan.coins[1] = plan.coins[0];
	plan.pays[1].value += COIN;
	build();
	sign(0);
	must_be_clean(judge());
	build();
	sign_badly(nonce);
	must_hold(judge(), REFUSE_NONCE_REPEATED);
	// over two payloads: the record remembers
	plan.coin_count = 1;
	plan.pays[1].value -= COIN;
	build();
	sign_badly(nonce);
	must_be_clean(judge());
	bitcoin_review_learn(&psbt, arena, &nonces);
	assert_int_equal(nonces.count, 1);
	must_be_clean(judge());
	plan.pays[1].value--;
	build();
	sign_badly(nonce);
	must_hold(judge(), REFUSE_NONCE_REPEATED);
	build();
	sign_badly(weak);
	must_hold(judge(), REFUSE_NONCE_WEAK);
	build();
	sign_badly(half);
	must_hold(judge(), REFUSE_NONCE_WEAK);
}

static void pays_script(const char *hex, uint64_t value)
{
	static uint8_t script[64];
	plan.pays[0] = (struct pays){ .value = value, .script = span_over(script, hex_bytes(hex, script)) };
}

static void test_outputs(void **state)
{
	build();
	psbt.tx.output_count = 0;
	must_hold(judge(), REFUSE_OUTPUT_NONE);
	plan.pays[0].value = 0;
	must_hold(built(), REFUSE_OUTPUT_ZERO);
	plan.pays[0].value = 293;
	must_hold(built(), REFUSE_OUTPUT_DUST);
	pays_script("6a0461626364", PAID);
	must_hold(built(), REFUSE_OUTPUT_NO_ADDRESS);
	pays_script("5214000102030405060708090a0b0c0d0e0f10111213", PAID);
	must_hold(built(), REFUSE_OUTPUT_ANYONE);
	must_hold(&review.refusals, NOTICE_DESTINATION_UNKNOWN);
	policy.labels_only = true;
	must_hold(built(), REFUSE_DESTINATION_UNKNOWN);
	plan_reset();
	plan.pays[0].value = COIN;
	must_hold(built(), REFUSE_AMOUNTS);
	plan_reset();
	for (plan.pays_count = 0; plan.pays_count < 257; plan.pays_count++)
		plan.pays[plan.pays_count] = (struct pays){ .value = 600, .script = span_over(payee, sizeof payee) };
	must_hold(built(), REFUSE_TOO_MANY);
	plan_reset(); // stuffed with key paths, each of which would be derived
	for (size_t side = 0; side < 2; side++) {
		build();
		struct psbt_map *map = side ? &psbt.outputs[1] : &psbt.inputs[0].map;
		for (uint8_t i = 0; i < 41; i++) {
			uint8_t key[33] = { 2, i }, path[4] = { i };
			assert_int_equal(psbt_put(map, &arena, side ? PSBT_OUT_BIP32 : PSBT_IN_BIP32,
						  span_over(key, sizeof key), span_over(path, sizeof path)), PSBT_FINE);
		}
		must_hold(judge(), REFUSE_TOO_MANY);
	}
}

static void test_change(void **state)
{
	struct descriptor_output stolen;
	build();
	// the key path says ours, the script is somebody's
	assert_int_equal(descriptor_derive(&wallets[STRANGER_WALLET].descriptor, 1, 8, &stolen), 0);
	psbt.tx.outputs[1].script = output_span(&stolen.script);
	must_hold(judge(), REFUSE_CHANGE_FOREIGN);
	assert_int_equal(review.outputs[1].role, OUTPUT_FOREIGN_CHANGE);
	assert_int_equal(review.kept, 0);
	plan.pays[1].wallet = STRANGER_WALLET;
	must_hold(built(), REFUSE_OUTPUT_CLAIMS);
	must_hold(&review.refusals, REFUSE_INTENT_PAYEE);
	plan_reset();
	plan.pays[1].index = 20 + POLICY_GAP_MAX;
	must_be_clean(built());
	plan.pays[1].index++;
	must_hold(built(), REFUSE_CHANGE_GAP);
	plan.pays[1] = (struct pays){ .value = CHANGE, .wallet = COLD_WALLET, .branch = 0, .index = 9, .described = true };
	must_be_clean(built());
	assert_int_equal(review.outputs[1].role, OUTPUT_OWN);
	plan.pays[1].wallet = WARM_WALLET;
	must_hold(built(), REFUSE_OWN_OTHER_WALLET);
	must_hold(&review.refusals, NOTICE_NO_CHANGE);
	// the same, agreed on
	intent.intent.destination_count = 2;
	intent.intent.destinations[1] = (struct intent_destination){ .place_size = 22, .amount = units_of(CHANGE) };
	memcpy(intent.intent.destinations[1].place, psbt.tx.outputs[1].script.at, 22);
	intent_agree(&intent);
	must_hold(judge(), NOTICE_OWN_WALLET);
	must_be_clean(judge());
}

// A fee is money that leaves: a hundred payments to ourselves are a hundred fees.
static void test_to_ourselves(void **state)
{
	plan.pays[0] = (struct pays){ .value = PAID, .wallet = COLD_WALLET, .branch = 0, .index = 9, .described = true };
	context.intent = NULL;
	must_hold(built(), REFUSE_INTENT_MISSING);
	context.intent = &intent;
	must_hold(built(), REFUSE_INTENT_UNPAID);
	intent.intent.destination_count = 0;
	memset(intent.intent.destinations, 0, sizeof intent.intent.destinations);
	intent_agree(&intent);
	must_be_clean(built());
	assert_int_equal(review.request.count, 1); // the fee, against the windows
	assert_true(units_equal(&review.request.payments[0].total, &review.request.fee));
	policy.limits.list[0].windows[0].amount_max = units_of(review.fee - 1);
	must_hold(built(), REFUSE_LIMIT_VELOCITY);
	policy.limits.list[0].windows[0].amount_max = units_of(5 * COIN);
	intent.intent.fee_max = units_of(review.fee - 1);
	intent_agree(&intent);
	must_hold(built(), REFUSE_INTENT_FEE);
	intent.intent.fee_max = units_of(review.fee);
	intent_agree(&intent);
	must_be_clean(built());
	plan_reset(); // and such an intent pays nobody
	must_hold(built(), REFUSE_INTENT_PAYEE);
}

static void test_wallet_name(void **state)
{
	strcpy(intent.intent.wallet_name, "warm"); // the id is the cold one's: people approved another wallet
	intent_agree(&intent);
	must_hold(built(), REFUSE_INTENT_WALLET);
}

// Somebody sends dust from an address that begins and ends as ours does, and waits for it to be copied.
static void test_like_ours(void **state)
{
	static const struct { size_t branch; uint32_t index; bool known; } ours[] = {
		{ 0, 19, true }, { 1, 8, true }, { 0, 51, true }, { 0, 52, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		struct descriptor_output own;
		static uint8_t forged[34];
		assert_int_equal(descriptor_derive(&wallets[COLD_WALLET].descriptor, ours[i].branch, ours[i].index, &own), 0);
		memcpy(forged, own.script.bytes, sizeof forged);
		forged[33] ^= 1; // the last characters differ; the first eight do not
		plan.pays[0].script = span_over(forged, sizeof forged);
		built();
		assert_int_equal(refused(&review.refusals, REFUSE_LOOK_ALIKE), ours[i].known);
		memcpy(forged, own.script.bytes, sizeof forged); // ours itself, though the PSBT does not say so
		built();
		assert_false(refused(&review.refusals, REFUSE_LOOK_ALIKE));
	}
}

// The same three characters at both ends, by trial: thirty thousand tries, as a forger makes in a second.
static void test_look_alike(void **state)
{
	static uint8_t forged[22];
	char known[ADDRESS_TEXT_MAX + 1], text[ADDRESS_TEXT_MAX + 1];
	memcpy(forged, payee, sizeof payee);
	assert_int_equal(address_format(&network_regtest, span_over(payee, 22), known), 0);
	for (uint32_t i = 1; i < 1u << 20; i++) {
		memcpy(forged + 10, &i, sizeof i);
		assert_int_equal(address_format(&network_regtest, span_over(forged, 22), text), 0);
		if (strcmp(text + strlen(text) - 3, known + strlen(known) - 3) == 0)
			break;
	}
	plan.pays[0].script = span_over(forged, 22);
	must_hold(built(), REFUSE_LOOK_ALIKE);
	policy.label_count = 0; // also what was agreed is known
	must_hold(built(), REFUSE_LOOK_ALIKE);
	context.intent = NULL;
	assert_false(refused(built(), REFUSE_LOOK_ALIKE));
}

static void test_fees(void **state)
{
	plan.pays[1].value = CHANGE - 40001;
	must_hold(built(), REFUSE_FEE);
	must_hold(&review.refusals, REFUSE_FEE_RATE);
	plan.pays[0].value = 90000;
	must_hold(built(), REFUSE_FEE_SHARE);
	plan_reset();
	plan.pays[1].value = CHANGE + 9900;
	must_hold(built(), NOTICE_FEE_LOW);
}

static void test_locks(void **state)
{
	plan.locktime = NOW + 86400;
	must_hold(built(), NOTICE_LOCKTIME);
	must_be_clean(&review.refusals);
	plan.locktime++;
	must_hold(built(), REFUSE_LOCKTIME);
	plan.locktime = 1; // by height: who knows how far away it is
	must_hold(built(), REFUSE_LOCKTIME);
	policy.limits.list[0].window_count = 0; // and nothing is counted over time
	must_be_clean(built());
	policy.limits.list[0].window_count = 1;
	policy.locktime_allowed = true;
	plan.locktime = 800000;
	must_hold(built(), NOTICE_LOCKTIME);
	must_be_clean(&review.refusals);
	policy.locktime_allowed = false;
	plan.locktime = UINT32_MAX;
	must_hold(built(), REFUSE_LOCKTIME);
	plan.locktime = 800000;
	must_hold(built(), REFUSE_LOCKTIME);
	assert_string_equal(review.locktime, "after block 800 000");
	plan.coins[0].sequence = SEQUENCE_FINAL;
	must_hold(built(), NOTICE_REPLACEABLE);
	assert_string_equal(review.locktime, "at once");
	plan.coins[0] = (struct coin){ VAULT_WALLET, COIN, 144 };
	plan.pays[1].wallet = VAULT_WALLET;
	plan.locktime = 0;
	memcpy(intent.intent.wallet, wallets[VAULT_WALLET].id, 32);
	strcpy(intent.intent.wallet_name, "vault");
	intent_agree(&intent);
	must_hold(built(), NOTICE_UNVAULT_LOCK);
	must_be_clean(&review.refusals);
	assert_int_equal(review.inputs[0].spend, SPEND_SECOND);
	assert_string_equal(review.inputs[0].lock, "144 blocks, about 1 day, after the coin confirmed");
	sign(0); // one who may cancel: the delayed way still needs two
	must_be_clean(judge());
	assert_int_equal(review.missing, 2);
	plan.coins[0].sequence = 143;
	must_hold(built(), REFUSE_UNVAULT_EARLY);
	plan.coins[0].sequence = SEQUENCE_REPLACEABLE;
	must_be_clean(built());
	assert_int_equal(review.inputs[0].spend, SPEND_FIRST);
}

static void test_policy(void **state)
{
	size_t index;
	wallets[WARM_WALLET].id[0] ^= 1;
	assert_int_equal(policy_check(&policy, &index), POLICY_WALLET);
	assert_int_equal(index, WARM_WALLET);
	wallets[WARM_WALLET].id[0] ^= 1;
	strcpy(wallets[WARM_WALLET].name, "cold");
	assert_int_equal(policy_check(&policy, &index), POLICY_NAME);
	strcpy(wallets[WARM_WALLET].name, "warm");
	policy.network = &network_main;
	assert_int_equal(policy_check(&policy, &index), POLICY_NETWORK);
	policy.network = &network_regtest;
	labels[1] = labels[0];
	policy.label_count = 2;
	assert_int_equal(policy_check(&policy, &index), POLICY_NAME);
	strcpy(labels[1].name, "other");
	assert_int_equal(policy_check(&policy, &index), POLICY_LABEL);
	assert_int_equal(index, 1);
	policy.label_count = 1;
	policy.approvers.threshold = 3;
	assert_int_equal(policy_check(&policy, &index), POLICY_APPROVERS);
	policy.approvers = people;
	policy.limits.list[0].windows[0].seconds = 0;
	assert_int_equal(policy_check(&policy, &index), POLICY_LIMITS);
	policy.limits.count = 0;
	policy.calls = 1ull << EVM_APPROVE;
	assert_int_equal(policy_check(&policy, &index), POLICY_CALLS);
	assert_string_not_equal(policy_fault_text(POLICY_CALLS), policy_fault_text(POLICY_LIMITS));
}

#define T(name) cmocka_unit_test_setup(name, setup)
const struct CMUnitTest bitcoin_tests[] = {
	T(test_clean),	 T(test_taproot), T(test_quorum),     T(test_unreadable), T(test_previous), T(test_encoding),
	T(test_inputs),	 T(test_signatures), T(test_nonces),  T(test_outputs),	  T(test_change),   T(test_look_alike),
	T(test_fees),	 T(test_locks),	  T(test_policy), T(test_to_ourselves), T(test_wallet_name), T(test_like_ours),
};
const size_t bitcoin_test_count = ARRAY_LEN(bitcoin_tests);
