// SPDX-License-Identifier: Apache-2.0
// Who sudo lets become root: sudoers and all that it includes, aliases expanded, and whether it asks.
#pragma once

#include "checks/finding.h"
#include "settings/sudoers.h"

// Says its findings; what is not understood is unknown, by its line.
void sudoers_judge(struct examination *e);

void sudo_settings_judge(struct examination *e, const struct sudo_rules *s); // sudoers_asks.c
// Other places that decide: sudo.conf, nsswitch.conf, PAM and doas.
void sudo_surroundings_judge(struct examination *e);
