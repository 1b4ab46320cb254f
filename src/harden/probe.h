// SPDX-License-Identifier: Apache-2.0
// Packets that must pass and packets that must not, by the manifest: the ruleset is asked for each. The same list is
// sent through a kernel by the tests.
#pragma once

#include "harden/harden.h"
#include "harden/session.h"
#include "packet/packet.h"

struct probe {
	enum packet_hook hook; // HOOK_INPUT (prerouting before it), HOOK_FORWARD or HOOK_OUTPUT
	struct packet packet;
	bool must_pass;
	const char *why;
};

typedef void probe_each(void *context, const struct probe *p);
void probes(struct host *h, const struct manifest *m, probe_each *each, void *context);

// Asks the ruleset (JSON) for every probe and for the sessions' peers. Complaints say which packet it gets wrong.
// Returns how many packets were asked for.
size_t rules_prove(struct host *h, const struct manifest *m, const char *json, const struct sessions *s, struct complaints *c);

// "in tcp 203.0.113.1 -> :443" for people and for tests.
const char *probe_text(struct host *h, const struct probe *p);
