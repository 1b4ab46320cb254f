// SPDX-License-Identifier: Apache-2.0
#include "ur/ur.h"

struct name {
	const char *name;
	enum ur_type type;
};

// In the order of the types first, then other names on the way in: BCR-2020-006 renamed crypto-psbt.
static const struct name names[] = {
	{ "bytes", UR_BYTES },
	{ "crypto-psbt", UR_PSBT },
	{ "eth-sign-request", UR_ETH_SIGN_REQUEST },
	{ "eth-signature", UR_ETH_SIGNATURE },
	{ "psbt", UR_PSBT },
};
_Static_assert(UR_TYPES == 4, "a type without a name");

const char *ur_type_name(enum ur_type type)
{
	ASSERT(type < UR_TYPES);
	return names[type].name;
}

static bool same_letters(const char *name, const char *text, size_t length)
{
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 'a' - 'A' : text[i]) != name[i])
			return false;
	return true;
}

int ur_type_find(const char *name, size_t length, enum ur_type *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (same_letters(names[i].name, name, length)) {
			*ret = names[i].type;
			return 0;
		}
	}
	return 1;
}

static const char *const verdicts[UR_VERDICTS] = {
	[UR_TAKEN] = "taken",
	[UR_FINISHED] = "the message is complete",
	[UR_KNOWN] = "nothing new in it",
	[UR_NOT_UR] = "it is no Uniform Resource: it does not begin with \"ur:\"",
	[UR_BAD_FORM] = "it has not the form ur:TYPE/BODY or ur:TYPE/NUMBER-OF/BODY",
	[UR_UNKNOWN_TYPE] = "its type is none of bytes, crypto-psbt, psbt, eth-sign-request, eth-signature",
	[UR_BAD_WORDS] = "its body is not written in bytewords",
	[UR_BAD_PART_CHECKSUM] = "its own checksum is wrong: misread or damaged",
	[UR_BAD_PART] = "its header is not that of a part, or contradicts the number in its text",
	[UR_OTHER_TYPE] = "it belongs to a message of another type",
	[UR_OTHER_MESSAGE] = "it belongs to another message",
	[UR_CONTRADICTION] = "it contradicts other parts of the same message: one of them was altered",
	[UR_TOO_LARGE] = "its message is larger than 1 MiB",
	[UR_TOO_MANY_PARTS] = "its message has more than 4096 fragments, or its number is above 1000000",
	[UR_BAD_CHECKSUM] = "all parts are there, but the message's checksum is wrong: a part was altered",
	[UR_BAD_PAYLOAD] = "the message is whole, but is not what its type says",
};

const char *ur_verdict_text(enum ur_verdict verdict)
{
	ASSERT(verdict < UR_VERDICTS);
	return verdicts[verdict];
}
