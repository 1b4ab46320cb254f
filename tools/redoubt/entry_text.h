// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/control.h"

#include <jansson.h>

// An entry as an object with its kind's name and fields; no secret is in any entry. NULL without memory.
json_t *entry_object(const struct entry *entry);
