// SPDX-License-Identifier: Apache-2.0
#pragma once

int command_sign(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_show(int argc, char **argv);
int command_register(int argc, char **argv);
int command_label(int argc, char **argv);
int command_policy(int argc, char **argv);
int command_log_show(int argc, char **argv);
int command_log_check(int argc, char **argv);
int command_log_carry(int argc, char **argv);
