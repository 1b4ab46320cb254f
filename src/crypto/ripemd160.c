// SPDX-License-Identifier: Apache-2.0
// The low-level function for the reason that sha256.c gives, and for one more:
// EVP finds RIPEMD-160 only where a distribution loads the legacy provider.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/ripemd160.h"

#include "crypto/secret.h"

#include <openssl/ripemd.h>

void ripemd160_of(const void *data, size_t size, uint8_t digest[RIPEMD160_SIZE])
{
	RIPEMD160_CTX context;
	RIPEMD160_Init(&context);
	if (size)
		RIPEMD160_Update(&context, data, size);
	RIPEMD160_Final(digest, &context);
	secret_wipe(&context, sizeof context);
}
