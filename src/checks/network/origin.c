// SPDX-License-Identifier: Apache-2.0
// NET-07: what the web listeners of this host show to somebody who came by the bare address and knows no name.
// One handshake and one request each, to our own address, in a child without root; at most 8 listeners.
#include "checks/network/network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ORIGINS_MAX 8
#define ANSWER_MAX 4096
#define UNKNOWN_NAME "name-that-nobody-serves.invalid"

struct origin {
	const struct host_socket *socket;
	bool tls;
};

static bool web_listener(const struct host_socket *s)
{
	static const char *const PROGRAMS[] = { "redoubt-gateway", "nginx", "caddy", "haproxy", "apache2", "envoy" };
	const char *program = s->owner ? host_basename(*s->owner->program ? s->owner->program : s->owner->name) : "";
	if (s->udp || host_socket_loopback(s))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(PROGRAMS); i++)
		if (!strcmp(program, PROGRAMS[i]))
			return true;
	return s->port == 80 || s->port == 443 || s->port == 8080 || s->port == 8443;
}

static int origin_connect(const struct host_socket *s)
{
	union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } to = { 0 };
	const struct timeval limit = { .tv_sec = 2 };
	bool all = host_socket_wildcard(s);
	if (s->v6) {
		to.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(s->port) };
		memcpy(&to.v6.sin6_addr, all ? (const void *)&in6addr_loopback : s->address, 16);
	} else {
		to.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(s->port) };
		to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		if (!all)
			memcpy(&to.v4.sin_addr, s->address, 4);
	}
	int fd = socket(s->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	// the send timeout bounds connect as well
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) ||
	    connect(fd, &to.any, s->v6 ? sizeof to.v6 : sizeof to.v4)) {
		int r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

// The first name of the certificate that is somebody's: not localhost, not reserved for nobody.
static void certificate_say(SSL *tls, int out)
{
	X509 *shown = SSL_get1_peer_certificate(tls);
	GENERAL_NAMES *names = shown ? X509_get_ext_d2i(shown, NID_subject_alt_name, NULL, NULL) : NULL;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
		if (n->type != GEN_DNS)
			continue;
		char name[256];
		int size = ASN1_STRING_length(n->d.dNSName);
		snprintf(name, sizeof name, "%.*s", size < 255 ? size : 255, (const char *)ASN1_STRING_get0_data(n->d.dNSName));
		size_t end = strlen(name);
		if (!strcmp(name, "localhost") || (end > 8 && !strcmp(name + end - 8, ".invalid")))
			continue;
		dprintf(out, "name %s\n", name);
		break;
	}
	GENERAL_NAMES_free(names);
	X509_free(shown);
}

static void answer_say(const char *answer, size_t size, int out)
{
	int status = 0;
	if (size >= 12 && sscanf(answer, "HTTP/1.%*1[01] %3d", &status) == 1)
		dprintf(out, "status %d\n", status);
	else
		dprintf(out, size ? "other\n" : "closed\n");
	const char *location = strcasestr(answer, "\nlocation:");
	if (location && status / 100 == 3 && !strstr(location, UNKNOWN_NAME))
		dprintf(out, "location %.*s\n", (int)strcspn(location + 10 + strspn(location + 10, " "), "\r\n"),
			location + 10 + strspn(location + 10, " "));
}

static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: " UNKNOWN_NAME "\r\nConnection: close\r\n\r\n";

static void ask_plain(int fd, int out)
{
	char answer[ANSWER_MAX + 1] = "";
	ssize_t n = send(fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) < 0 ? -1 : recv(fd, answer, ANSWER_MAX, 0);
	answer_say(answer, n > 0 ? (size_t)n : 0, out);
}

// Not verified on purpose: any certificate that is shown is what is looked for.
static void ask_tls(int fd, int out)
{
	char answer[ANSWER_MAX + 1] = "";
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *tls = context ? SSL_new(context) : NULL;
	if (tls && SSL_set_fd(tls, fd) == 1 && SSL_set_tlsext_host_name(tls, UNKNOWN_NAME) == 1 && SSL_connect(tls) == 1) {
		certificate_say(tls, out);
		int n = SSL_write(tls, REQUEST, sizeof REQUEST - 1) > 0 ? SSL_read(tls, answer, ANSWER_MAX) : 0;
		answer_say(answer, n > 0 ? (size_t)n : 0, out); // a client certificate is demanded by an alert at this place
	} else {
		dprintf(out, "refused\n");
	}
	SSL_free(tls);
	SSL_CTX_free(context);
}

static void origin_ask(const void *context, int out)
{
	const struct origin *o = context;
	int fd = origin_connect(o->socket);
	if (fd < 0)
		dprintf(out, "unreachable %s\n", strerror(-fd));
	else
		(o->tls ? ask_tls : ask_plain)(fd, out);
}

// 4xx to an unknown name is a refusal; so is a connection that is shut.
static void origin_judge(struct examination *e, const struct origin *o, const char *said)
{
	const char *where = host_socket_text(e->host, o->socket), *how = o->tls ? "TLS" : "HTTP";
	const char *name = strstr(said, "name "), *location = strstr(said, "location "), *status = strstr(said, "status ");
	if (!strncmp(said, "unreachable", 11)) {
		found_unknown(e, "%s could not be asked: %.80s", where, said + 12);
		return;
	}
	if (name)
		found_fail(e, NULL, "%s shows the certificate of %.*s to a name that nobody serves", where, (int)strcspn(name + 5, "\n"), name + 5);
	if (location)
		found_fail(e, NULL, "%s tells a stranger where the site is: %.*s", where, (int)strcspn(location + 9, "\n"), location + 9);
	else if (status && status[7] == '2')
		found_fail(e, NULL, "%s answers %.3s over %s to a name that nobody serves, without a client certificate", where, status + 7, how);
	else
		found_read(e, "%s over %s: %.*s", where, how, (int)strcspn(status ? status : said, "\n"), status ? status : said);
}

void net_07(struct examination *e)
{
	const struct host_sockets *all = found_sockets(e);
	size_t count = 0;
	if (all && !host_is_live(e->host)) {
		found_not_applicable(e, "a tree does not answer; only a running host can be asked");
		return;
	}
	for (size_t i = 0; all && i < all->count; i++) {
		if (!web_listener(&all->socket[i]))
			continue;
		if (count++ == ORIGINS_MAX) {
			found_unknown(e, "there are more than %d web listeners; the others were not asked", ORIGINS_MAX);
			break;
		}
		for (int tls = 0; tls < 2; tls++) {
			struct origin o = { &all->socket[i], tls };
			const struct host_output *said = host_ask(e->host, origin_ask, &o);
			if (said->error)
				found_unknown(e, "%s could not be asked: %s", host_socket_text(e->host, o.socket), strerror(-said->error));
			else
				origin_judge(e, &o, said->text);
		}
	}
	if (all && !count)
		found_not_applicable(e, "nothing on this host listens for the web");
}
