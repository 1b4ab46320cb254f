// SPDX-License-Identifier: Apache-2.0
// The pages of a review, and the questions that end it.
#pragma once

#include "payload/payload.h"

// Shows everything; refusals stand last, so that they are on the screen when it ends.
void page_bitcoin(const struct bitcoin_review *review);
void page_evm(const struct evm_judgement *judgement);
void page_intent(const struct intent_signed *intent); // NULL: says that there is none
void page_refusals(const struct refusal_list *refusals);

// The person types what leaves, to the last place, and the end of each unknown address. 0, or EXIT_DECLINED.
MUST_USE int confirm_bitcoin(const struct bitcoin_review *review);
MUST_USE int confirm_evm(const struct evm_judgement *judgement);

// "name name ...": the refusals' names, for the log.
#define REFUSAL_NAMES_MAX 1024
void refusal_names(const struct refusal_list *refusals, char to[REFUSAL_NAMES_MAX]);
