// SPDX-License-Identifier: Apache-2.0
// Intents as bytes and as text, and the record of limits: what is read is written again as the same bytes, and
// nobody is a quorum by accident.
#include "treasury/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t again[LIMITS_STATE_SIZE_MAX];
static char armour[INTENT_ARMOUR_MAX];
static struct limits_state state;

static void signed_try(const struct intent_signed *s, const uint8_t *data, size_t size)
{
	static const struct approvers nobody = { .count = 0, .threshold = 1 };
	struct intent_signed back;
	struct writer w = writer_over(again, sizeof again);
	intent_signed_write(s, &w);
	ASSERT(!w.failed && (!data || (writer_size(&w) == size && memcmp(again, data, size) == 0)));
	size_t length = intent_armour(s, armour);
	ASSERT(intent_disarm(armour, length, &back) == 0);
	ASSERT(intent_check(s, &nobody, 0, 0, NULL) & INTENT_TOO_FEW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct intent_signed s;
	struct intent intent;
	struct writer w = writer_over(again, sizeof again);
	if (intent_signed_read(data, size, &s) == 0)
		signed_try(&s, data, size);
	if (intent_disarm((const char *)data, size, &s) == 0)
		signed_try(&s, NULL, 0);
	if (intent_read(data, size, &intent) == 0) {
		intent_write(&intent, &w);
		ASSERT(writer_size(&w) == size && memcmp(again, data, size) == 0);
	}
	w = writer_over(again, sizeof again);
	if (limits_state_read(data, size, &state) == 0) {
		limits_state_write(&state, &w);
		ASSERT(!w.failed && writer_size(&w) == size && memcmp(again, data, size) == 0);
	}
	return 0;
}
