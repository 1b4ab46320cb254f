// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"

#include "crypto/secret.h"
#include "configuration/configuration.h"
#include "sign/state.h"

static struct configuration c;
static struct text_fault fault;

static const char policy[] =
	"redoubt policy 1\n# a comment\nnetwork regtest\nchain 31337\nchain 1\nlabels-only yes\nintent required\ngap 20\n"
	"token 31337 0x6B175474E89094C44Da98b954EedeAC495271d0F 6 USDX\n"
	"limit bitcoin payment-max=1.5 fee-max=0.001 fee-rate-max=12.34 fee-share-max=2.5\n"
	"window bitcoin seconds=86400 amount-max=2.0 count-max=3\nwindow bitcoin seconds=604800 amount-max=5.0\n"
	"limit 31337 payment-max=10.5 fee-max=0.1 fee-rate-max=200.0\nlimit 31337:USDX payment-max=1000.25\n"
	"approvals 1\napprover 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29 Anna Example\n"
	"approver 8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c Ben\n"
	"approver 8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394 Chris\n";

static int parse(const char *text)
{
	configuration_clear(&c);
	return policy_text_parse(text, strlen(text), &c, &fault);
}

static void test_policy(void **state)
{
	uint64_t value;
	assert_int_equal(parse(policy), 0);
	assert_ptr_equal(c.policy.network, &network_regtest);
	assert_int_equal(c.policy.chain_id_count, 2);
	assert_true(c.policy.labels_only);
	assert_false(c.policy.intent_optional);
	assert_int_equal(c.policy.gap_max, 20);
	assert_int_equal(c.policy.limits.count, 3);
	const struct limit *bitcoin = &c.policy.limits.list[0];
	assert_true(units_to_u64(&bitcoin->payment_max, &value) && value == 150000000);
	assert_true(units_to_u64(&bitcoin->fee_rate_max, &value) && value == 1234);
	assert_int_equal(bitcoin->fee_share_max, 250);
	assert_int_equal(bitcoin->window_count, 2);
	assert_int_equal(bitcoin->windows[0].count_max, 3);
	assert_true(units_to_u64(&c.policy.limits.list[1].fee_rate_max, &value) && value == 200000000000);
	assert_true(units_to_u64(&c.policy.limits.list[2].payment_max, &value) && value == 1000250000);
	assert_string_equal(c.policy.approvers.list[0].person, "Anna Example");
	assert_int_equal(policy_check(&c.policy, NULL), POLICY_FINE);
}

static void test_policy_refused(void **state)
{
	static const struct { const char *text; size_t line; } cases[] = {
		{ "", 0 },
		{ "redoubt policy 2\n", 1 },
		{ "redoubt policy 1\nnetwork moon\n", 2 },
		{ "redoubt policy 1\nnetwork main\nnetwork main\n", 3 },
		{ "redoubt policy 1\n\n\nnonsense 1\n", 4 },
		{ "redoubt policy 1\nnetwork main", 2 },
		{ "redoubt policy 1\nchain 0\n", 2 },
		{ "redoubt policy 1\nlimit bitcoin payment-max=1.0 fee-max=0.1 fee-rate-max=1.0\n", 2 },
		{ "redoubt policy 1\nnetwork main\nlimit bitcoin payment-max=1.000000001 fee-max=0.1 fee-rate-max=1.0\n", 3 },
		{ "redoubt policy 1\nnetwork main\nlimit bitcoin payment-max=1.0\n", 3 },
		{ "redoubt policy 1\nnetwork main\nlimit bitcoin payment-max=-1.0 fee-max=0.1 fee-rate-max=1.0\n", 3 },
		{ "redoubt policy 1\nnetwork main\nlimit bitcoin payment-max=1.0 fee-max=0.1 fee-rate-max=1.0 x\n", 3 },
		{ "redoubt policy 1\nnetwork main\nlimit bitcoin payment-max=1.0 fee-max=0.1 fee-rate-max=1.0 fee-share-max=101\n",
		  3 },
		{ "redoubt policy 1\nwindow bitcoin seconds=1 amount-max=1.0\n", 2 },
		{ "redoubt policy 1\nchain 1\nlimit 1:DAI payment-max=1.0\n", 3 },
		{ "redoubt policy 1\nchain 1\ntoken 1 0x6b175474e89094c44da98b954eedeac495271d0f 6 DAI\n", 3 },
		{ "redoubt policy 1\nchain 1\ntoken 2 0x6B175474E89094C44Da98b954EedeAC495271d0F 6 DAI\n", 3 },
		{ "redoubt policy 1\napprover 00 Anna\n", 2 },
		{ "redoubt policy 1\nintent perhaps\n", 2 },
		{ "redoubt policy 1\nlabels-only\n", 2 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!parse(cases[i].text))
			fail_msg("case %zu was taken", i);
		if (fault.line != cases[i].line)
			fail_msg("case %zu: line %zu, expected %zu (%s)", i, fault.line, cases[i].line, fault.why);
	}
}

static void test_initial(void **state)
{
	char text[2048];
	assert_int_equal(policy_text_initial("main", text, sizeof text), 0);
	assert_int_equal(parse(text), 0);
	assert_int_equal(c.policy.limits.count, 0);
	assert_int_equal(policy_check(&c.policy, NULL), POLICY_FINE);
	assert_int_equal(policy_text_initial("main", text, 20), 1);
}

static void test_wallets(void **state)
{
	static const struct { const char *text; int result; } cases[] = {
		{ "redoubt wallet 1\nkind account\nname gas\nchain 1\naddress 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		  "key m/44h/60h/0h/0/0 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n", 0 },
		{ "redoubt wallet 1\nkind account\nname gas\nchain 1\naddress 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		  "key m/44h/60h/0h/0/0 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359\n", 1 }, // another key
		{ "redoubt wallet 1\nkind safe\nname s\nchain 1\naddress 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		  "owner 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359\nthreshold 1\n"
		  "key m/44h/60h/0h/0/0 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n", 1 }, // not an owner
		{ "redoubt wallet 1\nkind safe\nname s\nchain 1\naddress 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		  "owner 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359\nthreshold 1\n"
		  "timelock 0x6B175474E89094C44Da98b954EedeAC495271d0F 86400\n", 0 },
		{ "redoubt wallet 1\nname s\nkind safe\n", 1 },
		{ "redoubt wallet 1\nkind bitcoin\nname b\n", 1 },
		{ "redoubt wallet 1\nkind bitcoin\nname b\nholder 1 Anna\n", 1 },
		{ "redoubt wallet 1\nkind bitcoin\nname b\ndescriptor wpkh(x)#aaaaaaaa\n", 1 },
		{ "redoubt wallet 1\nkind bitcoin\nname b\nthreshold 2\n", 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse(policy), 0);
		if (wallet_text_parse(cases[i].text, strlen(cases[i].text), &c, &fault) != cases[i].result)
			fail_msg("case %zu: %s", i, fault.why);
	}
}

static void test_labels(void **state)
{
	static const char good[] = "redoubt labels 1\nlabel bitcoin bcrt1qqypqxpqqqqqqqqqqqqqqqqqqqqqqqqqq5zpjvn Hot\n"
				   "label 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed A supplier\n";
	static const char bad[] = "redoubt labels 1\nlabel bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq Hot\n";
	assert_int_equal(parse(policy), 0);
	assert_int_equal(labels_text_parse(good, sizeof good - 1, &c, &fault), 0);
	assert_int_equal(c.policy.label_count, 2);
	assert_string_equal(c.labels[1].name, "A supplier");
	assert_int_equal(labels_text_parse(bad, sizeof bad - 1, &c, &fault), 1);
	assert_int_equal(fault.line, 2);
}

static struct sign_state written, read_back;

static void test_state(void **state)
{
	char *text, whole[1 << 12];
	size_t size;
	uint8_t first[32] = { 1 }, second[32] = { 2 };
	struct limit_request request = { .count = 1 };
	assert_int_equal(parse(policy), 0);
	request.fee_asset = request.payments[0].asset = c.policy.limits.list[0].asset;
	request.payments[0].total = request.payments[0].largest = units_of(100000000);
	assert_int_equal(state_parse("act 0\n", 6, &written), 0);
	assert_int_equal(state_record(&written, first, &c.policy.limits, 1000, &request, first, 7), 0);
	assert_int_equal(written.limits.spend_count, 1);
	assert_int_equal(state_record(&written, first, &c.policy.limits, 1001, &request, first, 7), 0); // not twice
	assert_int_equal(written.limits.spend_count, 1);
	assert_ptr_equal(state_limits(&written, first), &written.before);
	assert_int_equal(written.before.spend_count, 0);
	assert_ptr_equal(state_limits(&written, second), &written.limits);
	assert_int_not_equal(state_record(&written, second, &c.policy.limits, 1002, &request, first, 7), 0); // the counter
	assert_int_equal(state_record(&written, second, &c.policy.limits, 1002, &request, first, 8), 0);
	assert_int_equal(state_format(&written, &text, &size), 0);
	int length = snprintf(whole, sizeof whole, "%.*sact 5\n", (int)size, text);
	free(text);
	assert_int_equal(state_parse(whole, (size_t)length, &read_back), 0);
	assert_memory_equal(read_back.last, second, 32);
	assert_int_equal(read_back.limits.spend_count, 2);
	assert_int_equal(limits_counter_last(&read_back.limits, first), 8);
	for (int i = 0; i < length; i++)
		if (state_parse(whole, (size_t)i, &read_back) == 0)
			fail_msg("%d bytes of %d were taken", i, length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy), cmocka_unit_test(test_policy_refused), cmocka_unit_test(test_initial),
		cmocka_unit_test(test_wallets), cmocka_unit_test(test_labels), cmocka_unit_test(test_state),
	};
	uint8_t seed[32] = { 1 };
	if (crypto_init() < 0)
		return 1;
	curve_init(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
