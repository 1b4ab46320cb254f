// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/descriptor.h"
#include "crypto/secret.h"

// A fingerprint has four bytes and may be anybody's: what counts is the key.
static bool master_names(const struct descriptor_key *key, const struct hd_private *master)
{
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	hd_fingerprint(&master->public, fingerprint);
	return key->extended && memcmp(fingerprint, key->fingerprint, sizeof fingerprint) == 0;
}

int descriptor_secret(const struct descriptor *descriptor, size_t key, size_t branch, uint32_t index,
		      const struct hd_private *master, uint8_t secret[SECRET_KEY_SIZE])
{
	struct descriptor_output output;
	struct hd_private at;
	struct path path;
	if (key >= descriptor->key_count || !master_names(&descriptor->keys[key], master) ||
	    descriptor_key_path(&descriptor->keys[key], branch, index, &path))
		return 1;
	int result = descriptor_derive(descriptor, branch, index, &output);
	if (result)
		return result;
	result = hd_private_derive(master, &path, &at) ? 2 : 0;
	if (!result && memcmp(at.public.key, output.keys[key], PUBLIC_KEY_SIZE) != 0)
		result = 1;
	if (!result)
		memcpy(secret, at.secret, SECRET_KEY_SIZE);
	secret_wipe(&at, sizeof at);
	return result;
}
