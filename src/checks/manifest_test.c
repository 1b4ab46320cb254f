// SPDX-License-Identifier: Apache-2.0
#include "checks/manifest.h"

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
			    "waive NET-14 one gateway is   enough here\n"
			    "waive ACC-06 until 2024-02-29 die Konsole hat kein Passwort: \xc3\xbc" "berall Schl\xc3\xbcssel\r\n"
			    "ssh-user-ca SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA # \xe2\x82\xac\n";

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
	assert_string_equal(manifest_waiver(m, "NET-14")->reason, "one gateway is   enough here");
	assert_true(manifest_waiver_counts(manifest_waiver(m, "NET-14"), UINT64_MAX));
	assert_null(manifest_waiver(m, "NET-1"));
	assert_string_equal(manifest_waiver(m, "ACC-06")->reason, "die Konsole hat kein Passwort: \xc3\xbc" "berall Schl\xc3\xbcssel");
	assert_true(manifest_waiver_counts(manifest_waiver(m, "ACC-06"), 1709164800 + 86399)); // 2024-02-29
	assert_false(manifest_waiver_counts(manifest_waiver(m, "ACC-06"), 1709164800 + 86400));
	assert_true(manifest_has(&m->ssh_user_ca, "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
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
	refuses("role test\nfoo bar\n", "there is no fact 'foo'; the manual page redoubt-host(1)");
	refuses("role test\nwaive NET-99 not there at all\n", "m:2: there is no check 'NET-99'");
	refuses("role test\nwaive NET because of it\n", "there is no check 'NET'");
	refuses("role test\nwaive NET-14 no\n", "needs a reason");
	refuses("role test\nwaive NET-14 until 2027-01-31\n", "needs a reason");
	refuses("role test\nwaive NET-14 until 2027-02-30 it is so\n", "is no day");
	refuses("role test\nwaive NET-14 until\n", "is no day");
	refuses("role test\nwaive NET-14 until never, it is so\n", "is no day");
	refuses("role test\nattest BAK-03 for ever it is append-only\n", "m:2: an attestation ends: attest BAK-03 until");
	refuses("role test\nattest BAK-03 until 2027-01-31 so\n", "needs a reason");
	refuses("role test\nattest NET-01 until 2027-01-31 it is so\n", "m:2: NET-01 asks nothing that people must attest");
	refuses("role test\nattest NET-16 until 2027-01-31 fail2ban\nattest NET-16 until 2027-01-31 fail2ban\n", "m:3: 'attest NET-16' was given");
	refuses("role test\nrole production\n", "m:2: role was given before");
	refuses("role test\nweb-root /proc\n", "m:2: /proc is the kernel's");
	refuses("role test\nweb-root /sys/kernel/\n", "is the kernel's");
	refuses("role test\nweb-root /etc/\n", "is the system's");
	refuses("role test\nweb-root /\n", "no plain path");
	refuses("role test\nweb-root /srv//www\n", "no plain path");
	refuses("role test\nweb-root /srv/..\n", "not an absolute path");
	refuses("role test\nservice *\n", "m:2: service * names no one unit");
	refuses("role test\nroot-service *.service\n", "names no one unit");
	refuses("role test\nsetuid /\n", "m:2: '/' is no plain path");
	refuses("role test\nsetuid /usr/bin/\n", "takes one program");
	refuses("role test\nadmin root\n", "m:2: admin root says nothing");
	refuses("role test\nadmin %sudo\n", "no name of one user");
	refuses("role test\nengine e\negress e tcp * 443\n", "m:3: e is an engine");
	refuses("role test\negress e tcp * 443\nengine e\n", "m:3: e has an egress line");
	refuses("role test\nssh-user-ca SHA256:short\n", "m:2: 'SHA256:short' is no fingerprint");
	refuses("admin a\n", "does not say what the host is for");
	refuses("", "does not say what the host is for");
}

static void nothing_holds_the_internet(void **state)
{
	static const char *const WIDE[] = { "proxy 0.0.0.0/0", "proxy ::/0", "proxy 128.0.0.0/1", "proxy 0.0.0.0/1\nproxy 128.0.0.0/1",
					    "proxy 104.0.0.0/8", "proxy 2000::/3", "proxy 2400::/16", "ssh-from 0.0.0.0/0", "ssh-from ::/0",
					    "ssh-from 198.0.0.0/8", "ssh-from 2001::/16", "ssh-from 198.51.0.0/16\nssh-from 198.52.0.0/16\n"
					    "ssh-from 198.53.0.0/16\nssh-from 198.54.0.0/16\nssh-from 198.55.0.0/16" };
	char all[16384] = "role test\n";
	for (size_t i = 0; i < ARRAY_LEN(WIDE); i++) {
		char text[256];
		snprintf(text, sizeof text, "role test\n%s\n", WIDE[i]);
		refuses(text, "too wide");
	}
	for (unsigned i = 16; i < 120; i++) // in small pieces
		for (unsigned k = 0; k < 4; k++)
			snprintf(all + strlen(all), sizeof all - strlen(all), "proxy %u.%u.0.0/10\n", i, 64 * k);
	refuses(all, "too wide");
	refuses("role test\nproxy ::ffff:0:0/96\n", "is IPv4 written as IPv6");
	char error[MANIFEST_ERROR_MAX];
	struct manifest *m = NULL; // what Cloudflare publishes, and private networks
	static const char GOOD[] = "role test\nproxy 173.245.48.0/20\nproxy 103.21.244.0/22\nproxy 103.22.200.0/22\nproxy 103.31.4.0/22\n"
				   "proxy 141.101.64.0/18\nproxy 108.162.192.0/18\nproxy 190.93.240.0/20\nproxy 188.114.96.0/20\n"
				   "proxy 197.234.240.0/22\nproxy 198.41.128.0/17\nproxy 162.158.0.0/15\nproxy 104.16.0.0/13\n"
				   "proxy 104.24.0.0/14\nproxy 172.64.0.0/13\nproxy 131.0.72.0/22\nproxy 2400:cb00::/32\n"
				   "proxy 2606:4700::/32\nproxy 2803:f800::/32\nproxy 2405:b500::/32\nproxy 2405:8100::/32\n"
				   "proxy 2a06:98c0::/29\nproxy 2c0f:f248::/32\nproxy 10.0.0.0/8\nssh-from 10.0.0.0/8\nssh-from fd00::/8\n";
	if (manifest_parse("m", GOOD, strlen(GOOD), &m, error))
		fail_msg("%s", error);
	manifest_free(m);
}

static void what_drives_a_terminal_is_refused(void **state)
{
	refuses("role test\nadmin al\x1b[2Jice\n", "m:2: byte 0x1b at column 9");
	refuses("role test\nadmin al\x7f\n", "byte 0x7f");
	refuses("role test # \x07\n", "m:1: byte 0x07");
	refuses("role test\nadmin al\rice\n", "byte 0x0d");
	refuses("role test\nadmin al\xc3\xbc\n", "is no ASCII");
	refuses("role test\nwaive NET-14 it is \xc2\x9b so\n", "byte 0xc2");
	refuses("role test\nwaive NET-14 it is \xe2\x80\xae so\n", "byte 0xe2");
	refuses("role test\nwaive NET-14 it is \xff so\n", "byte 0xff");
	refuses("role test\nwaive NET-14 it is \xed\xa0\x80 so\n", "byte 0xed");
	refuses("role test\nwaive NET-14 it is \xc3", "byte 0xc3");
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
		cmocka_unit_test(nothing_holds_the_internet),
		cmocka_unit_test(what_drives_a_terminal_is_refused),
		cmocka_unit_test(prefixes_contain_what_they_say),
	};
	return cmocka_run_group_tests_name("host-manifest", tests, NULL, NULL);
}
