// SPDX-License-Identifier: Apache-2.0
#include "host/manifest.h"

#include "base/testing.h"

static const char WHOLE[] = "# what it is for\n"
			    "role production\n"
			    "listen tcp 0.0.0.0 443 nginx\n"
			    "listen udp * 123 chronyd # time\n"
			    "listen tcp ::1 8080 redoubt-gateway\n"
			    "ssh-port 2222\n"
			    "ssh-from 198.51.100.0/28\n"
			    "proxy 203.0.113.0/24\nproxy 2001:db8::/32\n"
			    "service nginx.service\nadmin alice\nadmin bob\n"
			    "web-root /srv/www\n"
			    "egress _apt tcp * 443\negress chrony udp 2001:db8:5::/48 123\nlog-to 192.0.2.9 6514\n"
			    "waive NET-14 one gateway is   enough here\n";

static struct manifest *whole(void)
{
	char error[MANIFEST_ERROR_MAX];
	struct manifest *m = NULL;
	if (manifest_parse("m", WHOLE, strlen(WHOLE), &m, error))
		fail_msg("%s", error);
	return m;
}

static void every_fact_is_read(void **state)
{
	struct manifest *m = whole();
	assert_int_equal(m->role, ROLE_PRODUCTION);
	assert_int_equal(m->listens, 3);
	assert_true(m->listen[1].udp && m->listen[1].any);
	assert_true(m->listen[2].v6);
	assert_int_equal(m->listen[2].port, 8080);
	assert_string_equal(m->listen[0].program, "nginx");
	assert_int_equal(m->ssh_port, 2222);
	assert_int_equal(m->proxy.count, 2);
	assert_true(m->proxy.prefix[1].v6);
	assert_true(manifest_has(&m->admin, "bob"));
	assert_false(manifest_has(&m->admin, "carol"));
	assert_string_equal(manifest_waived(m, "NET-14"), "one gateway is   enough here");
	assert_null(manifest_waived(m, "NET-1"));
	assert_int_equal(m->egresses, 2);
	assert_true(m->egress[0].any && !m->egress[0].udp);
	assert_string_equal(m->egress[1].user, "chrony");
	assert_true(m->egress[1].udp && m->egress[1].to.v6);
	assert_int_equal(m->egress[1].to.bits, 48);
	assert_true(m->log_to.given && !m->log_to.v6);
	assert_int_equal(m->log_to.port, 6514);
	manifest_free(m);
}

static void refuses(const char *text, const char *expected)
{
	char error[MANIFEST_ERROR_MAX] = "";
	struct manifest *m = NULL;
	assert_int_equal(manifest_parse("m", text, strlen(text), &m, error), 1);
	if (!strstr(error, expected))
		fail_msg("'%s' does not say '%s'", error, expected);
	assert_null(m);
}

static void errors_name_their_line(void **state)
{
	refuses("role production\nlisten tcp 1.2.3 80 x\n", "m:2: '1.2.3' is not an address");
	refuses("role test\negress a tcp 10.0.0.1/8 443\n", "m:2: '10.0.0.1/8' is not a prefix");
	refuses("role test\nlog-to logs.example 514\n", "m:2: 'logs.example' is not an address");
	refuses("role test\nlog-to ::1 514\nlog-to ::1 514\n", "m:3: log-to was given before");
	refuses("role boss\n", "m:1: role is production, test or development, not 'boss'");
	refuses("role test\nproxy 203.0.113.1/24\n", "m:2: '203.0.113.1/24' is not a prefix");
	refuses("role test\nproxy 203.0.113.0/33\n", "m:2:");
	refuses("role test\n\nlisten tcp * 0 x\n", "m:3: a port is a number");
	refuses("role test\nlisten tcp * 65536 x\n", "a port is a number");
	refuses("role test\nlisten tcp *\n", "'listen' needs 2 more");
	refuses("role test\nadmin a b\n", "'b' is too much");
	refuses("role test\nadmin a\nadmin a\n", "was given before");
	refuses("role test\nweb-root srv\n", "not an absolute path");
	refuses("role test\nfoo bar\n", "there is no fact 'foo'");
	refuses("admin a\n", "does not say what the host is for");
	refuses("", "does not say what the host is for");
}

static void prefixes_contain_what_they_say(void **state)
{
	struct ip_prefix p;
	const uint8_t in[4] = { 10, 1, 2, 255 }, out[4] = { 10, 1, 4, 0 };
	char text[IP_PREFIX_TEXT];
	assert_true(ip_prefix_read("10.1.2.0/23", &p));
	assert_true(ip_prefix_contains(&p, false, in));
	assert_false(ip_prefix_contains(&p, false, out));
	assert_false(ip_prefix_contains(&p, true, in));
	ip_prefix_write(&p, text);
	assert_string_equal(text, "10.1.2.0/23");
	assert_true(ip_prefix_read("0.0.0.0/0", &p) && ip_prefix_contains(&p, false, out));
	assert_true(ip_prefix_read("2001:db8::1", &p) && p.bits == 128);
	assert_false(ip_prefix_read("10.0.0.0/08", &p));
	assert_false(ip_prefix_read("10.0.0.0/", &p));
	assert_false(ip_prefix_read("10.0.0.0/-1", &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_is_read),
		cmocka_unit_test(errors_name_their_line),
		cmocka_unit_test(prefixes_contain_what_they_say),
	};
	return cmocka_run_group_tests_name("host-manifest", tests, NULL, NULL);
}
