// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: a secret held in this process, as it comes out of a sealed file.
#pragma once

#include "keystore/backend.h"

// A keystore over the secret, which is copied into locked memory. 0, KEYSTORE_SECRET, or -ENOMEM.
MUST_USE int held_new(const struct keystore_secret *secret, struct keystore **ret);
