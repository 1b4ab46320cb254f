// SPDX-License-Identifier: Apache-2.0
// EIP-4527: what travels between a watch-only wallet and a signer without a network. Read
// strictly: canonical CBOR (RFC 8949 section 4.2.1), every key once, nothing unknown, nothing left over.
#pragma once

#include "base/base.h"

#define ETH_REQUEST_ID_SIZE 16
#define ETH_PATH_MAX 16           // components of a derivation path
#define ETH_ORIGIN_MAX 128        // bytes of UTF-8
#define ETH_SIGN_DATA_MAX (1u << 19)
#define ETH_SIGNATURE_MIN 65      // r, s, v
#define ETH_SIGNATURE_MAX 72      // EIP-155's v = 35 + 2 * chain id + parity takes up to 8 bytes

enum eth_data_type {
	ETH_LEGACY_TRANSACTION = 1, // RLP of the unsigned legacy transaction
	ETH_TYPED_DATA = 2,         // EIP-712 as JSON
	ETH_RAW_BYTES = 3,          // EIP-191 personal_sign
	ETH_TYPED_TRANSACTION = 4,  // EIP-2718 envelope, unsigned
};

struct eth_path {
	uint32_t index[ETH_PATH_MAX]; // 0x80000000 added when hardened
	uint32_t length;
	uint32_t fingerprint;         // of the master key; 0 when not given
};

struct eth_sign_request {
	bool has_id;
	uint8_t id[ETH_REQUEST_ID_SIZE];
	const uint8_t *data;  // into the CBOR
	size_t size;
	enum eth_data_type type;
	uint64_t chain_id;    // 1 when not given
	struct eth_path path;
	bool has_address;
	uint8_t address[20];
	const char *origin;   // valid UTF-8 without control characters, into the CBOR; NULL when not given
	size_t origin_size;
};

struct eth_signature {
	bool has_id;
	uint8_t id[ETH_REQUEST_ID_SIZE];
	uint8_t signature[ETH_SIGNATURE_MAX]; // r (32), s (32), v (big-endian, no leading zeros, at least one byte)
	size_t signature_size;
	const char *origin;
	size_t origin_size;
};

enum eth_fault {
	ETH_OK = 0,
	ETH_BAD_CBOR,   // not canonical CBOR, not the form of EIP-4527, or something left over
	ETH_BAD_DATA,   // sign-data missing, empty or above ETH_SIGN_DATA_MAX
	ETH_BAD_TYPE,   // a data type that is not in the list
	ETH_BAD_PATH,   // derivation path missing, a range or wildcard in it, or too long
	ETH_BAD_FIELD,  // request id, address, origin or signature of a wrong size or form
};

const char *eth_fault_text(enum eth_fault fault);

MUST_USE enum eth_fault eth_sign_request_read(const void *cbor, size_t size, struct eth_sign_request *ret);
MUST_USE enum eth_fault eth_signature_read(const void *cbor, size_t size, struct eth_signature *ret);

// Canonical CBOR into `to`; returns its size, or 0 when it does not fit or a field is out of its limits.
size_t eth_sign_request_write(const struct eth_sign_request *request, void *to, size_t room);
size_t eth_signature_write(const struct eth_signature *signature, void *to, size_t room);
