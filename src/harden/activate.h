// SPDX-License-Identifier: Apache-2.0
// Tells the running services that their files have changed. Only on a live host with systemd; elsewhere it says in
// `c` what is to be done by hand.
#pragma once

#include "harden/harden.h"

void activate_after(struct host *h, struct complaints *c);
// While the machine starts: systemd reads its units again. A service that waits for us cannot be told, and needs not.
void activate_at_start(struct host *h, struct complaints *c);
// Waits until something listens on the SSH port; complains when nothing does. (Only where systemd told sshd.)
void activate_sshd_verify(struct host *h, uint16_t port, struct complaints *c);
// Whether a text of /proc/net/tcp or tcp6 has a listener on that port.
bool activate_listens(const char *table, uint16_t port);
// A timer of systemd's that rolls back, beside the guard.
void activate_timer(struct host *h, unsigned number, unsigned seconds);
// Runs a program by its absolute path: no shell, an empty environment, no input. Its exit status, or -1.
int activate_run(const char *const argv[]);
