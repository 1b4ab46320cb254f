// SPDX-License-Identifier: Apache-2.0
// What a wallet is, for people.
#pragma once

#include "configuration/configuration.h"

void page_wallet(const struct policy_wallet *wallet);
void page_safe(const struct policy_safe *safe, const struct own_key *key);
void page_account(const struct policy_account *account, const struct own_key *key);
// "wsh, 2 of 3 (sorted)".
#define QUORUM_TEXT_MAX 320
void quorum_text(const struct descriptor *descriptor, char to[QUORUM_TEXT_MAX]);
// The address of a branch and index. 0, or 1 when there is none.
MUST_USE int wallet_address(const struct policy_wallet *wallet, size_t branch, uint32_t index, char to[ADDRESS_TEXT_MAX + 1]);
