// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/network.h"

const struct network network_main = {
	.name = "main",
	.segwit_prefix = "bc",
	.key_hash_version = 0x00,
	.script_hash_version = 0x05,
	.private_key_version = 0x80,
	.extended_public = 0x0488b21e,
	.extended_private = 0x0488ade4,
	.coin_type = 0,
};

const struct network network_test = {
	.name = "test",
	.segwit_prefix = "tb",
	.key_hash_version = 0x6f,
	.script_hash_version = 0xc4,
	.private_key_version = 0xef,
	.extended_public = 0x043587cf,
	.extended_private = 0x04358394,
	.coin_type = 1,
};

const struct network network_regtest = {
	.name = "regtest",
	.segwit_prefix = "bcrt",
	.key_hash_version = 0x6f,
	.script_hash_version = 0xc4,
	.private_key_version = 0xef,
	.extended_public = 0x043587cf,
	.extended_private = 0x04358394,
	.coin_type = 1,
};

const struct network *network_named(const char *name)
{
	static const struct network *const all[] = { &network_main, &network_test, &network_regtest };
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	}
	return NULL;
}
