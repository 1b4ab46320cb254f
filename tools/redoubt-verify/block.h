// SPDX-License-Identifier: Apache-2.0
// The written formats of a leaf, a frame's head and an entry, read by code of
// its own (docs/PROTOCOL.journal.md, docs/PROTOCOL.entry.md). Bytes in, bytes
// out; no file is touched here.
#pragma once

#include "base/bytes.h"

#define FRAME_ALIGN 4096u
#define FRAME_MAX 65536u
#define FRAME_HEAD 96u
#define TAG_SIZE 16u
#define LEAF_HEAD 104u
#define LEAF_MAX 65280u

enum frame_kind { FRAME_BLOCK = 0, FRAME_SEAL = 1, FRAME_CLOSE = 2 };

struct frame {
	uint16_t kind;
	uint32_t size, plain_size;
	uint64_t number, batch_first;
	const uint8_t *incarnation; // 32 bytes
	const uint8_t *cipher, *tag, *associated;
	size_t associated_size;
};

// A frame at the front of `available` bytes. NULL when it is one (CRC and
// padding included), else what is wrong with it.
const char *frame_parse(const uint8_t *bytes, size_t available, struct frame *ret);

struct leaf {
	uint64_t number, first_sequence, time_us, digest;
	uint32_t count;
	const uint8_t *previous; // 32 bytes
	const uint8_t *entries;
	size_t entries_size;
};

const char *leaf_parse(const uint8_t *bytes, size_t size, struct leaf *ret);

enum kind {
	KIND_ORDER_NEW = 1, KIND_ORDER_CANCEL = 2, KIND_ORDER_CANCEL_ALL = 3,
	KIND_TICK = 32, KIND_OPEN = 33, KIND_VOID = 34,
	KIND_GENESIS = 64, KIND_RULES, KIND_ASSET_ADD, KIND_MARKET_ADD, KIND_MARKET_SET, KIND_CUSTOMER_ADD, KIND_CUSTOMER_SET,
	KIND_KEY_ADD, KIND_KEY_REMOVE, KIND_DEPOSIT_TEST, KIND_HOST_REPORT,
};

struct item { // one entry
	uint8_t kind;
	uint32_t delay_us;
	const uint8_t *bytes, *payload; // the whole entry; its payload
	size_t size, payload_size;
};

// The next entry, its payload's form checked. NULL, or what is wrong.
const char *item_next(struct reader *r, struct item *ret);

static inline bool kind_is_control(uint8_t kind)
{
	return kind >= KIND_GENESIS;
}

#define EVIDENCE_SIZE 112u

// Form of a control entry's body. NULL, or what is wrong.
const char *body_check(uint8_t kind, const uint8_t *body, size_t size);
