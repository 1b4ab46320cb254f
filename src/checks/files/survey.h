// SPDX-License-Identifier: Apache-2.0
// One walk over everything that is mounted, for all checks that must see each file: the first to ask pays for it.
#pragma once

#include "checks/finding.h"

enum survey_mark {
	SURVEY_SEARCHED = 1, // beneath a directory where secrets are looked for by their names
	SURVEY_OPEN = 2,     // ... and in what others can read, by their looks
	SURVEY_WEB = 4,      // beneath a web root
	SURVEY_LOG = 8,      // among the logs
	SURVEY_CAPABLE = 16, // a program with file capabilities
	SURVEY_KEYS = 32,    // beneath a directory where somebody may have put a copy of a key
	SURVEY_PROGRAMS = 64, // ... or a program of his own
	SURVEY_ROOTS = 128,  // what root alone may write
	SURVEY_SHARED = 256, // what daemons may write that have files of their own there
};

// Everything beneath these is root's alone to write, but for what files/root_only.c names.
#define SURVEY_ROOTS_PLACES 14
extern const char *const survey_roots_places[SURVEY_ROOTS_PLACES];

struct survey_file {
	const char *path;
	uint64_t size;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	unsigned marks;
};

struct survey_list { struct survey_file *file; size_t count, room; };
struct survey_gap { size_t count; const char *path; int error; }; // what could not be read: how many, and the first

struct survey {
	struct survey_list privileged; // setuid, setgid or with capabilities
	struct survey_list suspect;    // to be looked at for secrets
	struct survey_list small;      // regular files of SURVEY_SMALL_MIN to SURVEY_SMALL_MAX bytes, marked SURVEY_KEYS
	struct survey_list programs;   // executable files, and links (their mode says no more), marked SURVEY_PROGRAMS
	struct survey_list loose;      // files and directories that somebody besides root may write, marked SURVEY_ROOTS or _SHARED
	struct survey_gap gap, searched_gap; // of all, and of the directories where secrets are looked for
	struct survey_gap keys_gap, programs_gap, roots_gap;
	uint64_t entries, cpu_ns;      // what the walk saw, and what it cost
	const char *left_out;          // remote mounts that were not walked, or NULL
	size_t places;                 // directories where secrets are looked for that are there
};

#define SURVEY_SMALL_MIN 32u   // a key
#define SURVEY_SMALL_MAX 2048u // a text about one: larger files are not copies of a key

const struct survey *files_survey(struct examination *e);

// What the checks of FS say alike.
void survey_gap_tell(struct examination *e, const struct survey_gap *gap);
