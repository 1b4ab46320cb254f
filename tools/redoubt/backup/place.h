// SPDX-License-Identifier: Apache-2.0
// DIR/backup: what `redoubt backup` needs on the exchange's own machine.
//   backup.conf      destinations and intervals        (operator)
//   recovery.pub     to whom backups are sealed        (operator; the secrets are elsewhere)
//   signing.key      Ed25519 seed that signs manifests (init)
//   position         how far the journal is shipped; lost, the next backup is a full one
//   last-full        the last full manifest's text
//   spool/           sealed, but not yet at every destination
//   verdicts/        signed results of drills, brought here
#pragma once

#include "../command.h"
#include "../directory.h"

#include "backup/manifest.h"
#include "backup/recovery.h"

#define DESTINATIONS_MAX 4

struct backup_place {
	struct genesis genesis;
	uint8_t exchange[32];
	uint8_t *seed; // Ed25519, secret memory
	uint8_t signing_public[32];
	struct recovery_public recovery[SEALED_FILE_RECIPIENTS_MAX];
	size_t recovery_count;
	char destinations[DESTINATIONS_MAX][PATH_MAX];
	size_t destination_count;
	uint64_t every_s, full_h, spool_max_mib;
	char spool[PATH_MAX];
};

// 0, or an exit code after it has complained. place_close in any case.
MUST_USE int place_open(struct backup_place *place);
void place_close(struct backup_place *place);

// One writer of the spool: a descriptor that holds the lock until the process ends, or -1 after it has complained.
MUST_USE int spool_lock(void);

// backup/NAME in DIR.
struct path backup_path(const char *name);
