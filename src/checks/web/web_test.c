// SPDX-License-Identifier: Apache-2.0
// What the checks of WEB leave alone, and what they say they do not know. What they find is tests/host/faults/WEB-*.
#include "checks/web/ciphers.h"
#include "checks/web/web.h"

#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree { char path[64]; struct examination e; struct manifest *manifest; };

static const char MANIFEST[] = "role production\nweb-root /srv/www\nbackup-catalogue /var/lib/exchange/backup\n";

static const char *full(const struct tree *t, const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", t->path, name);
	return path;
}

static void bytes_put(const struct tree *t, const char *name, const char *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s", full(t, name));
	for (char *slash = path + strlen(t->path) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		(void)mkdir(path, 0755);
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	fclose(f);
}

static void file_put(const struct tree *t, const char *name, const char *text)
{
	bytes_put(t, name, text, strlen(text));
}

static void nginx_put(const struct tree *t, const char *of_http)
{
	char text[4096];
	int n = snprintf(text, sizeof text, "events { }\nhttp {\nserver_tokens off;\n%s\n}\n", of_http);
	assert_true(n > 0 && n < (int)sizeof text);
	file_put(t, "etc/nginx/nginx.conf", text);
}

static struct tree tree_make(void)
{
	struct tree t = { .path = "/tmp/redoubt-web-XXXXXX" };
	char error[MANIFEST_ERROR_MAX];
	assert_non_null(mkdtemp(t.path));
	assert_int_equal(manifest_parse("m", MANIFEST, sizeof MANIFEST - 1, &t.manifest, error), 0);
	file_put(&t, "srv/www/index.html", "<p>hello");
	file_put(&t, "proc/net/tcp", "  sl\n");
	return t;
}

static void tree_end(struct tree *t)
{
	char command[128];
	manifest_free(t->manifest);
	snprintf(command, sizeof command, "rm -r -- %s", t->path);
	assert_int_equal(system(command), 0);
}

// Runs one row on a host that is opened anew, and returns all that it says: "state: read\n".
static char *said(struct tree *t, const char *id)
{
	static char text[16384];
	struct examination e = { .manifest = t->manifest };
	assert_int_equal(host_open(t->path, &e.host), 0);
	check_run(&e, check_find(id));
	*text = 0;
	for (size_t i = 0; i < e.count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s: %s\n", finding_state_name(e.finding[i].state), e.finding[i].read);
	host_close(e.host);
	return text;
}

static void must_say(struct tree *t, const char *id, const char *what)
{
	const char *text = said(t, id);
	if (!strstr(text, what))
		fail_msg("%s does not say '%s' but:\n%s", id, what, text);
}

static void must_pass(struct tree *t, const char *id)
{
	const char *text = said(t, id);
	if (strncmp(text, "pass: ", 6))
		fail_msg("%s does not pass:\n%s", id, text);
}

static void what_belongs_to_a_site_is_no_leftover(void **state)
{
	static const char *const NAMES[] = { "app.min.js", "backup.svg", "icons.db.js", "robots.txt", ".well-known/security.txt", "favicon.ico",
					     "site.webmanifest", "old.png", "copy.svg", "save.svg", "sitemap.xml", "fonts/inter.woff2", "sql.js",
					     "log.css", "dump.js", "core/app.js", "zip.html", "manual.pdf", "new-york.html", "gold.html", "threshold.js",
					     "folder/keyboard.js", "tarot/index.html", "api/1.0/index.html",
					     "jquery-3.6.0.js", "shop.php", "icon-copy.js", "snapshots/a.html" };
	struct tree t = tree_make();
	char name[128];
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		snprintf(name, sizeof name, "srv/www/%s", NAMES[i]);
		file_put(&t, name, "text");
	}
	bytes_put(&t, "srv/www/app.js.gz", "\x1f\x8b\x08\0", 4);
	bytes_put(&t, "srv/www/terms.docx", "PK\x03\x04", 4);
	must_pass(&t, "WEB-01");
	must_pass(&t, "WEB-02");
	must_pass(&t, "WEB-03");
	tree_end(&t);
}

static void each_of_these_is_a_leftover(void **state)
{
	static const char *const NAMES[] = { "Index.PHP~", "a.bak2", "a.sql.gz", "a.tar.xz", "x.ZIP", ".index.php.swp", "#x#", "a.php.1.old", "site-old/x",
					     "config.php_bak", "a.db", "a.sqlite3", "prod.env", ".env.local", ".htpasswd", "backup-1.bin", "x.7z", "debug.log",
					     "a.zip.1", "x.git/HEAD", "server.key", "info.php", "PhpInfo2.php",
					     "config.php.1", "config.PHP_", "index.phps", "Copy of index.html", "index copy.html" };
	char name[128];
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		struct tree t = tree_make();
		snprintf(name, sizeof name, "srv/www/a/%s", NAMES[i]);
		file_put(&t, name, "text");
		must_say(&t, "WEB-01", "fail: /srv/www/a/");
		tree_end(&t);
	}
}

static void hosts_are_drafts_by_a_whole_word(void **state)
{
	static const struct { const char *name; bool draft; } HOSTS[] = {
		{ "exchange.dev", false }, { "contest.example.com", false }, { "newton.example.com", false }, { "devices.example.com", false },
		{ "what-new-york.example.com", false }, { "_", false }, { "\"\"", false }, { "~^(www|api)\\.example\\.com$", false },
		{ "dev.example.com", true }, { "api-test.example.com", true }, { "staging2.example.com", true }, { "example.test", true },
		{ "*.uat.example.com", true }, { ".beta.example.com", true }, { "dev.*", true }, { "~^(?<x>www|Dev)\\.", true }, { "stg.example.com", true },
	};
	char text[256];
	for (size_t i = 0; i < ARRAY_LEN(HOSTS); i++) {
		struct tree t = tree_make();
		snprintf(text, sizeof text, "server { server_name %s; root /srv/www; }", HOSTS[i].name);
		nginx_put(&t, text);
		if (HOSTS[i].draft)
			must_say(&t, "WEB-02", "fail: the host ");
		else
			must_pass(&t, "WEB-02");
		tree_end(&t);
	}
}

static void an_inner_off_replaces_an_outer_on(void **state)
{
	static const struct { const char *text; bool listed; } CONFIGURATIONS[] = {
		{ "autoindex on; server { autoindex off; location /a { } } server { autoindex off; }", false },
		{ "server { autoindex on; location / { autoindex off; } }", false },
		{ "map $host $x { autoindex on; } server { }", false },
		{ "log_format x 'autoindex on;'; server { } # autoindex on;", false },
		{ "server { location / { content_by_lua_block { autoindex = on; } } }", false },
		{ "autoindex on; server { autoindex off; } server { }", true },
		{ "server { autoindex on; location /a { autoindex off; } }", true },
		{ "server { autoindex off; location / { location /b { autoindex\n'On'; } } }", true },
		{ "server { location / { fancyindex on; } }", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(CONFIGURATIONS); i++) {
		struct tree t = tree_make();
		nginx_put(&t, CONFIGURATIONS[i].text);
		if (CONFIGURATIONS[i].listed)
			must_say(&t, "WEB-07", "fail: /etc/nginx/nginx.conf:");
		else
			must_pass(&t, "WEB-07");
		tree_end(&t);
	}
}

static void headers_are_what_nginx_would_send(void **state)
{
#define ALL "add_header Content-Security-Policy \"default-src 'self'\" always; add_header X-Content-Type-Options nosniff always; " \
	    "add_header Strict-Transport-Security max-age=31536000 always;"
	static const struct { const char *text, *said; } CONFIGURATIONS[] = {
		{ ALL "server { listen 1 ssl; location / { } }", NULL },
		{ "add_header Content-Security-Policy \"default-src 'self'\"; add_header X-Content-Type-Options nosniff always; server { }",
		  "sends no Content-Security-Policy with errors" },
		{ "add_header Content-Security-Policy \"default-src 'self'\"; add_header X-Content-Type-Options nosniff always;"
		  "more_set_headers \"Content-Security-Policy: default-src 'self'\"; server { }", NULL },
		{ ALL "server { listen 1 ssl; location / { add_header_inherit merge; add_header X-A b; } }", NULL },
		{ ALL "server { listen 1; location / { proxy_pass http://x; } location = /old { return 301 /; } location /s { stub_status; } }", NULL },
		{ "server { listen 80; return 301 https://$host$request_uri; }", NULL },
		{ "server { listen 80; rewrite ^(.*)$ https://x$1 permanent; }", NULL },
		{ ALL "server { location / { proxy_pass http://x; add_header X-A b; } }", "drops Content-Security-Policy" },
		{ ALL "server { location / { if ($a) { add_header X-A b; } } }", "drops Content-Security-Policy" },
		{ "server { location / { add_header X-A b; } }", "sends no Content-Security-Policy" },
		{ ALL "server { add_header Content-Security-Policy $policy; }", "unknown: " },
		{ "server { add_header Content-Security-Policy \"script-src *\"; }", "takes scripts from *" },
		{ "server { add_header Content-Security-Policy \"\"; }", "sends no Content-Security-Policy" },
		{ "server { more_set_headers 'Content-Security-Policy: img-src x' 'X-Content-Type-Options: nosniff'; }", "says nothing of scripts" },
	};
	for (size_t i = 0; i < ARRAY_LEN(CONFIGURATIONS); i++) {
		struct tree t = tree_make();
		nginx_put(&t, CONFIGURATIONS[i].text);
		if (CONFIGURATIONS[i].said)
			must_say(&t, "WEB-06", CONFIGURATIONS[i].said);
		else
			must_pass(&t, "WEB-06");
		tree_end(&t);
	}
}

static void what_is_not_read_does_not_pass(void **state)
{
	static const char *const CHECKS[] = { "WEB-01", "WEB-02", "WEB-03", "WEB-04", "WEB-06", "WEB-07" };
	static const struct { const char *file, *text, *said; } CASES[] = {
		{ "etc/nginx/nginx.conf", "http {\n server { ", "unknown: /etc/nginx/nginx.conf:2: unexpected end of file" },
		{ "etc/nginx/nginx.conf", "http {\n include gone.conf; }", "unknown: /etc/nginx/nginx.conf:2: /etc/nginx/gone.conf could not be read" },
		{ "etc/nginx/other", "", "unknown: /etc/nginx/nginx.conf:0: /etc/nginx/nginx.conf could not be read" },
		{ "etc/nginx/nginx.conf", "\xef\xbb\xbfhttp { server { } }", "is not known; what stands in it was not judged" },
		{ "etc/nginx/nginx.conf", "http { servers { autoindex on; } }", "unknown: /etc/nginx/nginx.conf:1: a block 'servers' is not known" },
		{ "etc/apache2/apache2.conf", "", "unknown: Apache is installed (/etc/apache2/apache2.conf)" },
		{ "usr/bin/caddy", "", "unknown: Caddy is installed (/usr/bin/caddy)" },
		{ "etc/haproxy/haproxy.cfg", "", "unknown: HAProxy is installed" },
		{ "proc/net/tcp", "  sl\n   0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 77 1\n", "unknown: tcp 0.0.0.0:80 (owner unknown, uid 0) listens for the web" },
	};
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		struct tree t = tree_make();
		file_put(&t, CASES[i].file, CASES[i].text);
		for (size_t k = 0; k < ARRAY_LEN(CHECKS); k++) {
			must_say(&t, CHECKS[k], CASES[i].said);
			assert_null(strstr(said(&t, CHECKS[k]), "pass: "));
		}
		tree_end(&t);
	}
}

static void what_depends_on_a_request_is_unknown(void **state)
{
	struct tree t = tree_make();
	nginx_put(&t, "server { root /srv/www/$host; location ~ ^/f/(.*)$ { alias '/srv/data/$1'; } }");
	must_say(&t, "WEB-01", "what 'root /srv/www/$host' serves depends on a request");
	must_say(&t, "WEB-03", "what 'alias /srv/data/$1' serves depends on a request");
	nginx_put(&t, "server { location ~ ^/f/(.*)$ { alias '/var/lib/exchange/$1'; } }");
	must_say(&t, "WEB-03", "fail: /etc/nginx/nginx.conf:4 serves /var/lib/exchange/$1");
	tree_end(&t);
}

static void links_are_followed_once(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "srv/elsewhere/deep/x.html", "x");
	assert_int_equal(symlink("..", full(&t, "srv/www/up")), 0);            // /srv: everything again, and itself
	assert_int_equal(symlink(".", full(&t, "srv/www/self")), 0);
	assert_int_equal(symlink("/srv/elsewhere", full(&t, "srv/www/other")), 0);
	assert_int_equal(symlink("/srv/www", full(&t, "srv/elsewhere/back")), 0);
	assert_int_equal(symlink("nowhere", full(&t, "srv/www/dangling")), 0);
	must_pass(&t, "WEB-01");
	file_put(&t, "srv/elsewhere/deep/dump.sql", "x");
	must_say(&t, "WEB-01", "/deep/dump.sql");
	assert_int_equal(symlink("/", full(&t, "srv/www/disk")), 0);
	must_say(&t, "WEB-01", "fail: what is served reaches /, by /srv/www/disk");
	tree_end(&t);
}

static void a_file_of_many_names_is_found_or_unknown(void **state)
{
	struct tree t = tree_make();
	char other[512];
	file_put(&t, "var/lib/exchange/journal", "x");
	file_put(&t, "home/x", "x");
	snprintf(other, sizeof other, "%s", full(&t, "srv/www/again.html"));
	assert_int_equal(link(full(&t, "srv/www/index.html"), other), 0);
	must_pass(&t, "WEB-03"); // both names lie in the web root
	snprintf(other, sizeof other, "%s", full(&t, "srv/www/x.html"));
	assert_int_equal(link(full(&t, "home/x"), other), 0);
	must_say(&t, "WEB-03", "unknown: /srv/www/x.html has 2 names and 1 of them in web roots");
	snprintf(other, sizeof other, "%s", full(&t, "srv/www/y.html"));
	assert_int_equal(link(full(&t, "var/lib/exchange/journal"), other), 0);
	must_say(&t, "WEB-03", "fail: /srv/www/y.html is the same file as /var/lib/exchange/journal");
	tree_end(&t);
}

static void what_refuses_a_backup_is_no_fault(void **state)
{
	static const struct { const char *location; bool served; } LOCATIONS[] = {
		{ "location /backup/ { return 404; }", false },           { "location ~ /\\.?backups?/ { deny all; }", false },
		{ "location /api/backup-codes { proxy_pass http://x; }", false }, { "location /backup { internal; }", false },
		{ "location /backup/ { }", true },                        { "location ~* ^/(Dumps|x)/ { root /srv/www; }", true },
		{ "location ^~ /db-backup { allow all; deny all; }", true }, { "location /backups/ { proxy_pass http://x; }", true },
		{ "location /f { alias /srv/www/; }", true },             { "location /f/ { alias /srv/www/; }", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(LOCATIONS); i++) {
		struct tree t = tree_make();
		char text[256];
		snprintf(text, sizeof text, "server { root /srv/www; %s }", LOCATIONS[i].location);
		nginx_put(&t, text);
		if (LOCATIONS[i].served)
			must_say(&t, "WEB-03", "fail: /etc/nginx/nginx.conf:4");
		else
			must_pass(&t, "WEB-03");
		tree_end(&t);
	}
}

static void process_put(const struct tree *t, unsigned pid, const char *arguments, const char *since)
{
	char name[64], text[256];
	snprintf(name, sizeof name, "proc/%u/cmdline", pid);
	bytes_put(t, name, arguments, strlen(arguments) + 1);
	snprintf(name, sizeof name, "proc/%u/status", pid);
	file_put(t, name, "Name:\tnginx\nUid:\t0\t0\t0\t0\n");
	snprintf(name, sizeof name, "proc/%u/stat", pid);
	snprintf(text, sizeof text, "%u (nginx) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %s 0", pid, since);
	file_put(t, name, text);
	snprintf(name, sizeof name, "proc/%u/exe", pid);
	assert_int_equal(symlink("/usr/sbin/nginx", full(t, name)), 0);
}

static void nginx_is_read_where_it_runs(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "proc/stat", "btime 1000\n");
	process_put(&t, 9, "nginx: master process nginx -p /opt/ -c web.conf", "100");
	file_put(&t, "opt/web.conf", "http { server { autoindex on; } }");
	must_say(&t, "WEB-07", "fail: /opt//web.conf:1: autoindex on");
	tree_end(&t);
}

static void what_was_changed_behind_its_back_is_unknown(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "proc/stat", "btime 1000\n");
	process_put(&t, 9, "nginx: worker process", "100");
	nginx_put(&t, "server { root /srv/www; }");
	must_say(&t, "WEB-07", "unknown: /etc/nginx/nginx.conf was changed after nginx read it");
	file_put(&t, "proc/stat", "btime 33000000000\n"); // it began later
	must_pass(&t, "WEB-07");
	tree_end(&t);
}

static void mounts_of_the_server_alone_are_seen(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "proc/stat", "btime 33000000000\n");
	process_put(&t, 9, "nginx: worker process", "100");
	nginx_put(&t, "server { root /srv/www; }");
	file_put(&t, "proc/self/mountinfo", "20 1 8:1 / / rw - ext4 x rw\n");
	must_pass(&t, "WEB-03");
	file_put(&t, "proc/9/mountinfo", "20 1 8:1 / / rw - ext4 x rw\n21 20 8:1 /var/lib/exchange /srv/www/assets rw - ext4 x rw\n");
	must_say(&t, "WEB-03", "fail: what is mounted on /srv/www/assets (/proc/9/mountinfo): it is /var/lib/exchange");
	tree_end(&t);
}

static void ciphers_are_what_comes_out(void **state)
{
	static const struct { const char *list, *says; } CASES[] = {
		{ "HIGH:!aNULL:!MD5", NULL }, { "DEFAULT", NULL }, { "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305", NULL },
		{ "ECDHE-RSA-AES128-GCM-SHA256:RC4-MD5:!MD5", NULL }, { "HIGH:DES-CBC3-SHA:!3DES", NULL }, { "HIGH:!eNULL:!EXPORT:!RC4:-LOW", NULL },
		{ "HIGH:RC4-MD5", "RC4-MD5" }, { "HIGH:EXP-DES-CBC-SHA", "EXP-DES" }, { "kRSA+3DES HIGH", "3DES" }, { "NULL-SHA256:@SECLEVEL=0", "NULL" },
		{ "AECDH-AES128-SHA", "AECDH" }, { "ALL:@SECLEVEL=0", "ADH" }, { "high:anull", "anull" }, { "HIGH:+RC4", NULL } };
	struct host *h = NULL;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		bool known;
		const char *said = ciphers_fault(h, CASES[i].list, &known);
		if (CASES[i].says ? !said || !strstr(said, CASES[i].says) : said != NULL)
			fail_msg("%s: %s", CASES[i].list, said ? said : "nothing");
	}
	host_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_belongs_to_a_site_is_no_leftover),
		cmocka_unit_test(each_of_these_is_a_leftover),
		cmocka_unit_test(hosts_are_drafts_by_a_whole_word),
		cmocka_unit_test(an_inner_off_replaces_an_outer_on),
		cmocka_unit_test(headers_are_what_nginx_would_send),
		cmocka_unit_test(what_is_not_read_does_not_pass),
		cmocka_unit_test(what_depends_on_a_request_is_unknown),
		cmocka_unit_test(links_are_followed_once),
		cmocka_unit_test(a_file_of_many_names_is_found_or_unknown),
		cmocka_unit_test(what_refuses_a_backup_is_no_fault),
		cmocka_unit_test(nginx_is_read_where_it_runs),
		cmocka_unit_test(what_was_changed_behind_its_back_is_unknown),
		cmocka_unit_test(mounts_of_the_server_alone_are_seen),
		cmocka_unit_test(ciphers_are_what_comes_out),
	};
	return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
