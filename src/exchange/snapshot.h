// SPDX-License-Identifier: Apache-2.0
// What snapshot.c writes and load.c reads.
#pragma once

#define SNAPSHOT_MAGIC 0x31736f6e74626472u // "rdbtnos1"
#define SNAPSHOT_END 0x646e65736f6e7362u
#define SNAPSHOT_VERSION 1u
#define SNAPSHOT_BODY_MAX 1024u // longest body of a control entry inside
