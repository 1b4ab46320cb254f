// SPDX-License-Identifier: Apache-2.0
// Who gets through the handshake: both ends in memory, certificates made here.
#include "daemons/gateway/tls.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NAME "exchange.example.org"

struct certificate { EVP_PKEY *key; X509 *x509; };

static void extension_add(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_int_equal(X509_add_ext(x, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

// By `issuer`, or by itself; for clients, servers or (purpose NULL) as a CA.
static struct certificate certificate_make(const char *name, const struct certificate *issuer, const char *purpose, long ends)
{
	struct certificate c = { EVP_EC_gen("P-256"), X509_new() };
	X509_set_version(c.x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c.x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(c.x509), -7200);
	X509_gmtime_adj(X509_getm_notAfter(c.x509), ends);
	X509_set_pubkey(c.x509, c.key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c.x509), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(c.x509, X509_get_subject_name(issuer ? issuer->x509 : c.x509));
	extension_add(c.x509, NID_basic_constraints, purpose ? "CA:FALSE" : "critical,CA:TRUE");
	if (purpose)
		extension_add(c.x509, NID_ext_key_usage, purpose);
	assert_true(X509_sign(c.x509, issuer ? issuer->key : c.key, EVP_sha256()) > 0);
	return c;
}

static void certificate_free(struct certificate *c)
{
	EVP_PKEY_free(c->key);
	X509_free(c->x509);
}

static struct certificate site, proxy_ca, proxy, other_ca, stranger, late, server;

static int certificates_make(void **state)
{
	site = certificate_make(NAME, NULL, "serverAuth", 3600);
	proxy_ca = certificate_make("Origin pull", NULL, NULL, 3600);
	other_ca = certificate_make("Origin pull", NULL, NULL, 3600); // the same name is not the same CA
	proxy = certificate_make("proxy", &proxy_ca, "clientAuth", 3600);
	late = certificate_make("late", &proxy_ca, "clientAuth", -3600);
	server = certificate_make("server", &proxy_ca, "serverAuth", 3600);
	stranger = certificate_make("proxy", &other_ca, "clientAuth", 3600);
	return 0;
}

static int certificates_free(void **state)
{
	struct certificate *all[] = { &site, &proxy_ca, &proxy, &other_ca, &stranger, &late, &server };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		certificate_free(all[i]);
	return 0;
}

static BIO *pem_of(X509 *x, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	if (x)
		PEM_write_bio_X509(bio, x);
	if (key)
		PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	return bio;
}

static SSL_CTX *server_make(const char *name, BIO *authorities, const char **why)
{
	BIO *x = pem_of(site.x509, NULL), *key = pem_of(NULL, site.key);
	char *text;
	struct tls_setup setup = { .name = name };
	setup.certificate_size = (size_t)BIO_get_mem_data(x, &text);
	setup.certificate = text;
	setup.key_size = (size_t)BIO_get_mem_data(key, &text);
	setup.key = text;
	if (authorities) {
		setup.client_ca_size = (size_t)BIO_get_mem_data(authorities, &text);
		setup.client_ca = text;
	}
	SSL_CTX *tls = tls_context(&setup, why);
	BIO_free(x);
	BIO_free(key);
	BIO_free(authorities);
	return tls;
}

// Whether a request of this client would be read, and whether it was shown the site's certificate.
static bool gets_in(SSL_CTX *tls, const struct certificate *shown, const char *name, int version, bool *ret_seen)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *server_end = SSL_new(tls), *client = SSL_new(context);
	BIO *one, *other;
	char byte = 'x';
	assert_int_equal(BIO_new_bio_pair(&one, 32768, &other, 32768), 1);
	SSL_set_bio(server_end, one, one);
	SSL_set_bio(client, other, other);
	SSL_set_accept_state(server_end);
	SSL_set_connect_state(client);
	SSL_set_max_proto_version(client, version);
	if (name)
		SSL_set_tlsext_host_name(client, name);
	if (shown) {
		assert_int_equal(SSL_use_certificate(client, shown->x509), 1);
		assert_int_equal(SSL_use_PrivateKey(client, shown->key), 1);
	}
	for (unsigned i = 0; i < 8; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server_end);
	}
	X509 *seen = SSL_get0_peer_certificate(client);
	if (ret_seen)
		*ret_seen = seen != NULL;
	SSL_write(client, &byte, 1);
	bool in = SSL_is_init_finished(server_end) && SSL_read(server_end, &byte, 1) == 1;
	SSL_free(server_end);
	SSL_free(client);
	SSL_CTX_free(context);
	return in;
}

static void test_client_certificates(void **state)
{
	const char *why = NULL;
	SSL_CTX *open = server_make("", NULL, &why), *shut = server_make("", pem_of(proxy_ca.x509, NULL), &why);
	assert_non_null(open);
	assert_non_null(shut);
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		assert_true(gets_in(open, NULL, NULL, version, NULL));
		assert_true(gets_in(shut, &proxy, NULL, version, NULL));
		assert_false(gets_in(shut, NULL, NULL, version, NULL));
		assert_false(gets_in(shut, &stranger, NULL, version, NULL));
		assert_false(gets_in(shut, &site, NULL, version, NULL));
		assert_false(gets_in(shut, &late, NULL, version, NULL));
		assert_false(gets_in(shut, &server, NULL, version, NULL)); // a server's certificate of the same CA
	}
	SSL_CTX_free(open);
	SSL_CTX_free(shut);
}

static void test_names(void **state)
{
	static const struct { const char *asked; bool served; } rows[] = {
		{ NAME, true }, { "EXCHANGE.example.org", true }, { NULL, false }, { "localhost", false }, { "www." NAME, false },
		{ "exchange.example.or", false },
	};
	const char *why = NULL;
	SSL_CTX *tls = server_make(NAME, NULL, &why);
	assert_non_null(tls);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
			bool seen = false;
			assert_int_equal(gets_in(tls, NULL, rows[i].asked, version, &seen), rows[i].served);
			assert_int_equal(seen, rows[i].served);
		}
	}
	SSL_CTX_free(tls);
}

static void test_authorities_that_are_none(void **state)
{
	const char *why = NULL;
	BIO *half = pem_of(proxy_ca.x509, NULL), *nothing = BIO_new(BIO_s_mem());
	BIO_puts(nothing, "\n");
	BIO_puts(half, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	BIO *const bad[] = { pem_of(NULL, proxy_ca.key), pem_of(proxy.x509, NULL), nothing, half };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		assert_null(server_make("", bad[i], &why));
		assert_non_null(strstr(why, "gateway.client_ca"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_certificates),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_authorities_that_are_none),
	};
	return cmocka_run_group_tests(tests, certificates_make, certificates_free);
}
