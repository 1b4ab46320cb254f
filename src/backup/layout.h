// SPDX-License-Identifier: Apache-2.0
// The sealed file's bytes, for its writer and its reader:
//   magic[16]  u8 recipients  u8 zeros[3]  u32 chunk size
//   for each recipient: public key[32]  data key in a sealed box[80]
//   the stream's header[24]
//   chunks of chunk size + 17 bytes; the last is shorter or equal and has the final tag
// The first chunk's associated data is SHA-256 of everything before it.
#pragma once

#include "backup/sealed_file.h"

#include <sodium.h>

#define SEALED_FILE_KEY crypto_secretstream_xchacha20poly1305_KEYBYTES
#define SEALED_FILE_STREAM_HEAD crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define SEALED_FILE_OVERHEAD crypto_secretstream_xchacha20poly1305_ABYTES
#define SEALED_FILE_HEAD 24
#define SEALED_FILE_RECIPIENT_SIZE (SEALED_PUBLIC_SIZE + SEALED_FILE_KEY + SEALED_OVERHEAD)
#define SEALED_FILE_HEAD_MAX                                                                                           \
	(SEALED_FILE_HEAD + SEALED_FILE_RECIPIENTS_MAX * SEALED_FILE_RECIPIENT_SIZE + SEALED_FILE_STREAM_HEAD)

_Static_assert(SEALED_FILE_KEY == 32 && SEALED_FILE_STREAM_HEAD == 24 && SEALED_FILE_OVERHEAD == 17,
	       "the written format counts on libsodium's sizes");

size_t sealed_file_head_size(size_t recipients);
