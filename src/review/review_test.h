// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: every refusal that a test brought about is marked, and the last test asks for all.
#pragma once

#include "base/testing.h"
#include "review/evm_judgement.h"

#define NOW 1795312800u // 2026-11-22 02:00 UTC

extern bool refusal_seen[REFUSALS];
void see(const struct refusal_list *list);
// Fails unless the list holds this one, and stops when it must.
void must_hold(const struct refusal_list *list, enum refusal id);
void must_be_clean(const struct refusal_list *list);

extern struct approvers people; // seeds 1 to 4: Anna, Ben, Carla, Carla's second key
const uint8_t *seed_of(uint8_t who);
void intent_agree(struct intent_signed *s); // Anna begins, Ben and Carla approve
void people_setup(void);

// The quorum's and the limits' refusals, played against either review. `judge` runs it and returns its list.
struct play {
	struct review_policy *policy;
	struct review_context *context;
	struct intent_signed *intent;
	struct limits_state *state;
	const struct refusal_list *(*judge)(void);
};
void play_quorum(const struct play *play);
void play_limits(const struct play *play);

extern const struct CMUnitTest bitcoin_tests[], evm_tests[];
extern const size_t bitcoin_test_count, evm_test_count;
