// SPDX-License-Identifier: Apache-2.0
#include "backup/sealed_file.h"

#include "backup/layout.h"

const char *sealed_file_refusal_text(enum sealed_file_refusal refusal)
{
	static const char *const text[] = {
		[SEALED_FILE_FINE] = "it is whole",
		[SEALED_FILE_END] = "it is whole",
		[SEALED_FILE_MAGIC_BAD] = "this is not a sealed file of version 1",
		[SEALED_FILE_HEADER] = "its header is damaged or cut off",
		[SEALED_FILE_RECIPIENT] = "it is not sealed to this recovery key",
		[SEALED_FILE_ALTERED] = "it was altered or cut off after it was sealed: a part does not authenticate",
		[SEALED_FILE_TRUNCATED] = "it is cut off: its last part is missing",
		[SEALED_FILE_TRAILING] = "bytes were added after its end",
	};
	ASSERT((size_t)refusal < ARRAY_LEN(text));
	return text[refusal];
}

size_t sealed_file_head_size(size_t recipients)
{
	return SEALED_FILE_HEAD + recipients * SEALED_FILE_RECIPIENT_SIZE + SEALED_FILE_STREAM_HEAD;
}
