// SPDX-License-Identifier: Apache-2.0
// The evidence of a control entry, checked before it is passed on. The engine
// checks it again, and so do replica and verifier; what stands here protects nothing, it answers sooner.
#pragma once

#include "wire/control.h"

// NULL, or a sentence that says why the entry cannot be. peer_uid: as the kernel named it.
const char *evidence_check(const struct genesis *genesis, const uint8_t exchange[32], const void *entry, size_t size,
			   uint32_t peer_uid);

// What a refusal of the engine means to an operator, and what to do.
const char *refusal_text(uint8_t refusal);
