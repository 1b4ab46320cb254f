// SPDX-License-Identifier: Apache-2.0
#include "checks/probe.h"

#include "checks/look.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_MAX 65536
#define SECONDS_MAX 3
#define MISSING "/redoubt-no-such-page-6f1d"

static bool web_program(const char *program)
{
	static const char *const KNOWN[] = { "nginx", "apache2", "httpd", "haproxy", "caddy", "lighttpd", "redoubt-gateway" };
	for (size_t i = 0; i < ARRAY_LEN(KNOWN); i++)
		if (!strcmp(host_basename(program), KNOWN[i]))
			return true;
	return false;
}

static const char *address_of(struct host *h, const struct host_socket *s)
{
	char text[INET6_ADDRSTRLEN];
	if (host_socket_wildcard(s))
		return s->v6 ? "[::1]" : "127.0.0.1";
	inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->address, text, sizeof text);
	return s->v6 ? host_print(h, "[%s]", text) : host_print(h, "%s", text);
}

// One server: the same port and address, or one process that listens on all addresses of both families.
static bool same_server(const struct host_socket *a, const struct host_socket *b)
{
	if (a->port != b->port)
		return false;
	if (host_socket_wildcard(a) && host_socket_wildcard(b))
		return a->owner == b->owner;
	return a->v6 == b->v6 && !memcmp(a->address, b->address, a->v6 ? 16 : 4);
}

size_t web_servers(struct examination *e, struct web_server *ret, size_t max)
{
	const struct host_sockets *all = host_sockets(e->host);
	const struct host_socket **taken = host_alloc(e->host, (max + 1) * sizeof *taken);
	size_t count = 0;
	for (size_t i = 0; !all->error && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		const char *program = s->owner ? *s->owner->program ? s->owner->program : s->owner->name : "";
		bool twice = false;
		if (s->udp || !(s->port == 80 || s->port == 443 || web_program(program)))
			continue;
		for (size_t k = 0; k < count; k++)
			twice |= same_server(taken[k], s);
		if (!twice && count == max) {
			found_unknown(e, "there are more than %zu web servers; %s was not asked", max, host_socket_text(e->host, s));
			break;
		}
		if (twice)
			continue;
		taken[count] = s;
		ret[count++] = (struct web_server){ s->port, host_socket_text(e->host, s), address_of(e->host, s), host_basename(program), NULL };
	}
	return count;
}

struct taking { char text[ANSWER_MAX + 1]; size_t size; };

static size_t answer_take(char *bytes, size_t one, size_t count, void *context)
{
	struct taking *t = context;
	size_t size = one * count, room = ANSWER_MAX - t->size, taken = size < room ? size : room;
	memcpy(t->text + t->size, bytes, taken);
	t->size += taken;
	return size; // what is too much is read and forgotten; the time limit ends it
}

static void request_prepare(CURL *c, struct host *h, const struct web_server *s, const char *scheme, const char *path,
			    struct curl_slist **connect)
{
	const char *name = s->host ? s->host : "localhost";
	*connect = curl_slist_append(NULL, host_print(h, "%s:%u:%s:%u", name, s->port, s->address, s->port));
	curl_easy_setopt(c, CURLOPT_URL, host_print(h, "%s://%s:%u%s", scheme, name, s->port, path));
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, *connect);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SECONDS_MAX);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L); // the certificate is looked at, not trusted
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static int error_of(CURLcode code)
{
	return code == CURLE_OK ? 0 : code == CURLE_COULDNT_CONNECT ? -ECONNREFUSED : code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EPROTO;
}

struct asking { struct host *h; const struct web_server *server; const char *scheme, *path; };

static void taken_say(int out, struct taking *t)
{
	for (size_t i = 0; i < t->size; i++)
		if (!t->text[i]) // who reads it ends there
			t->text[i] = '?';
	for (size_t at = 0; at < t->size;) {
		ssize_t n = write(out, t->text + at, t->size - at);
		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

// In a child without root: what a server says is read by libraries.
static void request_say(const void *context, int out)
{
	const struct asking *a = context;
	struct taking *head = host_alloc(a->h, sizeof *head), *body = host_alloc(a->h, sizeof *body);
	struct curl_slist *connect = NULL;
	CURL *c = curl_easy_init();
	if (!c)
		return;
	request_prepare(c, a->h, a->server, a->scheme, a->path, &connect);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, answer_take);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, head);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, answer_take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	CURLcode code = curl_easy_perform(c);
	dprintf(out, "%d %zu\n", head->size ? 0 : error_of(code), head->size);
	taken_say(out, head);
	taken_say(out, body);
}

static int request_run(struct host *h, const struct web_server *s, const char *scheme, const char *path, struct web_answer *ret)
{
	const struct asking a = { h, s, scheme, path };
	const struct host_output *said = host_ask(h, request_say, &a);
	int error = 0;
	size_t size = 0;
	const char *text = strchr(said->text, '\n');
	if (said->error)
		return said->error;
	if (!text || sscanf(said->text, "%d %zu", &error, &size) != 2 || size > strlen(++text))
		return -EBADMSG;
	ret->head = host_copy(h, text, size);
	ret->body = text + size;
	return error;
}

static struct web_answer answer_from_facts(struct host *h, const struct web_server *s, const char *path)
{
	const char *name = !strcmp(path, "/") ? "index" : host_print(h, "at%s%s", path, text_ends(path, "/") ? "index" : "");
	const struct host_file *f = host_file(h, host_print(h, "/facts/web/%u/%s", s->port, name));
	if (f->error && strcmp(path, "/"))
		f = host_file(h, host_print(h, "/facts/web/%u/missing", s->port));
	struct web_answer a = { .error = f->error == -ENOENT ? -ECONNREFUSED : f->error, .head = f->text, .body = "" };
	a.tls = !host_file(h, host_print(h, "/facts/web/%u/tls", s->port))->error;
	const char *blank = strstr(f->text, "\n\n");
	if (blank) {
		a.head = host_copy(h, f->text, (size_t)(blank - f->text) + 1);
		a.body = blank + 2;
	}
	return a;
}

// nginx says so on a port of TLS where the handshake was refused: by ssl_reject_handshake, or by 444 to everything.
static bool refused_to_speak(const struct web_answer *a)
{
	return strstr(a->body, "The plain HTTP request was sent to HTTPS port") != NULL;
}

struct web_answer web_ask(struct host *h, const struct web_server *s, const char *path)
{
	struct web_answer a = { .tls = true, .head = "", .body = "" };
	path = path ? path : MISSING;
	if (!host_is_live(h))
		return answer_from_facts(h, s, path);
	a.error = request_run(h, s, "https", path, &a);
	if (a.error == -EPROTO) { // it speaks no TLS
		a.tls = false;
		a.error = request_run(h, s, "http", path, &a);
		if (!a.error && refused_to_speak(&a))
			a.error = -EPROTO;
	}
	return a;
}

static struct web_tls tls_from_facts(struct host *h, const struct web_server *s)
{
	const struct host_file *f = host_file(h, host_print(h, "/facts/web/%u/tls", s->port));
	const char *lowest = strstr(f->text, "lowest "), *expires = strstr(f->text, "expires ");
	return (struct web_tls){ .error = f->error, .old_accepted = lowest && strtod(lowest + 7, NULL) < 1.15,
				 .expires = expires ? strtoull(expires + 8, NULL, 10) : 0 };
}

static uint64_t expiry_of(CURL *c)
{
	struct curl_certinfo *chain = NULL;
	if (curl_easy_getinfo(c, CURLINFO_CERTINFO, &chain) || !chain || !chain->num_of_certs)
		return 0;
	for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
		if (text_begins(line->data, "Expire date:")) {
			time_t t = curl_getdate(line->data + 12, NULL);
			return t > 0 ? (uint64_t)t : 0;
		}
	return 0;
}

// One handshake, of today or of old: how it ended, and when the certificate does.
static void handshake_say(const struct asking *a, int out, bool old)
{
	struct curl_slist *connect = NULL;
	CURL *c = curl_easy_init();
	if (!c)
		return;
	request_prepare(c, a->h, a->server, a->scheme, a->path, &connect);
	curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	if (old) {
		curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)(CURL_SSLVERSION_TLSv1 | CURL_SSLVERSION_MAX_TLSv1_1));
		curl_easy_setopt(c, CURLOPT_SSL_CIPHER_LIST, "ALL:@SECLEVEL=0");
	}
	CURLcode code = curl_easy_perform(c);
	uint64_t expires = expiry_of(c); // there once the handshake is done, whatever HTTP said
	dprintf(out, "%d %" PRIu64 "\n", expires ? 0 : code ? error_of(code) : -EPROTO, expires);
}

static void handshakes_say(const void *context, int out)
{
	handshake_say(context, out, false);
	handshake_say(context, out, true);
}

struct web_tls web_ask_tls(struct host *h, const struct web_server *s)
{
	const struct asking a = { h, s, "https", "/" };
	struct web_tls t = { 0 };
	int old_error = 0;
	uint64_t old_expires = 0;
	if (!host_is_live(h))
		return tls_from_facts(h, s);
	const struct host_output *said = host_ask(h, handshakes_say, &a);
	if (said->error)
		return (struct web_tls){ .error = said->error };
	if (sscanf(said->text, "%d %" SCNu64 " %d %" SCNu64, &t.error, &t.expires, &old_error, &old_expires) != 4)
		return (struct web_tls){ .error = -EBADMSG };
	t.old_accepted = old_expires != 0;
	return t;
}

const char *web_header(struct host *h, const struct web_answer *a, const char *name)
{
	size_t size = strlen(name);
	struct host_lines cursor = { a->head, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (!strncasecmp(line, name, size) && line[size] == ':')
			return host_copy(h, line + size + 1 + strspn(line + size + 1, " "), strcspn(line + size + 1 + strspn(line + size + 1, " "), "\r"));
	return NULL;
}
