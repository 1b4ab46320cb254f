// SPDX-License-Identifier: Apache-2.0
// Who sudo lets become root: sudoers and all that it includes, aliases expanded.
#pragma once

#include "host/finding.h"

// Says its findings; a line that is not understood is unknown, by its number.
void sudoers_judge(struct examination *e);
