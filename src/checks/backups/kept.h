// SPDX-License-Identifier: Apache-2.0
// Manifests and heads as they lie at a destination that somebody else may own: what the exchange's key did not sign is none.
#pragma once

#include "backup/head.h"
#include "checks/backups/backups.h"

// The exchange and the key that signs its backups, as DIR/backup/card has them.
struct signer {
	uint8_t exchange[32], key[32];
};
// False after it has said why not.
bool signer_read(struct examination *e, const char *folder, struct signer *ret);

struct kept {
	const char *path;
	uint8_t digest[SHA256_SIZE];
	struct backup_manifest manifest; // with its items: kept_free
};
// Why it is none, or NULL: it is one, signed, of that exchange and number.
const char *kept_load(struct host *h, const char *destination, uint64_t number, const struct signer *signer, struct kept *ret);
// The same by its digest, which a manifest that was verified names.
const char *kept_load_pinned(struct host *h, const char *destination, uint64_t number, const struct signer *signer,
			       const uint8_t digest[SHA256_SIZE], struct kept *ret);
void kept_free(struct kept *s);

// The furthest head there that the exchange signed. Why there is none, or NULL.
const char *kept_head(struct host *h, const char *destination, const struct signer *signer, struct backup_head *ret, const char **ret_path);
