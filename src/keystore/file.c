// SPDX-License-Identifier: Apache-2.0
// Sealing and opening.
#include "keystore/file.h"

#include "crypto/secret.h"
#include "keystore/held.h"

// ---- opening ------------------------------------------------------------
// The body's plaintext is authentic: another form than ours means that something else sealed it.
static int body_read(const struct file *file, const struct file_keys *keys, struct keystore **ret)
{
	static const uint8_t zero[KEYSTORE_SECRET_MAX];
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	struct reader r = reader_over(keys->body, sizeof keys->body);
	size_t size = read_u16(&r);
	if (size > KEYSTORE_SECRET_MAX || !equal_constant_time(r.at + size, zero, KEYSTORE_SECRET_MAX - size))
		return KEYSTORE_WRONG;
	const struct keystore_secret secret = { file->header.kind, r.at, size, file->header.label,
						file->header.created_s };
	struct keystore *keystore;
	int result = held_new(&secret, &keystore);
	if (result)
		return result == KEYSTORE_SECRET ? KEYSTORE_WRONG : result;
	keystore_fingerprint(keystore, fingerprint);
	if (memcmp(fingerprint, file->header.fingerprint, sizeof fingerprint) != 0) {
		keystore_close(keystore);
		return KEYSTORE_WRONG;
	}
	*ret = keystore;
	return 0;
}

static int body_open(const struct file *file, const void *bytes, struct file_keys *keys)
{
	struct aead *aead = aead_new(keys->derived.sealing);
	if (!aead)
		return -ENOMEM;
	int result = aead_open(aead, file->nonce, bytes, file->header_size, file->body, sizeof file->body,
			       keys->body, file->tag);
	aead_free(aead);
	return result == 1 ? KEYSTORE_WRONG : result;
}

int keystore_open(const void *bytes, size_t size, const struct keystore_lock *lock, struct keystore **ret)
{
	struct file file;
	int result = keystore_file_read(bytes, size, &file);
	if (!result)
		result = file_lock_check(&file.header, lock);
	if (result)
		return result;
	struct file_keys *keys = secret_alloc(sizeof *keys);
	if (!keys)
		return -ENOMEM;
	result = file_keys_unlock(&file, lock, keys);
	if (!result)
		result = body_open(&file, bytes, keys);
	if (!result)
		result = body_read(&file, keys, ret);
	secret_wipe(keys, sizeof *keys);
	secret_free(keys);
	return result;
}

// ---- sealing ------------------------------------------------------------
static int header_fill(const struct keystore_secret *secret, const struct keystore_lock *lock,
		       const struct file_random *random, struct file *to)
{
	struct keystore_header *h = &to->header;
	struct keystore *keystore;
	h->kind = secret->kind;
	h->created_s = secret->created_s;
	h->needs_passphrase = lock->passphrase != NULL;
	h->needs_token = lock->wrap != NULL;
	if (!keystore_label_valid(secret->label) || (lock->wrap && !keystore_label_valid(lock->wrap->name)))
		return KEYSTORE_LABEL;
	memcpy(h->label, secret->label, strlen(secret->label) + 1);
	if (lock->wrap)
		memcpy(h->wrap_name, lock->wrap->name, strlen(lock->wrap->name) + 1);
	if (h->needs_passphrase) {
		h->cost.memory_kib =
			lock->cost.memory_kib ? lock->cost.memory_kib : KEYSTORE_MEMORY_KIB_DEFAULT;
		h->cost.passes = lock->cost.passes ? lock->cost.passes : KEYSTORE_PASSES_DEFAULT;
		if (!file_cost_valid(&h->cost))
			return KEYSTORE_PARAMETERS;
	}
	memcpy(to->salt, random->salt, sizeof to->salt);
	memcpy(to->nonce, random->nonce, sizeof to->nonce);
	int result = file_lock_check(h, lock);
	if (!result)
		result = held_new(secret, &keystore); // whether it is a secret at all, and its fingerprint
	if (result)
		return result;
	keystore_fingerprint(keystore, h->fingerprint);
	keystore_close(keystore);
	return 0;
}

// The data key that the token wraps is made here, so that the token's own randomness does not count alone.
static int data_key_wrap(struct file *file, const struct keystore_lock *lock,
			 const struct file_random *random, struct file_keys *keys)
{
	if (!lock->wrap)
		return 0;
	memcpy(keys->material + ARGON2ID_KEY_SIZE, random->data_key, FILE_DATA_KEY_SIZE);
	int result =
		lock->wrap->wrap(lock->wrap->context, random->data_key, file->wrapped, &file->wrapped_size);
	ASSERT(result || (file->wrapped_size > 0 && file->wrapped_size <= KEYSTORE_WRAPPED_MAX));
	return result;
}

static int body_seal(const struct keystore_secret *secret, const struct file *file, struct file_keys *keys,
		     struct writer *w)
{
	uint8_t sealed[FILE_BODY_SIZE], tag[AEAD_TAG_SIZE];
	struct writer body = writer_over(keys->body, sizeof keys->body);
	memset(keys->body, 0, sizeof keys->body);
	write_u16(&body, (uint16_t)secret->size);
	write_bytes(&body, secret->bytes, secret->size);
	struct aead *aead = aead_new(keys->derived.sealing);
	if (!aead)
		return -ENOMEM;
	int result = aead_seal(aead, file->nonce, w->start, writer_size(w), keys->body, sizeof keys->body,
			       sealed, tag);
	aead_free(aead);
	if (!result) {
		write_bytes(w, sealed, sizeof sealed);
		write_bytes(w, tag, sizeof tag);
	}
	return result;
}

static int seal_with(const struct keystore_secret *secret, const struct keystore_lock *lock,
		     const struct file_random *random, struct file_keys *keys, struct writer *w)
{
	struct file file = { .header_size = 0 };
	int result = header_fill(secret, lock, random, &file);
	if (!result)
		result = data_key_wrap(&file, lock, random, keys);
	if (!result)
		result = file_keys_derive(&file, lock, keys);
	if (result)
		return result;
	memcpy(file.commitment, keys->derived.commitment, sizeof file.commitment);
	file_header_write(&file, w);
	return body_seal(secret, &file, keys, w);
}

int file_seal(const struct keystore_secret *secret, const struct keystore_lock *lock,
	      const struct file_random *random, uint8_t *to, size_t room, size_t *ret_size)
{
	uint8_t bytes[KEYSTORE_FILE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	if (room < KEYSTORE_FILE_MAX)
		return KEYSTORE_ROOM;
	struct file_keys *keys = secret_alloc(sizeof *keys);
	if (!keys)
		return -ENOMEM;
	int result = seal_with(secret, lock, random, keys, &w);
	ASSERT(!w.failed);
	if (!result) {
		memcpy(to, bytes, writer_size(&w));
		*ret_size = writer_size(&w);
	}
	secret_wipe(keys, sizeof *keys);
	secret_free(keys);
	return result;
}

int keystore_seal(const struct keystore_secret *secret, const struct keystore_lock *lock, uint8_t *to,
		  size_t room, size_t *ret_size)
{
	struct file_random *random = secret_alloc(sizeof *random);
	if (!random)
		return -ENOMEM;
	random_bytes(random, sizeof *random);
	int result = file_seal(secret, lock, random, to, room, ret_size);
	secret_wipe(random, sizeof *random);
	secret_free(random);
	return result;
}
