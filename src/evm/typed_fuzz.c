// SPDX-License-Identifier: Apache-2.0
// Types and values out of the input: lines "Struct", "\tmember type"; then the bytes after a NUL as atoms.
// Types that pass the check can be hashed; values of any shape give a digest or a refusal.
#include "evm/typed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	char text[2048];
	struct typed_member members[128];
	struct typed_struct structs[TYPED_STRUCTS_MAX + 1];
	struct typed_value values[64];
} room;

static size_t structs_read(char *text)
{
	size_t structs = 0, members = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *space = strchr(line, ' ');
		if (line[0] != '\t') {
			if (structs == ARRAY_LEN(room.structs))
				break;
			room.structs[structs++] = (struct typed_struct){ line, room.members + members, 0 };
		} else if (structs && space && members < ARRAY_LEN(room.members)) {
			*space = 0;
			room.members[members++] = (struct typed_member){ line + 1, space + 1 };
			room.structs[structs - 1].count++;
		}
	}
	return structs;
}

// Each byte makes an atom, or takes the values made so far as its items.
static struct typed_value values_read(const uint8_t *at, size_t size)
{
	size_t made = 0, start = 0;
	struct typed_value value = { 0 };
	for (; size && made < ARRAY_LEN(room.values); at++, size--) {
		size_t atom = at[0] % 64 < size ? at[0] % 64 : size - 1;
		value = (struct typed_value){ .atom = evm_bytes_over(at + 1, atom) };
		if (at[0] >= 0xc0) {
			value = (struct typed_value){ .items = room.values + start, .count = made - start };
			start = made;
		}
		room.values[made++] = value;
	}
	return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	size_t length = end ? (size_t)(end - data) : size;
	uint8_t digest[32];
	if (length >= sizeof room.text)
		return 0;
	memcpy(room.text, data, length);
	room.text[length] = 0;
	struct typed_types types = { room.structs, structs_read(room.text) };
	if (types.count == 0)
		return 0;
	struct typed_value value = values_read(data + length, size - length);
	enum typed_refusal why = typed_types_check(&types);
	ASSERT(typed_type_hash(&types, types.structs[0].name, digest) == why);
	enum typed_refusal hashed = typed_struct_hash(&types, types.structs[0].name, &value, digest);
	ASSERT(!why || hashed == why);
	return 0;
}
