// SPDX-License-Identifier: Apache-2.0
#include "ur/eth.h"

#include "ur/cbor.h"

#define TAG_UUID 37
#define TAG_KEYPATH 304
#define HARDENED 0x80000000u

static const char *const faults[] = {
	[ETH_OK] = "well formed",
	[ETH_BAD_CBOR] = "it is not canonical CBOR of the form in EIP-4527",
	[ETH_BAD_DATA] = "the data to be signed is missing, empty or above 512 KiB",
	[ETH_BAD_TYPE] = "the data type is none of 1 (legacy transaction), 2 (typed data), 3 (message), 4 (typed transaction)",
	[ETH_BAD_PATH] = "the derivation path is missing, longer than 16 steps, or a range",
	[ETH_BAD_FIELD] = "the request id, chain id, address, origin or signature has a wrong size or form",
};

const char *eth_fault_text(enum eth_fault fault)
{
	ASSERT(fault < ARRAY_LEN(faults));
	return faults[fault];
}

static void id_write(struct writer *w, const uint8_t id[ETH_REQUEST_ID_SIZE])
{
	cbor_write_head(w, CBOR_UNSIGNED, 1);
	cbor_write_head(w, CBOR_TAG, TAG_UUID);
	cbor_write_string(w, CBOR_BYTES, id, ETH_REQUEST_ID_SIZE);
}

static void string_write(struct writer *w, unsigned key, enum cbor_kind kind, const void *data, size_t size)
{
	cbor_write_head(w, CBOR_UNSIGNED, key);
	cbor_write_string(w, kind, data, size);
}

static void number_write(struct writer *w, unsigned key, uint64_t value)
{
	cbor_write_head(w, CBOR_UNSIGNED, key);
	cbor_write_head(w, CBOR_UNSIGNED, value);
}

static void path_write(struct writer *w, const struct eth_path *path)
{
	cbor_write_head(w, CBOR_UNSIGNED, 5);
	cbor_write_head(w, CBOR_TAG, TAG_KEYPATH);
	cbor_write_head(w, CBOR_MAP, path->fingerprint ? 2 : 1);
	cbor_write_head(w, CBOR_UNSIGNED, 1);
	cbor_write_head(w, CBOR_ARRAY, 2 * (uint64_t)path->length);
	for (uint32_t i = 0; i < path->length; i++) {
		cbor_write_head(w, CBOR_UNSIGNED, path->index[i] & ~HARDENED);
		cbor_write_bool(w, path->index[i] & HARDENED);
	}
	if (path->fingerprint)
		number_write(w, 2, path->fingerprint);
}

// What was written must be what the reader accepts: one place says what the limits are.
static size_t request_checked(const struct writer *w)
{
	struct eth_sign_request request;
	size_t size = writer_size(w);
	return !w->failed && eth_sign_request_read(w->start, size, &request) == ETH_OK ? size : 0;
}

size_t eth_sign_request_write(const struct eth_sign_request *request, void *to, size_t room)
{
	struct writer w = writer_over(to, room);
	if (request->path.length > ETH_PATH_MAX)
		return 0;
	cbor_write_head(&w, CBOR_MAP, 4u + request->has_id + request->has_address + (request->origin != NULL));
	if (request->has_id)
		id_write(&w, request->id);
	string_write(&w, 2, CBOR_BYTES, request->data, request->size);
	number_write(&w, 3, request->type);
	number_write(&w, 4, request->chain_id);
	path_write(&w, &request->path);
	if (request->has_address)
		string_write(&w, 6, CBOR_BYTES, request->address, sizeof request->address);
	if (request->origin)
		string_write(&w, 7, CBOR_TEXT, request->origin, request->origin_size);
	return request_checked(&w);
}

size_t eth_signature_write(const struct eth_signature *signature, void *to, size_t room)
{
	struct writer w = writer_over(to, room);
	struct eth_signature again;
	if (signature->signature_size > ETH_SIGNATURE_MAX)
		return 0;
	cbor_write_head(&w, CBOR_MAP, 1u + signature->has_id + (signature->origin != NULL));
	if (signature->has_id)
		id_write(&w, signature->id);
	string_write(&w, 2, CBOR_BYTES, signature->signature, signature->signature_size);
	if (signature->origin)
		string_write(&w, 3, CBOR_TEXT, signature->origin, signature->origin_size);
	size_t size = writer_size(&w);
	return !w.failed && eth_signature_read(to, size, &again) == ETH_OK ? size : 0;
}
