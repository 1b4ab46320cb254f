// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and 1.3, nothing older, no renegotiation, no compression, no early data.
#pragma once

#include "base/base.h"

#include <openssl/ssl.h>

// A context from PEM text. NULL with a sentence in *ret_why. Does one handshake with itself, so that everything OpenSSL fetches is
// there before the sandbox closes.
SSL_CTX *tls_context(const char *certificate, size_t certificate_size, const char *key, size_t key_size,
		     const char **ret_why);
