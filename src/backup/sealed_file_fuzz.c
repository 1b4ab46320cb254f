// SPDX-License-Identifier: Apache-2.0
// The reader of sealed files, with a recipient's key at hand.
#include "backup/sealed_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

static long give(void *context, void *to, size_t size)
{
	struct input *in = context;
	size_t n = size < in->left ? size : in->left;
	memcpy(to, in->at, n);
	in->at += n;
	in->left -= n;
	return (long)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[SEALED_SECRET_SIZE] = { 9 };
	struct input in = { data, size };
	struct opening *o;
	const uint8_t *chunk;
	size_t n;
	ASSERT(crypto_init() == 0);
	if (opening_open(secret, give, &in, &o))
		return 0;
	while (opening_next(o, &chunk, &n) == SEALED_FILE_FINE)
		ASSERT(n <= SEALED_FILE_CHUNK);
	opening_close(o);
	return 0;
}
