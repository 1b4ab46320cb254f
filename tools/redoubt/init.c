// SPDX-License-Identifier: Apache-2.0
// redoubt init: makes the directory of a new exchange. It is built beside its
// place and renamed there, so that there is a whole one or none.
#include "command.h"
#include "directory.h"
#include "init.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "exchange/exchange.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CONFIGURATION[] =
	"# Redoubt's settings. What is not said here has its default; docs/man/redoubt.conf.5 names them all.\n"
	"%s%s"
	"gateway : { listen = \"%s\";%s%s%s%s };\n";
// On loopback every bot of a demo has the same address, whose limit they would share.
static const char DEMO_REASON[] = "# A demo's bots share one address: its limit is higher than the default 1,200 a minute.\n";
static const char DEMO_LIMIT[] = " weight_per_minute = 600000; accepts_per_minute = 60000;";

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static bool arguments_good(const struct init *in)
{
	if (in->demo == in->production) {
		complain("say --demo (test money, self-signed certificate, printed keys) or --production, once and for ever");
		return false;
	}
	if (in->production)
		return true; // production_judge tells everything at once
	if (in->origin && !origin_fits(in->origin)) {
		complain("the origin '%s' must have 1 to %d characters, without spaces and '+'", in->origin, ORIGIN_MAX);
		return false;
	}
	if (!in->certificate != !in->certificate_key) {
		complain("--certificate and --certificate-key belong together");
		return false;
	}
	struct listen_address unused;
	if (in->listen && !listen_read(in->listen, &unused)) {
		complain("--listen '%s' is not an address and port such as 127.0.0.1:8443", in->listen);
		return false;
	}
	if (in->client_ca) {
		complain("--client-ca says whose client certificates production lets in; a demo lets in everybody");
		return false;
	}
	if (in->trust) {
		complain("--trust says which CA production's certificate is checked against; a demo's is self-signed");
		return false;
	}
	return true;
}

static int site_take(struct init *in)
{
	if (!in->certificate && in->demo)
		return site_make(&in->site);
	if (site_read(&in->site, in->certificate, in->certificate_key))
		return -1;
	if (in->production || certificate_self_signed(in->site.pem, in->site.key) >= 0)
		return 0; // production_judge tells more
	complain("'%s' is no certificate, or '%s' is not its key: %s", in->certificate, in->certificate_key, certificate_error());
	return -1;
}

// False when the exchange may not be founded so, after all that is wrong has been told.
static bool production_good(struct init *in, bool read)
{
	struct production p = { .origin = in->origin, .listen = in->listen, .manifest = in->manifest, .dir = globals.dir };
	struct refusals *r = calloc(1, sizeof *r);
	p.site = (struct site_certificate){ in->certificate, in->certificate_key, in->trust, read && in->certificate ? in->site.pem : NULL,
					    read && in->certificate_key ? in->site.key : NULL };
	ASSERT(r);
	if (in->client_ca)
		in->client_ca_pem = client_ca_read(r, in->client_ca);
	if (!read)
		refusal_add(r, "certificate", "it and its key could not be taken, as said above");
	production_judge(&p, r);
	bool good = r->count == 0;
	if (!good)
		refusals_say(r);
	free(r);
	in->chain = p.facts;
	memcpy(in->listen_text, p.listen_text, LISTEN_TEXT);
	memcpy(in->name, p.name, sizeof p.name);
	in->listen = p.listen == p.listen_text ? in->listen_text : p.listen;
	return good;
}

static int certificate_write(const struct init *in)
{
	int r = file_create("keys/tls.key", 0600, in->site.key, strlen(in->site.key));
	if (!r)
		r = file_create("keys/tls.crt", 0644, in->site.pem, strlen(in->site.pem));
	if (!r && in->client_ca_pem)
		r = file_create("keys/client-ca.pem", 0644, in->client_ca_pem, strlen(in->client_ca_pem));
	return r;
}

static int directories_make(void)
{
	// Each daemon's own user must reach its part; the supervisor gives the parts away. The keys are nobody else's.
	static const struct { const char *name; mode_t mode; } ROWS[] = {
		{ "keys", 0700 }, { "journal", 0700 }, { "snapshots", 0700 }, { "history", 0700 }, { "log", 0755 },
		{ "run", 0755 },
	};
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		struct path p = path_in(ROWS[i].name);
		if (mkdir(p.text, ROWS[i].mode) || chmod(p.text, ROWS[i].mode)) {
			complain("cannot make the directory %s: %s", p.text, strerror(errno));
			return -1;
		}
	}
	return 0;
}

// The five secrets of the house, each in a file that one process gets opened.
struct house_keys { uint8_t journal[32], log[32], auth[32], operator[32], auth_public[32]; };

static int keys_write(struct house_keys *k)
{
	random_bytes(k->journal, 32);
	random_bytes(k->log, 32);
	random_bytes(k->operator, 32);
	sealed_keypair(k->auth_public, k->auth);
	const struct { const char *name; const uint8_t *key; } row[] = {
		{ "keys/journal.key", k->journal }, { "keys/log.key", k->log },
		{ "keys/auth.key", k->auth }, { "keys/operator.key", k->operator },
	};
	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (file_create(row[i].name, 0600, row[i].key, 32))
			return -1;
	return 0;
}

static int genesis_fill(const struct init *in, const struct house_keys *k, struct genesis *g)
{
	uint64_t customers, orders;
	*g = (struct genesis){ .rules = 1, .demo = in->demo, .operators = 1 };
	const char *origin = in->origin ? in->origin : "redoubt.local/demo"; // production has named its own
	memcpy(g->origin, origin, strlen(origin));
	genesis_capacities(in->demo, &g->capacities);
	if (in->customers) {
		if (!number_read(in->customers, "--customers", 2, 100000000, &customers))
			return -1;
		g->capacities.customers = (uint32_t)customers;
		g->capacities.keys = (uint32_t)customers * 2;
	}
	if (in->orders) {
		if (!number_read(in->orders, "--orders", 1024, 1u << 28, &orders))
			return -1;
		g->capacities.orders = (uint32_t)orders;
	}
	if (exchange_memory(g) == 0) {
		complain("these capacities are out of bounds; --customers or --orders is too large");
		return -1;
	}
	random_bytes(g->hash_seed, sizeof g->hash_seed);
	memcpy(g->auth_public, k->auth_public, 32);
	ed25519_public(k->log, g->checkpoint_public);
	ed25519_public(k->operator, g->operator_public[0]);
	return 0;
}

static int founding_make(const struct init *in, const struct house_keys *k, struct demo_keys *ret_keys)
{
	struct genesis genesis;
	struct founding_draft f;
	uint8_t *to = malloc(FOUNDING_SIZE_MAX);
	int r = to ? genesis_fill(in, k, &genesis) : -ENOMEM;
	if (!r) {
		founding_begin(&f, &genesis, k->operator, (uint32_t)getuid(), to, FOUNDING_SIZE_MAX);
		if (in->demo) {
			founding_markets(&f);
			founding_demo(&f, k->auth_public, ret_keys);
		}
		ASSERT(!f.entries.failed);
		r = file_create("founding", 0644, to, writer_size(&f.entries));
	}
	free(to);
	return r;
}

// What the certificate was checked against stays on record, where backups and people find it.
static void record_print(const struct init *in, char *to, size_t size)
{
	const struct chain_facts *c = &in->chain;
	snprintf(to, size, "# Founded for production. Certificate %s, SHA-256 %s,\n# ends %s; its chain ends at %s,\n# a root of %.300s%s%s.\n",
		 c->subject, c->certificate_sha256, c->ends, c->root, in->trust ? in->trust : "the system's trust store",
		 in->trust ? " (--trust), SHA-256 " : "", c->trust_sha256);
	for (char *at = to; *at; at++)
		if ((unsigned char)*at < ' ' && *at != '\n')
			*at = '?';
}

static int configuration_write(const struct init *in)
{
	char record[1024] = "", text[sizeof CONFIGURATION + sizeof DEMO_REASON + sizeof DEMO_LIMIT + sizeof record + LISTEN_TEXT + SITE_NAME_MAX +
	     sizeof " name = \"\"; client_ca = \"keys/client-ca.pem\";"];
	if (in->production)
		record_print(in, record, sizeof record);
	int n = snprintf(text, sizeof text, CONFIGURATION, record, in->demo ? DEMO_REASON : "", in->listen ? in->listen : LISTEN_DEFAULT,
			 in->demo ? DEMO_LIMIT : " name = \"", in->name, in->demo ? "" : "\";",
			 in->client_ca_pem ? " client_ca = \"keys/client-ca.pem\";" : "");
	ASSERT(n > 0 && (size_t)n < sizeof text); // arguments_good has looked at the address
	return file_create("redoubt.conf", 0644, text, (size_t)n);
}

static int house_build(const struct init *in, struct demo_keys *ret_keys)
{
	struct house_keys *k = secret_alloc(sizeof *k);
	int r = k ? directories_make() : -ENOMEM;
	if (!r)
		r = keys_write(k);
	if (!r)
		r = certificate_write(in);
	if (!r)
		r = configuration_write(in);
	if (!r)
		r = founding_make(in, k, ret_keys);
	if (!r && in->demo)
		r = init_demo_keys(ret_keys);
	secret_free(k);
	return r;
}

// rename(2) replaces an empty directory and nothing else, which is just the check that is wanted.
static int move_into_place(const struct init *in, const char *from, const char *to)
{
	// the daemons' users walk through; of production nobody else lists what is there
	if (!chmod(from, in->demo ? 0755 : 0711) && !rename(from, to))
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST)
		complain("%s is not empty; an exchange is founded once. Name another --dir", to);
	else
		complain("cannot make %s: %s", to, strerror(errno));
	return -1;
}

static int found(struct init *in)
{
	char building[PATH_MAX];
	const char *place = globals.dir;
	if (snprintf(building, sizeof building, "%s.new-%d", place, (int)getpid()) >= (int)sizeof building - 64 ||
	    mkdir(building, 0700)) {
		complain("cannot make the directory %s: %s", building, strerror(errno));
		return EXIT_FAILED;
	}
	struct demo_keys *keys = secret_alloc(sizeof *keys);
	globals.dir = building;
	int r = keys ? house_build(in, keys) : -ENOMEM;
	globals.dir = place;
	if (!r)
		r = move_into_place(in, building, place);
	if (r)
		nftw(building, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	else
		init_report(in, keys);
	secret_free(keys);
	return r ? EXIT_FAILED : EXIT_DONE;
}

int command_init(int argc, char **argv)
{
	struct init in = { .manifest = MANIFEST_PATH };
	const struct option options[] = {
		{ "--demo", NULL, &in.demo }, { "--production", NULL, &in.production },
		{ "--origin", &in.origin, NULL }, { "--certificate", &in.certificate, NULL },
		{ "--certificate-key", &in.certificate_key, NULL }, { "--customers", &in.customers, NULL },
		{ "--orders", &in.orders, NULL }, { "--listen", &in.listen, NULL },
		{ "--trust", &in.trust, NULL }, { "--manifest", &in.manifest, NULL },
		{ "--client-ca", &in.client_ca, NULL },
	};
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!arguments_good(&in))
		return EXIT_USAGE;
	bool read = site_take(&in) == 0;
	if (in.production)
		r = production_good(&in, read) ? found(&in) : EXIT_REFUSED;
	else
		r = read ? found(&in) : EXIT_FAILED;
	site_free(&in.site);
	free(in.client_ca_pem);
	return r;
}
