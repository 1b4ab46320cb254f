// SPDX-License-Identifier: Apache-2.0
#include "evm/keccak.h"
#include "evm/typed_type.h"

_Static_assert(TYPED_STRUCTS_MAX <= 32, "a set of structs is kept in 32 bits");

static void update_text(struct keccak256 *k, const char *text)
{
	keccak256_update(k, text, strlen(text));
}

static void update_struct(struct keccak256 *k, const struct typed_struct *s)
{
	update_text(k, s->name);
	update_text(k, "(");
	for (size_t i = 0; i < s->count; i++) {
		update_text(k, i ? "," : "");
		update_text(k, s->members[i].type);
		update_text(k, " ");
		update_text(k, s->members[i].name);
	}
	update_text(k, ")");
}

// Those that the struct refers to, directly or not, and itself: rounds until no more are found.
static uint32_t references(const struct typed_types *types, const struct typed_struct *from)
{
	uint32_t found = (uint32_t)1 << (from - types->structs), before = 0;
	while (found != before) {
		before = found;
		for (size_t i = 0; i < types->count; i++)
			for (size_t m = 0; before >> i & 1 && m < types->structs[i].count; m++) {
				const char *type = types->structs[i].members[m].type;
				const struct typed_struct *s = typed_struct_find(types, type, typed_base_length(type));
				if (s)
					found |= (uint32_t)1 << (s - types->structs);
			}
	}
	return found;
}

static size_t first_by_name(const struct typed_types *types, uint32_t set)
{
	size_t first = types->count;
	for (size_t i = 0; i < types->count; i++)
		if (set >> i & 1 && (first == types->count || strcmp(types->structs[i].name, types->structs[first].name) < 0))
			first = i;
	return first;
}

static void type_hash(const struct typed_types *types, const struct typed_struct *s, uint8_t digest[32])
{
	struct keccak256 k;
	uint32_t rest = references(types, s) & ~((uint32_t)1 << (s - types->structs));
	keccak256_init(&k);
	update_struct(&k, s);
	while (rest) {
		size_t next = first_by_name(types, rest);
		update_struct(&k, &types->structs[next]);
		rest &= ~((uint32_t)1 << next);
	}
	keccak256_final(&k, digest);
}

enum typed_refusal typed_type_hash(const struct typed_types *types, const char *name, uint8_t digest[32])
{
	const struct typed_struct *s;
	enum typed_refusal why = typed_types_check(types);
	if (why)
		return why;
	s = typed_struct_find(types, name, strlen(name));
	if (!s)
		return TYPED_TYPE;
	type_hash(types, s, digest);
	return TYPED_FINE;
}

static enum typed_refusal value_word(const struct typed_types *types, const char *type, size_t length,
				     const struct typed_value *value, unsigned depth, uint8_t word[32]);

static enum typed_refusal struct_word(const struct typed_types *types, const struct typed_struct *s,
				      const struct typed_value *value, unsigned depth, uint8_t word[32])
{
	enum typed_refusal why = TYPED_FINE;
	uint8_t each[32];
	struct keccak256 k;
	if (value->count != s->count || value->atom.size)
		return TYPED_VALUE;
	type_hash(types, s, each);
	keccak256_init(&k);
	keccak256_update(&k, each, sizeof each);
	for (size_t i = 0; i < s->count && !why; i++) {
		const char *type = s->members[i].type;
		why = value_word(types, type, strlen(type), &value->items[i], depth, each);
		keccak256_update(&k, each, sizeof each);
	}
	keccak256_final(&k, word);
	return why;
}

static enum typed_refusal array_word(const struct typed_types *types, const char *type, size_t inner, int count,
				     const struct typed_value *value, unsigned depth, uint8_t word[32])
{
	enum typed_refusal why = TYPED_FINE;
	uint8_t each[32] = { 0 };
	struct keccak256 k;
	if (value->count > TYPED_ITEMS_MAX)
		return TYPED_LIMIT;
	if (value->atom.size || (count >= 0 && value->count != (size_t)count))
		return TYPED_VALUE;
	keccak256_init(&k);
	for (size_t i = 0; i < value->count && !why; i++) {
		why = value_word(types, type, inner, &value->items[i], depth, each);
		keccak256_update(&k, each, sizeof each);
	}
	keccak256_final(&k, word);
	return why;
}

static enum typed_refusal atom_word(struct typed_kind kind, const struct typed_value *value, uint8_t word[32])
{
	if (value->count)
		return TYPED_VALUE;
	if (kind.atom == TYPED_BYTES || kind.atom == TYPED_STRING) {
		keccak256_of(value->atom.at, value->atom.size, word);
		return TYPED_FINE;
	}
	if (value->atom.size != 32 || !typed_word_valid(kind, value->atom.at))
		return TYPED_VALUE;
	memcpy(word, value->atom.at, 32);
	return TYPED_FINE;
}

// The 32 bytes that stand for a value in encodeData; the word is set only when all is fine.
static enum typed_refusal value_word(const struct typed_types *types, const char *type, size_t length,
				     const struct typed_value *value, unsigned depth, uint8_t word[32])
{
	const struct typed_struct *s;
	size_t inner;
	int count;
	memset(word, 0, 32);
	if (depth == TYPED_DEPTH_MAX)
		return TYPED_LIMIT;
	if (typed_array_split(type, length, &inner, &count))
		return array_word(types, type, inner, count, value, depth + 1, word);
	s = typed_struct_find(types, type, length);
	if (s)
		return struct_word(types, s, value, depth + 1, word);
	return atom_word(typed_kind_of(type, length), value, word);
}

enum typed_refusal typed_struct_hash(const struct typed_types *types, const char *name,
				     const struct typed_value *value, uint8_t digest[32])
{
	const struct typed_struct *s;
	uint8_t word[32];
	enum typed_refusal why = typed_types_check(types);
	if (why)
		return why;
	s = typed_struct_find(types, name, strlen(name));
	why = s ? struct_word(types, s, value, 0, word) : TYPED_TYPE;
	if (!why)
		memcpy(digest, word, 32);
	return why;
}

void typed_domain_separator(const struct typed_domain *domain, uint8_t digest[32])
{
	static const struct typed_member all[] = { { "name", "string" }, { "version", "string" },
						   { "chainId", "uint256" }, { "verifyingContract", "address" },
						   { "salt", "bytes32" } };
	const bool there[] = { domain->has_name, domain->has_version, domain->has_chain_id, domain->has_contract,
			       domain->has_salt };
	uint8_t chain_id[32], contract[32] = { 0 };
	u256_to_bytes(&domain->chain_id, chain_id);
	memcpy(contract + 12, domain->contract.bytes, sizeof domain->contract.bytes);
	const struct evm_bytes atoms[] = { domain->name, domain->version, evm_bytes_over(chain_id, 32),
					   evm_bytes_over(contract, 32), evm_bytes_over(domain->salt, 32) };
	struct typed_member members[ARRAY_LEN(all)];
	struct typed_value values[ARRAY_LEN(all)];
	struct typed_struct s = { "EIP712Domain", members, 0 };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (there[i]) {
			members[s.count] = all[i];
			values[s.count++] = (struct typed_value){ .atom = atoms[i] };
		}
	ASSERT(!typed_struct_hash(&(struct typed_types){ &s, 1 }, s.name,
				  &(struct typed_value){ .items = values, .count = s.count }, digest));
}
