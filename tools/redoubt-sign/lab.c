// SPDX-License-Identifier: Apache-2.0
// For tests only: makes vaults without a ceremony, and what is to be signed in them. Seeds are made of a number,
// passphrases are "passphrase N"; nothing here is ever worth anything.
//
//   lab vault DIR N POLICY        signer N's vault with the 2-of-3 wallet "cold" and that policy file
//   lab psbt OUT PAID [WHAT]      a payment of PAID satoshi out of 1.5 BTC, in base64; WHAT alters it:
//                                 foreign-change, no-previous, absurd-fee, known (pays the labelled address)
//   lab intent OUT TXFEE PAID EXPIRY COUNTER [known]   agreed to by two approvers
//   lab combine OUT A B           joins two signed PSBTs, completes and checks them
//   lab policy                    prints a policy; lab safe, lab safe-wallet
//   lab key N, lab account N      signer N's key as a descriptor names it, and his EVM account
//   lab socket                    enters the sandbox and asks for a socket
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "configuration/configuration.h"
#include "confine.h"
#include "crypto/secret.h"
#include "step.h"
#include "unlock.h"

#define CHECK(condition)                                                                                  \
	do {                                                                                              \
		if (!(condition)) {                                                                       \
			fprintf(stderr, "lab: %s:%d: %s\n", __FILE__, __LINE__, #condition);              \
			exit(1);                                                                          \
		}                                                                                         \
	} while (0)

#define SIGNERS 3
static uint8_t memory[32 << 20];
static struct arena arena;
static struct descriptor cold;

static void seed_of(unsigned n, uint8_t seed[32])
{
	char text[32];
	snprintf(text, sizeof text, "lab signer %u", n);
	sha256_of(text, strlen(text), seed);
}

static void master_of(unsigned n, struct hd_private *ret)
{
	uint8_t seed[32];
	seed_of(n, seed);
	CHECK(hd_master(seed, sizeof seed, ret) == 0);
}

#define KEY_TEXT (HD_TEXT_MAX + 64)

static void key_format(unsigned n, char to[KEY_TEXT])
{
	static const char origin[] = "m/48h/1h/0h/2h";
	struct hd_private master, account;
	struct path path;
	uint8_t print[HD_FINGERPRINT_SIZE];
	char hex[9], xpub[HD_TEXT_MAX + 1];
	master_of(n, &master);
	CHECK(path_parse(origin, strlen(origin), &path) == 0 && hd_private_derive(&master, &path, &account) == 0);
	hd_fingerprint(&master.public, print);
	hex_encode(print, sizeof print, hex);
	hd_public_format(&network_regtest, &account.public, xpub);
	snprintf(to, KEY_TEXT, "[%s%s]%s", hex, origin + 1, xpub);
}

static void cold_make(void)
{
	char text[DESCRIPTOR_TEXT_MAX] = "wsh(sortedmulti(2", checksum[9];
	for (unsigned n = 1; n <= SIGNERS; n++) {
		char key[KEY_TEXT];
		key_format(n, key);
		sprintf(text + strlen(text), ",%s/<0;1>/*", key);
	}
	strcat(text, "))");
	CHECK(descriptor_checksum(text, strlen(text), checksum) == 0);
	strcat(strcat(text, "#"), checksum);
	CHECK(descriptor_parse(&network_regtest, text, strlen(text), &cold) == DESCRIPTOR_FINE);
}

static uint8_t *slurp(const char *path, size_t *size)
{
	uint8_t *bytes;
	CHECK(file_read(AT_FDCWD, path, PSBT_SIZE_MAX, &bytes, size) == 0);
	return bytes;
}

// ---- EVM: an account of each signer at m/44h/60h/0h/0/0 -----------------
static void account_of(unsigned n, struct evm_address *ret)
{
	struct hd_private master, key;
	struct path path;
	master_of(n, &master);
	CHECK(path_parse("m/44h/60h/0h/0/0", 16, &path) == 0 && hd_private_derive(&master, &path, &key) == 0);
	CHECK(evm_key_address(key.secret, ret) == 0);
}

static const char safe_address[] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"; // of EIP-55's examples
static const char payee_address[] = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";

static int safe_wallet_text(unsigned n, char *to, size_t room)
{
	char owners[SIGNERS + 1][EVM_ADDRESS_TEXT];
	for (unsigned i = 1; i <= SIGNERS; i++) {
		struct evm_address address;
		account_of(i, &address);
		evm_address_format(&address, owners[i]);
	}
	return snprintf(to, room,
			"redoubt wallet 1\nkind safe\nname vaultsafe\nchain 31337\naddress %s\nowner %s\nowner %s\nowner %s\n"
			"threshold 2\n%s%s%s", safe_address, owners[1], owners[2], owners[3], n <= SIGNERS ? "key m/44h/60h/0h/0/0 " : "",
			n <= SIGNERS ? owners[n] : "", n <= SIGNERS ? "\n" : "");
}

static int account_text(unsigned n, char *to, size_t room)
{
	char text[EVM_ADDRESS_TEXT];
	struct evm_address address;
	account_of(n, &address);
	evm_address_format(&address, text);
	return snprintf(to, room, "redoubt wallet 1\nkind account\nname gas\nchain 31337\naddress %s\nkey m/44h/60h/0h/0/0 %s\n",
			text, text);
}

// ---- approvers ----------------------------------------------------------
static void approver_of(unsigned n, uint8_t seed[32])
{
	char text[32];
	snprintf(text, sizeof text, "lab approver %u", n);
	sha256_of(text, strlen(text), seed);
}

static int lab_policy(int argc, char **argv)
{
	printf("redoubt policy 1\nnetwork regtest\nchain 31337\nintent %s\ngap 100\n"
	       "token 31337 0x6B175474E89094C44Da98b954EedeAC495271d0F 18 DAI\n"
	       "limit bitcoin payment-max=1.2 fee-max=0.001 fee-rate-max=500 fee-share-max=5\n"
	       "window bitcoin seconds=86400 amount-max=1.3 count-max=10\n"
	       "limit 31337 payment-max=10.0 fee-max=0.1 fee-rate-max=200.0\nwindow 31337 seconds=86400 amount-max=20.0\n"
	       "limit 31337:DAI payment-max=1000.0\napprovals 1\n", argc > 0 ? argv[0] : "optional");
	for (unsigned n = 1; n <= 3; n++) {
		uint8_t seed[32], key[32];
		char hex[65];
		approver_of(n, seed);
		ed25519_public(seed, key);
		hex_encode(key, sizeof key, hex);
		printf("approver %s Person %u\n", hex, n);
	}
	return 0;
}

// ---- vaults -------------------------------------------------------------
static struct vault vault;

static int lab_vault(int argc, char **argv)
{
	static char wallet[CONFIGURATION_TEXT_MAX], safe[4096], account[1024], labels[512];
	static const char *const holders[] = { "Anna", "Ben", "Chris" };
	unsigned n = (unsigned)atoi(argv[1]);
	uint8_t seed[32], file[KEYSTORE_FILE_MAX];
	char passphrase[32], address[ADDRESS_TEXT_MAX + 1];
	size_t size, policy_size;
	uint8_t *policy = slurp(argv[2], &policy_size);
	struct output_script script;
	struct keystore *keystore;
	struct log_key *key = secret_alloc(sizeof *key);
	seed_of(n, seed);
	snprintf(passphrase, sizeof passphrase, "passphrase %u", n);
	struct keystore_secret secret = { KEYSTORE_SEED, seed, sizeof seed, "lab", 1 };
	struct keystore_lock lock = { .passphrase = passphrase, .passphrase_size = strlen(passphrase),
				      .cost = { KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MIN } };
	CHECK(keystore_seal(&secret, &lock, file, sizeof file, &size) == 0 && keystore_open(file, size, &lock, &keystore) == 0);
	CHECK(log_key_derive(keystore, key) == 0 && wallet_text_format("cold", &cold, holders, wallet, sizeof wallet) == 0);
	uint8_t hash[20] = { 9, 9, 9 };
	output_witness(0, hash, sizeof hash, &script);
	CHECK(address_format(&network_regtest, output_span(&script), address) == 0);
	snprintf(labels, sizeof labels, "redoubt labels 1\nlabel bitcoin %s Exchange hot\nlabel 31337 %s Supplier\n", address,
		 payee_address);
	const struct vault_change changes[] = {
		{ VAULT_KEYSTORE, file, size },
		{ VAULT_POLICY, policy, policy_size },
		{ VAULT_LABELS, labels, strlen(labels) },
		{ "wallets/cold.wallet", wallet, strlen(wallet) },
		{ "wallets/vaultsafe.wallet", safe, (size_t)safe_wallet_text(n, safe, sizeof safe) },
		{ "wallets/gas.wallet", account, (size_t)account_text(n, account, sizeof account) },
	};
	const struct vault_act act = { .act = "created", .changes = changes, .change_count = ARRAY_LEN(changes) };
	int r = vault_open(argv[0], VAULT_CREATE, &vault);
	if (!r)
		r = vault_act(&vault, key, &act);
	vault_close(&vault);
	keystore_close(keystore);
	secret_free(key);
	free(policy);
	return r;
}

// ---- payments -----------------------------------------------------------
#define FUNDED 150000000ull

static size_t previous_make(uint8_t id[TXID_SIZE], uint8_t *to, size_t room)
{
	struct descriptor_output own;
	CHECK(descriptor_derive(&cold, 0, 3, &own) == 0);
	struct tx_input input = { .previous = { { 1 }, 7 }, .sequence = 0xffffffff };
	struct tx_output output = { FUNDED, output_span(&own.script) };
	struct transaction tx = { 2, 0, &input, 1, &output, 1 };
	struct writer w = writer_over(to, room);
	transaction_write(&tx, false, &w);
	transaction_id(&tx, id);
	CHECK(!w.failed);
	return writer_size(&w);
}

static void text_write(const char *path, const uint8_t *bytes, size_t size)
{
	char *text = malloc(BASE64_SIZE(size) + 1);
	CHECK(text);
	size_t length = base64_encode(bytes, size, text);
	text[length++] = '\n';
	CHECK(file_replace(AT_FDCWD, path, text, length) == 0);
	free(text);
}

static void psbt_out(const char *path, const struct psbt *psbt)
{
	size_t size = psbt_size(psbt);
	uint8_t *bytes = malloc(size);
	CHECK(bytes);
	struct writer w = writer_over(bytes, size);
	psbt_write(psbt, &w);
	CHECK(!w.failed);
	text_write(path, bytes, size);
	free(bytes);
}

static int lab_psbt(int argc, char **argv)
{
	static uint8_t previous[4096];
	uint64_t paid = strtoull(argv[1], NULL, 10), fee = 10000;
	const char *what = argc > 2 ? argv[2] : "";
	struct descriptor_output change;
	struct output_script payee;
	struct psbt psbt;
	uint8_t hash[20] = { 1, 2, 3, 4 };
	if (!strcmp(what, "absurd-fee"))
		fee = 5000000;
	if (!strcmp(what, "known"))
		memcpy(hash, (uint8_t[20]){ 9, 9, 9 }, sizeof hash);
	output_witness(0, hash, sizeof hash, &payee);
	CHECK(descriptor_derive(&cold, 1, 8, &change) == 0);
	struct descriptor_output ours = change;
	if (!strcmp(what, "foreign-change"))
		change.script.bytes[10] ^= 1;
	struct tx_input input = { .sequence = 0xfffffffd };
	size_t size = previous_make(input.previous.txid, previous, sizeof previous);
	struct tx_output outputs[] = { { paid, output_span(&payee) }, { FUNDED - paid - fee, output_span(&change.script) } };
	struct transaction tx = { 2, 0, &input, 1, outputs, 2 };
	CHECK(psbt_create(&tx, &arena, &psbt) == PSBT_FINE);
	CHECK(psbt_put_previous(&psbt, &arena, 0, span_over(previous, size)) == PSBT_FINE);
	CHECK(psbt_describe_input(&psbt, &arena, 0, &cold, 0, 3) == PSBT_FINE);
	if (strcmp(what, "foreign-change")) {
		CHECK(psbt_describe_output(&psbt, &arena, 1, &cold, 1, 8) == PSBT_FINE);
	} else { // says of a foreign script what is true of ours
		struct psbt other;
		outputs[1].script = output_span(&ours.script);
		CHECK(psbt_create(&tx, &arena, &other) == PSBT_FINE);
		CHECK(psbt_describe_output(&other, &arena, 1, &cold, 1, 8) == PSBT_FINE);
		psbt.outputs[1] = other.outputs[1];
	}
	if (!strcmp(what, "no-previous"))
		psbt_remove(&psbt.inputs[0].map, PSBT_IN_NON_WITNESS_UTXO);
	psbt_out(argv[0], &psbt);
	return 0;
}

static void psbt_in(const char *path, struct psbt *ret)
{
	size_t size, length;
	uint8_t *text = slurp(path, &length);
	uint8_t *bytes = arena_take(&arena, 1, length);
	while (length && text[length - 1] == '\n')
		length--;
	CHECK(base64_decode((char *)text, length, bytes, length, &size) == 0);
	CHECK(psbt_parse(span_over(bytes, size), &arena, ret) == PSBT_FINE);
	free(text);
}

static int lab_combine(int argc, char **argv)
{
	struct psbt a, b;
	struct sighash_shared shared;
	struct transaction tx;
	psbt_in(argv[1], &a);
	psbt_in(argv[2], &b);
	CHECK(psbt_combine(&a, &arena, &b) == PSBT_FINE);
	CHECK(psbt_sighash_prepare(&a, PSBT_TO_COMPLETE, &arena, &shared) == PSBT_FINE);
	enum psbt_refusal why = psbt_finalize_input(&a, &arena, &shared, 0);
	if (why) {
		fprintf(stderr, "lab: %s\n", psbt_refusal_text(why));
		return 1;
	}
	CHECK(psbt_extract(&a, &arena, &tx) == PSBT_FINE);
	size_t size = transaction_size(&tx, true);
	uint8_t *bytes = arena_take(&arena, 1, size);
	struct writer w = writer_over(bytes, size);
	transaction_write(&tx, true, &w);
	CHECK(!w.failed);
	text_write(argv[0], bytes, size);
	return 0;
}

static int lab_intent(int argc, char **argv)
{
	static struct intent_signed s;
	static char text[INTENT_ARMOUR_MAX];
	uint8_t seed[32], hash[20] = { 1, 2, 3, 4 };
	struct output_script payee;
	struct intent *intent = &s.intent;
	if (argc > 5 && !strcmp(argv[5], "known"))
		memcpy(hash, (uint8_t[20]){ 9, 9, 9 }, sizeof hash);
	output_witness(0, hash, sizeof hash, &payee);
	intent->chain = policy_chain_bitcoin(&network_regtest);
	strcpy(intent->wallet_name, "cold");
	CHECK(policy_wallet_id(&cold, intent->wallet) == 0);
	strcpy(intent->id, "withdrawal-1");
	strcpy(intent->initiator, "Person 1");
	memcpy(intent->destinations[0].place, payee.bytes, payee.size);
	intent->destinations[0].place_size = (uint8_t)payee.size;
	intent->destinations[0].amount = units_of(strtoull(argv[2], NULL, 10));
	intent->destination_count = 1;
	intent->fee_max = units_of(strtoull(argv[1], NULL, 10));
	intent->expiry = strtoull(argv[3], NULL, 10);
	intent->not_before = intent->expiry - 86400;
	intent->counter = strtoull(argv[4], NULL, 10);
	approver_of(1, seed);
	intent_sign(intent, INTENT_INITIATES, seed, &s.initiator);
	approver_of(2, seed);
	CHECK(intent_approve(&s, seed) == 0);
	size_t size = intent_armour(&s, text);
	CHECK(file_replace(AT_FDCWD, argv[0], text, size) == 0);
	return 0;
}

static int lab_safe(int argc, char **argv)
{
	printf("redoubt safe transaction 1\nchain 31337\nsafe %s\nto %s\nvalue 1500000000000000000\ndata 0x\noperation %s\n"
	       "safe-tx-gas 0\nbase-gas 0\ngas-price 0\ngas-token 0x0000000000000000000000000000000000000000\n"
	       "refund-receiver 0x0000000000000000000000000000000000000000\nnonce 4\n", safe_address, payee_address,
	       argc > 0 ? argv[0] : "call");
	return 0;
}

static int lab_transaction(int argc, char **argv)
{
	struct evm_transaction tx = { .type = EVM_TX_DYNAMIC_FEE, .chain_id = strtoull(argv[0], NULL, 10), .nonce = 5,
				      .gas_limit = 21000, .fee_max = u256_of(50000000000), .fee_priority = u256_of(1000000000),
				      .value = u256_of(1500000000000000000) };
	uint8_t bytes[512];
	char hex[1025];
	size_t size;
	CHECK(evm_address_parse(payee_address, strlen(payee_address), &tx.to) == EVM_ADDRESS_FINE);
	CHECK(evm_tx_encode(&tx, bytes, sizeof bytes, &size) == 0);
	hex_encode(bytes, size, hex);
	printf("0x%s\n", hex);
	return 0;
}

// Signer N's key as it stands in a descriptor, and his account.
static int lab_key(int argc, char **argv)
{
	char text[KEY_TEXT];
	key_format((unsigned)atoi(argv[0]), text);
	puts(text);
	return 0;
}

static int lab_account(int argc, char **argv)
{
	char text[EVM_ADDRESS_TEXT];
	struct evm_address address;
	account_of((unsigned)atoi(argv[0]), &address);
	evm_address_format(&address, text);
	puts(text);
	return 0;
}

static int lab_socket(int argc, char **argv)
{
	const struct confinement none = { 0 };
	CHECK(confine_early() == 0 && confine(&none) == 0);
	printf("confined\n");
	fflush(stdout);
	if (argc > 0 && !strcmp(argv[0], "fork"))
		return fork() < 0;
	if (argc > 0 && !strcmp(argv[0], "exec"))
		return execl("/bin/true", "true", (char *)NULL);
	if (argc > 0 && !strcmp(argv[0], "open"))
		return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 7;
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static const struct {
	const char *word;
	int least;
	int (*run)(int argc, char **argv);
} acts[] = {
	{ "vault", 3, lab_vault }, { "psbt", 2, lab_psbt },   { "combine", 3, lab_combine }, { "intent", 5, lab_intent },
	{ "policy", 0, lab_policy }, { "safe", 0, lab_safe }, { "transaction", 1, lab_transaction }, { "socket", 0, lab_socket },
	{ "key", 1, lab_key }, { "account", 1, lab_account },
};

int main(int argc, char **argv)
{
	uint8_t seed[32] = { 1 };
	CHECK(crypto_init() == 0);
	curve_init(seed);
	evm_keys_init(seed);
	arena = arena_over(memory, sizeof memory);
	cold_make();
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(acts); i++)
		if (!strcmp(argv[1], acts[i].word) && argc - 2 >= acts[i].least)
			return acts[i].run(argc - 2, argv + 2);
	fprintf(stderr, "lab: what?\n");
	return EXIT_USAGE;
}
