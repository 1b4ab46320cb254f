// SPDX-License-Identifier: Apache-2.0
// BIP380 "Checksum": a BCH code over GF(32) of eight symbols, and the text of what was refused.
#include "bitcoin/descriptor.h"

static const char input_set[] = "0123456789()[],'/*abcdefgh@:$%{}"
				"IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
				"ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
static const char checksum_set[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint64_t checksum_step(uint64_t sum, unsigned value)
{
	static const uint64_t generator[5] = { 0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
					       0x644d626ffd };
	uint64_t top = sum >> 35;
	sum = (sum & 0x7ffffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		sum ^= top >> i & 1 ? generator[i] : 0;
	return sum;
}

int descriptor_checksum(const char *text, size_t length, char to[DESCRIPTOR_CHECKSUM_SIZE + 1])
{
	uint64_t sum = 1;
	unsigned group = 0, held = 0;
	for (size_t i = 0; i < length; i++) {
		const char *p = memchr(input_set, text[i], sizeof input_set - 1);
		if (!p)
			return 1;
		unsigned value = (unsigned)(p - input_set);
		sum = checksum_step(sum, value & 31);
		group = group * 3 + (value >> 5);
		if (++held == 3) {
			sum = checksum_step(sum, group);
			group = held = 0;
		}
	}
	if (held)
		sum = checksum_step(sum, group);
	for (int i = 0; i < DESCRIPTOR_CHECKSUM_SIZE; i++)
		sum = checksum_step(sum, 0);
	sum ^= 1;
	for (int i = 0; i < DESCRIPTOR_CHECKSUM_SIZE; i++)
		to[i] = checksum_set[sum >> 5 * (DESCRIPTOR_CHECKSUM_SIZE - 1 - i) & 31];
	to[DESCRIPTOR_CHECKSUM_SIZE] = 0;
	return 0;
}

const char *descriptor_refusal_text(enum descriptor_refusal refusal)
{
	static const char *const texts[] = {
		[DESCRIPTOR_FINE] = "fine",
		[DESCRIPTOR_LENGTH] = "the descriptor is too long",
		[DESCRIPTOR_CHARACTER] = "a character does not belong into a descriptor",
		[DESCRIPTOR_NO_CHECKSUM] = "the checksum (# and eight characters at the end) is missing",
		[DESCRIPTOR_CHECKSUM] = "the checksum does not match: the text was altered or mistyped",
		[DESCRIPTOR_TEMPLATE] = "not one of the kinds of descriptor that are supported",
		[DESCRIPTOR_KEY] = "a key, its origin or its path is malformed or of another network",
		[DESCRIPTOR_PRIVATE_KEY] = "it holds a private key, which is now exposed: use the public key",
		[DESCRIPTOR_HARDENED] =
			"a step after an extended key is hardened, which its public half cannot take",
		[DESCRIPTOR_THRESHOLD] = "the number of signatures does not fit the number of keys",
		[DESCRIPTOR_LOCK] = "the time-lock is zero or of no known form",
		[DESCRIPTOR_BRANCHES] = "the branches <a;b> of the keys do not fit together",
		[DESCRIPTOR_RANGE] = "some keys end in /* and others do not",
		[DESCRIPTOR_REPEATED] = "a key occurs twice: each signer must have its own",
	};
	return refusal < ARRAY_LEN(texts) ? texts[refusal] : "refused";
}
