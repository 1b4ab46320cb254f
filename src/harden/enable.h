// SPDX-License-Identifier: Apache-2.0
// Units are enabled as `systemctl enable` does it: by the links that their [Install] section asks for. Links are part
// of the plan, so that they are shown, recorded, placed, looked at again and rolled back like every file.
#pragma once

#include "harden/harden.h"

#define UNITS_FOLDER "/etc/systemd/system/"
#define GUARD_UNIT "redoubt-host-rollback.service"

// Adds the links for a unit whose file is `path`, from its text.
void plan_enable(struct plan *p, enum harden_group group, const char *path, const char *text);
// The same for a unit that a package brought. Complains when it is masked, or does not start what `must_start` says
// (NULL: anything); advises when this host has systemd and no such unit.
void plan_enable_packaged(struct plan *p, enum harden_group group, const char *unit, const char *must_start, struct complaints *c);
// Advises about settings beside our units that change what they do.
void drop_ins_advise(struct plan *p, const char *unit);
