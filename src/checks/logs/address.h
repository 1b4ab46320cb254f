// SPDX-License-Identifier: Apache-2.0
// Where a log host is: its address in every spelling that the resolver takes, and whether it is this very host.
#pragma once

#include "checks/finding.h"

struct log_address { bool v6; uint8_t bytes[16]; };

enum log_place { LOG_ELSEWHERE, LOG_HERE, LOG_UNKNOWN };

#define LOG_ADDRESSES_MAX 8
struct log_host {
	enum log_place place;
	const char *why;   // of HERE and UNKNOWN: a sentence
	size_t count;      // 0: a name that the domain name system alone knows
	struct log_address address[LOG_ADDRESSES_MAX];
};

// "192.0.2.9", "127.1", "0x7f000001", "::ffff:127.0.0.1", "[fe80::1%lo]". False: a name.
bool log_address_read(const char *text, struct log_address *ret);
// A name or an address, looked up in /etc/hosts and among this host's own addresses; no question is asked on the network.
struct log_host log_host_find(struct host *h, const char *target);

// The kernel's own books: an established connection to the host and port. 1: everything sent was acknowledged; 0: bytes
// wait; -1: there is none.
int log_connection(struct host *h, const struct log_host *to, uint16_t port);
