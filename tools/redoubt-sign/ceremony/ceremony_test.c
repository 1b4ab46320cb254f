// SPDX-License-Identifier: Apache-2.0
// The ceremony's text (strict, one text for one ceremony), its plan's rules, the wallet that it makes and
// checks, and the protocol.
#include "base/testing.h"
#include "bitcoin/curve.h"
#include "crypto/secret.h"

#include "ceremony/ceremony.h"
#include "ceremony/protocol.h"

static struct ceremony plan, whole, back;
static struct descriptor_key keys[CEREMONY_SIGNERS_MAX];
static struct descriptor made;
static char text[CEREMONY_TEXT_MAX + 2], again[CEREMONY_TEXT_MAX + 1];

#define PLAN                                                                                                 \
	"redoubt ceremony 1\nwallet cold-1\nscript wsh\nnetwork regtest\nquorum 2 3\naccount 0\n"            \
	"token 0123456789abcdef\nshares 3 5\nchain 1\nleader Lena\nwitness Wim\nsigner Anna\nsigner Ben\n"   \
	"signer Carl\n"

// Signer i's key of the plan, from a seed of bytes i.
static void key_of(const struct ceremony_plan *p, uint8_t i, struct descriptor_key *ret)
{
	uint8_t seed[32];
	char key[PATH_TEXT_MAX + HD_TEXT_MAX + 16], origin[PATH_TEXT_MAX + 1], xpub[HD_TEXT_MAX + 1],
		fingerprint[9];
	uint8_t bytes[HD_FINGERPRINT_SIZE];
	struct path path;
	struct hd_private master, account;
	memset(seed, i, sizeof seed);
	assert_int_equal(hd_master(seed, sizeof seed, &master), 0);
	hd_fingerprint(&master.public, bytes);
	hex_encode(bytes, sizeof bytes, fingerprint);
	ceremony_account(p, &path);
	assert_int_equal(hd_private_derive(&master, &path, &account), 0);
	path_format(&path, origin);
	hd_public_format(p->network, &account.public, xpub);
	snprintf(key, sizeof key, "[%s%s]%s", fingerprint, origin + 1, xpub);
	assert_int_equal(descriptor_key_parse(p->network, key, strlen(key), false, ret), DESCRIPTOR_FINE);
}

static int start(void **state)
{
	size_t line;
	static const uint8_t blind[32] = { 7 };
	if (crypto_init())
		return 1;
	curve_init(blind);
	return ceremony_parse(PLAN, sizeof PLAN - 1, &plan, &line) != CEREMONY_FINE;
}

static void a_plan_reads_as_it_is_written(void **state)
{
	assert_string_equal(plan.plan.wallet, "cold-1");
	assert_ptr_equal(plan.plan.network, &network_regtest);
	assert_int_equal(plan.plan.quorum.threshold, 2);
	assert_int_equal(plan.plan.shares.count, 5);
	assert_int_equal(plan.plan.chain, 1);
	assert_string_equal(plan.plan.signers[2], "Carl");
	assert_int_equal(plan.me, 0);
	assert_int_equal(ceremony_format(&plan, text), sizeof PLAN - 1);
	assert_string_equal(text, PLAN);
	uint8_t digest[SHA256_SIZE], expected[SHA256_SIZE];
	ceremony_plan_digest(&plan.plan, digest);
	sha256_of(PLAN, sizeof PLAN - 1, expected);
	assert_memory_equal(digest, expected, sizeof digest);
}

// Replaces the first `from` in PLAN by `to` and reads that.
static enum ceremony_refusal changed(const char *from, const char *to)
{
	size_t line;
	const char *at = strstr(PLAN, from);
	assert_non_null(at);
	size_t before = (size_t)(at - PLAN);
	int length = snprintf(text, sizeof text, "%.*s%s%s", (int)before, PLAN, to, at + strlen(from));
	return ceremony_parse(text, (size_t)length, &back, &line);
}

static void other_plans_are_refused(void **state)
{
	static const struct change {
		const char *from;
		const char *to;
		enum ceremony_refusal refusal;
	} changes[] = {
		{ "ceremony 1", "ceremony 2", CEREMONY_VERSION },
		{ "wallet cold-1", "wallet Cold 1", CEREMONY_LINE },
		{ "wallet cold-1\n", "", CEREMONY_LINE },
		{ "script wsh", "script sh", CEREMONY_LINE },
		{ "script wsh", "script unvault", CEREMONY_LINE },
		{ "network regtest", "network moon", CEREMONY_LINE },
		{ "quorum 2 3", "quorum 02 3", CEREMONY_LINE },
		{ "quorum 2 3", "quorum 1 3", CEREMONY_QUORUM },
		{ "quorum 2 3", "quorum 3 3", CEREMONY_QUORUM },
		{ "quorum 2 3", "quorum 3 5", CEREMONY_LINE },
		{ "quorum 2 3", "quorum 2 3\ncancel 2 3\nlock 144", CEREMONY_LINE },
		{ "account 0", "account 2147483648", CEREMONY_LINE },
		{ "account 0", "account  0", CEREMONY_LINE },
		{ "token 0123456789abcdef", "token 0123456789ABCDEF", CEREMONY_LINE },
		{ "token 0123456789abcdef", "token 00", CEREMONY_LINE },
		{ "shares 3 5", "shares 1 5", CEREMONY_SHARING },
		{ "shares 3 5", "shares 1 1", CEREMONY_SHARING },
		{ "chain 1\n", "chain 0\n", CEREMONY_LINE },
		{ "chain 1\n", "chain 99999999999999999999\n", CEREMONY_LINE },
		{ "leader Lena", "leader Anna", CEREMONY_NAME },
		{ "witness Wim\n", "", CEREMONY_NAME },
		{ "witness Wim", "witness Ben", CEREMONY_NAME },
		{ "witness Wim", "witness Wim\nwitness Wim", CEREMONY_NAME },
		{ "signer Carl", "signer Anna", CEREMONY_NAME },
		{ "signer Carl", "signer C\xc3\xa4rl", CEREMONY_NAME },
		{ "signer Carl\n", "signer Carl\nsigner Dora\n", CEREMONY_LINE },
		{ "signer Carl\n", "signer Carl", CEREMONY_LINE },
		{ "signer Carl\n", "", CEREMONY_LINE },
	};
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		enum ceremony_refusal refusal = changed(changes[i].from, changes[i].to);
		if (refusal != changes[i].refusal)
			fail_msg("%s: %d", changes[i].to, refusal);
	}
	size_t line;
	memset(text, 'a', sizeof text);
	assert_int_equal(ceremony_parse(text, CEREMONY_TEXT_MAX + 1, &back, &line), CEREMONY_LENGTH);
	assert_int_equal(changed("leader Lena", "leader Wim"), CEREMONY_FINE); // who leads may watch
}

static void whole_make(void)
{
	whole = plan;
	whole.me = 2;
	whole.began = 1763776800;
	memset(whole.commitment, 1, sizeof whole.commitment);
	whole.source_count = 3;
	whole.sources[0] = (struct ceremony_source){ ENTROPY_KERNEL, 256 };
	whole.sources[1] = (struct ceremony_source){ ENTROPY_DICE, 256 };
	whole.sources[2] = (struct ceremony_source){ ENTROPY_TEXT, 20 };
	memset(whole.fingerprint, 0xab, sizeof whole.fingerprint);
	strcpy(whole.key, "[abababab/48h/1h/0h/2h]tpub");
	strcpy(whole.evm, "0x36f1241be87A8009511B8C3EA27425f25244A271");
	whole.share_count = 2;
	for (unsigned i = 0; i < 2; i++) {
		memset(whole.shares[i].digest, (int)i + 3, SHA256_SIZE);
		whole.shares[i].seconds = 1763776900 + i;
		snprintf(whole.shares[i].holder, sizeof whole.shares[i].holder, "Holder %u", i);
	}
	whole.done[CEREMONY_KEY] = (struct ceremony_done){ 1763776850, "Wim" };
	strcpy(whole.descriptor, "wsh(sortedmulti(2,...))#abcdefgh");
	memset(whole.program, 5, sizeof whole.program);
	strcpy(whole.rotation, "begun to cold-2");
}

static void one_signers_part_reads_as_it_is_written(void **state)
{
	size_t line;
	whole_make();
	size_t length = ceremony_format(&whole, text);
	assert_int_equal(ceremony_parse(text, length, &back, &line), CEREMONY_FINE);
	assert_int_equal(ceremony_format(&back, again), length);
	assert_string_equal(text, again);
	assert_int_equal(back.me, 2);
	assert_string_equal(back.shares[1].holder, "Holder 1");
	assert_int_equal(back.sources[1].kind, ENTROPY_DICE);
	assert_string_equal(back.rotation, "begun to cold-2");
	// one ceremony has one text: capital digits are the same number, and another text
	*strchr(strstr(text, "fingerprint"), 'b') = 'B';
	assert_int_equal(ceremony_parse(text, length, &back, &line), CEREMONY_LINE);
	*strchr(strstr(text, "fingerprint"), 'B') = 'b';
	// and nothing but that: any cut and any doubled line is refused
	size_t plan_length = sizeof PLAN - 1;
	for (size_t cut = 0; cut < length; cut++) {
		enum ceremony_refusal refusal = ceremony_parse(text, cut, &back, &line);
		bool whole_lines = cut == plan_length;
		const char *rest = text + cut;
		whole_lines |= strncmp(rest, "share ", 6) == 0 || strncmp(rest, "done ", 5) == 0 ||
			       strncmp(rest, "descriptor ", 11) == 0 || strncmp(rest, "program ", 8) == 0 ||
			       strncmp(rest, "rotation ", 9) == 0;
		whole_lines &= text[cut ? cut - 1 : 0] == '\n';
		if ((refusal == CEREMONY_FINE) != whole_lines)
			fail_msg("cut at %zu: %d", cut, refusal);
	}
}

static void steps_come_in_order(void **state)
{
	whole_make();
	assert_int_equal(ceremony_next(&plan), CEREMONY_KEY);
	assert_int_equal(ceremony_next(&whole), CEREMONY_SHARES);
	for (size_t i = 0; i < CEREMONY_STEPS; i++)
		whole.done[i] = (struct ceremony_done){ 1763776850, "Wim" };
	assert_int_equal(ceremony_next(&whole), CEREMONY_SHARES); // 2 of 5 of a second set are given
	whole.share_count = 5;
	assert_int_equal(ceremony_next(&whole), CEREMONY_STEPS);
}

static void wallet_is_the_plans(void **state)
{
	static char made_text[DESCRIPTOR_TEXT_MAX + 1];
	for (uint8_t i = 0; i < 3; i++)
		key_of(&plan.plan, i + 1, &keys[i]);
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 3, &made), CEREMONY_WALLET_FINE);
	assert_int_equal(made.kind, DESCRIPTOR_WSH_SORTEDMULTI);
	assert_int_equal(made.groups[0].threshold, 2);
	assert_int_equal(descriptor_format(&made, made_text, sizeof made_text), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ceremony_wallet_check(&plan.plan, &made, i + 1, &keys[i]),
				 CEREMONY_WALLET_FINE);
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 0, &keys[2]), CEREMONY_WALLET_FINE);
	// at another signer's place, or not there
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[1]), CEREMONY_WALLET_KEY);
	key_of(&plan.plan, 9, &keys[3]);
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[3]), CEREMONY_WALLET_KEY);
	// a fingerprint alone is not a key
	keys[3] = keys[0];
	keys[3].base.key[5] ^= 1;
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[3]), CEREMONY_WALLET_KEY);
}

static void other_wallets_are_refused(void **state)
{
	for (uint8_t i = 0; i < 3; i++)
		key_of(&plan.plan, i + 1, &keys[i]);
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 2, &made), CEREMONY_WALLET_COUNT);
	keys[3] = keys[1];
	keys[1] = keys[0];
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 3, &made), CEREMONY_WALLET_REPEATED);
	keys[1] = keys[3];
	memcpy(keys[1].fingerprint, keys[0].fingerprint, HD_FINGERPRINT_SIZE);
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 3, &made), CEREMONY_WALLET_MASTER);
	keys[1] = keys[3];
	keys[1].origin.steps[2]++;
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 3, &made), CEREMONY_WALLET_PATH);
	keys[1] = keys[3];
	assert_int_equal(ceremony_wallet_make(&plan.plan, keys, 3, &made), CEREMONY_WALLET_FINE);
	made.groups[0].threshold = 1;
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[0]), CEREMONY_WALLET_SCRIPT);
	made.groups[0].threshold = 2;
	made.keys[1].branches[1] = 7; // change that only one signer would find again
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[0]), CEREMONY_WALLET_SCRIPT);
	made.keys[1].branches[1] = 1;
	made.kind = DESCRIPTOR_WSH_MULTI;
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[0]), CEREMONY_WALLET_SCRIPT);
	made.kind = DESCRIPTOR_WSH_SORTEDMULTI;
	made.network = &network_main;
	assert_int_equal(ceremony_wallet_check(&plan.plan, &made, 1, &keys[0]), CEREMONY_WALLET_NETWORK);
}

static void unvault_and_taproot_keep_their_places(void **state)
{
	struct ceremony_plan p = plan.plan;
	p.script = CEREMONY_UNVAULT;
	p.cancel = (struct ceremony_quorum){ 2, 3 };
	p.lock = 144;
	for (uint8_t i = 0; i < 6; i++)
		key_of(&p, i + 1, &keys[i]);
	assert_int_equal(ceremony_wallet_make(&p, keys, 6, &made), CEREMONY_WALLET_FINE);
	assert_int_equal(made.kind, DESCRIPTOR_WSH_UNVAULT);
	assert_int_equal(made.lock, 144);
	assert_memory_equal(made.keys[0].fingerprint, keys[3].fingerprint,
			    HD_FINGERPRINT_SIZE); // cancel stands first
	assert_int_equal(ceremony_wallet_check(&p, &made, 4, &keys[3]), CEREMONY_WALLET_FINE);
	assert_int_equal(ceremony_wallet_check(&p, &made, 1, &keys[0]), CEREMONY_WALLET_FINE);
	assert_int_equal(ceremony_wallet_check(&p, &made, 1, &keys[3]), CEREMONY_WALLET_KEY);
	made.lock = 143;
	assert_int_equal(ceremony_wallet_check(&p, &made, 1, &keys[0]), CEREMONY_WALLET_SCRIPT);
	p = plan.plan;
	p.script = CEREMONY_TR;
	for (uint8_t i = 0; i < 3; i++)
		key_of(&p, i + 1, &keys[i]);
	assert_int_equal(ceremony_wallet_make(&p, keys, 3, &made), CEREMONY_WALLET_FINE);
	assert_int_equal(made.kind, DESCRIPTOR_TR_SORTEDMULTI);
	assert_int_equal(ceremony_wallet_check(&p, &made, 3, &keys[2]), CEREMONY_WALLET_FINE);
	made.keys[0].base.key[32] ^= 1; // a key path that somebody could know
	assert_int_equal(ceremony_wallet_check(&p, &made, 3, &keys[2]), CEREMONY_WALLET_SCRIPT);
}

// One published key's code, as `{ printf 'redoubt key code 1\n'; printf %s XPUB; } | sha256sum` gives it; and
// no two keys have one, whatever fingerprint stands beside them.
static void key_codes_are_of_the_key_alone(void **state)
{
	char code[2][CEREMONY_KEY_CODE_SIZE];
	const char *key =
		"[d34db33f/48h/0h/0h/2h]"
		"xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD26"
		"5TMg7usUDFdp6W1EGMcet8";
	whole_make();
	strcpy(whole.key, key);
	ceremony_own_key_code(&whole, code[0]);
	assert_string_equal(code[0], "eff8 4f50 0ed6 f1a5 d823");
	strcpy(whole.key, strchr(key, ']') + 1);
	ceremony_own_key_code(&whole, code[1]);
	assert_string_equal(code[0], code[1]);
	ceremony_key_code(plan.plan.network, &keys[0].base, code[0]);
	ceremony_key_code(plan.plan.network, &keys[1].base, code[1]);
	assert_string_not_equal(code[0], code[1]);
}

static void protocol_says_all_and_no_line_is_lost(void **state)
{
	static char paper[PROTOCOL_TEXT_MAX + 1];
	const struct protocol_facts facts = { .version = "1",
					      .written = 1763777000,
					      .log_code = "act 3, AAAA-BBBB" };
	whole_make();
	size_t size = protocol_write(&whole, &facts, paper);
	assert_int_equal(strlen(paper), size);
	static const char *const words[] = { "signer 2 of wallet cold-1",
					     "Lena",
					     "Wim",
					     "Anna",
					     "Ben",
					     "Carl",
					     "Holder 0",
					     "Holder 1",
					     "abababab",
					     "act 3, AAAA-BBBB",
					     "kernel, 256",
					     "dice, 256",
					     "given by people        276 bits",
					     "2025-11-22T02:03:20Z",
					     "0x36f1241be87A8009511B8C3EA27425f25244A271",
					     "KEY CODE",
					     "holder signs",
					     "place and date" };
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!strstr(paper, words[i]))
			fail_msg("no %s in\n%s", words[i], paper);
	}
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	char *last = strstr(paper, "\nall above, SHA-256");
	assert_non_null(last);
	sha256_of(paper, (size_t)(last - paper), digest);
	hex_encode(digest, sizeof digest, hex);
	assert_non_null(strstr(last, hex));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_reads_as_it_is_written),
		cmocka_unit_test(other_plans_are_refused),
		cmocka_unit_test(one_signers_part_reads_as_it_is_written),
		cmocka_unit_test(steps_come_in_order),
		cmocka_unit_test(wallet_is_the_plans),
		cmocka_unit_test(other_wallets_are_refused),
		cmocka_unit_test(unvault_and_taproot_keep_their_places),
		cmocka_unit_test(key_codes_are_of_the_key_alone),
		cmocka_unit_test(protocol_says_all_and_no_line_is_lost),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
