// SPDX-License-Identifier: Apache-2.0
// Owners and modes of passwd, group, shadow, gshadow and their copies.
#pragma once

#include "checks/finding.h"

void account_files_judge(struct examination *e);
