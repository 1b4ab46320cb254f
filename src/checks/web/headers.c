// SPDX-License-Identifier: Apache-2.0
// WEB-04 and WEB-06: what answers say beside their content, by asking, and by what nginx is told for every other place.
#include "checks/web/web.h"

#include <ctype.h>
#include <stdlib.h>

#define HSTS_SECONDS_MIN 86400u // less is forgotten before the next visit

// --- WEB-04 --------------------------------------------------------------------------------------------------------

// "nginx/1.22.1", "PHP 8.2": a name that is followed by a version.
static const char *version_in(struct host *h, const char *text)
{
	static const char *const NAMES[] = { "nginx", "apache", "lighttpd", "caddy", "php", "openssl", "python", "haproxy",
					     "redoubt", "express", "tomcat", "jetty", "debian" };
	for (size_t i = 0; text && i < ARRAY_LEN(NAMES); i++) {
		for (const char *at = text; (at = strcasestr(at, NAMES[i])); at++) {
			const char *digit = at + strlen(NAMES[i]);
			digit += strspn(digit, "/ -_vV");
			if (isdigit((unsigned char)*digit))
				return host_copy(h, at, strcspn(at, "<\r\n\t"));
		}
	}
	return NULL;
}

static void version_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	static const char *const HEADERS[] = { "Server", "X-Powered-By", "X-AspNet-Version", "X-Generator", "Via" };
	for (size_t i = 0; i < ARRAY_LEN(HEADERS); i++) {
		const char *value = web_header(e->host, a, HEADERS[i]);
		if (value && strpbrk(value, "0123456789"))
			found_fail(e, NULL, "%s says %s: %.80s", s->name, HEADERS[i], value);
	}
	const char *version = version_in(e->host, a->body);
	if (version)
		found_fail(e, NULL, "a page of %s says %.80s", s->name, version);
	found_read(e, "%s says Server: %.40s", s->name, web_header(e->host, a, "Server") ? web_header(e->host, a, "Server") : "nothing");
}

static bool telling_header(const char *name)
{
	return !strcasecmp(name, "Server") || !strcasecmp(name, "X-Powered-By") || !strcasecmp(name, "Via") ||
	       !strcasecmp(name, "X-Generator");
}

// server_tokens is on unless somebody says off; what is said in the innermost block counts.
static void tokens_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more)
{
	const char *where = nginx_place(e->host, d);
	bool own = d->block && web_answers(d) && (web_named(d, "server") || nginx_own(n, d, "server_tokens"));
	const struct nginx_directive *tokens = own ? nginx_effective(n, d, "server_tokens") : NULL;
	if (own && (!tokens || tokens->count != 2 || strcasecmp(tokens->word[1], "off")))
		found_fail(e, host_print(e->host, "server_tokens off; at %s", where), "%s tells nginx's version: server_tokens is %s", where,
			   tokens && tokens->count > 1 ? tokens->word[1] : "not said");
	if (web_named(d, "add_header") && d->count > 2 && telling_header(d->word[1]) && strpbrk(d->word[2], "0123456789"))
		found_fail(e, NULL, "%s adds %s: %s", where, d->word[1], d->word[2]);
	if (web_named(d, "proxy_pass_header") && d->count > 1 && telling_header(d->word[1]))
		found_fail(e, NULL, "%s hands on %s of what is behind it", where, d->word[1]);
}

void web_04(struct examination *e)
{
	web_nginx_say(e);
	web_each_directive(e, tokens_judge, NULL);
	web_others(e, NULL, NULL);
	web_each_answer(e, NULL, version_judge);
}

// --- WEB-06: the headers themselves --------------------------------------------------------------------------------

// A policy limits scripts by script-src or else default-src. Why it does not; NULL: it does. Words are compared without case.
static const char *policy_fault(struct host *h, const char *policy)
{
	static const char *const UNSAFE[] = { "'unsafe-inline'", "'unsafe-eval'" };
	static const char *const OPEN[] = { "*", "http:", "https:", "data:", "blob:" };
	const char *scripts = NULL;
	if (strchr(policy, '$')) // a variable of nginx: said as unknown
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(UNSAFE); i++)
		if (strcasestr(policy, UNSAFE[i]))
			return host_print(h, "has %s", UNSAFE[i]);
	for (const char *at = policy; *at; at += strcspn(at, ";"), at += *at == ';') {
		at += strspn(at, " \t");
		const char *part = host_copy(h, at, strcspn(at, ";"));
		size_t name = strcspn(part, " \t");
		if ((name == 10 && !strncasecmp(part, "script-src", 10)) || (!scripts && name == 11 && !strncasecmp(part, "default-src", 11)))
			scripts = part;
	}
	const char *word[64];
	size_t count = scripts ? host_words(h, scripts, word, ARRAY_LEN(word)) : 0;
	for (size_t i = 1; i < count && i < ARRAY_LEN(word); i++)
		for (size_t k = 0; k < ARRAY_LEN(OPEN); k++)
			if (!strcasecmp(word[i], OPEN[k]))
				return host_print(h, "takes scripts from %s", OPEN[k]);
	return scripts ? NULL : "says nothing of scripts (default-src, script-src)";
}

static bool remembers(const char *strict)
{
	const char *age = strcasestr(strict, "max-age=");
	return age && strtoull(age + 8 + (age[8] == '"'), NULL, 10) >= HSTS_SECONDS_MIN;
}

struct guards { const char *policy, *strict, *sniff; };

// `who` says what sends them; strict is needed over TLS alone.
static void guards_judge(struct examination *e, const char *who, const struct guards *g, bool tls)
{
	const char *fault = g->policy ? policy_fault(e->host, g->policy) : NULL;
	if (!g->policy)
		found_fail(e, NULL, "%s sends no Content-Security-Policy", who);
	else if (fault)
		found_fail(e, NULL, "the Content-Security-Policy of %s %s", who, fault);
	if (tls && !g->strict)
		found_fail(e, NULL, "%s sends no Strict-Transport-Security", who);
	else if (tls && !remembers(g->strict))
		found_fail(e, NULL, "the Strict-Transport-Security of %s is '%s': forgotten within a day", who, g->strict);
	if (!g->sniff || strcasecmp(g->sniff, "nosniff"))
		found_fail(e, NULL, "%s sends no X-Content-Type-Options: nosniff", who);
}

static void answer_guards_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	const char *location = web_header(e->host, a, "Location");
	const struct guards g = { web_header(e->host, a, "Content-Security-Policy"), web_header(e->host, a, "Strict-Transport-Security"),
				  web_header(e->host, a, "X-Content-Type-Options") };
	int status = web_status(a);
	found_read(e, "%s answers %d", s->name, status);
	if (!a->tls && status / 100 == 3 && location && text_begins(location, "https://"))
		return; // a redirection to TLS is all that port 80 should say
	guards_judge(e, s->name, &g, a->tls);
}

// --- WEB-06: nginx -------------------------------------------------------------------------------------------------

// "more_set_headers 'Name: value' ...": it adds to what is around it.
static const char *more_header(const struct nginx_directive *d, const char *name)
{
	size_t size = strlen(name);
	for (size_t i = 1; i < d->count; i++)
		if (!strncasecmp(d->word[i], name, size) && d->word[i][size] == ':')
			return d->word[i] + size + 1 + strspn(d->word[i] + size + 1, " ");
	return NULL;
}

struct header { const char *value; bool always; };

// What one directive says of a header. Without "always" nginx adds to answers of 2xx and 3xx alone.
static struct header header_said(const struct nginx_directive *d, const char *name)
{
	struct header h = { 0 };
	if (web_named(d, "more_set_headers"))
		h = (struct header){ more_header(d, name), true };
	else if (web_named(d, "add_header") && d->count > 2 && !strcasecmp(d->word[1], name) && *d->word[2])
		h.value = d->word[2];
	for (size_t i = 3; h.value && i < d->count; i++)
		h.always |= !strcmp(d->word[i], "always");
	return h;
}

// What answers of this block have: add_header of the innermost block that has any (all of them, where add_header_inherit
// says merge), or more_set_headers of any. An empty one is not sent; of several the one that is always sent counts.
static struct header header_find(const struct nginx *n, const struct nginx_directive *block, const char *name)
{
	struct header found = { 0 };
	bool add = true;
	for (; block && !found.always; block = block->in) {
		const struct nginx_directive *merge = nginx_own(n, block, "add_header_inherit");
		bool any = false;
		for (size_t i = block->first; i < block->end; i = n->directive[i]->end) {
			const struct nginx_directive *d = n->directive[i];
			struct header h = header_said(d, name);
			any |= web_named(d, "add_header");
			if (h.value && (add || !web_named(d, "add_header")) && (!found.value || (h.always && !found.always)))
				found = h;
		}
		add &= !any || (merge && merge->count == 2 && !strcmp(merge->word[1], "merge"));
	}
	return found;
}

static const char *header_of(const struct nginx *n, const struct nginx_directive *block, const char *name)
{
	return header_find(n, block, name).value;
}

static const struct nginx_directive *server_of(const struct nginx_directive *block)
{
	while (block && !web_named(block, "server"))
		block = block->in;
	return block;
}

static bool speaks_tls(const struct nginx *n, const struct nginx_directive *server)
{
	for (size_t i = server ? server->first : 0; server && i < server->end; i = n->directive[i]->end)
		for (size_t k = 1; web_named(n->directive[i], "listen") && k < n->directive[i]->count; k++)
			if (!strcmp(n->directive[i]->word[k], "ssl") || !strcmp(n->directive[i]->word[k], "quic"))
				return true;
	return false;
}

// What another program answers has that program's headers: then only what nginx itself takes away is known.
static bool hands_on(const struct nginx *n, const struct nginx_directive *block)
{
	static const char *const NAMES[] = { "proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "js_content", "perl" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (nginx_own(n, block, NAMES[i]))
			return true;
	for (size_t i = block->first; i < block->end; i = n->directive[i]->end)
		if (text_begins(n->directive[i]->word[0], "content_by_lua"))
			return true;
	return false;
}

// "rewrite ^ https://... permanent;": whatever is asked for.
static bool redirects(const struct nginx *n, const struct nginx_directive *block)
{
	const struct nginx_directive *d = nginx_own(n, block, "rewrite");
	return d && d->count == 4 && !d->word[1][strspn(d->word[1], "^/(.*)$")] && (!strcmp(d->word[3], "permanent") || !strcmp(d->word[3], "redirect"));
}

// Answers without a page: a refusal, a redirection, an empty answer, the certificate authority's token (RFC 8555, 8.3).
static bool no_page(const struct nginx *n, const struct nginx_directive *block)
{
	if (redirects(n, block) || nginx_own(n, block, "stub_status") ||
	    (web_named(block, "location") && text_begins(block->word[block->count - 1], "/.well-known/acme-challenge")))
		return true;
	const struct nginx_directive *answer = nginx_own(n, block, "return"), *deny = nginx_own(n, block, "deny");
	return (answer && answer->count > 1 && (answer->word[1][0] != '2' || !strcmp(answer->word[1], "204"))) || nginx_own(n, block, "internal") ||
	       (deny && deny->count == 2 && !strcmp(deny->word[1], "all") && !nginx_own(n, block, "allow"));
}

// A server whose every request goes to a location says nothing of its own.
static bool has_location_for_all(const struct nginx *n, const struct nginx_directive *server)
{
	for (size_t i = server->first; i < server->end; i = n->directive[i]->end)
		if (web_named(n->directive[i], "location") && !strcmp(n->directive[i]->word[n->directive[i]->count - 1], "/"))
			return true;
	return false;
}

static bool dropped_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *block)
{
	static const char *const NAMES[] = { "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options" };
	bool dropped = false;
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		if (header_of(n, block, NAMES[i]) || !header_of(n, block->in, NAMES[i]))
			continue;
		found_fail(e, host_print(e->host, "say %s again in %s", NAMES[i], nginx_place(e->host, block)),
			   "%s drops %s: its own add_header replaces all that is said around it", nginx_place(e->host, block), NAMES[i]);
		dropped = true;
	}
	return dropped;
}

// An error's page is a page: what it takes from the request is shown to the browser as well.
static void errors_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *block, bool tls)
{
	static const char *const NAMES[] = { "Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security" };
	const char *where = nginx_place(e->host, block);
	for (size_t i = 0; i < (tls ? 3 : 2); i++) {
		struct header h = header_find(n, block, NAMES[i]);
		if (h.value && !h.always)
			found_fail(e, host_print(e->host, "add_header %s ... always; at %s", NAMES[i], where),
				   "%s (%s) sends no %s with errors (4xx, 5xx): its add_header does not say always", where, block->word[0], NAMES[i]);
	}
}

static void own_policy_judge(struct examination *e, const char *who, const char *policy)
{
	const char *fault = policy ? policy_fault(e->host, policy) : NULL;
	if (fault)
		found_fail(e, NULL, "the Content-Security-Policy of %s %s", who, fault);
}

static void block_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more)
{
	if (!d->block || !web_answers(d) || no_page(n, d))
		return;
	const char *who = host_print(e->host, "%s (%s)", nginx_place(e->host, d), d->word[0]);
	struct guards g = { header_of(n, d, "Content-Security-Policy"), header_of(n, d, "Strict-Transport-Security"), header_of(n, d, "X-Content-Type-Options") };
	bool own = nginx_own(n, d, "add_header");
	if (own && g.policy && strchr(g.policy, '$'))
		found_unknown(e, "%s: the Content-Security-Policy depends on a request: %s", who, g.policy);
	if (own && dropped_judge(e, n, d))
		return;
	if (hands_on(n, d) || web_named(d, "if") || (web_named(d, "server") && has_location_for_all(n, d)))
		own_policy_judge(e, who, own ? g.policy : NULL);
	else {
		guards_judge(e, who, &g, speaks_tls(n, server_of(d)));
		errors_judge(e, n, d, speaks_tls(n, server_of(d)));
	}
}

void web_06(struct examination *e)
{
	web_nginx_say(e);
	web_each_directive(e, block_judge, NULL);
	web_others(e, NULL, NULL);
	web_each_answer(e, "/", answer_guards_judge);
}
