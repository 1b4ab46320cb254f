// SPDX-License-Identifier: Apache-2.0
// The review refuses changes of a Safe's owners, threshold, modules, guard and timelock. "ceremony open FILE"
// lets one payload through, named by its digest, with a reason and a second person in the log; it ends with
// that payload's signature or after a day. Whoever signs:
//
//   bool opened = ceremony_mode_open(vault, payload, size, now_seconds());
//   policy.mode = opened ? POLICY_CEREMONY : POLICY_NORMAL;
//   ... and, when opened, one more change in the act "signed": { VAULT_CEREMONY_MODE, NULL, 0 }
//
// `payload` are the bytes of the file as they were read from outside, before anything is decoded.
#pragma once

#include "vault/vault.h"

#define CEREMONY_MODE_SECONDS 86400

bool ceremony_mode_open(const struct vault *vault, const void *payload, size_t size, uint64_t now);

// The file's text for a payload: "SHA-256 TIME\n". Returns its length.
#define CEREMONY_MODE_TEXT_SIZE 96
size_t ceremony_mode_text(const void *payload, size_t size, uint64_t now, char to[CEREMONY_MODE_TEXT_SIZE]);
