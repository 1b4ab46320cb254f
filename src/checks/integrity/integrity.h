// SPDX-License-Identifier: Apache-2.0
// The checks of FIM; integrity.c is their table.
#pragma once

#include "host/baseline_place.h"
#include "checks/checks.h"
#include "host/dpkg.h"
#include "host/walk.h"

void fim_01(struct examination *e); // integrity_programs.c
void fim_02(struct examination *e); // integrity_places.c
void fim_03(struct examination *e); // integrity_baseline.c
void fim_05(struct examination *e); // integrity_kernel.c

// --- things held against the baseline, and against what dpkg recorded (integrity_compare.c) ------------------------

struct comparing {
	struct examination *e;
	struct baseline baseline; // sequence 0: there is none that holds
	struct dpkg *dpkg;
	size_t same, upgraded, by_package;
};

void comparing_begin(struct comparing *c, struct examination *e);
void comparing_end(struct comparing *c, size_t count);

// What the baseline has of this path, or NULL.
const struct baseline_item *comparing_item(const struct comparing *c, enum baseline_kind kind, const char *path);
// Against the baseline; a difference that no upgrade explains is said. False: it has no such file, or there is none.
bool comparing_judge(struct comparing *c, const struct digest_job *job);
// Against the package alone. False: no package vouches for it.
bool comparing_package(struct comparing *c, const struct digest_job *job);
// Whether the package that ships it has this content, and came since the baseline; or a trigger wrote it while dpkg ran.
bool comparing_explained(const struct comparing *c, const char *path);
bool comparing_generated(const struct comparing *c, const char *path);
// Whether it is gone because the package that had it when the baseline was made was removed or upgraded since.
bool comparing_taken(const struct comparing *c, const struct baseline_item *item, const char *path);
