// SPDX-License-Identifier: Apache-2.0
// From passphrase and token to the key that seals. Both together go through one
// HKDF over their concatenation, so that neither alone says anything about it.
#include "keystore/file.h"

int file_lock_check(const struct keystore_header *header, const struct keystore_lock *lock)
{
	bool passphrase = lock->passphrase != NULL, token = lock->wrap != NULL;
	if (passphrase != header->needs_passphrase || token != header->needs_token || (!passphrase && !token))
		return KEYSTORE_LOCK;
	if (passphrase && (lock->passphrase_size == 0 || lock->passphrase_size > KEYSTORE_PASSPHRASE_MAX))
		return KEYSTORE_LOCK;
	return 0;
}

static const char *purpose(const struct keystore_header *header)
{
	if (!header->needs_token)
		return "redoubt keystore 1: passphrase";
	return header->needs_passphrase ? "redoubt keystore 1: passphrase and token"
					: "redoubt keystore 1: token";
}

int file_keys_derive(const struct file *file, const struct keystore_lock *lock, struct file_keys *keys)
{
	const struct keystore_header *header = &file->header;
	size_t from = header->needs_passphrase ? 0 : ARGON2ID_KEY_SIZE;
	size_t to = header->needs_token ? sizeof keys->material : ARGON2ID_KEY_SIZE;
	if (header->needs_passphrase) {
		int result = argon2id(lock->passphrase, lock->passphrase_size, file->salt,
				      header->cost.memory_kib, header->cost.passes, keys->material);
		if (result)
			return result;
	}
	hkdf_sha256(keys->material + from, to - from, file->salt, sizeof file->salt, purpose(header),
		    &keys->derived, sizeof keys->derived);
	return 0;
}

int file_keys_unlock(const struct file *file, const struct keystore_lock *lock, struct file_keys *keys)
{
	// The token first: it answers at once, also when it is not there.
	if (file->header.needs_token) {
		int result = lock->wrap->unwrap(lock->wrap->context, file->wrapped, file->wrapped_size,
						keys->material + ARGON2ID_KEY_SIZE);
		if (result)
			return result;
	}
	int result = file_keys_derive(file, lock, keys);
	if (result)
		return result;
	// A file has one key only: GCM alone would let a forger make one that opens to different secrets.
	return equal_constant_time(keys->derived.commitment, file->commitment, FILE_COMMITMENT_SIZE)
		       ? 0
		       : KEYSTORE_WRONG;
}
