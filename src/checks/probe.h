// SPDX-License-Identifier: Apache-2.0
// Questions to the web servers of this very host: over its own addresses, without a proxy, a few seconds and 64 KiB at
// most, in a child that has given up root. In a tree the answers lie in facts/web/PORT: tls ("lowest 1.2", "expires SECONDS"), and for each path a file
// with head and body, "index" for /, "missing" for a path that nobody has, "at/PATH" for another (at/PATH/index when it
// ends with /), which is missing when it is not there.
#pragma once

#include "checks/finding.h"

struct web_server {
	uint16_t port;
	const char *name, *address;
	const char *program; // basename; "" when it is not known
	const char *host;    // the name to ask for, in SNI and Host; NULL: localhost
};

struct web_answer {
	int error;          // 0; -ECONNREFUSED, -ETIMEDOUT, -EPROTO ...
	bool tls;
	const char *head;   // status line and headers, with \n or \r\n
	const char *body;
};

// Servers that listen: ports 80 and 443, and programs that are known as web servers.
size_t web_servers(struct examination *e, struct web_server *ret, size_t max);
struct web_answer web_ask(struct host *h, const struct web_server *s, const char *path);

struct web_tls { int error; bool old_accepted; uint64_t expires; };
struct web_tls web_ask_tls(struct host *h, const struct web_server *s);

// The header's value, or NULL. Names are compared without case.
const char *web_header(struct host *h, const struct web_answer *a, const char *name);
