// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "directory.h"
#include "init.h"

#include "crypto/secret.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *key_object(const char *label, const struct made_key *k)
{
	bool hmac = k->add.kind == KEY_HMAC;
	return json_pack("{s:i s:s s:s s:s s:s}", "customer", (int)k->add.customer, "label", label, "kind",
			 hmac ? "HMAC" : "ED25519", "apiKey", k->add.api_key, hmac ? "secret" : "privateKey",
			 hmac ? k->secret : k->private_pem);
}

int init_demo_keys(const struct demo_keys *keys)
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

static json_t *chain_object(const struct init *in)
{
	const struct chain_facts *c = &in->chain;
	return json_pack("{s:s s:s s:s s:s s:s s:s s:i}", "subject", c->subject, "sha256", c->certificate_sha256, "root", c->root, "trust",
			 in->trust ? in->trust : "system", "trustSha256", c->trust_sha256, "ends", c->ends, "daysLeft", c->days_left);
}

static void result_json(const struct init *in, const struct demo_keys *keys)
{
	json_t *line = json_pack("{s:s s:b}", "dir", globals.dir, "demo", (int)in->demo);
	json_t *list = json_array();
	for (size_t i = 0; in->demo && i < DEMO_KEYS; i++)
		json_array_append_new(list, key_object(keys->row[i].label, &keys->row[i].key));
	json_object_set_new(line, "keys", list);
	if (in->production)
		json_object_set_new(line, "certificate", chain_object(in));
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static void production_print(const struct init *in)
{
	const struct chain_facts *c = &in->chain;
	printf("Its certificate %s ends %s (in %d days); its chain ends at %s, a root of %s.\n"
	       "Whether it was revoked was not asked: nothing here asks a network.\n"
	       "It begins without assets and markets: redoubt asset add, redoubt market add.\n"
	       "Move %s to where only the operators reach it; without it no control entry can be made.\n",
	       c->subject, c->ends, c->days_left, c->root, in->trust ? in->trust : "the system's trust store",
	       path_in("keys/operator.key").text);
}

void init_report(const struct init *in, const struct demo_keys *keys)
{
	if (globals.json) {
		result_json(in, keys);
		return;
	}
	printf("A new %s exchange is in %s.\n", in->demo ? "demo" : "production", globals.dir);
	if (in->demo)
		keys_print(keys);
	else
		production_print(in);
	printf("Next: redoubt --dir %s start\n", globals.dir);
}
