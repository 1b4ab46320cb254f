// SPDX-License-Identifier: Apache-2.0
// Key records and descriptor records as the ceremony's commands pass them on.
#pragma once

#include "ceremony/room.h"

#include <stdlib.h>

// "WALLET signer N": the description in a signer's record.
void record_description(const struct ceremony_plan *plan, unsigned signer, char to[BSMS_DESCRIPTION_MAX + 1]);

// A person types a code from paper or board, all of it; blanks and capital letters do not matter. It is not
// shown before or after: who could copy it from this screen would compare nothing. 0, or 1 when they differ.
MUST_USE int code_confirm(const char *prompt, const char *code);
// The codes of all extended keys in the descriptor but signer `me`'s (0: of all), each typed from its
// signer's paper. 0, or an exit code after a complaint.
MUST_USE int key_codes_confirm(const struct ceremony_plan *plan, const struct descriptor *descriptor,
			       unsigned me);
// What is compared of a first address: its last 16 characters, 80 bits, as "0123 4567 89ab cdef".
#define ADDRESS_CODE_SIZE 20
void address_code(const char *address, char to[ADDRESS_CODE_SIZE]);
// A person types it from the board. 0, or 1 when they differ.
MUST_USE int address_confirm(const char *what, const char *address);

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
