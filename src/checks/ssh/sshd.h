// SPDX-License-Identifier: Apache-2.0
// What sshd would do, asked of sshd itself (-T) for every tuple that a Match block can tell apart.
#pragma once

#include "checks/finding.h"

#define SSHD_TUPLES_MAX 32
#define SSHD_FILES_MAX 64

struct sshd_tuple {
	const char *name;       // "user=alice,host=x,addr=192.0.2.1"
	const struct host_output *output;
};

struct sshd_answers {
	const char *error;      // why nothing can be said, or NULL
	bool absent;            // no sshd on this host
	bool exhausted;         // every tuple was asked
	size_t wanted, count;
	size_t files;
	const char *file[SSHD_FILES_MAX]; // that the configuration consists of
	struct sshd_tuple tuple[SSHD_TUPLES_MAX];
};

// Asked once for an examination. Never NULL.
const struct sshd_answers *sshd_answers(struct examination *e);

// The value of a keyword in one answer (lower case), a copy; index for those that stand several times. NULL: not there.
const char *sshd_value(struct host *h, const struct sshd_tuple *t, const char *keyword, size_t index);
