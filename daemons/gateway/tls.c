// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/tls.h"

#include <openssl/pem.h>

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

SSL_CTX *tls_context(const char *certificate, size_t certificate_size, const char *key, size_t key_size,
		     const char **ret_why)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	const char *why = NULL;
	if (!tls || !rules_set(tls))
		why = "OpenSSL refused the settings";
	else if (!certificate_use(tls, certificate, certificate_size))
		why = "the certificate is not PEM text of an X.509 certificate";
	else if (!key_use(tls, key, key_size))
		why = "the key is not an unencrypted PEM private key, or is not the certificate's";
	else if (!warm_up(tls))
		why = "a trial handshake failed: key and cipher suites do not go together";
	if (!why)
		return tls;
	SSL_CTX_free(tls);
	*ret_why = why;
	return NULL;
}
