// SPDX-License-Identifier: Apache-2.0
// The checks of FS, a file for each idea; files.c has their table.
#pragma once

#include "checks/finding.h"

#define FILES_EXCHANGES_MAX 8

void fs_01(struct examination *e); // files_modes.c
void fs_02(struct examination *e); // files_setuid.c
void fs_03(struct examination *e); // files_root_only.c
void fs_04(struct examination *e); // files_memory.c
void fs_05(struct examination *e); // files_secrets.c
void fs_06(struct examination *e); // files_memory.c
void fs_07(struct examination *e); // files_memory.c

// Whether a file of this owner, group and mode is one of the journal or the snapshots as they are by design: its daemon's,
// readable for the group redoubt-journal. Then *ret_stranger is somebody in that group who is no daemon, or NULL.
bool journal_group_reads(struct examination *e, const struct stat *s, const char **ret_stranger);

// Says what is wrong with a file or folder of the exchange; whether its mode was.
bool exchange_judge(struct examination *e, const char *exchange, const char *path, const struct stat *s);

// Whether files of this name are keys, seeds or passwords: id_rsa, *.key, .env ...
bool files_secret_name(const char *name);
