// SPDX-License-Identifier: Apache-2.0
// What a check says: one finding a subject, each with what was read and the exact remedy. A check that has nothing
// to complain about must have said what it read; silence is not a pass.
#pragma once

#include "host/host.h"
#include "checks/manifest.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
enum finding_state { FINDING_PASS, FINDING_FAIL, FINDING_NOT_APPLICABLE, FINDING_UNKNOWN };

const char *severity_name(enum severity s);
bool severity_read(const char *name, enum severity *ret);
const char *finding_state_name(enum finding_state s);

struct examination;

// One row of a group's table. `run` NULL: not built yet, and every report says so.
struct check {
	const char *id;
	enum severity severity;
	const char *source;   // the seed in the project's sources
	const char *title;    // what should be true
	const char *expected;
	const char *why;
	const char *remedy;
	void (*run)(struct examination *e);
};

struct finding {
	const struct check *check;
	enum finding_state state;
	const char *read;   // what was read, or why it is unknown or does not apply
	const char *remedy; // more exact than the row's, or the row's
};

#define FINDINGS_PER_CHECK_MAX 200 // the last one says how many were left off

struct examination {
	struct host *host;
	const struct manifest *manifest; // NULL: there is none
	const struct check *check;       // the row that runs
	const char *evidence;            // what it has read so far
	size_t count, room, of_check;
	struct finding *finding;
	// what several rows look at, once one has asked
	const struct survey *survey;       // of all files
	const struct sshd_answers *sshd;
	struct ruleset *firewall;
	const char *firewall_error;
};

// Called by checks. Texts are copied.
void found_read(struct examination *e, const char *format, ...) PRINTF_LIKE(2, 3); // evidence for a pass
void found_fail(struct examination *e, const char *remedy, const char *format, ...) PRINTF_LIKE(3, 4); // NULL: the row's
void found_unknown(struct examination *e, const char *format, ...) PRINTF_LIKE(2, 3);
void found_not_applicable(struct examination *e, const char *format, ...) PRINTF_LIKE(2, 3);
// A question that no look at this host answers: `asks` says what is to be asked, and of whom. Unknown, unless the manifest
// attests the answer; then that is said as what it is, a declaration with an end.
void found_asked(struct examination *e, const char *asks);
// The manifest, or NULL after it has said "unknown: no manifest".
const struct manifest *found_manifest(struct examination *e);
// True when the file could be read; otherwise it has said why it is unknown.
bool found_file(struct examination *e, const struct host_file *f);

// Runs one row and adds its findings: at least one.
void check_run(struct examination *e, const struct check *check);
