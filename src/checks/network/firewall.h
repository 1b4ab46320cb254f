// SPDX-License-Identifier: Apache-2.0
// Questions to the firewall: would this stranger's packet get in?
#pragma once

#include "checks/finding.h"
#include "packet/packet.h"

// The live ruleset, or NULL after the check has said why it is unknown.
const struct ruleset *firewall_rules(struct examination *e);

// A new connection from outside to this host.
struct classification firewall_probe(struct host *h, const struct ruleset *r, bool udp, bool v6, const uint8_t *source,
				     uint16_t port);

bool prefixes_contain(const struct manifest_prefixes *p, bool v6, const uint8_t *address);
void prefix_last(const struct ip_prefix *p, uint8_t last[16]);
