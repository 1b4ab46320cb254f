// SPDX-License-Identifier: Apache-2.0
// WEB-07: directories that are listed, by configuration and by asking.
#include "checks/web/web.h"

#define FOLDERS_ASKED_MAX 8

static void listing_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	static const char *const MARKS[] = { "<title>Index of ", "<h1>Index of ", "Directory listing for /", "<D:multistatus" };
	bool listed = false;
	for (size_t i = 0; i < ARRAY_LEN(MARKS); i++)
		listed |= strcasestr(a->body, MARKS[i]) != NULL;
	if (listed)
		found_fail(e, NULL, "%s lists a directory", s->name);
	found_read(e, "%s asked", s->name);
}

// Modules that list what a folder holds, and the word that switches each on.
static const struct { const char *name, *on; bool any; } LISTERS[] = {
	{ "autoindex", "on", false }, { "fancyindex", "on", false }, { "dav_ext_methods", "PROPFIND", true },
};

static int lister_of(const struct nginx_directive *d)
{
	for (size_t i = 0; i < ARRAY_LEN(LISTERS); i++)
		if (web_named(d, LISTERS[i].name))
			return (int)i;
	return -1;
}

static bool switched_on(const struct nginx_directive *d, int lister)
{
	for (size_t i = 1; i < d->count; i++)
		if (!strcasecmp(d->word[i], LISTERS[lister].on)) // nginx compares so
			return true;
	return false;
}

// A request that no location takes is answered by the server itself; a location / takes them all.
static bool server_answers(const struct nginx *n, const struct nginx_directive *server)
{
	for (size_t i = server->first; i < server->end; i = n->directive[i]->end)
		if (web_named(n->directive[i], "location") && !strcmp(n->directive[i]->word[n->directive[i]->count - 1], "/"))
			return false;
	return true;
}

// Whether it holds in any block that answers: an inner one that says otherwise replaces it.
static bool holds_anywhere(const struct nginx *n, const struct nginx_directive *d)
{
	if (!web_named(d->in, "http") && !web_named(d->in, "server"))
		return true;
	if (web_named(d->in, "server") && server_answers(n, d->in))
		return true;
	for (size_t i = d->in->first; i < d->in->end; i++) {
		const struct nginx_directive *block = n->directive[i];
		bool answers = block->block && web_answers(block) && (!web_named(block, "server") || server_answers(n, block));
		if (answers && nginx_effective(n, block, d->word[0]) == d)
			return true;
	}
	return false;
}

static void index_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more)
{
	int lister = lister_of(d);
	if (lister < 0)
		return;
	const char *where = nginx_place(e->host, d);
	if (d->count < 2 || (!LISTERS[lister].any && strcasecmp(d->word[1], "on") && strcasecmp(d->word[1], "off")))
		found_unknown(e, "%s: '%s' has no value that nginx takes", where, d->word[0]);
	else if (switched_on(d, lister) && holds_anywhere(n, d))
		found_fail(e, host_print(e->host, "autoindex off; at %s", where), "%s: %s %s", where, d->word[0], d->word[1]);
}

static void line_listing(struct examination *e, const char *path, const char *line, void *more)
{
	const char *word[16];
	size_t count = host_words(e->host, line, word, 16);
	bool on = count >= 2 && !strcasecmp(word[0], "dir-listing.activate") && strcasestr(line, "enable");
	for (size_t i = 1; count && !strcasecmp(word[0], "Options") && i < count && i < 16; i++)
		on |= !strcasecmp(word[i], "Indexes") || !strcasecmp(word[i], "+Indexes") || !strcasecmp(word[i], "All");
	on |= count >= 2 && !strcasecmp(word[0], "file_server") && !strcasecmp(word[1], "browse");
	if (on)
		found_fail(e, NULL, "%s: %.80s", path, line);
}

// The directories at the top of the web roots are asked for, those whose names need no escape.
static void roots_ask(struct examination *e)
{
	struct web_server servers[WEB_SERVERS_MAX];
	size_t count = host_is_live(e->host) ? web_servers(e, servers, WEB_SERVERS_MAX) : 0, asked = 0;
	for (size_t i = 0; count && e->manifest && i < e->manifest->web_root.count; i++) {
		const struct host_names *names = host_names(e->host, e->manifest->web_root.name[i]);
		for (size_t k = 0; k < names->count && asked < FOLDERS_ASKED_MAX; k++) {
			struct stat s;
			if (host_stat(e->host, host_print(e->host, "%s/%s", e->manifest->web_root.name[i], names->name[k]), &s) || !S_ISDIR(s.st_mode) ||
			    names->name[k][strspn(names->name[k], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")])
				continue;
			asked++;
			for (size_t n = 0; n < count; n++) {
				struct web_answer a = web_ask(e->host, &servers[n], host_print(e->host, "/%s/", names->name[k]));
				if (!a.error)
					listing_judge(e, &servers[n], &a);
			}
		}
	}
}

void web_07(struct examination *e)
{
	web_nginx_say(e);
	web_each_directive(e, index_judge, NULL);
	web_others(e, line_listing, NULL);
	roots_ask(e);
	web_each_answer(e, "/", listing_judge);
}
