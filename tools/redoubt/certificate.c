// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define VALID_DAYS 825 // the longest that browsers and most clients accept

static bool extension_add(X509 *x, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool good = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	return good;
}

static bool serial_set(X509 *x)
{
	uint8_t random[16];
	if (RAND_bytes(random, sizeof random) != 1)
		return false;
	random[0] = (uint8_t)((random[0] & 0x7f) | 0x40); // positive, and always 16 bytes long
	BIGNUM *n = BN_bin2bn(random, sizeof random, NULL);
	bool good = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return good;
}

static X509 *certificate_build(EVP_PKEY *key, const char *host)
{
	char names[512];
	snprintf(names, sizeof names, "DNS:localhost,IP:127.0.0.1,IP:::1%s%s", host ? ",DNS:" : "", host ? host : "");
	X509 *x = X509_new();
	if (!x)
		return NULL;
	X509_NAME *name = X509_get_subject_name(x);
	bool good = X509_set_version(x, 2) && serial_set(x) && X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
		    X509_gmtime_adj(X509_getm_notAfter(x), 86400L * VALID_DAYS) && X509_set_pubkey(x, key) &&
		    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					       (const unsigned char *)(host ? host : "localhost"), -1, -1, 0) &&
		    X509_set_issuer_name(x, name) && extension_add(x, NID_subject_alt_name, names) &&
		    extension_add(x, NID_basic_constraints, "critical,CA:TRUE") &&
		    extension_add(x, NID_ext_key_usage, "serverAuth") &&
		    extension_add(x, NID_subject_key_identifier, "hash") && X509_sign(x, key, EVP_sha256());
	if (good)
		return x;
	X509_free(x);
	return NULL;
}

static bool bio_take(BIO *bio, char *to)
{
	int n = BIO_read(bio, to, CERTIFICATE_PEM_MAX - 1);
	if (n <= 0 || BIO_pending(bio))
		return false;
	to[n] = 0;
	return true;
}

int certificate_make(const char *host, char key_pem[CERTIFICATE_PEM_MAX], char pem[CERTIFICATE_PEM_MAX])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key ? certificate_build(key, host) : NULL;
	BIO *key_bio = BIO_new(BIO_s_secmem()), *bio = BIO_new(BIO_s_mem());
	bool good = x && key_bio && bio && PEM_write_bio_PKCS8PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) &&
		    PEM_write_bio_X509(bio, x) && bio_take(key_bio, key_pem) && bio_take(bio, pem);
	BIO_free(key_bio);
	BIO_free(bio);
	X509_free(x);
	EVP_PKEY_free(key);
	return good ? 0 : -1;
}

int certificate_self_signed(const char *pem, const char *key_pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1), *key_bio = BIO_new_mem_buf(key_pem, -1);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	EVP_PKEY *key = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL) : NULL;
	int result = -1;
	if (x && key && X509_check_private_key(x, key) == 1)
		result = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
	EVP_PKEY_free(key);
	X509_free(x);
	BIO_free(bio);
	BIO_free(key_bio);
	return result;
}

const char *certificate_error(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	return reason ? reason : "no reason given";
}
