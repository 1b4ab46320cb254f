// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and 1.3, nothing older, no renegotiation, no compression, no early data.
#pragma once

#include "base/base.h"

#include <openssl/ssl.h>

struct tls_setup {
	const char *certificate, *key; // PEM text, the intermediate certificates behind the site's own
	size_t certificate_size, key_size;
	const char *client_ca; // NULL: no client certificate is asked for; else PEM text, and nobody gets in without one of these CAs
	size_t client_ca_size;
	const char *name; // "": whatever a client asks for; else a handshake that does not ask for it ends before a certificate is shown.
			  // It must live as long as the context
};

// A context. NULL with a sentence in *ret_why. Does one handshake with itself, so that everything OpenSSL fetches is
// there before the sandbox closes.
SSL_CTX *tls_context(const struct tls_setup *setup, const char **ret_why);
