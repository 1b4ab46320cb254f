// SPDX-License-Identifier: Apache-2.0
// Questions to the web servers of this host, that several checks ask.
#include "checks/web/web.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define NAMES_MAX 8 // of nginx, each asked for every path; the configuration of all is read

int web_status(const struct web_answer *a)
{
	int status = 0;
	return sscanf(a->head, "HTTP/%*[0-9.] %3d", &status) == 1 ? status : 0;
}

// A name that can be asked for: no pattern, no variable.
static bool askable(const char *name)
{
	return isalnum((unsigned char)*name) && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")];
}

struct asked { size_t count, left; const char *name[NAMES_MAX], *first_left; };

static void name_add(struct asked *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (!strcasecmp(a->name[i], name))
			return;
	if (a->count < NAMES_MAX)
		a->name[a->count++] = name;
	else if (!a->first_left || strcasecmp(a->first_left, name))
		a->first_left = a->left++ ? a->first_left : name;
}

static void names_find(struct examination *e, struct asked *ret)
{
	const struct nginx *all[WEB_NGINX_MAX];
	size_t files = web_nginx(e, all);
	for (size_t i = 0; i < files; i++)
		for (size_t k = 0; k < all[i]->count; k++) {
			const struct nginx_directive *d = all[i]->directive[k];
			for (size_t n = 1; n < d->count && web_named(d, "server_name") && web_answers(d->in); n++)
				if (askable(d->word[n]))
					name_add(ret, d->word[n]);
		}
}

// The servers by no name, and nginx by each of its names too. A tree answers by no name.
static size_t servers_named(struct examination *e, struct web_server servers[WEB_SERVERS_MAX])
{
	struct asked names = { 0 };
	size_t unnamed = web_servers(e, servers, WEB_SERVERS_MAX), count = unnamed, wanted = unnamed;
	if (unnamed && host_is_live(e->host))
		names_find(e, &names);
	for (size_t i = 0; i < unnamed; i++)
		for (size_t k = 0; k < names.count && !strcmp(servers[i].program, "nginx"); k++) {
			if (wanted++ >= WEB_SERVERS_MAX)
				continue;
			servers[count] = servers[i];
			servers[count].host = names.name[k];
			servers[count++].name = host_print(e->host, "%s as %s", servers[i].name, names.name[k]);
		}
	if (names.left)
		found_unknown(e, "not exhausted: nginx was asked by %zu of its names; %s and others were not asked", names.count, names.first_left);
	if (wanted > count)
		found_unknown(e, "not exhausted: %zu of the web servers by each of their names were asked, of %zu", count, wanted);
	return count;
}

size_t web_servers_find(struct examination *e, struct web_server servers[WEB_SERVERS_MAX])
{
	size_t count = servers_named(e, servers);
	if (host_sockets(e->host)->error)
		found_unknown(e, "the listening sockets could not be read: %s", strerror(-host_sockets(e->host)->error));
	return count;
}

void web_each_answer(struct examination *e, const char *path, answer_judge *judge)
{
	struct web_server servers[WEB_SERVERS_MAX];
	size_t count = web_servers_find(e, servers);
	for (size_t i = 0; i < count; i++) {
		struct web_answer a = web_ask(e->host, &servers[i], path);
		if (a.error == -EPROTO) // it tells nothing to who comes so
			found_read(e, "%s closes without an answer", servers[i].name);
		else if (a.error)
			found_unknown(e, "%s did not answer: %s", servers[i].name, strerror(-a.error));
		else
			judge(e, &servers[i], &a);
	}
	if (!count && !e->of_check && !e->evidence)
		found_not_applicable(e, "no web server listens on this host, and no configuration of one was found");
}

static bool given(const struct web_answer *a)
{
	return !a->error && web_status(a) / 100 == 2;
}

// A page that answers every path with the same is no file: then what it answers must differ.
static void paths_ask(struct examination *e, const struct web_server *s, const char *const *paths, size_t count)
{
	struct web_answer nobody = web_ask(e->host, s, NULL);
	if (nobody.error == -EPROTO) {
		found_read(e, "%s closes without an answer", s->name);
		return;
	}
	if (nobody.error) {
		found_unknown(e, "%s did not answer: %s", s->name, strerror(-nobody.error));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct web_answer a = web_ask(e->host, s, paths[i]);
		if (a.error && a.error != -EPROTO) {
			found_unknown(e, "%s did not answer for %s: %s", s->name, paths[i], strerror(-a.error));
			return;
		}
		if (given(&a) && (!given(&nobody) || strcmp(a.body, nobody.body)))
			found_fail(e, host_print(e->host, "answer %s with 404, and take away what it is", paths[i]), "%s answers %d to GET %s", s->name,
				   web_status(&a), paths[i]);
	}
	found_read(e, "%s answers %d to a path that nobody has, and none of %zu paths", s->name, web_status(&nobody), count);
}

void web_none_answers(struct examination *e, const char *const *paths, size_t count)
{
	struct web_server servers[WEB_SERVERS_MAX];
	size_t named = servers_named(e, servers);
	for (size_t i = 0; i < named; i++)
		paths_ask(e, &servers[i], paths, count);
}
