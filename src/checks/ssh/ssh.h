// SPDX-License-Identifier: Apache-2.0
// The checks of SSH; ssh.c is their table.
#pragma once

#include "checks/checks.h"
#include "checks/ssh/sshd.h"

void ssh_01(struct examination *e); // ssh_settings.c
void ssh_02(struct examination *e);
void ssh_04(struct examination *e);
void ssh_05(struct examination *e);
void ssh_06(struct examination *e);
void ssh_08(struct examination *e);
void ssh_03(struct examination *e); // ssh_wire.c
void ssh_07(struct examination *e); // ssh_keys.c
void ssh_09(struct examination *e);
void ssh_10(struct examination *e); // ssh_admins.c

// The answers of sshd -T, or NULL after it has said why there are none. More than 32 tuples are never a pass.
const struct sshd_answers *found_sshd(struct examination *e);
// Whether the first `size` bytes are one of the words.
bool word_listed(const char *const *words, size_t count, const char *word, size_t size);
