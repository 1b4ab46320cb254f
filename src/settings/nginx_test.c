// SPDX-License-Identifier: Apache-2.0
#include "settings/nginx.h"

#include "base/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree { char path[64]; struct host *host; };

static void file_put(const struct tree *t, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", t->path, name);
	for (char *slash = path + strlen(t->path) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		(void)mkdir(path, 0755);
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static struct tree tree_make(void)
{
	struct tree t = { .path = "/tmp/redoubt-nginx-XXXXXX" };
	assert_non_null(mkdtemp(t.path));
	assert_int_equal(host_open(t.path, &t.host), 0);
	return t;
}

static void tree_end(struct tree *t)
{
	char command[128];
	host_close(t->host);
	snprintf(command, sizeof command, "rm -r -- %s", t->path);
	assert_int_equal(system(command), 0);
}

// "http server listen(443,ssl)": all directives on one line, blocks in braces.
static const char *written(struct host *h, const struct nginx *n, const struct nginx_directive *block)
{
	const char *text = "";
	size_t end = block ? block->end : n->count;
	for (size_t i = block ? block->first : 0; i < end; i = n->directive[i]->end) {
		const struct nginx_directive *d = n->directive[i];
		assert_ptr_equal(d->in, block);
		for (size_t k = 0; k < d->count; k++)
			text = host_print(h, "%s%s<%s>", text, k ? "" : *text ? " " : "", d->word[k]);
		if (d->block)
			text = host_print(h, "%s{%s}", text, written(h, n, d));
	}
	return text;
}

static void words_are_nginx_words(void **state)
{
	static const char *const READ[][2] = {
		{ "a b c;", "<a><b><c>" },
		{ "a\tb\r\n  c\n;d;", "<a><b><c> <d>" },
		{ "a{b c;}d e{}", "<a>{<b><c>} <d><e>{}" },
		{ "http{server{autoindex on;}}", "<http>{<server>{<autoindex><on>}}" },
		{ "\"autoindex\" 'on';", "<autoindex><on>" },
		{ "a \"b c;{}#\" 'd\"' \"e'\";", "<a><b c;{}#><d\"><e'>" },
		{ "a b#c #d;\n e;", "<a><b#c><e>" },
		{ "# a { ; \"\na b;# c", "<a><b>" },
		{ "a \\\"b c\\ d \\;e;", "<a><\"b><c\\ d><\\;e>" },
		{ "a \"\\\"\\t\\n\\x\\\\\" 'it\\'s';", "<a><\"\t\n\\x\\><it's>" },
		{ "a ${b}c ${${{d}{e f;} $g{h;}", "<a><${b}c><${${{d}>{<e><f>} <$g>{<h>}" },
		{ "a b}c; d;", "<a><b}c> <d>" },
		{ "a \"\" '';", "<a><><>" },
		{ "if ($a = \"b\") { c; }", "<if><($a><=><b><)>{<c>}" },
		{ "a a\"b c\";", "<a><a\"b><c\">" },
		{ "location ~ \"^/\\d{2}$\" {}", "<location><~><^/\\d{2}$>{}" },
		{ "", "" },
		{ " \n# nothing\n", "" },
	};
	struct tree t = tree_make();
	for (size_t i = 0; i < ARRAY_LEN(READ); i++) {
		const struct nginx *n = nginx_read_text(t.host, "/a", READ[i][0], strlen(READ[i][0]));
		if (n->troubles)
			fail_msg("'%s': %s", READ[i][0], n->trouble[0].what);
		assert_string_equal(written(t.host, n, NULL), READ[i][1]);
	}
	tree_end(&t);
}

static void what_nginx_refuses_is_a_trouble(void **state)
{
	static const struct { const char *text, *what; unsigned line; } BAD[] = {
		{ "a b", "unexpected end of file", 1 },   { "a \"b;\n", "unexpected end of file", 1 }, { ";", "unexpected \";\"", 1 },
		{ "a;\n}", "unexpected \"}\"", 2 },       { "a {", "unexpected end of file, expecting \"}\"", 1 },
		{ "{ }", "unexpected \"{\"", 1 },         { "a b }", "unexpected \"}\"", 1 },
		{ "a \"b\"c;", "unexpected \"c\"", 1 },   { "a 'b'\"c\";", "unexpected \"\"\"", 1 },
		{ "types { a { } }", "unexpected \"{\"", 1 }, { "include;", "invalid number of arguments", 1 },
		{ "a b\\", "unexpected end of file", 1 }, { "x_by_lua_block { }}", "unexpected \"}\"", 1 },
		{ "x_by_lua_block { '}'", "does not end", 1 },
	};
	struct tree t = tree_make();
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		const struct nginx *n = nginx_read_text(t.host, "/a", BAD[i].text, strlen(BAD[i].text));
		if (n->troubles != 1 || !strstr(n->trouble[0].what, BAD[i].what) || n->trouble[0].line != BAD[i].line)
			fail_msg("'%s': %s, line %u", BAD[i].text, n->troubles ? n->trouble[0].what : "read", n->trouble[0].line);
	}
	assert_int_equal(nginx_read_text(t.host, "/a", "a b\0c;", 6)->troubles, 1);
	tree_end(&t);
}

static void words_have_nginx_size(void **state)
{
	struct tree t = tree_make();
	char text[5000];
	for (size_t size = 4093; size <= 4097; size++) {
		for (int quoted = 0; quoted < 2; quoted++) {
			int n = snprintf(text, sizeof text, "a %s%0*d%s;", quoted ? "'" : "", (int)size, 0, quoted ? "'" : "");
			assert_int_equal(nginx_read_text(t.host, "/a", text, (size_t)n)->troubles, size + (size_t)quoted > 4095);
		}
	}
	tree_end(&t);
}

static void lua_does_not_derail(void **state)
{
	static const char TEXT[] = "http { server {\n content_by_lua_block {\n -- it's } a comment {\n --[==[ } ]] } ]==]\n"
				   " local t = { a = \"}\", b = '\\'}', c = [[ } ]] }\n ngx.say(t[\"a\"]) }\n autoindex on; } }";
	struct tree t = tree_make();
	const struct nginx *n = nginx_read_text(t.host, "/a", TEXT, sizeof TEXT - 1);
	assert_int_equal(n->troubles, 0);
	assert_string_equal(written(t.host, n, NULL), "<http>{<server>{<content_by_lua_block>{} <autoindex><on>}}");
	tree_end(&t);
}

static void files_are_taken_beneath_the_root(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "etc/nginx/nginx.conf", "a; http { include types; include sites-enabled/*; include conf.d/[ab].conf; include none/*.conf; } include /etc/end;");
	file_put(&t, "etc/nginx/types", "types { include more; x y; }");
	file_put(&t, "etc/nginx/more", "m n;");
	file_put(&t, "etc/nginx/sites-available/one", "server {\n listen 1; }");
	file_put(&t, "etc/nginx/sites-enabled/.hidden", "no;");
	file_put(&t, "etc/nginx/conf.d/a.conf", "ca;");
	file_put(&t, "etc/nginx/conf.d/c.conf", "cc;");
	file_put(&t, "etc/end", "end;");
	char link[128];
	snprintf(link, sizeof link, "%s/etc/nginx/sites-enabled/one", t.path);
	assert_int_equal(symlink("/etc/nginx/sites-available/one", link), 0);
	const struct nginx *n = nginx_read(t.host, "/etc/nginx/nginx.conf");
	assert_int_equal(n->troubles, 0);
	assert_string_equal(written(t.host, n, NULL),
			    "<a> <http>{<include><types> <types>{<include><more> <m><n> <x><y>} <include><sites-enabled/*> <server>{<listen><1>}"
			    " <include><conf.d/[ab].conf> <ca> <include><none/*.conf>} <include></etc/end> <end>");
	assert_string_equal(nginx_place(t.host, nginx_own(n, nginx_own(n, nginx_own(n, NULL, "http"), "server"), "listen")), "/etc/nginx/sites-enabled/one:2");
	tree_end(&t);
}

static void circles_and_missing_files_are_troubles(void **state)
{
	struct tree t = tree_make();
	file_put(&t, "a", "include b;\nafter;");
	file_put(&t, "b", "include a;\ninclude nowhere;include deeper/0;");
	for (unsigned i = 0; i < 40; i++) {
		char name[32], text[128];
		snprintf(name, sizeof name, "deeper/%u", i);
		snprintf(text, sizeof text, "include deeper/%u; include deeper/%u;", i + 1, i + 1);
		file_put(&t, name, text);
	}
	const struct nginx *n = nginx_read(t.host, "/a");
	assert_true(n->troubles > 3 && n->files <= NGINX_FILES_MAX);
	assert_non_null(strstr(n->trouble[0].what, "/a includes itself"));
	assert_non_null(strstr(n->trouble[1].what, "/nowhere could not be read: No such file"));
	assert_int_equal(n->trouble[1].line, 2);
	assert_non_null(strstr(n->trouble[2].what, "files in files"));
	assert_int_equal(nginx_read(t.host, "/none")->troubles, 1);
	tree_end(&t);
}

static void an_inner_directive_replaces_the_outer_one(void **state)
{
	static const char TEXT[] = "http { autoindex on; root /a; server { autoindex off; location / { } location /b { autoindex on; } } server { } }";
	struct tree t = tree_make();
	const struct nginx *n = nginx_read_text(t.host, "/a", TEXT, sizeof TEXT - 1);
	static const char *const EXPECTED[] = { "on", "off", "off", "on", "on" }; // http, server, /, /b, server
	size_t block = 0;
	for (size_t i = 0; i < n->count; i++) {
		if (!n->directive[i]->block)
			continue;
		assert_string_equal(nginx_effective(n, n->directive[i], "autoindex")->word[1], EXPECTED[block++]);
		assert_string_equal(nginx_effective(n, n->directive[i], "root")->word[1], "/a");
		assert_null(nginx_effective(n, n->directive[i], "alias"));
	}
	assert_int_equal(block, ARRAY_LEN(EXPECTED));
	tree_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_nginx_words),
		cmocka_unit_test(what_nginx_refuses_is_a_trouble),
		cmocka_unit_test(words_have_nginx_size),
		cmocka_unit_test(lua_does_not_derail),
		cmocka_unit_test(files_are_taken_beneath_the_root),
		cmocka_unit_test(circles_and_missing_files_are_troubles),
		cmocka_unit_test(an_inner_directive_replaces_the_outer_one),
	};
	return cmocka_run_group_tests_name("nginx", tests, NULL, NULL);
}
