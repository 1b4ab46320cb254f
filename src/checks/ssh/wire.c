// SPDX-License-Identifier: Apache-2.0
// SSH-03: which methods the running sshd offers, asked on its own sockets with USERAUTH "none" (RFC 4252 section 5.2),
// in a child without root. sshd logs one attempt of a user that does not exist.
#include "checks/ssh/ssh.h"

#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <stdio.h>
#include <unistd.h>

#define LISTENERS_MAX 8
#define NO_USER "redoubt-host-check"

struct door { const struct host_socket *socket; };

static void methods_say(ssh_session session, int out)
{
	static const struct { int bit; const char *name; } METHODS[] = {
		{ SSH_AUTH_METHOD_PUBLICKEY, "publickey" }, { SSH_AUTH_METHOD_PASSWORD, "password" },
		{ SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive" }, { SSH_AUTH_METHOD_HOSTBASED, "hostbased" },
		{ SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic" } };
	int r = ssh_userauth_none(session, NULL), methods = ssh_userauth_list(session, NULL);
	if (r == SSH_AUTH_SUCCESS)
		dprintf(out, " none"); // it let us in
	else if (r == SSH_AUTH_ERROR)
		dprintf(out, "! %.200s", ssh_get_error(session));
	for (size_t i = 0; i < ARRAY_LEN(METHODS) && r != SSH_AUTH_ERROR; i++)
		if (methods & METHODS[i].bit)
			dprintf(out, " %s", METHODS[i].name);
}

static void door_ask(const void *context, int out)
{
	const struct host_socket *s = ((const struct door *)context)->socket;
	char address[INET6_ADDRSTRLEN];
	unsigned port = s->port;
	long seconds = 3;
	bool no = false;
	inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->address, address, sizeof address);
	ssh_session session = ssh_new();
	if (!session || ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) ||
	    ssh_options_set(session, SSH_OPTIONS_HOST, host_socket_wildcard(s) ? s->v6 ? "::1" : "127.0.0.1" : address) ||
	    ssh_options_set(session, SSH_OPTIONS_PORT, &port) || ssh_options_set(session, SSH_OPTIONS_USER, NO_USER) ||
	    ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) || ssh_options_set(session, SSH_OPTIONS_SSH_DIR, "/nonexistent"))
		dprintf(out, "! libssh could not be set up");
	else if (ssh_connect(session) != SSH_OK)
		dprintf(out, "! %.200s", ssh_get_error(session));
	else
		methods_say(session, out);
}

static void door_judge(struct examination *e, const struct host_socket *s, const char *said)
{
	const char *where = host_socket_text(e->host, s), *word[8];
	if (*said == '!' || !*said) {
		found_unknown(e, "%s did not say its methods:%s", where, *said ? said + 1 : " it said nothing");
		return;
	}
	size_t words = host_words(e->host, said, word, ARRAY_LEN(word));
	for (size_t i = 0; i < words && i < ARRAY_LEN(word); i++)
		if (strcmp(word[i], "publickey"))
			found_fail(e, NULL, "%s offers %s", where, word[i]);
	found_read(e, "%s offers%s", where, said);
}

void ssh_03(struct examination *e)
{
	const struct host_sockets *all = host_sockets(e->host);
	size_t count = 0;
	if (!host_is_live(e->host)) {
		found_not_applicable(e, "a tree does not answer; only a running host can be asked");
		return;
	}
	if (all->error) {
		found_unknown(e, "the listening sockets could not be read: %s", strerror(-all->error));
		return;
	}
	for (size_t i = 0; i < all->count && count < LISTENERS_MAX; i++) {
		struct door d = { &all->socket[i] };
		if (d.socket->udp || !d.socket->owner || strcmp(d.socket->owner->name, "sshd"))
			continue;
		count++;
		const struct host_output *said = host_ask(e->host, door_ask, &d);
		if (said->error)
			found_unknown(e, "%s could not be asked: %s", host_socket_text(e->host, d.socket), strerror(-said->error));
		else
			door_judge(e, d.socket, said->text);
	}
	if (!count)
		found_not_applicable(e, "no sshd listens on this host");
}
