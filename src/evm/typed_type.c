// SPDX-License-Identifier: Apache-2.0
#include "evm/typed_type.h"

#include "evm/keccak.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool identifier_valid(const char *name, size_t length)
{
	if (length == 0 || !is_letter(name[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]))
			return false;
	return true;
}

// A decimal without a leading zero that fills the text, 1..limit; 0 for anything else.
static unsigned small_number(const char *text, size_t length, unsigned limit)
{
	unsigned v = 0;
	if (length == 0 || text[0] == '0')
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(text[i]))
			return 0;
		v = 10 * v + (unsigned)(text[i] - '0');
		if (v > limit)
			return 0;
	}
	return v;
}

// "uint" 8..256 by eights, "int" the same, "bytes" 1..32.
static struct typed_kind sized_kind(const char *type, size_t length)
{
	static const struct { const char *prefix; enum typed_atom atom; unsigned limit, unit; } families[] = {
		{ "uint", TYPED_UINT, 256, 8 }, { "int", TYPED_INT, 256, 8 }, { "bytes", TYPED_FIXED_BYTES, 32, 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		size_t prefix = strlen(families[i].prefix);
		if (length <= prefix || memcmp(type, families[i].prefix, prefix) != 0)
			continue;
		unsigned n = small_number(type + prefix, length - prefix, families[i].limit);
		if (n && n % families[i].unit == 0)
			return (struct typed_kind){ families[i].atom, n / families[i].unit };
	}
	return (struct typed_kind){ TYPED_NO_ATOM, 0 };
}

struct typed_kind typed_kind_of(const char *type, size_t length)
{
	static const struct { const char *name; struct typed_kind kind; } plain[] = {
		{ "address", { TYPED_ADDRESS, 20 } }, { "bool", { TYPED_BOOL, 1 } },
		{ "bytes", { TYPED_BYTES, 0 } },      { "string", { TYPED_STRING, 0 } },
	};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (strlen(plain[i].name) == length && memcmp(type, plain[i].name, length) == 0)
			return plain[i].kind;
	return sized_kind(type, length);
}

const struct typed_struct *typed_struct_find(const struct typed_types *types, const char *name, size_t length)
{
	for (size_t i = 0; i < types->count; i++)
		if (strlen(types->structs[i].name) == length && memcmp(types->structs[i].name, name, length) == 0)
			return &types->structs[i];
	return NULL;
}

size_t typed_base_length(const char *type)
{
	return strcspn(type, "[");
}

bool typed_array_split(const char *type, size_t length, size_t *ret_inner, int *ret_count)
{
	size_t open = length;
	if (length == 0 || type[length - 1] != ']')
		return false;
	while (open > 0 && type[open - 1] != '[')
		open--;
	if (open == 0)
		return false;
	*ret_inner = open - 1;
	*ret_count = open == length - 1 ? -1 : (int)small_number(type + open, length - 1 - open, TYPED_ITEMS_MAX);
	return *ret_count != 0;
}

static bool all_bytes(const uint8_t *at, size_t size, uint8_t value)
{
	for (size_t i = 0; i < size; i++)
		if (at[i] != value)
			return false;
	return true;
}

bool typed_word_valid(struct typed_kind kind, const uint8_t word[32])
{
	size_t rest = 32 - kind.size;
	switch (kind.atom) {
	case TYPED_ADDRESS:
	case TYPED_UINT:
		return all_bytes(word, rest, 0);
	case TYPED_BOOL:
		return all_bytes(word, 31, 0) && word[31] <= 1;
	case TYPED_INT: // sign-extended
		return all_bytes(word, rest, word[rest] & 0x80 ? 0xff : 0);
	case TYPED_FIXED_BYTES:
		return all_bytes(word + kind.size, rest, 0);
	default:
		return false;
	}
}

static enum typed_refusal type_check(const struct typed_types *types, const char *type)
{
	size_t base = typed_base_length(type), length = strlen(type), inner;
	int count;
	for (size_t depth = 0; length > base; depth++) {
		if (depth == TYPED_DEPTH_MAX)
			return TYPED_LIMIT;
		if (!typed_array_split(type, length, &inner, &count))
			return TYPED_TYPE;
		length = inner;
	}
	return length == base && (typed_kind_of(type, base).atom || typed_struct_find(types, type, base)) ? TYPED_FINE :
													      TYPED_TYPE;
}

static enum typed_refusal members_check(const struct typed_types *types, const struct typed_struct *s)
{
	if (s->count > TYPED_MEMBERS_MAX)
		return TYPED_LIMIT;
	for (size_t i = 0; i < s->count; i++) {
		size_t length = strlen(s->members[i].name);
		enum typed_refusal why;
		if (length > TYPED_NAME_MAX || strlen(s->members[i].type) > TYPED_NAME_MAX)
			return TYPED_LIMIT;
		if (!identifier_valid(s->members[i].name, length))
			return TYPED_NAME;
		for (size_t j = 0; j < i; j++)
			if (strcmp(s->members[i].name, s->members[j].name) == 0)
				return TYPED_NAME;
		why = type_check(types, s->members[i].type);
		if (why)
			return why;
	}
	return TYPED_FINE;
}

enum typed_refusal typed_types_check(const struct typed_types *types)
{
	if (types->count > TYPED_STRUCTS_MAX)
		return TYPED_LIMIT;
	for (size_t i = 0; i < types->count; i++) {
		const char *name = types->structs[i].name;
		size_t length = strlen(name);
		enum typed_refusal why;
		if (length > TYPED_NAME_MAX)
			return TYPED_LIMIT;
		if (!identifier_valid(name, length) || typed_kind_of(name, length).atom ||
		    typed_struct_find(types, name, length) != &types->structs[i])
			return TYPED_NAME;
		why = members_check(types, &types->structs[i]);
		if (why)
			return why;
	}
	return TYPED_FINE;
}
