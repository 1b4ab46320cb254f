// SPDX-License-Identifier: Apache-2.0
// The commands of ceremony and keep, one function a file; ceremony_commands.c is their table.
#pragma once

int ceremony_plan_run(int argc, char **argv);
int ceremony_key_run(int argc, char **argv);
int ceremony_shares_run(int argc, char **argv);
int ceremony_record_run(int argc, char **argv);
int ceremony_join_run(int argc, char **argv);
int ceremony_register_run(int argc, char **argv);
int ceremony_protocol_run(int argc, char **argv);
int ceremony_status_run(int argc, char **argv);
int ceremony_open_run(int argc, char **argv);

int keep_rotate_run(int argc, char **argv);
int keep_swept_run(int argc, char **argv);
int keep_replace_share_run(int argc, char **argv);
int keep_recover_run(int argc, char **argv);
int keep_prove_run(int argc, char **argv);
int keep_wipe_run(int argc, char **argv);
