// SPDX-License-Identifier: Apache-2.0
// Our reader against nginx itself, where it is installed: random texts, and what either makes of them. `nginx -t` names the
// first directive that it does not know, a value that is neither on nor off, or what it did not expect.
#include "settings/nginx.h"

#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NGINX "/usr/sbin/nginx"
#define TEXTS 150 // of each kind
#define SEED 20261122u

static char folder[] = "/tmp/redoubt-nginx-XXXXXX", said[16384];
static struct host *host;

static void conf_write(const char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "%s/c", folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	fclose(f);
}

// True when nginx would take it; what it said is in `said`.
static bool nginx_takes(void)
{
	char command[256];
	int status;
	snprintf(command, sizeof command, "exec " NGINX " -t -e stderr -p %s/ -c %s/c -g 'pid %s/pid;' 2>&1", folder, folder, folder);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	size_t n = fread(said, 1, sizeof said - 1, p);
	said[n] = 0;
	status = pclose(p);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What nginx named: `unknown directive "NAME"`, `invalid value "VALUE"`.
static const char *named(const char *sentence)
{
	const char *at = strstr(said, sentence), *end = NULL;
	if (!at)
		return NULL;
	at += strlen(sentence);
	for (const char *more = at; (more = strstr(more, "\" in ")); more++)
		end = end ? end : more;
	return end ? host_copy(host, at, (size_t)(end - at)) : NULL;
}

static uint32_t state_of_random = SEED;

static uint32_t random_below(uint32_t n)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 17;
	state_of_random ^= state_of_random << 5;
	return state_of_random % n;
}

static const char *random_text(uint32_t pieces)
{
	static const char *const PIECE[] = { "a", "b", "zz", "on", "{", "}", ";", ";", ";", " ", " ", "\n", "\t", "\r", "\"", "\"", "'", "'",
					     "\\", "#", "$", "${", "(", ")", "\\n", "\\\"", "/x" };
	const char *text = "";
	for (uint32_t i = 1 + random_below(pieces); i; i--)
		text = host_print(host, "%s%s", text, PIECE[random_below(ARRAY_LEN(PIECE))]);
	return text;
}

static const struct nginx *ours(const char *text)
{
	conf_write(text, strlen(text));
	const struct nginx *n = nginx_read_text(host, host_print(host, "%s/c", folder), text, strlen(text));
	return n;
}

#define agree(condition, text, n) \
	do { \
		if (!(condition)) \
			fail_msg("'%s': nginx says '%s', ours %s", text, said, (n)->troubles ? (n)->trouble[0].what : "nothing"); \
	} while (0)

static bool same_trouble(const struct nginx *n)
{
	const char *what = n->troubles ? n->trouble[0].what : "nothing";
	return strstr(said, host_copy(host, what, strcspn(what, ":")));
}

static bool of_reading(void)
{
	return strstr(said, "unexpected ") || strstr(said, "too long parameter") || strstr(said, "unexpected end");
}

static void the_first_directive_is_the_same(void **state)
{
	unsigned refused = 0;
	for (unsigned i = 0; i < TEXTS; i++) {
		const char *text = random_text(14);
		const struct nginx *n = ours(text);
		(void)nginx_takes();
		const char *name = named("unknown directive \"");
		if (name)
			agree(n->count && !strcmp(n->directive[0]->word[0], name), text, n);
		else if (of_reading())
			agree(!n->count && same_trouble(n), text, n);
		else
			agree(!n->count && !n->troubles, text, n);
		refused += !name;
	}
	assert_true(refused > TEXTS / 10 && refused < TEXTS);
}

static void blocks_end_at_the_same_place(void **state)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < TEXTS; i++) {
		const char *inner = random_text(9), *text = host_print(host, "events { } http { types { %s } }", inner);
		const struct nginx *n = ours(text);
		bool takes = nginx_takes();
		const char *name = named("unknown directive \"");
		taken += takes;
		if (name) { // behind the end of `types`
			const struct nginx_directive *d = nginx_own(n, NULL, "http"), *found = nginx_own(n, d, name);
			agree(found || nginx_own(n, NULL, name), text, n);
		} else {
			agree(takes ? !n->troubles : of_reading() ? same_trouble(n) : true, text, n);
		}
	}
	assert_true(taken > TEXTS / 20 && taken < TEXTS);
}

static void a_value_is_the_same(void **state)
{
	unsigned compared = 0;
	for (unsigned i = 0; i < TEXTS; i++) {
		const char *text = host_print(host, "events { } http { autoindex %s; }", random_text(8));
		const struct nginx *n = ours(text);
		const struct nginx_directive *d = nginx_own(n, nginx_own(n, NULL, "http"), "autoindex");
		(void)nginx_takes();
		const char *value = named("invalid value \"");
		if (value)
			agree(d && d->count == 2 && !strcmp(d->word[1], value), text, n);
		else if (strstr(said, "number of arguments in \"autoindex\""))
			agree(d && d->count != 2, text, n);
		else if (of_reading())
			agree(n->troubles && same_trouble(n), text, n);
		compared += value != NULL;
	}
	assert_true(compared > TEXTS / 10);
}

static void what_nginx_takes_we_take(void **state)
{
	static const struct { const char *text; bool taken; } TEXT[] = {
		{ "events{}http{server{listen 1;\"autoindex\" 'on';}}", true },
		{ "events{}\nhttp {\n server {\n  listen\n   1\n  ; autoindex\n on ; } }", true },
		{ "events { } http { map $host $x { default 1; '~^a b$' \"2;\"; } }", true },
		{ "events { } http { server { if ($host = \"b\") { return 403; } } }", true },
		{ "events { } http { server { location ~ \"^/\\d{2}$\" { return 404; } } }", true },
		{ "events { } http { log_format x '$host' \"${uri}\"; }", true },
		{ "events { } http { server { root /srv/${host}x; } }", true },
		{ "events { } http { server { root '/srv/a b'; } } # end", true },
		{ "events { } http { server { root /srv/a\\ b; } }", true },
		{ "events { } http { server { root /srv/a#b; } }", true },
		{ "events { } http { include c2; }", false },
		{ "events { } http { include c*.none; }", true },
		{ "events { } http { server { } } }", false },
		{ "events { } http { server { autoindex on } }", false },
		{ "events { } http { server { autoindex \"on; } }", false },
		{ "events { } http { server { autoindex \"on\"x; } }", false },
		{ "events { } http { types { a { } } }", false },
		{ "events { } http { server {", false },
		{ "events { }; http { }", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(TEXT); i++) {
		const struct nginx *n = ours(TEXT[i].text);
		bool takes = nginx_takes();
		agree(takes == TEXT[i].taken && takes == !n->troubles, TEXT[i].text, n);
	}
	for (int size = 4090; size < 4100; size++) { // a word, a word in quotes, and a comment, around nginx's buffer
		static const char *const FORMS[][2] = { { "env ", ";" }, { "env ", " ;" }, { "env '", "';" }, { "env '", "'\n;" }, { "#", "\n" }, { "#", "\n#\n" } };
		for (size_t k = 0; k < ARRAY_LEN(FORMS); k++) {
			const struct nginx *n = ours(host_print(host, "events { } %s%0*d%s", FORMS[k][0], size, 0, FORMS[k][1]));
			bool takes = nginx_takes();
			agree(takes == !n->troubles, host_print(host, "%s%d%s", FORMS[k][0], size, FORMS[k][1]), n);
		}
	}
}

static int begin(void **state)
{
	return !mkdtemp(folder) || host_open("/", &host) ? -1 : 0;
}

static int end(void **state)
{
	char path[64];
	snprintf(path, sizeof path, "%s/c", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/pid", folder);
	unlink(path);
	host_close(host);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_directive_is_the_same),
		cmocka_unit_test(blocks_end_at_the_same_place),
		cmocka_unit_test(a_value_is_the_same),
		cmocka_unit_test(what_nginx_takes_we_take),
	};
	if (access(NGINX, X_OK)) {
		printf("1..0 # SKIP nginx is not installed: there is no second opinion of its language\n");
		return 0;
	}
	return cmocka_run_group_tests_name("nginx-second-opinion", tests, begin, end);
}
