// SPDX-License-Identifier: Apache-2.0
// The parts of the comparison with the kernel: random rules, random packets, and what the observer's sets say.
#pragma once

#include "packet/packet.h"

struct sent {
	struct packet packet; // as the classifier is asked; the state is what the kernel said
	uint32_t number;      // 1...: the IPv4 id or the IPv6 flow label
	bool passed;
};

uint32_t chance(uint32_t below);

void rules_make(char *to, size_t room);
void packet_make(struct sent *to, size_t number);
void packets_send(int wire, struct sent *sent, size_t count);
int wire_open(const char *interface);
enum observation { OBSERVED_STATE, OBSERVED_MARK, OBSERVED_PASS };
int observed(const char *json, bool v6, enum observation what, struct sent *sent, size_t count);
void packet_print(const struct packet *p);
void coverage_note(const char *name);
void coverage_print(void);
