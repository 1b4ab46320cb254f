// SPDX-License-Identifier: Apache-2.0
// ENV-01: what tests leave behind: units, databases, chains without value, demo keys.
#include "checks/environment/environment.h"
#include "checks/look.h"

#include <ctype.h>
#include <strings.h>

static const char *const WORDS[] = { "test", "tests", "testing", "dev", "devel", "development", "staging", "stage", "demo", "sandbox", "mock", "qa", "uat", "debug" };

// Whether one of the words stands alone in a name, between what is no letter: "my-test.service", not "latest.service".
static bool name_tells(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
		size_t size = strlen(WORDS[i]);
		for (const char *at = name; (at = strcasestr(at, WORDS[i])); at += size) {
			bool begins = at == name || !isalpha((unsigned char)at[-1]), ends = !isalpha((unsigned char)at[size]);
			if (begins && ends)
				return true;
		}
	}
	return false;
}

static int unit_visit(void *context, const struct walk_entry *w)
{
	struct examination *e = context;
	bool unit = text_ends(w->name, ".service") || text_ends(w->name, ".timer") || text_ends(w->name, ".socket") || text_ends(w->name, ".path");
	if (!S_ISDIR(w->status->st_mode) && unit && name_tells(w->name))
		found_fail(e, host_print(e->host, "systemctl disable --now %s", w->name), "the unit %s", w->path);
	return 0;
}

static void units_judge(struct examination *e)
{
	static const char *const FOLDERS[] = { "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++)
		look_walk(e, FOLDERS[i], unit_visit, e);
}

// Chains that have no value, in what our daemons read.
static void endpoints_judge(struct examination *e, const char *path)
{
	static const char *const CHAINS[] = { "testnet", "regtest", "signet", "devnet", "sepolia", "goerli", "holesky", "hoodi", "ropsten", "rinkeby", "kovan",
					      "mumbai", "amoy", "chapel", "fuji", "alfajores", "ganache", "hardhat", "anvil" };
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
	bool database = text_ends(w->name, ".db") || text_ends(w->name, ".sqlite") || text_ends(w->name, ".sqlite3") || text_ends(w->name, ".mdb");
	if (S_ISREG(w->status->st_mode) && database && name_tells(w->name))
		found_fail(e, host_print(e->host, "rm %s", w->path), "the database %s", w->path);
	return 0;
}

void environment_traces_judge(struct examination *e)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	const struct host_names *names = host_names(e->host, "/etc/redoubt");
	units_judge(e);
	for (size_t i = 0; i < names->count; i++)
		if (text_ends(names->name[i], ".conf"))
			endpoints_judge(e, host_print(e->host, "/etc/redoubt/%s", names->name[i]));
	for (size_t i = 0; i < count; i++) {
		struct stat s;
		endpoints_judge(e, host_print(e->host, "%s/redoubt.conf", exchange[i]));
		if (!host_lstat(e->host, host_print(e->host, "%s/demo-keys.json", exchange[i]), &s))
			found_fail(e, "found a new exchange: redoubt init --production", "%s is a demo: it has demo-keys.json", exchange[i]);
		look_walk(e, exchange[i], database_visit, e);
	}
	look_walk(e, "/srv", database_visit, e);
	found_read(e, "units, configuration and databases looked for");
}
