// SPDX-License-Identifier: Apache-2.0
// ENV: whether production is only production.
#include "checks/environment/environment.h"
#include "checks/look.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define MARKER "/etc/redoubt/environment"
#define INVENTORY "/etc/redoubt/development.fingerprints"

static const char *const ROLES[] = { "production", "test", "development" };

// --- ENV-01 --------------------------------------------------------------------------------------------------------

static void env_01(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	if (!m)
		return;
	if (m->role != ROLE_PRODUCTION) {
		found_not_applicable(e, "the manifest says that this host is for %s", ROLES[m->role]);
		return;
	}
	environment_tools_judge(e);
	environment_traces_judge(e);
}

// --- ENV-02 --------------------------------------------------------------------------------------------------------

struct comparing { struct examination *e; const struct host_file *inventory; size_t count; };

static void credential_judge(struct comparing *c, const char *path)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	const struct host_file *f = host_file(c->e->host, path);
	if (f->error || !f->size)
		return;
	sha256_of(f->text, f->size, digest);
	hex_encode(digest, sizeof digest, hex);
	c->count++;
	if (strstr(c->inventory->text, hex))
		found_fail(c->e, NULL, "%s is a credential of development's, by its fingerprint %.16s...", path, hex);
}

static int credential_visit(void *context, const struct walk_entry *w)
{
	struct comparing *c = context;
	if (S_ISREG(w->status->st_mode) && (text_ends(w->name, ".key") || text_ends(w->name, "_key") || text_ends(w->name, ".pem") ||
					    text_ends(w->name, ".env") || text_begins(w->name, "id_")))
		credential_judge(c, w->path);
	return 0;
}

static void env_02(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_file *marker = host_file(e->host, MARKER);
	struct comparing c = { .e = e, .inventory = host_file(e->host, INVENTORY) };
	const char *exchange[EXCHANGES_MAX];
	if (!m)
		return;
	size_t size = strcspn(marker->text, "\n \t"), count = look_exchanges(e, exchange, EXCHANGES_MAX);
	if (marker->error == -ENOENT)
		found_fail(e, host_print(e->host, "echo %s > " MARKER, ROLES[m->role]), "there is no marker " MARKER);
	else if (found_file(e, marker) && (strlen(ROLES[m->role]) != size || strncmp(marker->text, ROLES[m->role], size)))
		found_fail(e, "find out which of the two is wrong", MARKER " says '%.*s', the manifest says %s", (int)size, marker->text, ROLES[m->role]);
	if (m->role != ROLE_PRODUCTION) {
		found_read(e, MARKER " %s; its credentials are what production's are compared with", ROLES[m->role]);
		return;
	}
	if (c.inventory->error) {
		found_unknown(e, "there is no " INVENTORY " (SHA-256 of each credential of development, one a line) to compare with");
		return;
	}
	look_walk(e, "/etc/redoubt", credential_visit, &c);
	look_walk(e, "/etc/ssh", credential_visit, &c);
	for (size_t i = 0; i < count; i++)
		look_walk(e, host_print(e->host, "%s/keys", exchange[i]), credential_visit, &c);
	found_read(e, "%zu credentials, none of them development's", c.count);
}

// --- ENV-03 --------------------------------------------------------------------------------------------------------

// Addresses that no stranger reaches directly: RFC 1918, RFC 6598, link-local, unique-local, loopback.
static bool private_address(const struct host_socket *s)
{
	const uint8_t *a = s->address;
	if (host_socket_loopback(s))
		return true;
	if (s->v6)
		return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
	return a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) || (a[0] == 100 && (a[1] & 0xc0) == 64) ||
	       (a[0] == 169 && a[1] == 254);
}

static void env_03(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_sockets *all = host_sockets(e->host);
	if (!m)
		return;
	if (m->role == ROLE_PRODUCTION) {
		found_not_applicable(e, "the manifest says that this host is production");
		return;
	}
	if (all->error) {
		found_unknown(e, "the listening sockets could not be read: %s", strerror(-all->error));
		return;
	}
	for (size_t i = 0; i < all->count; i++)
		if (!private_address(&all->socket[i]) && all->socket[i].port != m->ssh_port)
			found_fail(e, NULL, "%s on a host for %s", host_socket_text(e->host, &all->socket[i]), ROLES[m->role]);
	found_read(e, "%zu listening sockets on a host for %s", all->count, ROLES[m->role]);
}

const struct check environment_checks[] = {
	{ "ENV-01", SEVERITY_HIGH, "S",
	  "Production has no tools for building and testing",
	  "no compilers, debuggers or sniffers by package, name or content; no test units, test databases or testnet endpoints",
	  "they are the intruder's tool-box",
	  "apt-get purge PACKAGE", env_01 },
	{ "ENV-02", SEVERITY_HIGH, "S",
	  "No credentials are shared between environments",
	  "an environment marker; fingerprints differ from development's",
	  "development leaks first",
	  "rotate the credential", env_02 },
	{ "ENV-03", SEVERITY_HIGH, "S",
	  "Development and test are not public",
	  "no public listener on a host of role test or development",
	  "they have weak passwords and real data",
	  "shut the port in the firewall", env_03 },
};
const size_t environment_check_count = ARRAY_LEN(environment_checks);
