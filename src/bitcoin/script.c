// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/script.h"

bool script_next(struct reader *r, struct script_item *ret)
{
	if (r->failed || reader_left(r) == 0)
		return false;
	struct script_item item = { .opcode = read_u8(r) };
	size_t size = item.opcode;
	item.is_push = item.opcode <= OP_PUSHDATA4;
	if (item.opcode == OP_PUSHDATA1)
		size = read_u8(r);
	else if (item.opcode == OP_PUSHDATA2)
		size = read_u16(r);
	else if (item.opcode == OP_PUSHDATA4)
		size = read_u32(r);
	if (item.is_push) {
		const uint8_t *p = read_bytes(r, size);
		if (!p)
			return false;
		item.push = span_over(p, size);
	}
	*ret = item;
	return true;
}

void script_push(struct writer *w, const void *data, size_t size)
{
	if (size < OP_PUSHDATA1) {
		write_u8(w, (uint8_t)size);
	} else if (size <= 0xff) {
		write_u8(w, OP_PUSHDATA1);
		write_u8(w, (uint8_t)size);
	} else if (size <= 0xffff) {
		write_u8(w, OP_PUSHDATA2);
		write_u16(w, (uint16_t)size);
	} else {
		w->failed = true; // no script holds more than 520 bytes in one push
		return;
	}
	write_bytes(w, data, size);
}

void script_number(struct writer *w, int64_t value)
{
	uint8_t bytes[9];
	size_t size = 0;
	if (value == 0 || value == -1 || (value >= 1 && value <= 16)) {
		write_u8(w, value == 0 ? OP_0 : (uint8_t)(OP_1 - 1 + value));
		return;
	}
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	for (; magnitude; magnitude >>= 8)
		bytes[size++] = (uint8_t)magnitude;
	if (bytes[size - 1] & 0x80)
		bytes[size++] = 0;
	if (value < 0)
		bytes[size - 1] |= 0x80;
	script_push(w, bytes, size);
}

int script_item_number(const struct script_item *item, int64_t *ret)
{
	int64_t value = 0;
	const struct span push = item->push;
	if (!item->is_push) {
		if (item->opcode != OP_1NEGATE && (item->opcode < OP_1 || item->opcode > OP_16))
			return 1;
		*ret = (int64_t)item->opcode - (OP_1 - 1);
		return 0;
	}
	if (push.size > 5)
		return 1;
	for (size_t i = 0; i < push.size; i++)
		value |= (int64_t)push.at[i] << 8 * i;
	if (push.size && push.at[push.size - 1] & 0x80)
		value = -(value & ~((int64_t)0x80 << 8 * (push.size - 1)));
	// minimal: writing it gives the same bytes
	uint8_t again[16];
	struct writer w = writer_over(again, sizeof again);
	script_number(&w, value);
	if (again[0] != item->opcode || writer_size(&w) != push.size + 1 ||
	    (push.size && memcmp(again + 1, push.at, push.size) != 0))
		return 1;
	*ret = value;
	return 0;
}

static bool small_number(const struct script_item *item, unsigned *ret)
{
	if (item->is_push || item->opcode < OP_1 || item->opcode > OP_16)
		return false;
	*ret = item->opcode - OP_1 + 1u;
	return true;
}

// Reads m <key>... n and the opcode that must follow. False when it is not that.
static bool multisig_read(struct reader *r, uint8_t opcode, struct multisig *ret)
{
	struct script_item item;
	struct multisig m = { .count = 0 };
	unsigned count;
	if (!script_next(r, &item) || !small_number(&item, &m.threshold))
		return false;
	while (script_next(r, &item) && item.opcode == 33 && m.count < MULTISIG_KEYS_MAX)
		m.keys[m.count++] = item.push.at;
	if (r->failed || !small_number(&item, &count) || count != m.count || m.threshold > count)
		return false;
	*ret = m;
	return script_next(r, &item) && item.opcode == opcode;
}

int script_multisig_parse(struct span script, struct multisig *ret)
{
	struct reader r = reader_over(script.at, script.size);
	struct multisig m;
	if (!multisig_read(&r, OP_CHECKMULTISIG, &m) || !reader_done(&r))
		return 1;
	*ret = m;
	return 0;
}

static bool opcode_read(struct reader *r, uint8_t opcode)
{
	return read_u8(r) == opcode && !r->failed;
}

int script_unvault_parse(struct span script, struct unvault *ret)
{
	struct reader r = reader_over(script.at, script.size);
	struct unvault u;
	struct script_item item;
	int64_t lock;
	if (!multisig_read(&r, OP_CHECKMULTISIG, &u.cancel) || !opcode_read(&r, OP_IFDUP) ||
	    !opcode_read(&r, OP_NOTIF) || !multisig_read(&r, OP_CHECKMULTISIGVERIFY, &u.pay))
		return 1;
	if (!script_next(&r, &item) || script_item_number(&item, &lock) || lock < 1 || lock > UINT32_MAX / 2)
		return 1;
	if (!opcode_read(&r, OP_CHECKSEQUENCEVERIFY) || !opcode_read(&r, OP_ENDIF) || !reader_done(&r))
		return 1;
	u.lock = (uint32_t)lock;
	*ret = u;
	return 0;
}

int script_multi_a_parse(struct span script, struct multisig *ret)
{
	struct reader r = reader_over(script.at, script.size);
	struct multisig m = { .count = 0 };
	struct script_item item;
	while (script_next(&r, &item) && item.opcode == 32 && m.count < MULTISIG_KEYS_MAX) {
		m.keys[m.count] = item.push.at;
		if (!opcode_read(&r, m.count++ ? OP_CHECKSIGADD : OP_CHECKSIG))
			return 1;
	}
	if (r.failed || m.count == 0 || !small_number(&item, &m.threshold) || m.threshold > m.count)
		return 1;
	if (!opcode_read(&r, OP_NUMEQUAL) || !reader_done(&r))
		return 1;
	*ret = m;
	return 0;
}

bool script_holds(struct span script, const void *data, size_t size)
{
	struct reader r = reader_over(script.at, script.size);
	struct script_item item;
	bool found = false;
	while (script_next(&r, &item)) {
		found |= span_equal(item.push, span_over(data, size));
		if (item.opcode == OP_CODESEPARATOR)
			return false;
	}
	return found && reader_done(&r);
}
