// SPDX-License-Identifier: Apache-2.0
// A draft of the manifest from what runs now. It is a draft: an intruder's listener would be learnt, too.
#include "host/host.h"
#include "checks/manifest.h"

#include <arpa/inet.h>
#include <stdio.h>

// A name that the manifest can hold. Others come from somebody who wants a line of the draft, or the terminal: they are
// made harmless and leave a comment.
static const char *name_draft(struct host *h, const char *fact, const char *name)
{
	char *plain = host_copy(h, name, strlen(name));
	bool good = *name != 0;
	for (char *at = plain; *at; at++) {
		if (*at > ' ' && *at < 127 && *at != '#')
			continue;
		*at = '?';
		good = false;
	}
	return good ? host_print(h, "%s %s", fact, plain) : host_print(h, "# its name is not plain: %s %s", fact, plain);
}

static const char *listens_draft(struct host *h)
{
	const struct host_sockets *all = host_sockets(h);
	const char *text = all->error ? "# the listening sockets could not be read\n" : "";
	for (size_t i = 0; i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		char address[INET6_ADDRSTRLEN];
		const char *program = s->owner ? host_basename(*s->owner->program ? s->owner->program : s->owner->name) : "";
		inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->address, address, sizeof address);
		const char *fact = host_print(h, "listen %s %s %u", s->udp ? "udp" : "tcp", address, s->port);
		text = host_print(h, "%s%s%s\n", text, *program ? name_draft(h, fact, program) : host_print(h, "# no owner found: %s ?", fact),
				  host_socket_wildcard(s) ? "   # on every address" : "");
	}
	return text;
}

// Units that something wants at boot: the links in *.wants.
static const char *services_draft(struct host *h)
{
	static const char *const PLACES[] = { "/etc/systemd/system/multi-user.target.wants",
					      "/etc/systemd/system/timers.target.wants",
					      "/etc/systemd/system/sockets.target.wants" };
	const char *text = "";
	for (size_t p = 0; p < ARRAY_LEN(PLACES); p++) {
		const struct host_names *names = host_names(h, PLACES[p]);
		for (size_t i = 0; i < names->count; i++)
			text = host_print(h, "%s%s\n", text, name_draft(h, "service", names->name[i]));
	}
	return text;
}

static const char *admins_draft(struct host *h)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		if (strncmp(line, "sudo:", 5))
			continue;
		const char *text = "", *at = strrchr(line, ':') + 1;
		while (*at) {
			size_t size = strcspn(at, ",");
			text = host_print(h, "%s%s\n", text, name_draft(h, "admin", host_copy(h, at, size)));
			at += size + (at[size] == ',');
		}
		return *text ? text : "# the group sudo has no members\n";
	}
	return "# there is no group sudo\n";
}

const char *manifest_learn(struct host *h)
{
	return host_print(h,
			  "# A draft from what runs now. Read every line: what does not belong here was learnt, too.\n"
			  "role production\n\n# listening sockets\n%s\n# units\n%s\n# people who may become root\n%s\n"
			  "# say it yourself: who may reach which port\n"
			  "# ssh-port 2222\n# ssh-from 198.51.100.0/28\n# ssh-user-ca SHA256:...\n# proxy 203.0.113.0/24\n"
			  "# proxy-file /etc/redoubt/proxies\n# engine redoubt-engine\n# web-root /srv/www\n"
			  "# backup-catalogue /var/lib/redoubt/backup\n",
			  listens_draft(h), services_draft(h), admins_draft(h));
}
