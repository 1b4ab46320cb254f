// SPDX-License-Identifier: Apache-2.0
#include "ur/eth.h"

#include "ur/cbor.h"

#define TAG_UUID 37
#define TAG_KEYPATH 304
#define TAG_DATA_TYPE 401
#define HARDENED 0x80000000u

struct fields {
	struct reader r;
	uint64_t before; // the last key, so that each comes once and in order
	uint64_t left;
	enum eth_fault fault;
};

static struct fields fields_open(struct reader *r)
{
	uint64_t count = cbor_read_head(r, CBOR_MAP);
	return (struct fields){ .r = *r, .left = r->failed ? 0 : count };
}

// The next key, or 0 at the end or on a fault. Keys are small and above 0 in all of EIP-4527.
static uint64_t field_next(struct fields *fields)
{
	if (fields->fault || fields->r.failed || !fields->left)
		return 0;
	fields->left--;
	uint64_t key = cbor_read_unsigned(&fields->r);
	if (fields->r.failed || key <= fields->before)
		fields->r.failed = true;
	return fields->before = fields->r.failed ? 0 : key;
}

// Not what was never read: that is bad CBOR.
static void field_refuse(struct fields *fields, enum eth_fault fault)
{
	if (!fields->fault && !fields->r.failed)
		fields->fault = fault;
}

// A byte string of one size.
static bool exact_read(struct fields *fields, void *to, size_t size)
{
	size_t length = 0;
	const uint8_t *at = cbor_read_string(&fields->r, CBOR_BYTES, &length);
	if (at && length == size)
		memcpy(to, at, size);
	else if (at)
		field_refuse(fields, ETH_BAD_FIELD);
	return at && length == size;
}

static bool id_read(struct fields *fields, uint8_t id[ETH_REQUEST_ID_SIZE])
{
	if (cbor_read_head(&fields->r, CBOR_TAG) != TAG_UUID)
		fields->r.failed = true;
	return exact_read(fields, id, ETH_REQUEST_ID_SIZE);
}

// Text that is shown to people: no control characters, so that none moves the cursor or ends a line.
static const char *origin_read(struct fields *fields, size_t *ret_size)
{
	size_t size = 0;
	const uint8_t *at = cbor_read_string(&fields->r, CBOR_TEXT, &size);
	if (!at)
		return NULL;
	if (size > ETH_ORIGIN_MAX)
		field_refuse(fields, ETH_BAD_FIELD);
	for (size_t i = 0; i < size; i++)
		if (at[i] < 0x20 || at[i] == 0x7f || (at[i] == 0xc2 && i + 1 < size && at[i + 1] < 0xa0))
			field_refuse(fields, ETH_BAD_FIELD);
	*ret_size = size;
	return (const char *)at;
}

// Pairs of an index and whether it is hardened. Ranges and wildcards name no key: refused.
static void components_read(struct fields *fields, struct eth_path *path)
{
	uint64_t count = cbor_read_head(&fields->r, CBOR_ARRAY);
	if (fields->r.failed || count % 2 || count / 2 > ETH_PATH_MAX) {
		field_refuse(fields, ETH_BAD_PATH);
		return;
	}
	for (uint64_t i = 0; i < count / 2; i++) {
		if (cbor_peek(&fields->r) != CBOR_UNSIGNED)
			field_refuse(fields, ETH_BAD_PATH);
		uint64_t index = cbor_read_unsigned(&fields->r);
		bool hardened = cbor_read_bool(&fields->r);
		if (fields->r.failed || index >= HARDENED) {
			field_refuse(fields, ETH_BAD_PATH);
			return;
		}
		path->index[i] = (uint32_t)index | (hardened ? HARDENED : 0);
	}
	path->length = (uint32_t)(count / 2);
}

static void fingerprint_read(struct fields *fields, struct eth_path *path)
{
	uint64_t fingerprint = cbor_read_unsigned(&fields->r);
	if (!fingerprint || fingerprint > UINT32_MAX)
		field_refuse(fields, ETH_BAD_PATH);
	path->fingerprint = (uint32_t)fingerprint;
}

// crypto-keypath (BCR-2020-007): components, the master key's fingerprint, a depth that we do not need.
static void path_read(struct fields *outer, struct eth_path *path)
{
	if (cbor_read_head(&outer->r, CBOR_TAG) != TAG_KEYPATH)
		outer->r.failed = true;
	struct fields fields = fields_open(&outer->r);
	bool components = false;
	for (uint64_t key; (key = field_next(&fields));) {
		if (key == 1) {
			components_read(&fields, path);
			components = true;
		} else if (key == 2) {
			fingerprint_read(&fields, path);
		} else if (key != 3 || cbor_read_unsigned(&fields.r) > 255) {
			fields.r.failed = true;
		}
	}
	outer->r = fields.r;
	if (fields.fault)
		outer->fault = fields.fault;
	else if (!components)
		field_refuse(outer, ETH_BAD_PATH);
}

// The proposal tags it with 401, its reference implementation and those that follow it do not: both are read.
static enum eth_data_type type_read(struct fields *fields)
{
	if (cbor_peek(&fields->r) == CBOR_TAG && cbor_read_head(&fields->r, CBOR_TAG) != TAG_DATA_TYPE)
		fields->r.failed = true;
	uint64_t type = cbor_read_unsigned(&fields->r);
	if (type < ETH_LEGACY_TRANSACTION || type > ETH_TYPED_TRANSACTION)
		field_refuse(fields, ETH_BAD_TYPE);
	return (enum eth_data_type)type;
}

static void data_read(struct fields *fields, struct eth_sign_request *request)
{
	request->data = cbor_read_string(&fields->r, CBOR_BYTES, &request->size);
	if (!request->data || !request->size || request->size > ETH_SIGN_DATA_MAX)
		field_refuse(fields, ETH_BAD_DATA);
}

static void chain_read(struct fields *fields, struct eth_sign_request *request)
{
	request->chain_id = cbor_read_unsigned(&fields->r);
	if (!request->chain_id)
		field_refuse(fields, ETH_BAD_FIELD);
}

static void request_field_read(struct fields *fields, uint64_t key, struct eth_sign_request *request)
{
	switch (key) {
	case 1: request->has_id = id_read(fields, request->id); break;
	case 2: data_read(fields, request); break;
	case 3: request->type = type_read(fields); break;
	case 4: chain_read(fields, request); break;
	case 5: path_read(fields, &request->path); break;
	case 6: request->has_address = exact_read(fields, request->address, sizeof request->address); break;
	case 7: request->origin = origin_read(fields, &request->origin_size); break;
	default: fields->r.failed = true;
	}
}

static enum eth_fault fields_close(const struct fields *fields)
{
	// What a fault left unread is not looked at any more.
	return fields->fault ? fields->fault : reader_done(&fields->r) ? ETH_OK : ETH_BAD_CBOR;
}

enum eth_fault eth_sign_request_read(const void *cbor, size_t size, struct eth_sign_request *ret)
{
	struct eth_sign_request request = { .chain_id = 1 };
	struct reader r = reader_over(cbor, size);
	struct fields fields = fields_open(&r);
	unsigned seen = 0;
	for (uint64_t key; (key = field_next(&fields));) {
		seen |= key < 8 ? 1u << key : 0;
		request_field_read(&fields, key, &request);
	}
	if (!(seen & 1u << 2))
		field_refuse(&fields, ETH_BAD_DATA);
	if (!(seen & 1u << 3))
		field_refuse(&fields, ETH_BAD_TYPE);
	if (!(seen & 1u << 5))
		field_refuse(&fields, ETH_BAD_PATH);
	enum eth_fault fault = fields_close(&fields);
	if (!fault)
		*ret = request;
	return fault;
}

// r, s and a v in the fewest bytes.
static void signature_read(struct fields *fields, struct eth_signature *signature)
{
	size_t size = 0;
	const uint8_t *at = cbor_read_string(&fields->r, CBOR_BYTES, &size);
	if (!at)
		return;
	if (size < ETH_SIGNATURE_MIN || size > ETH_SIGNATURE_MAX || (size > ETH_SIGNATURE_MIN && !at[64])) {
		field_refuse(fields, ETH_BAD_FIELD);
		return;
	}
	memcpy(signature->signature, at, size);
	signature->signature_size = size;
}

enum eth_fault eth_signature_read(const void *cbor, size_t size, struct eth_signature *ret)
{
	struct eth_signature signature = { .has_id = false };
	struct reader r = reader_over(cbor, size);
	struct fields fields = fields_open(&r);
	for (uint64_t key; (key = field_next(&fields));) {
		if (key == 1)
			signature.has_id = id_read(&fields, signature.id);
		else if (key == 2)
			signature_read(&fields, &signature);
		else if (key == 3)
			signature.origin = origin_read(&fields, &signature.origin_size);
		else
			fields.r.failed = true;
	}
	if (!signature.signature_size)
		field_refuse(&fields, ETH_BAD_FIELD);
	enum eth_fault fault = fields_close(&fields);
	if (!fault)
		*ret = signature;
	return fault;
}
