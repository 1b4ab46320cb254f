// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/wif.h"

#include "bitcoin/base58.h"
#include "crypto/secret.h"

int wif_parse(const struct network *network, const char *text, size_t length, uint8_t secret[SECRET_KEY_SIZE],
	      bool *ret_compressed)
{
	uint8_t payload[1 + SECRET_KEY_SIZE + 1];
	size_t size;
	int result = 1;
	if (base58check_decode(text, length, payload, sizeof payload, &size) == 0 &&
	    (size == sizeof payload - 1 || (size == sizeof payload && payload[sizeof payload - 1] == 1)) &&
	    payload[0] == network->private_key_version && secret_key_valid(payload + 1)) {
		memcpy(secret, payload + 1, SECRET_KEY_SIZE);
		*ret_compressed = size == sizeof payload;
		result = 0;
	}
	secret_wipe(payload, sizeof payload);
	return result;
}

int wif_format(const struct network *network, const uint8_t secret[SECRET_KEY_SIZE], bool compressed,
	       char to[WIF_TEXT_MAX + 1])
{
	uint8_t payload[1 + SECRET_KEY_SIZE + 1];
	size_t length;
	if (!secret_key_valid(secret))
		return 1;
	payload[0] = network->private_key_version;
	memcpy(payload + 1, secret, SECRET_KEY_SIZE);
	payload[1 + SECRET_KEY_SIZE] = 1;
	int result = base58check_encode(payload, compressed ? sizeof payload : sizeof payload - 1, to,
					WIF_TEXT_MAX + 1, &length);
	secret_wipe(payload, sizeof payload);
	return result;
}
