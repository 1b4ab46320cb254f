// SPDX-License-Identifier: Apache-2.0
#include "ceremony/entropy.h"

#include "crypto/secret.h"

#include <stdio.h>

// In thousandths, log2 of the faces. 99 throws of a die count as 256 bits (255.9).
static const struct kind {
	const char *name;
	const char *alphabet; // NULL: any printable character
	unsigned millibits;
	size_t least;
} kinds[] = {
	[ENTROPY_KERNEL] = { "kernel", NULL, 8000, ENTROPY_KERNEL_SIZE },
	[ENTROPY_DICE] = { "dice", "123456", 2585, ENTROPY_THROWS_MIN },
	[ENTROPY_COINS] = { "coins", "ht", 1000, ENTROPY_THROWS_MIN },
	[ENTROPY_TEXT] = { "text", NULL, 1000, ENTROPY_CHARACTERS_MIN },
};

static const char *const refusals[] = {
	[ENTROPY_FINE] = "accepted",
	[ENTROPY_FULL] = "there are as many sources as fit; go on",
	[ENTROPY_LENGTH] = "longer than 1,024 characters; give it as two sources",
	[ENTROPY_CHARACTER] =
		"a character that cannot be: dice are 1 to 6, coins h and t, text is plain ASCII",
	[ENTROPY_GROUP] =
		"a group is longer or shorter than the first one: a throw was left out or typed twice",
	[ENTROPY_FEW] = "too few: at least 20 throws or 16 characters in one source",
	[ENTROPY_EQUAL] = "the same over and over: that was not thrown",
	[ENTROPY_REPEATED] = "the same as a source given before: it adds nothing",
	[ENTROPY_WEAK] =
		"people must give at least 256 bits: 99 throws of a die, or 256 coins, or text beside them",
};

const char *entropy_kind_name(enum entropy_kind kind)
{
	return kinds[kind].name;
}

const char *entropy_refusal_text(enum entropy_refusal refusal)
{
	return refusals[refusal];
}

void entropy_add_kernel(struct entropy *entropy, const uint8_t bytes[ENTROPY_KERNEL_SIZE])
{
	struct entropy_source *source = &entropy->sources[0];
	ASSERT(entropy->count == 0);
	source->kind = ENTROPY_KERNEL;
	source->bits = ENTROPY_KERNEL_SIZE * 8;
	source->size = ENTROPY_KERNEL_SIZE;
	memcpy(source->bytes, bytes, ENTROPY_KERNEL_SIZE);
	entropy->count = 1;
}

// Copies the throws without the spaces; the groups must be of one length, the last may be shorter.
static enum entropy_refusal throws_read(const char *alphabet, const char *text, size_t length,
					struct entropy_source *to)
{
	size_t group = 0, first = 0;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != ' ') {
			if (text[i] == '\0' || !strchr(alphabet, text[i]))
				return ENTROPY_CHARACTER;
			to->bytes[to->size++] = text[i];
			group++;
			continue;
		}
		bool last = i == length;
		if (group == 0 || group > ENTROPY_GROUP_MAX || (first && group > first) ||
		    (first && group < first && !last))
			return ENTROPY_GROUP;
		first = first ? first : group;
		group = 0;
	}
	return ENTROPY_FINE;
}

static enum entropy_refusal text_read(const char *text, size_t length, struct entropy_source *to)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return ENTROPY_CHARACTER;
	}
	memcpy(to->bytes, text, length);
	to->size = length;
	return ENTROPY_FINE;
}

// A period of at most ten characters fills everything: one key held down, or one group typed again and again.
// Nothing else is judged: true throws may look as they like.
static bool periodic(const struct entropy_source *source)
{
	for (size_t period = 1; period <= ENTROPY_GROUP_MAX && period < source->size; period++) {
		if (memcmp(source->bytes, source->bytes + period, source->size - period) == 0)
			return true;
	}
	return false;
}

static bool repeated(const struct entropy *entropy, const struct entropy_source *source)
{
	for (size_t i = 0; i < entropy->count; i++) {
		const struct entropy_source *other = &entropy->sources[i];
		if (other->size == source->size && memcmp(other->bytes, source->bytes, source->size) == 0)
			return true;
	}
	return false;
}

static enum entropy_refusal source_judge(const struct entropy *entropy, const struct entropy_source *source)
{
	if (source->size < kinds[source->kind].least)
		return ENTROPY_FEW;
	if (periodic(source))
		return ENTROPY_EQUAL;
	return repeated(entropy, source) ? ENTROPY_REPEATED : ENTROPY_FINE;
}

enum entropy_refusal entropy_add(struct entropy *entropy, enum entropy_kind kind, const char *text,
				 size_t length)
{
	ASSERT(kind != ENTROPY_KERNEL && entropy->count > 0);
	if (entropy->count == ENTROPY_SOURCES_MAX)
		return ENTROPY_FULL;
	if (length > ENTROPY_TEXT_MAX)
		return ENTROPY_LENGTH;
	// the next free place is scratch until the count says otherwise
	struct entropy_source *source = &entropy->sources[entropy->count];
	source->kind = kind;
	source->size = 0;
	enum entropy_refusal refusal = kinds[kind].alphabet
					       ? throws_read(kinds[kind].alphabet, text, length, source)
					       : text_read(text, length, source);
	if (!refusal)
		refusal = source_judge(entropy, source);
	if (refusal) {
		secret_wipe(source, sizeof *source);
		return refusal;
	}
	source->bits = (unsigned)((source->size * kinds[kind].millibits + 500) / 1000);
	entropy->count++;
	return ENTROPY_FINE;
}

void entropy_commitment(const struct entropy *entropy, uint8_t ret[SHA256_SIZE])
{
	static const char domain[] = "redoubt entropy commitment 1\n";
	struct sha256 s;
	ASSERT(entropy->count > 0);
	sha256_init(&s);
	sha256_update(&s, domain, sizeof domain - 1);
	sha256_update(&s, entropy->sources[0].bytes, ENTROPY_KERNEL_SIZE);
	sha256_final(&s, ret);
	secret_wipe(&s, sizeof s);
}

void entropy_source_digest(const struct entropy *entropy, size_t index, uint8_t ret[SHA256_SIZE])
{
	const struct entropy_source *source = &entropy->sources[index];
	char domain[64];
	struct sha256 s;
	ASSERT(index < entropy->count);
	int size = snprintf(domain, sizeof domain, "redoubt entropy 1\n%zu %s\n", index + 1,
			    kinds[source->kind].name);
	sha256_init(&s);
	sha256_update(&s, domain, (size_t)size);
	sha256_update(&s, source->bytes, source->size);
	sha256_final(&s, ret);
	secret_wipe(&s, sizeof s);
}

unsigned entropy_people_bits(const struct entropy *entropy)
{
	unsigned bits = 0;
	for (size_t i = 1; i < entropy->count; i++)
		bits += entropy->sources[i].bits;
	return bits;
}

enum entropy_refusal entropy_seed(const struct entropy *entropy, uint8_t seed[ENTROPY_SEED_SIZE])
{
	static const char salt[] = "redoubt entropy 1";
	uint8_t digests[ENTROPY_SOURCES_MAX][SHA256_SIZE];
	if (entropy->count < 2 || entropy_people_bits(entropy) < ENTROPY_PEOPLE_BITS)
		return ENTROPY_WEAK;
	for (size_t i = 0; i < entropy->count; i++)
		entropy_source_digest(entropy, i, digests[i]);
	hkdf_sha256(digests, entropy->count * SHA256_SIZE, salt, sizeof salt - 1, "seed", seed,
		    ENTROPY_SEED_SIZE);
	secret_wipe(digests, sizeof digests);
	return ENTROPY_FINE;
}
