// SPDX-License-Identifier: Apache-2.0
// ENV: whether production is only production.
#include "host/checks.h"
#include "host/look.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define EXCHANGES_MAX 8
#define MARKER "/etc/redoubt/environment"
#define INVENTORY "/etc/redoubt/development.fingerprints"

static const char *const ROLES[] = { "production", "test", "development" };

// --- ENV-01 --------------------------------------------------------------------------------------------------------

static void tools_judge(struct examination *e)
{
	static const char *const FOLDERS[] = { "/usr/bin", "/usr/local/bin", "/bin", "/opt/bin" };
	static const char *const TOOLS[] = { "gcc", "g++", "cc", "c++", "clang", "tcc", "as", "ld", "make", "cmake", "meson", "ninja", "rustc", "go",
					     "gdb", "lldb", "strace", "ltrace", "valgrind", "perf", "bpftrace", "tcpdump", "nmap", "socat", "nc.traditional" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		if (i && host_link(e->host, FOLDERS[i]))
			continue; // /bin is /usr/bin
		for (size_t k = 0; k < ARRAY_LEN(TOOLS); k++) {
			struct stat s;
			const char *path = host_print(e->host, "%s/%s", FOLDERS[i], TOOLS[k]);
			if (!host_lstat(e->host, path, &s))
				found_fail(e, NULL, "%s is there", path);
		}
	}
}

static void units_judge(struct examination *e)
{
	static const char *const FOLDERS[] = { "/etc/systemd/system", "/etc/systemd/system/multi-user.target.wants" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		const struct host_names *names = host_names(e->host, FOLDERS[i]);
		for (size_t k = 0; k < names->count; k++) {
			const char *n = names->name[k];
			if (look_ends(n, ".service") && (look_begins(n, "test") || strstr(n, "-test.") || strstr(n, "-dev.") || strstr(n, "staging") || strstr(n, "-demo.")))
				found_fail(e, host_print(e->host, "systemctl disable --now %s", n), "the unit %s/%s", FOLDERS[i], n);
		}
	}
}

// Chains that have no value, in what our daemons read.
static void endpoints_judge(struct examination *e, const char *path)
{
	static const char *const CHAINS[] = { "testnet", "regtest", "signet", "sepolia", "goerli", "holesky", "ropsten" };
	struct host_lines cursor = { host_file(e->host, path)->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		line += strspn(line, " \t");
		for (size_t i = 0; *line != '#' && i < ARRAY_LEN(CHAINS); i++)
			if (strcasestr(line, CHAINS[i]))
				found_fail(e, NULL, "%s, line %u: %s", path, cursor.number, CHAINS[i]);
	}
}

static int database_visit(void *context, const struct walk_entry *w)
{
	struct examination *e = context;
	bool database = look_ends(w->name, ".db") || look_ends(w->name, ".sqlite") || look_ends(w->name, ".sqlite3");
	if (S_ISREG(w->status->st_mode) && database && (strcasestr(w->name, "test") || strcasestr(w->name, "dev") || strcasestr(w->name, "demo")))
		found_fail(e, host_print(e->host, "rm %s", w->path), "the database %s", w->path);
	return 0;
}

static void env_01(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const char *exchange[EXCHANGES_MAX];
	if (!m)
		return;
	if (m->role != ROLE_PRODUCTION) {
		found_not_applicable(e, "the manifest says that this host is for %s", ROLES[m->role]);
		return;
	}
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	tools_judge(e);
	units_judge(e);
	const struct host_names *names = host_names(e->host, "/etc/redoubt");
	for (size_t i = 0; i < names->count; i++)
		if (look_ends(names->name[i], ".conf"))
			endpoints_judge(e, host_print(e->host, "/etc/redoubt/%s", names->name[i]));
	for (size_t i = 0; i < count; i++) {
		struct stat s;
		endpoints_judge(e, host_print(e->host, "%s/redoubt.conf", exchange[i]));
		if (!host_lstat(e->host, host_print(e->host, "%s/demo-keys.json", exchange[i]), &s))
			found_fail(e, "found a new exchange: redoubt init --production", "%s is a demo: it has demo-keys.json", exchange[i]);
		look_walk(e, exchange[i], database_visit, e);
	}
	look_walk(e, "/srv", database_visit, e);
	found_read(e, "compilers, debuggers, units, configuration and databases looked for");
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
	if (S_ISREG(w->status->st_mode) && (look_ends(w->name, ".key") || look_ends(w->name, "_key") || look_ends(w->name, ".pem") ||
					    look_ends(w->name, ".env") || look_begins(w->name, "id_")))
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
	  "no compilers, debuggers, test units, test databases or testnet endpoints",
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
