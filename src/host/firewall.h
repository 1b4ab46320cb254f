// SPDX-License-Identifier: Apache-2.0
// Questions to the firewall: would this stranger's packet get in?
#pragma once

#include "host/finding.h"
#include "packet/packet.h"

// The live ruleset, or NULL after the check has said why it is unknown.
const struct ruleset *firewall_rules(struct examination *e);

// A new connection from outside to this host.
struct classification firewall_probe(struct host *h, const struct ruleset *r, bool udp, bool v6, const uint8_t *source,
				     uint16_t port);

// Addresses that stand for everybody else: outside all of the two lists, or NULL at the end of the index.
struct probe_source { bool v6; uint8_t address[16]; char text[IP_PREFIX_TEXT]; };
bool firewall_stranger(const struct manifest *m, const struct manifest_prefixes *allowed, size_t index, struct probe_source *ret);

bool prefixes_contain(const struct manifest_prefixes *p, bool v6, const uint8_t *address);
void prefix_last(const struct ip_prefix *p, uint8_t last[16]);
