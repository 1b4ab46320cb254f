// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <strings.h>

// AES-128-GCM first: it is the cheapest where the CPU has AES, and every client has it.
#define SUITES_13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define SUITES_12 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" \
		  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

// Only HTTP/1.1 is spoken: a client that offers ALPN without it is told so.
static int protocol_select(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
			   unsigned int in_size, void *context)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool certificate_use(SSL_CTX *tls, const char *text, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	X509 *leaf = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL, *next;
	bool fine = leaf && SSL_CTX_use_certificate(tls, leaf) == 1;
	while (fine && (next = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		fine = SSL_CTX_add_extra_chain_cert(tls, next) == 1;
	X509_free(leaf);
	BIO_free(bio);
	return fine;
}

static int no_password(char *to, int room, int writing, void *context)
{
	return -1;
}

static bool key_use(SSL_CTX *tls, const char *text, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
	bool fine = key && SSL_CTX_use_PrivateKey(tls, key) == 1 && SSL_CTX_check_private_key(tls) == 1;
	EVP_PKEY_free(key);
	BIO_free(bio);
	return fine;
}

static bool rules_set(SSL_CTX *tls)
{
	SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF); // tickets resume; nothing is kept here
	SSL_CTX_set_num_tickets(tls, 1);
	SSL_CTX_set_read_ahead(tls, 1); // one read for header and record
	SSL_CTX_set_alpn_select_cb(tls, protocol_select, NULL);
	return SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(tls, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_ciphersuites(tls, SUITES_13) == 1 && SSL_CTX_set_cipher_list(tls, SUITES_12) == 1 &&
	       SSL_CTX_set1_groups_list(tls, "X25519:P-256:P-384") == 1 && SSL_CTX_set_max_early_data(tls, 0) == 1;
}

// A handshake and one byte each way between two ends in memory.
static bool handshake_try(SSL_CTX *tls, SSL_CTX *client_context, int version)
{
	SSL *server = SSL_new(tls), *client = SSL_new(client_context);
	BIO *one = NULL, *other = NULL;
	char byte = 'x';
	bool fine = server && client && BIO_new_bio_pair(&one, 32768, &other, 32768) == 1;
	if (fine) {
		SSL_set_bio(server, one, one);
		SSL_set_bio(client, other, other);
		SSL_set_accept_state(server);
		SSL_set_connect_state(client);
		fine = SSL_set_max_proto_version(client, version) == 1;
	}
	for (unsigned i = 0; fine && i < 8; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
	}
	fine = fine && SSL_is_init_finished(server) && SSL_is_init_finished(client) &&
	       SSL_write(client, &byte, 1) == 1 && SSL_read(server, &byte, 1) == 1 &&
	       SSL_write(server, &byte, 1) == 1 && SSL_read(client, &byte, 1) == 1;
	SSL_free(server);
	SSL_free(client);
	return fine;
}

static bool warm_up(SSL_CTX *tls)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	bool fine = client && handshake_try(tls, client, TLS1_3_VERSION) && handshake_try(tls, client, TLS1_2_VERSION);
	SSL_CTX_free(client);
	return fine;
}

// Who comes by the address alone, or for another name, learns nothing of whose server this is.
static int name_judge(SSL *ssl, int *ret_alert, void *context)
{
	const char *asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	if (asked && !strcasecmp(asked, context))
		return SSL_TLSEXT_ERR_OK;
	*ret_alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Nothing but whole certificates, at least one.
static bool authorities_add(SSL_CTX *tls, const char *text, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	size_t count = 0;
	bool fine = bio != NULL;
	for (X509 *x; fine && (x = PEM_read_bio_X509(bio, NULL, no_password, NULL)); X509_free(x)) {
		fine = X509_check_ca(x) == 1 && X509_STORE_add_cert(SSL_CTX_get_cert_store(tls), x) == 1 && SSL_CTX_add_client_CA(tls, x) == 1;
		count++;
	}
	fine = fine && count > 0 && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(bio);
	return fine;
}

// A session is resumed only by who has shown a certificate here: its context says so.
static bool clients_demand(SSL_CTX *tls, const struct tls_setup *setup)
{
	static const unsigned char ours[] = "redoubt-gateway";
	if (!authorities_add(tls, setup->client_ca, setup->client_ca_size))
		return false;
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(tls, 4);
	return SSL_CTX_set_session_id_context(tls, ours, sizeof ours - 1) == 1;
}

SSL_CTX *tls_context(const struct tls_setup *setup, const char **ret_why)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	const char *why = NULL;
	if (!tls || !rules_set(tls))
		why = "OpenSSL refused the settings";
	else if (!certificate_use(tls, setup->certificate, setup->certificate_size))
		why = "the certificate is not PEM text of an X.509 certificate";
	else if (!key_use(tls, setup->key, setup->key_size))
		why = "the key is not an unencrypted PEM private key, or is not the certificate's";
	else if (!warm_up(tls))
		why = "a trial handshake failed: key and cipher suites do not go together";
	else if (setup->client_ca && !clients_demand(tls, setup)) // after the trial, in which nobody has a certificate
		why = "gateway.client_ca is not PEM text of CA certificates alone";
	if (!why && *setup->name) {
		SSL_CTX_set_tlsext_servername_callback(tls, name_judge);
		SSL_CTX_set_tlsext_servername_arg(tls, (void *)setup->name);
	}
	if (!why)
		return tls;
	SSL_CTX_free(tls);
	*ret_why = why;
	return NULL;
}
