// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "review/policy.h"

// What a policy leaves open, said where it is shown: a limit without a window, payments without a quorum.
void policy_remarks(const struct review_policy *policy);
// The one about 'ceremony open'.
void policy_opening_remark(const struct review_policy *policy);

int command_sign(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_show(int argc, char **argv);
int command_register(int argc, char **argv);
int command_label(int argc, char **argv);
int command_policy(int argc, char **argv);
int command_log_show(int argc, char **argv);
int command_log_check(int argc, char **argv);
int command_log_carry(int argc, char **argv);
