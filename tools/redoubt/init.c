// SPDX-License-Identifier: Apache-2.0
// redoubt init: makes the directory of a new exchange. It is built beside its
// place and renamed there, so that there is a whole one or none.
#include "certificate.h"
#include "command.h"
#include "directory.h"
#include "genesis.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "exchange/exchange.h"

#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct init {
	const char *origin, *certificate, *certificate_key, *customers, *orders, *listen;
	bool demo, production;
};

static const char CONFIGURATION[] =
	"# Redoubt's settings. What is not said here has its default; docs/man/redoubt.conf.5 names them all.\n"
	"%s"
	"gateway : { listen = \"%s\";%s };\n";
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
	if (in->origin && (!*in->origin || strlen(in->origin) > ORIGIN_MAX || strpbrk(in->origin, " +\n\t"))) {
		complain("the origin '%s' must have 1 to %d characters, without spaces and '+'", in->origin, ORIGIN_MAX);
		return false;
	}
	if (!in->certificate != !in->certificate_key) {
		complain("--certificate and --certificate-key belong together");
		return false;
	}
	if (in->production && !in->certificate) {
		complain("production needs the site's certificate: --certificate FILE --certificate-key FILE (PEM)");
		return false;
	}
#ifndef REDOUBT_RELEASE
	if (in->production) {
		complain("this is a debug build: production takes a release build (dev/build release)");
		return false;
	}
#endif
	return true;
}

// Reads a PEM file that the operator names (relative to where he stands).
static int pem_read(const char *path, char to[CERTIFICATE_PEM_MAX])
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(to, 1, CERTIFICATE_PEM_MAX - 1, f) : 0;
	bool whole = f && !ferror(f) && feof(f);
	if (f)
		fclose(f);
	to[n] = 0;
	if (!whole)
		complain("cannot read '%s': %s", path, f ? "it is larger than 8 KB" : strerror(errno));
	return whole ? 0 : -1;
}

static int certificate_take(const struct init *in, char *key, char *pem)
{
	if (!in->certificate) {
		if (!certificate_make(NULL, key, pem))
			return 0;
		complain("OpenSSL could not make a certificate: %s", certificate_error());
		return -1;
	}
	if (pem_read(in->certificate, pem) || pem_read(in->certificate_key, key))
		return -1;
	int self = certificate_self_signed(pem, key);
	if (self < 0)
		complain("'%s' is no certificate, or '%s' is not its key: %s", in->certificate, in->certificate_key,
			 certificate_error());
	else if (self && in->production)
		complain("'%s' is self-signed; production needs a certificate that clients can check", in->certificate);
	return self < 0 || (self && in->production) ? -1 : 0;
}

static int certificate_write(const struct init *in)
{
	char *key = secret_alloc(CERTIFICATE_PEM_MAX), *pem = malloc(CERTIFICATE_PEM_MAX);
	int r = key && pem ? certificate_take(in, key, pem) : -1;
	if (!r)
		r = file_create("keys/tls.key", 0600, key, strlen(key));
	if (!r)
		r = file_create("keys/tls.crt", 0644, pem, strlen(pem));
	secret_free(key);
	free(pem);
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
	const char *origin = in->origin ? in->origin : in->demo ? "redoubt.local/demo" : "redoubt.local/exchange";
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

static json_t *key_object(const char *label, const struct made_key *k)
{
	bool hmac = k->add.kind == KEY_HMAC;
	return json_pack("{s:i s:s s:s s:s s:s}", "customer", (int)k->add.customer, "label", label, "kind",
			 hmac ? "HMAC" : "ED25519", "apiKey", k->add.api_key, hmac ? "secret" : "privateKey",
			 hmac ? k->secret : k->private_pem);
}

static int demo_keys_write(const struct demo_keys *keys)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < DEMO_KEYS; i++)
		json_array_append_new(list, key_object(keys->row[i].label, &keys->row[i].key));
	json_t *file = json_pack("{s:o}", "keys", list);
	char *text = file ? json_dumps(file, JSON_INDENT(2)) : NULL;
	int r = text ? file_create("demo-keys.json", 0600, text, strlen(text)) : -ENOMEM;
	if (text)
		secret_wipe(text, strlen(text));
	free(text);
	json_decref(file);
	return r;
}

static int founding_make(const struct init *in, const struct house_keys *k, struct demo_keys *ret_keys)
{
	struct genesis genesis;
	struct founding_draft f;
	uint8_t *to = malloc(FOUNDING_SIZE_MAX);
	int r = to ? genesis_fill(in, k, &genesis) : -ENOMEM;
	if (!r) {
		founding_begin(&f, &genesis, k->operator, (uint32_t)getuid(), to, FOUNDING_SIZE_MAX);
		founding_markets(&f);
		if (in->demo)
			founding_demo(&f, k->auth_public, ret_keys);
		ASSERT(!f.entries.failed);
		r = file_create("founding", 0644, to, writer_size(&f.entries));
	}
	free(to);
	return r;
}

static int configuration_write(const struct init *in)
{
	char text[sizeof CONFIGURATION + sizeof DEMO_REASON + sizeof DEMO_LIMIT + 256];
	const char *listen = in->listen ? in->listen : "127.0.0.1:8443";
	int n = snprintf(text, sizeof text, CONFIGURATION, in->demo ? DEMO_REASON : "", listen,
			 in->demo ? DEMO_LIMIT : "");
	if (n < 0 || (size_t)n >= sizeof text || strpbrk(listen, "\"\\\n")) {
		complain("--listen '%s' is not an address and port such as 127.0.0.1:8443", listen);
		return -1;
	}
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
		r = demo_keys_write(ret_keys);
	secret_free(k);
	return r;
}

static void keys_print(const struct demo_keys *keys)
{
	for (size_t i = 0; i < DEMO_KEYS; i++) {
		const struct made_key *k = &keys->row[i].key;
		bool hmac = k->add.kind == KEY_HMAC;
		printf("%s (customer %u), %s key\n  api key  %s\n  %s%s\n", keys->row[i].label, k->add.customer,
		       hmac ? "HMAC" : "Ed25519", k->add.api_key, hmac ? "secret   " : "", hmac ? k->secret : k->private_pem);
	}
	printf("These are shown once; %s keeps them for the demo (mode 0600).\n", path_in("demo-keys.json").text);
}

static void result_print(const struct init *in, const struct demo_keys *keys)
{
	if (globals.json) {
		json_t *line = json_pack("{s:s s:b}", "dir", globals.dir, "demo", (int)in->demo);
		json_t *list = json_array();
		for (size_t i = 0; in->demo && i < DEMO_KEYS; i++)
			json_array_append_new(list, key_object(keys->row[i].label, &keys->row[i].key));
		json_object_set_new(line, "keys", list);
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
		return;
	}
	printf("A new %s exchange is in %s.\n", in->demo ? "demo" : "production", globals.dir);
	if (in->demo)
		keys_print(keys);
	else
		printf("Move %s to where only the operators reach it; without it no control entry can be made.\n",
		       path_in("keys/operator.key").text);
	printf("Next: redoubt --dir %s start\n", globals.dir);
}

// rename(2) replaces an empty directory and nothing else, which is just the check that is wanted.
static int move_into_place(const char *from, const char *to)
{
	if (!chmod(from, 0755) && !rename(from, to))
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST)
		complain("%s is not empty; an exchange is founded once. Name another --dir", to);
	else
		complain("cannot make %s: %s", to, strerror(errno));
	return -1;
}

int command_init(int argc, char **argv)
{
	struct init in = { 0 };
	const struct option options[] = {
		{ "--demo", NULL, &in.demo }, { "--production", NULL, &in.production },
		{ "--origin", &in.origin, NULL }, { "--certificate", &in.certificate, NULL },
		{ "--certificate-key", &in.certificate_key, NULL }, { "--customers", &in.customers, NULL },
		{ "--orders", &in.orders, NULL }, { "--listen", &in.listen, NULL },
	};
	int n = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (n < 0)
		return options_exit(n);
	if (!arguments_good(&in))
		return EXIT_USAGE;
	char building[PATH_MAX];
	const char *place = globals.dir;
	if (snprintf(building, sizeof building, "%s.new-%d", place, (int)getpid()) >= (int)sizeof building - 64 ||
	    mkdir(building, 0700)) {
		complain("cannot make the directory %s: %s", building, strerror(errno));
		return EXIT_FAILED;
	}
	struct demo_keys *keys = secret_alloc(sizeof *keys);
	globals.dir = building;
	int r = keys ? house_build(&in, keys) : -ENOMEM;
	globals.dir = place;
	if (!r)
		r = move_into_place(building, place);
	if (r)
		nftw(building, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	else
		result_print(&in, keys);
	secret_free(keys);
	return r ? EXIT_FAILED : EXIT_DONE;
}
