// SPDX-License-Identifier: Apache-2.0
// BAK: whether everything can be got back. Read are `redoubt backup`'s own records, docs/PROTOCOL.backup.md; what they say
// of a destination is looked for there.
#pragma once

#include "checks/checks.h"
#include "checks/look.h"

#define DESTINATIONS_MAX 8
#define RECOVERY_MAX 4
#define HOUR 3600u
#define DAY (24 * HOUR)
#define RPO (24 * HOUR)
#define FULL_AGE_MAX (26 * HOUR) // one is due every 24 hours, and takes a while

struct destination {
	const char *folder;
	const char *error; // NULL: the record does not say whether there was one
	uint64_t manifest;
	uint64_t altered; // objects that are not what was written, as `redoubt backup run` found when it read them again
};

struct catalogue {
	const char *folder; // the exchange's
	uint64_t shipped_s, full_s, manifest, full;
	size_t count;
	struct destination destination[DESTINATIONS_MAX];
};

// Runs `judge` for the exchange of each backup-catalogue line whose records can be read.
void each_catalogue(struct examination *e, void (*judge)(struct examination *, const struct catalogue *));

// Seconds since then; a moment that has not come yet is no age: *ret_future.
uint64_t backup_age(struct examination *e, uint64_t then, bool *ret_future);

#define MANIFEST_HEAD_SIZE 1024
struct manifest_head {
	const char *path;
	char exchange[65];
	uint64_t number, time_s;
	bool full;
};
// What the first lines of a destination's manifest say, unverified: for one whose digest a signed verdict names (BAK-02), and
// for nothing else. False: it is not there, or none.
bool manifest_head(struct examination *e, const char *destination, uint64_t number, struct manifest_head *ret);

// The exchange's id, as hex, from its card or its last full manifest; NULL = neither says it.
const char *backup_exchange(struct examination *e, const char *folder);

struct recovery {
	size_t count;
	uint8_t sealing[RECOVERY_MAX][32], signing[RECOVERY_MAX][32];
};
// False after it has said why not.
bool recovery_read(struct examination *e, const char *folder, struct recovery *ret);
// Says which files of the host are one of these keys, or a copy of the exchange's own.
void backup_keys_seek(struct examination *e, const char *folder, const struct recovery *keys);

void backups_whole(struct examination *e, const struct catalogue *c); // whether the newest full chain lies at each destination
void backups_drill(struct examination *e);  // BAK-02
void backups_places(struct examination *e); // BAK-03
void backups_sealed(struct examination *e); // BAK-04
void backups_silent(struct examination *e); // BAK-05
