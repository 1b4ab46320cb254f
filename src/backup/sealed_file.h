// SPDX-License-Identifier: Apache-2.0
// A file sealed to public keys whose secrets are not on this machine: anyone
// can write one, only a recipient reads it, and nobody shortens, reorders or
// alters it unnoticed. docs/PROTOCOL.backup.md has the bytes.
//
// The data key is sealed to each recipient (X25519, libsodium's sealed box);
// the content is a secretstream (XChaCha20-Poly1305) of full chunks, of which
// the last alone carries the final tag. The header is bound to the first chunk.
#pragma once

#include "base/base.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#define SEALED_FILE_MAGIC "REDOUBT SEALED 1" // 16 bytes
#define SEALED_FILE_CHUNK 65536u		     // of plaintext; the last may be shorter, or empty
#define SEALED_FILE_RECIPIENTS_MAX 4		     // two are usual: the key in use and the one that follows it

// What was written or read: compared with the manifest.
struct sealed_file_sum {
	uint64_t sealed_size, plain_size;
	uint8_t sealed_digest[SHA256_SIZE], plain_digest[SHA256_SIZE];
};

// ---- sealing ----
// Takes the bytes of the sealed file as they are made. 0, or a negative errno that travels up.
typedef int (*sealed_file_write)(void *context, const void *data, size_t size);

struct sealing;
// Writes the header. 0 or negative errno (-EINVAL: a recipient's key is none, or count is out of range).
MUST_USE int sealing_open(const uint8_t (*recipients)[SEALED_PUBLIC_SIZE], size_t count, sealed_file_write write,
			  void *context, struct sealing **ret);
MUST_USE int sealing_append(struct sealing *s, const void *data, size_t size);
// Writes the last chunk. Frees `s` in any case. 0 or negative errno.
MUST_USE int sealing_finish(struct sealing *s, struct sealed_file_sum *ret);
void sealing_abandon(struct sealing *s); // accepts NULL

// ---- opening ----
// Reads at most `size` bytes: how many, 0 at the end, or a negative errno that travels up.
typedef long (*sealed_file_read)(void *context, void *to, size_t size);

enum sealed_file_refusal {
	SEALED_FILE_FINE,
	SEALED_FILE_END,	// after the last chunk, and nothing follows it
	SEALED_FILE_MAGIC_BAD,	// not a sealed file, or of another version
	SEALED_FILE_HEADER,	// counts or sizes out of range, or cut off within the header
	SEALED_FILE_RECIPIENT,	// not sealed to this key
	SEALED_FILE_ALTERED,	// a chunk does not authenticate: altered, reordered, cut within, or another header
	SEALED_FILE_TRUNCATED,	// it ends before the chunk with the final tag
	SEALED_FILE_TRAILING,	// bytes follow the final chunk
};
const char *sealed_file_refusal_text(enum sealed_file_refusal refusal);

struct opening;
// Reads the header. SEALED_FILE_FINE with *ret, a refusal, or negative errno.
MUST_USE int opening_open(const uint8_t secret[SEALED_SECRET_SIZE], sealed_file_read read, void *context,
			  struct opening **ret);
// The next chunk, authenticated: SEALED_FILE_FINE, SEALED_FILE_END (nothing in *ret_data), a refusal, or negative
// errno. Bytes handed out before a refusal are true, but are not the whole: keep none of them.
MUST_USE int opening_next(struct opening *o, const uint8_t **ret_data, size_t *ret_size);
// After SEALED_FILE_END (asserted).
void opening_sum(const struct opening *o, struct sealed_file_sum *ret);
void opening_close(struct opening *o); // accepts NULL, wipes
