// SPDX-License-Identifier: Apache-2.0
// The form of each entry and body.
#include "block.h"

typedef const char *(*form_check)(struct reader *r);

static bool is_upper_or_digit(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_alphanumeric(uint8_t c)
{
	return is_upper_or_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_client_id(uint8_t c)
{
	return is_alphanumeric(c) || c == '.' || c == ':' || c == '/' || c == '_' || c == '-';
}

static bool is_name(uint8_t c)
{
	return c > 0x20 && c < 0x7f && c != '+';
}

static bool is_printable(uint8_t c)
{
	return c >= 0x20 && c < 0x7f;
}

// n characters, each of the sort.
static bool characters(struct reader *r, size_t n, bool (*sort)(uint8_t))
{
	const uint8_t *p = read_bytes(r, n);
	for (size_t i = 0; p && i < n; i++) {
		if (!sort(p[i]))
			return false;
	}
	return p != NULL;
}

static bool text(struct reader *r, size_t least, size_t most, bool (*sort)(uint8_t))
{
	size_t n = read_u8(r);
	return n >= least && n <= most && characters(r, n, sort);
}

static bool u8_at_most(struct reader *r, uint8_t most)
{
	return read_u8(r) <= most;
}

static const char *order_new(struct reader *r)
{
	(void)read_bytes(r, 10); // customer, key, market: for the rules
	// side, type, time in force, self-trade prevention, flags
	static const uint8_t most[] = { 1, 2, 2, 3, 1 };
	bool good = true;
	for (size_t i = 0; i < ARRAY_LEN(most); i++)
		good &= u8_at_most(r, most[i]);
	uint8_t n = read_u8(r);
	(void)read_bytes(r, 16);
	if (!good || n > 36)
		return "has an order with a field out of range";
	return n == 0 || characters(r, n, is_client_id) ? NULL : "has an order whose client id is none";
}

static const char *order_cancel(struct reader *r)
{
	(void)read_bytes(r, 10);
	uint8_t zero = read_u8(r), n = read_u8(r);
	(void)read_bytes(r, 8);
	if (zero || n > 36)
		return "has a cancel with a field out of range";
	return n == 0 || characters(r, n, is_client_id) ? NULL : "has a cancel whose client id is none";
}

static const char *skip_10(struct reader *r)
{
	(void)read_bytes(r, 10);
	return NULL;
}

static const char *skip_none(struct reader *r)
{
	return NULL;
}

static const char *skip_4(struct reader *r)
{
	(void)read_bytes(r, 4);
	return NULL;
}

static const char *skip_8(struct reader *r)
{
	(void)read_bytes(r, 8);
	return NULL;
}

static const char *skip_32(struct reader *r)
{
	(void)read_bytes(r, 32);
	return NULL;
}

static const char *genesis(struct reader *r)
{
	bool good = read_u32(r) >= 1;
	good &= u8_at_most(r, 1);
	good &= text(r, 1, 63, is_name);
	(void)read_bytes(r, 4 + 4 + 2 + 2 + 5 * 4 + 3 * 32);
	uint32_t operators = read_u32(r);
	if (!good || operators < 1 || operators > 8)
		return "has a genesis with a field out of range";
	(void)read_bytes(r, 32 * (size_t)operators);
	return NULL;
}

static const char *asset_add(struct reader *r)
{
	bool good = text(r, 1, 10, is_upper_or_digit);
	return good && u8_at_most(r, 18) ? NULL : "adds an asset that cannot be one";
}

static bool fees(struct reader *r)
{
	uint32_t maker = read_u32(r), taker = read_u32(r);
	return maker <= 100000 && taker <= 100000;
}

static const char *market_add(struct reader *r)
{
	bool good = text(r, 1, 20, is_upper_or_digit);
	(void)read_bytes(r, 2 + 2 + 8 * 8);
	return good && fees(r) ? NULL : "adds a market that cannot be one";
}

static const char *market_set(struct reader *r)
{
	(void)read_bytes(r, 2);
	bool good = u8_at_most(r, 2);
	return fees(r) && good ? NULL : "sets a market to what it cannot be";
}

static const char *customer_add(struct reader *r)
{
	(void)read_bytes(r, 32);
	return text(r, 0, 32, is_printable) ? NULL : "adds a customer whose label is none";
}

static const char *customer_set(struct reader *r)
{
	(void)read_bytes(r, 4);
	return u8_at_most(r, 1) ? NULL : "sets a customer to an unknown status";
}

static const char *key_add(struct reader *r)
{
	(void)read_bytes(r, 4);
	uint8_t kind = read_u8(r), scopes = read_u8(r);
	bool good = scopes >= 1 && scopes <= 7 && characters(r, 64, is_alphanumeric);
	if (kind == 1) {
		uint16_t sealed = read_u16(r);
		good &= sealed >= 1 && sealed <= 256;
		(void)read_bytes(r, sealed);
	} else {
		good &= kind == 2;
		(void)read_bytes(r, 32);
	}
	uint8_t rules = read_u8(r);
	good &= rules <= 8;
	for (unsigned i = 0; good && i < rules; i++) {
		(void)read_bytes(r, 16);
		good &= u8_at_most(r, 128);
	}
	return good ? NULL : "adds a key that cannot be one";
}

static const char *deposit_test(struct reader *r)
{
	(void)read_bytes(r, 6);
	return read_u64(r) <= INT64_MAX ? NULL : "deposits more than an amount can be";
}

static const char *host_report(struct reader *r)
{
	(void)read_bytes(r, 32 + 8 + 3 * 2 + 32); // digest, time, counts, the manifest's digest: any value
	return NULL;
}

static const char *control(struct reader *r)
{
	const uint8_t *evidence = read_bytes(r, EVIDENCE_SIZE);
	r->at = r->end; // the body is evidence.c's: it may be refused without being malformed
	return evidence ? NULL : "is a control entry without its evidence";
}

static const form_check forms[256] = {
	[KIND_ORDER_NEW] = order_new, [KIND_ORDER_CANCEL] = order_cancel, [KIND_ORDER_CANCEL_ALL] = skip_10,
	[KIND_TICK] = skip_none, [KIND_OPEN] = skip_32, [KIND_VOID] = skip_8,
	[KIND_GENESIS] = control, [KIND_RULES] = control, [KIND_ASSET_ADD] = control, [KIND_MARKET_ADD] = control,
	[KIND_MARKET_SET] = control, [KIND_CUSTOMER_ADD] = control, [KIND_CUSTOMER_SET] = control,
	[KIND_KEY_ADD] = control, [KIND_KEY_REMOVE] = control, [KIND_DEPOSIT_TEST] = control,
	[KIND_HOST_REPORT] = control,
};

static const form_check bodies[256] = {
	[KIND_GENESIS] = genesis, [KIND_RULES] = skip_4, [KIND_ASSET_ADD] = asset_add, [KIND_MARKET_ADD] = market_add,
	[KIND_MARKET_SET] = market_set, [KIND_CUSTOMER_ADD] = customer_add, [KIND_CUSTOMER_SET] = customer_set,
	[KIND_KEY_ADD] = key_add, [KIND_KEY_REMOVE] = skip_4, [KIND_DEPOSIT_TEST] = deposit_test,
	[KIND_HOST_REPORT] = host_report,
};

static const char *form(form_check check, const uint8_t *bytes, size_t size)
{
	struct reader r = reader_over(bytes, size);
	if (!check)
		return "has a kind that the format does not know";
	const char *wrong = check(&r);
	if (wrong)
		return wrong;
	return reader_done(&r) ? NULL : "is shorter or longer than its kind is";
}

const char *body_check(uint8_t kind, const uint8_t *body, size_t size)
{
	return form(bodies[kind], body, size);
}

const char *item_next(struct reader *r, struct item *ret)
{
	struct item item = { .bytes = r->at };
	uint16_t size = read_u16(r);
	item.kind = read_u8(r);
	uint8_t version = read_u8(r);
	item.delay_us = read_u32(r);
	if (r->failed || size < 8 || size > 4096)
		return "has an impossible size";
	item.size = size;
	item.payload_size = (size_t)size - 8;
	item.payload = read_bytes(r, item.payload_size);
	if (!item.payload)
		return "is longer than its block";
	if (version != 1)
		return "has a version that this program does not know";
	*ret = item;
	return form(forms[item.kind], item.payload, item.payload_size);
}
