// SPDX-License-Identifier: Apache-2.0
// Tells the running services that their files have changed. Only on a live host with systemd; elsewhere it says in
// `c` what is to be done by hand.
#pragma once

#include "harden/harden.h"

void activate_after(struct host *h, struct complaints *c);
// A timer of systemd's that rolls back, beside the guard.
void activate_timer(struct host *h, unsigned number, unsigned seconds);
// Runs a program by its absolute path: no shell, an empty environment, no input. Its exit status, or -1.
int activate_run(const char *const argv[]);
