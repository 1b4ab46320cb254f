// SPDX-License-Identifier: Apache-2.0
// The site's certificate as a client judges it. OpenSSL judges (X509_verify_cert, X509_check_host); this file names
// the trust, collects every fault instead of the first, and says what to do about it.
#include "production.h"

#include "crypto/sha256.h"
#include "base/text.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define DAYS_MIN 21
#define ABOUT "certificate"
#define STRENGTH_LEVEL 2 // of OpenSSL: 112 bits, which is RSA 2048, EC 224 and no SHA-1
#define STRENGTH_BITS 112
#define EXPONENT_MIN 65537
#define CHAIN_MAX 10

struct judgement {
	struct refusals *refusals;
	const struct site_certificate *site;
	X509 *leaf;
	STACK_OF(X509) *between;
	EVP_PKEY *key;
};

static const char *printable(char *text)
{
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f)
			*at = '?';
	return text;
}

static void name_text(X509_NAME *name, char *to, size_t size)
{
	to[0] = 0;
	X509_NAME_oneline(name, to, (int)size);
	printable(to);
}

static void time_text(const ASN1_TIME *t, char to[32])
{
	struct tm tm;
	if (!t || !ASN1_TIME_to_tm(t, &tm) || !strftime(to, 32, "%Y-%m-%d %H:%M UTC", &tm))
		snprintf(to, 32, "an unreadable time");
}

// What to do about what OpenSSL says; the rest is told in its own words.
static const struct { int code; const char *remedy; } REMEDIES[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, "renew it" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "wait, mend the clock, or take the one that is valid now" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "no client trusts who signed it: take a public CA's, with its intermediate certificates behind it in the "
							"file (fullchain.pem); a proxy that verifies a CA of your own: name that CA's file with --trust FILE" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "its root is one that nobody else trusts: take a public CA's; a proxy that verifies a CA of your own: name that "
						"CA's file with --trust FILE" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, "make a key of EC P-256 or RSA 2048 bits or more" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, "a CA in its chain has too weak a key: take another CA" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, "it is signed with a broken digest (SHA-1, MD5): have it issued anew with SHA-256" },
	{ X509_V_ERR_INVALID_PURPOSE, "it is not for TLS servers: have it issued with extendedKeyUsage serverAuth" },
};

static const char *remedy(int code)
{
	for (size_t i = 0; i < ARRAY_LEN(REMEDIES); i++)
		if (REMEDIES[i].code == code)
			return REMEDIES[i].remedy;
	return "take a certificate that clients accept";
}

// Called for every fault; 1 goes on to the next.
static int fault_take(int good, X509_STORE_CTX *context)
{
	struct judgement *j = X509_STORE_CTX_get_app_data(context);
	X509 *x = X509_STORE_CTX_get_current_cert(context);
	char subject[160] = "a certificate", ends[32] = "";
	int code = X509_STORE_CTX_get_error(context);
	// leaf_judge tells the first two, whoever trusts it; the third follows from a missing issuer, told already
	if (good || code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || (code == X509_V_ERR_CA_MD_TOO_WEAK && x == j->leaf) ||
	    code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
		return 1;
	if (x)
		name_text(X509_get_subject_name(x), subject, sizeof subject);
	if (code == X509_V_ERR_CERT_HAS_EXPIRED && x)
		time_text(X509_get0_notAfter(x), ends);
	if (code == X509_V_ERR_CERT_NOT_YET_VALID && x)
		time_text(X509_get0_notBefore(x), ends);
	refusal_add(j->refusals, ABOUT, "'%s' (%s): %s%s%s%s: %s", j->site->path, subject, X509_verify_cert_error_string(code), *ends ? " (" : "",
		    ends, *ends ? ")" : "", remedy(code));
	return 1;
}

// --- who is trusted --------------------------------------------------------------------------------------------

// The system's store by its own path: SSL_CERT_FILE and SSL_CERT_DIR may say anything.
static bool system_trust_load(X509_STORE *store)
{
	const char *file = X509_get_default_cert_file(), *folder = X509_get_default_cert_dir();
	bool one = access(file, R_OK) == 0 && X509_STORE_load_file(store, file);
	return (access(folder, R_OK) == 0 && X509_STORE_load_path(store, folder)) || one;
}

static bool trust_digest(const char *path, char hex[65])
{
	uint8_t digest[SHA256_SIZE], block[4096];
	struct sha256 s;
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	sha256_init(&s);
	for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
		sha256_update(&s, block, n);
	bool whole = !ferror(f);
	fclose(f);
	sha256_final(&s, digest);
	hex_encode(digest, SHA256_SIZE, hex);
	return whole;
}

static X509_STORE *trust_open(struct judgement *j, struct chain_facts *facts)
{
	const char *path = j->site->trust;
	X509_STORE *store = X509_STORE_new();
	if (store && !path && system_trust_load(store))
		return store;
	if (store && path && X509_STORE_load_file(store, path) && trust_digest(path, facts->trust_sha256))
		return store;
	X509_STORE_free(store);
	if (path)
		refusal_add(j->refusals, "trust", "'%s' is no bundle of CA certificates (PEM) that can be read", path);
	else
		refusal_add(j->refusals, "trust", "this system trusts no CA (%s is not there): apt-get install ca-certificates, or name a bundle with "
			    "--trust FILE", X509_get_default_cert_dir());
	return NULL;
}

// --- the chain -------------------------------------------------------------------------------------------------

static void root_name(X509_STORE_CTX *context, struct chain_facts *facts)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	int count = chain ? sk_X509_num(chain) : 0;
	if (count)
		name_text(X509_get_subject_name(sk_X509_value(chain, count - 1)), facts->root, sizeof facts->root);
}

static void chain_judge(struct judgement *j, struct chain_facts *facts)
{
	X509_STORE *store = trust_open(j, facts);
	X509_STORE_CTX *context = store ? X509_STORE_CTX_new() : NULL;
	if (context && X509_STORE_CTX_init(context, store, j->leaf, j->between)) {
		X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
		X509_STORE_CTX_set_default(context, "ssl_server");
		X509_VERIFY_PARAM_set_auth_level(parameters, STRENGTH_LEVEL);
		X509_VERIFY_PARAM_set_depth(parameters, CHAIN_MAX);
		X509_STORE_CTX_set_app_data(context, j);
		X509_STORE_CTX_set_verify_cb(context, fault_take);
		// fault_take lets it go on, so what it returns says only whether it could judge at all
		if (X509_verify_cert(context) < 0)
			refusal_add(j->refusals, ABOUT, "'%s' could not be judged: %s", j->site->path,
				    X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
		root_name(context, facts);
	} else if (store) {
		refusal_add(j->refusals, ABOUT, "'%s' could not be judged: OpenSSL has no memory", j->site->path);
	}
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
}

static void name_judge(struct judgement *j, const char *name)
{
	char names[400] = "";
	GENERAL_NAMES *all = X509_get_ext_d2i(j->leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; all && i < sk_GENERAL_NAME_num(all); i++) {
		int kind;
		const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all, i), &kind);
		size_t used = strlen(names);
		if (kind == GEN_DNS)
			snprintf(names + used, sizeof names - used, "%s%.*s", used ? ", " : "", ASN1_STRING_length(value),
				 (const char *)ASN1_STRING_get0_data(value));
	}
	GENERAL_NAMES_free(all);
	// browsers have long stopped looking at the subject's CN
	if (X509_check_host(j->leaf, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) != 1)
		refusal_add(j->refusals, ABOUT, "'%s' is for %s, not for the origin's name '%s': have that name in its subjectAltName, or mend --origin",
			    j->site->path, *names ? printable(names) : "no DNS name at all", name);
}

// Faults that a chain's judge does not look for, or not when the chain is broken elsewhere.
static void leaf_judge(struct judgement *j)
{
	int bits = 0;
	char subject[160];
	name_text(X509_get_subject_name(j->leaf), subject, sizeof subject);
	// also when the operator's own bundle names it as trusted
	if (X509_self_signed(j->leaf, 0))
		refusal_add(j->refusals, ABOUT, "'%s' (%s): it is self-signed: take one that a CA signed", j->site->path, subject);
	if (X509_check_ca(j->leaf) == 1)
		refusal_add(j->refusals, ABOUT, "'%s' (%s) is a CA's own certificate: its key signs names and does not belong on a server", j->site->path,
			    subject);
	if (!X509_get_signature_info(j->leaf, NULL, NULL, &bits, NULL) || bits < STRENGTH_BITS)
		refusal_add(j->refusals, ABOUT, "'%s' (%s): signature digest algorithm too weak (%s): %s", j->site->path, subject,
			    OBJ_nid2sn(X509_get_signature_nid(j->leaf)), remedy(X509_V_ERR_CA_MD_TOO_WEAK));
}

// --- the key ---------------------------------------------------------------------------------------------------

static void exponent_judge(struct judgement *j)
{
	BIGNUM *e = NULL;
	if (EVP_PKEY_get_bn_param(j->key, "e", &e) && (BN_num_bits(e) < 17 || !BN_is_odd(e)))
		refusal_add(j->refusals, "key", "'%s' has the RSA exponent %lu: make a key with %u", j->site->key_path, BN_get_word(e), EXPONENT_MIN);
	BN_free(e);
}

static void key_judge(struct judgement *j)
{
	static const char *const KINDS[] = { "RSA", "RSA-PSS", "EC", "ED25519", "ED448" };
	const char *kind = EVP_PKEY_get0_type_name(j->key);
	bool known = false;
	for (size_t i = 0; kind && i < ARRAY_LEN(KINDS); i++)
		known |= !strcmp(kind, KINDS[i]);
	if (!known)
		refusal_add(j->refusals, "key", "'%s' is a %s key, which TLS clients do not take: make one of EC P-256", j->site->key_path,
			    kind ? kind : "nameless");
	if (EVP_PKEY_get_security_bits(j->key) < STRENGTH_BITS)
		refusal_add(j->refusals, "key", "'%s' is a %s key of %d bits, too weak: make one of EC P-256, or RSA of 2048 bits or more",
			    j->site->key_path, kind ? kind : "nameless", EVP_PKEY_get_bits(j->key));
	exponent_judge(j);
	EVP_PKEY_CTX *check = EVP_PKEY_CTX_new(j->key, NULL);
	if (!check || EVP_PKEY_check(check) != 1)
		refusal_add(j->refusals, "key", "'%s' is no sound key (EVP_PKEY_check): make a new one", j->site->key_path);
	EVP_PKEY_CTX_free(check);
	if (j->leaf && X509_check_private_key(j->leaf, j->key) != 1)
		refusal_add(j->refusals, "key", "'%s' is not the key of the certificate '%s': name the pair that was issued together", j->site->key_path,
			    j->site->path);
}

// --- reading ---------------------------------------------------------------------------------------------------

// Nobody is asked for a passphrase: the gateway starts alone.
static int passphrase_none(char *to, int size, int writing, void *asked)
{
	*(bool *)asked = true;
	return -1;
}

static void key_read(struct judgement *j)
{
	bool locked = false;
	BIO *bio = BIO_new_mem_buf(j->site->key_pem, -1);
	j->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, passphrase_none, &locked) : NULL;
	BIO_free(bio);
	if (!j->key)
		refusal_add(j->refusals, "key", "'%s' is %s", j->site->key_path,
			    locked ? "encrypted, and the gateway starts without anybody to ask: openssl pkey -in FILE -out PLAIN, mode 0600" :
				     "no private key (PEM)");
}

static void chain_read(struct judgement *j)
{
	BIO *bio = BIO_new_mem_buf(j->site->pem, -1);
	j->between = sk_X509_new_null();
	j->leaf = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	for (X509 *x; j->leaf && j->between && sk_X509_num(j->between) < CHAIN_MAX && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL));)
		if (!sk_X509_push(j->between, x))
			X509_free(x);
	BIO_free(bio);
	ERR_clear_error();
	if (!j->leaf)
		refusal_add(j->refusals, ABOUT, "'%s' is no certificate (PEM)", j->site->path);
}

static void facts_fill(const struct judgement *j, struct chain_facts *facts)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	int days = 0, seconds = 0;
	name_text(X509_get_subject_name(j->leaf), facts->subject, sizeof facts->subject);
	time_text(X509_get0_notAfter(j->leaf), facts->ends);
	if (X509_digest(j->leaf, EVP_sha256(), digest, &size) && size == SHA256_SIZE)
		hex_encode(digest, SHA256_SIZE, facts->certificate_sha256);
	if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(j->leaf)))
		return;
	facts->days_left = days;
	if (days < DAYS_MIN && days >= 0 && seconds >= 0) // one that has ended was told by the chain
		refusal_add(j->refusals, ABOUT, "'%s' ends in %d days (%s): %d at least are left to a site that begins, as WEB-05 asks; renew it first",
			    j->site->path, days, facts->ends, DAYS_MIN);
}

void certificate_judge(struct refusals *r, const struct site_certificate *c, const char *name, struct chain_facts *ret)
{
	struct judgement j = { .refusals = r, .site = c };
	*ret = (struct chain_facts){ 0 };
	if (c->pem)
		chain_read(&j);
	if (c->key_pem)
		key_read(&j);
	if (j.leaf) {
		facts_fill(&j, ret);
		leaf_judge(&j);
		chain_judge(&j, ret);
		if (name && *name)
			name_judge(&j, name);
	}
	if (j.key)
		key_judge(&j);
	sk_X509_pop_free(j.between, X509_free);
	X509_free(j.leaf);
	EVP_PKEY_free(j.key);
	ERR_clear_error();
}
