// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the judged payload as lines.
#pragma once

#include "review/evm_judgement.h"

void evm_lines_write(const struct evm_payload *payload, const struct review_policy *policy, struct evm_judgement *judgement);
