// SPDX-License-Identifier: Apache-2.0
// For this folder: what the signature of a manifest is over.
#pragma once

#include "backup/manifest.h"

#define BACKUP_MANIFEST_SIGNED_SIZE (sizeof BACKUP_MANIFEST_DOMAIN + SHA256_SIZE)

void backup_manifest_signed_bytes(const char *text, size_t size, uint8_t to[BACKUP_MANIFEST_SIGNED_SIZE]);
