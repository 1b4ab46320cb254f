// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harden/harden.h"

// Complains about other firewalls that are enabled; advises about tables of iptables-legacy.
void other_firewalls_judge(struct plan *p, struct complaints *c);
