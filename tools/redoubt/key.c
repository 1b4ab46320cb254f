// SPDX-License-Identifier: Apache-2.0
// redoubt key add | remove
#include "client.h"
#include "command.h"
#include "ip_rule.h"
#include "keymaker.h"

#include "crypto/secret.h"

struct wish { const char *kind, *scopes, *ip, *public_file; };

static bool scopes_read(const char *text, uint8_t *ret)
{
	static const struct { const char *name; uint8_t scope; } NAMES[] = {
		{ "read", SCOPE_READ }, { "trade", SCOPE_TRADE }, { "withdraw", SCOPE_WITHDRAW } };
	uint8_t scopes = 0;
	for (const char *at = text; *at;) {
		size_t size = strcspn(at, ","), i;
		for (i = 0; i < ARRAY_LEN(NAMES); i++)
			if (strlen(NAMES[i].name) == size && !memcmp(NAMES[i].name, at, size))
				break;
		if (i == ARRAY_LEN(NAMES)) {
			complain("--scopes is a list of read, trade and withdraw with commas, not '%s'", text);
			return false;
		}
		scopes |= NAMES[i].scope;
		at += size + (at[size] == ',');
	}
	*ret = scopes;
	return true;
}

static bool rules_read(const char *text, struct key_add *to)
{
	for (const char *at = text; at && *at;) {
		size_t size = strcspn(at, ",");
		if (to->ip_rules == IP_RULES_MAX) {
			complain("a key has room for %d address rules", IP_RULES_MAX);
			return false;
		}
		if (!ip_rule_read(at, size, &to->ip[to->ip_rules++])) {
			complain("'%.*s' is not an address or a prefix such as 203.0.113.0/24 or 2001:db8::/32", (int)size, at);
			return false;
		}
		at += size + (at[size] == ',');
	}
	return true;
}

// The customer made the key pair and gave us the public half.
static bool public_take(const char *path, struct made_key *key)
{
	char pem[1024];
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(pem, 1, sizeof pem, f) : 0;
	if (f)
		fclose(f);
	if (!f || public_pem_read(pem, n, key->add.public_key)) {
		complain("'%s' is not an Ed25519 public key in PEM ('openssl pkey -in KEY -pubout' writes one)", path);
		return false;
	}
	secret_wipe(key->private_pem, sizeof key->private_pem);
	return true;
}

static int key_make(const struct wish *wish, uint32_t customer, struct made_key *key)
{
	struct genesis genesis;
	uint8_t id[32], scopes;
	bool curve = wish->public_file || !strcmp(wish->kind, "ed25519");
	if ((!curve && strcmp(wish->kind, "hmac")) || !scopes_read(wish->scopes, &scopes)) {
		if (!curve && strcmp(wish->kind, "hmac"))
			complain("--kind is hmac or ed25519, not '%s'", wish->kind);
		return EXIT_USAGE;
	}
	if (genesis_load(&genesis, id))
		return EXIT_FAILED;
	if (curve)
		key_make_ed25519(key, customer, scopes);
	else
		key_make_hmac(key, customer, scopes, genesis.auth_public);
	return rules_read(wish->ip, &key->add) && (!wish->public_file || public_take(wish->public_file, key)) ? EXIT_DONE :
														EXIT_USAGE;
}

static void key_say(const struct made_key *k, uint64_t index)
{
	const char *secret = k->add.kind == KEY_HMAC ? k->secret : k->private_pem;
	json_t *o = json_pack("{s:I, s:i, s:s, s:s}", "key", (json_int_t)index, "customer", (int)k->add.customer, "kind",
			      k->add.kind == KEY_HMAC ? "HMAC" : "ED25519", "apiKey", k->add.api_key);
	if (*secret)
		json_object_set_new(o, k->add.kind == KEY_HMAC ? "secret" : "privateKey", json_string(secret));
	result_say(o, "key %llu\n  api key  %s\n  %s%s\n%s", (unsigned long long)index, k->add.api_key,
		   k->add.kind == KEY_HMAC ? "secret   " : "", secret,
		   *secret ? "It is shown this once and kept nowhere." : "");
}

int command_key_add(int argc, char **argv)
{
	struct wish wish = { .kind = "hmac", .scopes = "read,trade" };
	const struct option options[] = { { "--kind", &wish.kind, NULL }, { "--scopes", &wish.scopes, NULL },
					  { "--ip", &wish.ip, NULL }, { "--public", &wish.public_file, NULL } };
	const char *word[1];
	uint64_t customer, index;
	uint8_t body[1024];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "CUSTOMER", 0, UINT32_MAX, &customer))
		return EXIT_USAGE;
	struct made_key *key = secret_alloc(sizeof *key);
	if (!key)
		return EXIT_FAILED;
	r = key_make(&wish, (uint32_t)customer, key);
	if (!r)
		r = statement_send(ENTRY_KEY_ADD, body, key_add_write(&key->add, body, sizeof body), &index);
	if (!r)
		key_say(key, index);
	secret_free(key);
	return r;
}

int command_key_remove(int argc, char **argv)
{
	const char *word[1];
	uint64_t key;
	uint8_t body[16];
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "KEY", 0, UINT32_MAX, &key))
		return EXIT_USAGE;
	struct key_remove removal = { (uint32_t)key };
	r = statement_send(ENTRY_KEY_REMOVE, body, key_remove_write(&removal, body, sizeof body), NULL);
	if (!r)
		result_say(json_pack("{s:I}", "removed", (json_int_t)key), "key %s is removed", word[0]);
	return r;
}
