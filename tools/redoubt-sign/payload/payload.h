// SPDX-License-Identifier: Apache-2.0
// What is to be signed, as it came in: bytes of a file or of QR codes, and what they are.
#pragma once

#include "configuration/configuration.h"
#include "review/evm_judgement.h"
#include "ur/eth.h"
#include "ur/ur.h"

#define PAYLOAD_TEXT_MAX (2 * PSBT_SIZE_MAX) // base64 of the largest PSBT, and UR text, fit

enum payload_form { PAYLOAD_BINARY, PAYLOAD_TEXT, PAYLOAD_UR };
enum payload_kind { PAYLOAD_PSBT, PAYLOAD_TRANSACTION, PAYLOAD_SAFE, PAYLOAD_REQUEST };

struct payload {
	enum payload_form form;
	enum payload_kind kind;
	uint8_t *bytes; // a binary PSBT; an unsigned transaction; the Safe transaction's text or JSON; EIP-4527's CBOR
	size_t size;
	uint8_t *raw;  // as it was read from outside
	size_t raw_size;
	struct eth_sign_request request; // PAYLOAD_REQUEST; points into bytes
	struct evm_payload evm;		 // filled by payload_evm; points into `data`
	uint8_t *data;			 // a Safe transaction's calldata
};

// Tells what the bytes are and brings them to their binary form. Takes `raw` over (malloc'ed). 0, or an exit code after
// it has complained.
MUST_USE int payload_decode(uint8_t *raw, size_t size, struct payload *ret);
// The same for what redoubt-qr made of QR codes: "TYPE\n" and the bytes.
MUST_USE int payload_scanned(uint8_t *raw, size_t size, struct payload *ret);
void payload_free(struct payload *payload); // accepts a zeroed struct

// Which of our keys an EVM payload is for, and the payload as the review wants it. `account` is a registered account's
// name or NULL. 0 and *ret_key, or an exit code after it has complained.
MUST_USE int payload_evm(struct payload *payload, const struct configuration *c, const char *account,
			 const struct own_key **ret_key);

// A Safe transaction as text (docs/PROTOCOL.vault.md): "redoubt safe transaction 1", then one line a field. `data` must
// hold size / 2 bytes. 0, or 1 and what is wrong.
struct text_fault;
MUST_USE int safe_text_parse(const char *text, size_t size, uint8_t *data, struct evm_payload *ret, struct text_fault *fault);
// The same as EIP-712's JSON, as eth_signTypedData_v4 takes it.
MUST_USE int safe_json_parse(const char *text, size_t size, uint8_t *data, struct evm_payload *ret, struct text_fault *fault);
