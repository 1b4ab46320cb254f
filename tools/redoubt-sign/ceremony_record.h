// SPDX-License-Identifier: Apache-2.0
// Key records and descriptor records as the ceremony's commands pass them on.
#pragma once

#include "ceremony_room.h"

#include <stdlib.h>

// "WALLET signer N": the description in a signer's record.
void record_description(const struct ceremony_plan *plan, unsigned signer, char to[BSMS_DESCRIPTION_MAX + 1]);

// A person types the last characters of something, from paper or board. 0, or 1 when they differ.
MUST_USE int tail_confirm(const char *what, const char *text);

// Reads a key record of this plan: its token, its network, its signer's number. *ret_signer from 1.
MUST_USE int record_read(const char *path, const struct ceremony_plan *plan, struct descriptor_key *ret,
			 unsigned *ret_signer);
// Reads a descriptor record of this network.
MUST_USE int descriptor_record_read(const char *path, const struct network *network, struct descriptor *ret);
// The first address of a descriptor.
MUST_USE int first_address(const struct descriptor *descriptor, char to[ADDRESS_TEXT_MAX + 1]);
// The descriptor's keys, by fingerprint and name of their signers.
void descriptor_show(const struct ceremony_plan *plan, const struct descriptor *descriptor);
// For each of the descriptor's keys its signer's number from 1, or 0.
unsigned descriptor_signer(const struct ceremony_plan *plan, const struct descriptor *descriptor, size_t key);
// The vault's file of a registered wallet. `name` and the text behind *ret live until the next call.
MUST_USE int wallet_change(const struct ceremony_plan *plan, const struct descriptor *descriptor,
			   char name[VAULT_NAME_MAX + 1], struct vault_change *ret);
// Whether the vault's configuration can be read with it. 0, or an exit code after a complaint.
MUST_USE int wallet_fits(const struct room *room, const struct vault_change *wallet);
