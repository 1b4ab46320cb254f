// SPDX-License-Identifier: Apache-2.0
// The checks of WEB; web.c is their table.
#pragma once

#include "checks/checks.h"
#include "checks/look.h"
#include "settings/nginx.h"
#include "checks/probe.h"

void web_01(struct examination *e); // web_leftovers.c
void web_02(struct examination *e); // web_drafts.c
void web_03(struct examination *e); // web_backups.c
void web_04(struct examination *e); // web_headers.c
void web_05(struct examination *e); // web_tls.c
void web_06(struct examination *e); // web_headers.c
void web_07(struct examination *e); // web_listings.c

// --- web_servers.c: which servers are here, and what they are told -------------------------------------------------

#define WEB_NGINX_MAX 4 // configurations: the usual one, and those that running programs were started with

// Reads nginx's configurations. Returns how many there are.
size_t web_nginx(struct examination *e, const struct nginx *ret[WEB_NGINX_MAX]);
// Says what was read of them, and as unknown what could not be read: once a check.
void web_nginx_say(struct examination *e);
// Calls `judge` for every directive of nginx that lies in http, server, location, if or limit_except of an http block.
typedef void nginx_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more);
void web_each_directive(struct examination *e, nginx_judge *judge, void *more);
// Whether a block answers requests: a server of http, or what lies in one.
bool web_answers(const struct nginx_directive *block);
bool web_named(const struct nginx_directive *d, const char *name); // d may be NULL

// Says "unknown" for each other web server that is installed or listens: its configuration is not read. With `line`,
// each line of its usual places is shown to it, for what gives itself away.
typedef void line_judge(struct examination *e, const char *path, const char *line, void *more);
void web_others(struct examination *e, line_judge *line, void *more);

// --- web_roots.c: the folders that are served ----------------------------------------------------------------------

struct web_walk {
	struct examination *e;
	const char *root;  // that is walked
	size_t count;      // entries seen
	void *more;        // of the check
};
typedef int web_visit(struct web_walk *w, const struct walk_entry *entry);

// Walks the manifest's web roots and nginx's, each folder once, into folders that links lead to as well.
void web_roots_walk(struct examination *e, web_visit *visit, void *more);
// Where nginx takes files from by this directive (root, alias): the folder up to the first variable; sets *ret_whole
// when there is none. NULL: it is no such directive.
const char *web_folder(struct examination *e, const struct nginx_directive *d, bool *ret_whole);
// The path without links, beneath the root. The same path when there is no such thing.
const char *web_real_path(struct host *h, const char *path);

// --- web_asks.c: questions to the servers --------------------------------------------------------------------------

#define WEB_SERVERS_MAX 16
typedef void answer_judge(struct examination *e, const struct web_server *s, const struct web_answer *a);

// By no name, and nginx by its own names. Says so when the sockets could not be read.
size_t web_servers_find(struct examination *e, struct web_server servers[WEB_SERVERS_MAX]);
// path NULL: one that nobody has. To be called behind all that reads: it says when there is nothing at all.
void web_each_answer(struct examination *e, const char *path, answer_judge *judge);
// Asks each server, by each of its names, for these paths: none may be there.
void web_none_answers(struct examination *e, const char *const *paths, size_t count);
int web_status(const struct web_answer *a); // 0: it is no answer of HTTP
