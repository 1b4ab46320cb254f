// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include "crypto/aead.h"

#include <sodium.h>
#include <sys/random.h>
#include <unistd.h>

_Static_assert(SEALED_PUBLIC_SIZE == crypto_box_PUBLICKEYBYTES, "sizes are libsodium's");
_Static_assert(SEALED_SECRET_SIZE == crypto_box_SECRETKEYBYTES, "sizes are libsodium's");
_Static_assert(SEALED_OVERHEAD == crypto_box_SEALBYTES, "sizes are libsodium's");

int crypto_init(void)
{
	if (sodium_init() < 0)
		return -EIO;
	return aead_init();
}

void random_bytes(void *to, size_t size)
{
	uint8_t *p = to;
	while (size) {
		ssize_t n = getrandom(p, size, 0);
		if (n < 0 && errno == EINTR)
			continue;
		ASSERT(n > 0);
		p += n;
		size -= (size_t)n;
	}
}

void *secret_alloc(size_t size)
{
	return sodium_malloc(size);
}

void secret_free(void *secret)
{
	sodium_free(secret);
}

void secret_wipe(void *data, size_t size)
{
	if (size)
		explicit_bzero(data, size);
}

int secret_read(int fd, void *to, size_t size)
{
	uint8_t *p = to, beyond;
	size_t got = 0;
	while (got <= size) {
		// The last turn looks for a byte too many.
		ssize_t n = pread(fd, got < size ? p + got : &beyond, got < size ? size - got : 1, (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int error = -errno;
			secret_wipe(to, size);
			return error;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	if (got == size)
		return 0;
	secret_wipe(to, size);
	return 1;
}

void sealed_keypair(uint8_t public_key[32], uint8_t secret_key[32])
{
	crypto_box_keypair(public_key, secret_key);
}

int sealed_public(const uint8_t secret_key[32], uint8_t public_key[32])
{
	return crypto_scalarmult_base(public_key, secret_key) == 0 ? 0 : -EINVAL;
}

int sealed_seal(const uint8_t public_key[32], const void *data, size_t size, void *to)
{
	return crypto_box_seal(to, data, size, public_key) == 0 ? 0 : -EINVAL;
}

int sealed_open(const uint8_t public_key[32], const uint8_t secret_key[32], const void *sealed, size_t size,
		void *to)
{
	return crypto_box_seal_open(to, sealed, size, public_key, secret_key) == 0 ? 0 : 1;
}
