// SPDX-License-Identifier: Apache-2.0
// nginx's configuration as nginx reads it: every directive of every included file, in order, with the block that it is in.
// Files are taken beneath the host's root. What nginx would refuse is a trouble with its file and line; what stands before
// it was read nevertheless, so that a fault is found in a configuration that is broken elsewhere.
#pragma once

#include "host/host.h"

#define NGINX_BLOCKS_MAX 64           // blocks in blocks
#define NGINX_INCLUDES_MAX 16         // files in files
#define NGINX_FILES_MAX 1024          // a file that is included twice counts twice
#define NGINX_DIRECTIVES_MAX 65536
#define NGINX_TROUBLES_MAX 16         // more are the same trouble

struct nginx_directive {
	const struct nginx_directive *in; // of the block that it is in; NULL: of none
	const char *file;
	unsigned line;       // where its name stands
	bool block;          // it opens one
	size_t count;        // at least one
	const char **word;   // the name, then the values: quotes and escapes are undone, variables are not
	size_t first, end;   // what stands in it: these of nginx.directive
};

struct nginx_trouble {
	const char *file;
	unsigned line;
	const char *what;
};

struct nginx {
	size_t count, room, files, troubles;
	const struct nginx_directive **directive;
	struct nginx_trouble trouble[NGINX_TROUBLES_MAX];
};

// A main file and all that it includes, relative to its folder. Lives as long as the host.
const struct nginx *nginx_read(struct host *h, const char *path);
// One text in place of the main file, for tests.
const struct nginx *nginx_read_text(struct host *h, const char *path, const char *text, size_t size);

// The first directive of this name directly in the block (NULL: in none); NULL: it is not there.
const struct nginx_directive *nginx_own(const struct nginx *n, const struct nginx_directive *block, const char *name);
// The one that holds in the block: its own, or that of the nearest block around it.
const struct nginx_directive *nginx_effective(const struct nginx *n, const struct nginx_directive *block, const char *name);
const char *nginx_place(struct host *h, const struct nginx_directive *d); // "/etc/nginx/nginx.conf:12"
