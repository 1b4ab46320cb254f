// SPDX-License-Identifier: Apache-2.0
// Each generated file is tried before it is put in place, by the program that will read it.
#pragma once

#include "harden/harden.h"
#include "harden/session.h"

struct proven { // what was done, for the report
	size_t packets, tuples, units;
	char exposure[256]; // "redoubt.service 1.6, ..."
};

// Complaints: what is wrong. `live` also asks the running firewall (nft -c).
void plan_prove(struct plan *p, const struct sessions *s, bool live, struct proven *ret, struct complaints *c);

void prove_sshd(struct plan *p, const struct sessions *s, struct proven *ret, struct complaints *c);
void prove_units(struct plan *p, struct proven *ret, struct complaints *c);
