// SPDX-License-Identifier: Apache-2.0
// Which web servers are on this host, and where their configuration lies.
#include "checks/web/web.h"

#define LINES_FILES_MAX 512

bool web_named(const struct nginx_directive *d, const char *name)
{
	return d && !strcmp(d->word[0], name);
}

// --- nginx ---------------------------------------------------------------------------------------------------------

struct nginx_paths { size_t count; bool say; const char *path[WEB_NGINX_MAX]; };

static void path_put(struct examination *e, struct nginx_paths *p, const char *path)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->path[i], path))
			return;
	if (p->count == WEB_NGINX_MAX && p->say)
		found_unknown(e, "more than %d configurations of nginx: %s was not read", WEB_NGINX_MAX, path);
	if (p->count < WEB_NGINX_MAX)
		p->path[p->count++] = path;
}

// The value behind "-c" or in "-c/path", as nginx takes it; NULL: there is none.
static const char *option_of(struct host *h, const char *arguments, char option)
{
	const char *word[64];
	size_t count = host_words(h, arguments, word, ARRAY_LEN(word));
	for (size_t i = 0; i < count && i < ARRAY_LEN(word); i++)
		if (word[i][0] == '-' && word[i][1] == option)
			return word[i][2] ? word[i] + 2 : i + 1 < count && i + 1 < ARRAY_LEN(word) ? word[i + 1] : NULL;
	return NULL;
}

// Where a program that was built so looks when nobody says -c.
static const char *usual_path(const char *program)
{
	static const struct { const char *program, *path; } BUILT[] = {
		{ "/usr/sbin/nginx", "/etc/nginx/nginx.conf" },
		{ "/usr/local/openresty/nginx/sbin/nginx", "/usr/local/openresty/nginx/conf/nginx.conf" },
		{ "/usr/local/nginx/sbin/nginx", "/usr/local/nginx/conf/nginx.conf" },
		{ "/usr/local/sbin/nginx", "/usr/local/etc/nginx/nginx.conf" },
	};
	for (size_t i = 0; i < ARRAY_LEN(BUILT); i++)
		if (!strcmp(program, BUILT[i].program))
			return BUILT[i].path;
	return NULL;
}

// The master alone has the arguments; its workers say "nginx: worker process".
static void running_put(struct examination *e, struct nginx_paths *paths, const struct host_process *p)
{
	if (!text_begins(p->arguments, "nginx: master process") && strcmp(host_basename(p->program), "nginx"))
		return;
	if (text_begins(p->arguments, "nginx: ") && !text_begins(p->arguments, "nginx: master process"))
		return;
	const char *said = option_of(e->host, p->arguments, 'c'), *prefix = option_of(e->host, p->arguments, 'p');
	const char *usual = usual_path(p->program);
	if (said && *said != '/')
		said = host_print(e->host, "%s/%s", prefix ? prefix : "/usr/share/nginx", said);
	if (said || usual)
		path_put(e, paths, said ? said : usual);
	else if (paths->say)
		found_unknown(e, "%s (process %d) runs, and where its configuration lies is not known: not read", p->program, (int)p->pid);
}

static void paths_find(struct examination *e, struct nginx_paths *paths)
{
	const struct host_processes *all = host_processes(e->host);
	struct stat s;
	if (!host_stat(e->host, "/etc/nginx", &s) || !host_stat(e->host, "/usr/sbin/nginx", &s))
		path_put(e, paths, "/etc/nginx/nginx.conf");
	for (size_t i = 0; i < all->count; i++)
		running_put(e, paths, &all->process[i]);
}

size_t web_nginx(struct examination *e, const struct nginx *ret[WEB_NGINX_MAX])
{
	struct nginx_paths paths = { .say = false };
	paths_find(e, &paths);
	for (size_t i = 0; i < paths.count; i++)
		ret[i] = nginx_read(e->host, paths.path[i]);
	return paths.count;
}

// A block that nginx has not, or a module that is not known here: what it serves is not read. The name may have a mark of
// Unicode before it, which nginx refuses.
static void blocks_say(struct examination *e, const struct nginx *n)
{
	static const char *const KNOWN[] = { "events", "http", "server", "location", "if", "limit_except", "upstream", "map", "geo", "types", "match",
					     "split_clients", "charset_map", "stream", "mail" };
	for (size_t i = 0; i < n->count; i++) {
		const struct nginx_directive *d = n->directive[i];
		bool known = !d->block || text_ends(d->word[0], "_by_lua_block");
		for (size_t k = 0; k < ARRAY_LEN(KNOWN); k++)
			known |= web_named(d, KNOWN[k]);
		if (!known)
			found_unknown(e, "%s: a block '%s' is not known; what stands in it was not judged", nginx_place(e->host, d), d->word[0]);
	}
}

// What runs was read when its workers began; a file that is younger may say something else.
static void age_say(struct examination *e, const struct nginx *n)
{
	const struct host_processes *all = host_processes(e->host);
	const char *file = NULL;
	uint64_t began = 0;
	for (size_t i = 0; i < all->count; i++)
		if (text_begins(all->process[i].arguments, "nginx: worker process") && all->process[i].started > began)
			began = all->process[i].started;
	for (size_t i = 0; began && i < n->count; i++) {
		if (file && !strcmp(file, n->directive[i]->file))
			continue;
		file = n->directive[i]->file;
		const struct host_file *f = host_file(e->host, file);
		if (!f->error && (uint64_t)f->status.st_mtime > began + 2) { // the kernel tells the beginning by seconds, about
			found_unknown(e, "%s was changed after nginx read it: what runs is something else; reload it, and check again", file);
			return;
		}
	}
}

void web_nginx_say(struct examination *e)
{
	struct nginx_paths paths = { .say = true };
	paths_find(e, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		const struct nginx *n = nginx_read(e->host, paths.path[i]);
		for (size_t k = 0; k < n->troubles; k++)
			found_unknown(e, "%s:%u: %s; nginx would not start with this, and what runs now is not what is written", n->trouble[k].file,
				      n->trouble[k].line, n->trouble[k].what);
		blocks_say(e, n);
		age_say(e, n);
		found_read(e, "%zu directives in %zu files of %s", n->count, n->files, paths.path[i]);
	}
}

static bool web_block(const struct nginx_directive *block)
{
	static const char *const NAMES[] = { "http", "server", "location", "if", "limit_except" };
	for (; block; block = block->in) {
		bool known = false;
		for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
			known |= web_named(block, NAMES[i]);
		if (!known)
			return false;
		if (!block->in)
			return web_named(block, "http");
	}
	return false;
}

bool web_answers(const struct nginx_directive *block)
{
	return web_block(block) && !web_named(block, "http");
}

void web_each_directive(struct examination *e, nginx_judge *judge, void *more)
{
	const struct nginx *all[WEB_NGINX_MAX];
	size_t count = web_nginx(e, all);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < all[i]->count; k++)
			if (web_block(all[i]->directive[k]->in))
				judge(e, all[i], all[i]->directive[k], more);
}

// --- others --------------------------------------------------------------------------------------------------------

static const struct { const char *name, *program[3], *place[3]; } OTHERS[] = {
	{ "Apache", { "apache2", "httpd" }, { "/etc/apache2/apache2.conf", "/etc/apache2/sites-enabled", "/etc/httpd" } },
	{ "lighttpd", { "lighttpd" }, { "/etc/lighttpd/lighttpd.conf" } },
	{ "Caddy", { "caddy" }, { "/etc/caddy/Caddyfile" } },
	{ "HAProxy", { "haproxy" }, { "/etc/haproxy/haproxy.cfg" } },
	{ "Traefik", { "traefik" }, { "/etc/traefik" } },
	{ "Envoy", { "envoy" }, { "/etc/envoy" } },
	{ "Varnish", { "varnishd" }, { "/etc/varnish/default.vcl" } },
	{ "H2O", { "h2o" }, { "/etc/h2o/h2o.conf" } },
	{ "Angie", { "angie" }, { "/etc/angie/angie.conf" } },
	{ "OpenLiteSpeed", { "openlitespeed", "lshttpd" }, { "/usr/local/lsws" } },
};

static const char *installed(struct host *h, size_t other)
{
	static const char *const FOLDERS[] = { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin" };
	struct stat s;
	for (size_t i = 0; i < ARRAY_LEN(OTHERS[other].place) && OTHERS[other].place[i]; i++)
		if (!host_stat(h, OTHERS[other].place[i], &s))
			return OTHERS[other].place[i];
	for (size_t i = 0; i < ARRAY_LEN(OTHERS[other].program) && OTHERS[other].program[i]; i++)
		for (size_t k = 0; k < ARRAY_LEN(FOLDERS); k++) {
			const char *path = host_print(h, "%s/%s", FOLDERS[k], OTHERS[other].program[i]);
			if (!host_stat(h, path, &s) && S_ISREG(s.st_mode))
				return path;
		}
	return NULL;
}

// Who listens for the web, and is neither nginx nor ours.
static void listeners_say(struct examination *e)
{
	const struct host_sockets *all = host_sockets(e->host);
	for (size_t i = 0; !all->error && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		const char *program = s->owner ? host_basename(*s->owner->program ? s->owner->program : s->owner->name) : "";
		if (s->udp || !(s->port == 80 || s->port == 443 || s->port == 8080 || s->port == 8443))
			continue;
		if (strcmp(program, "nginx") && strcmp(program, "redoubt-gateway"))
			found_unknown(e, "%s listens for the web; what it serves is not read", host_socket_text(e->host, s));
	}
}

struct lines_files { struct examination *e; size_t count; const char *path[LINES_FILES_MAX]; };

static int lines_visit(void *context, const struct walk_entry *w)
{
	struct lines_files *f = context;
	bool file = S_ISREG(w->status->st_mode) || (S_ISLNK(w->status->st_mode) && strstr(w->path, "-enabled/"));
	if (strstr(w->path, "-available"))
		return 1; // what is not enabled says nothing
	if (file && f->count < LINES_FILES_MAX)
		f->path[f->count++] = host_copy(f->e->host, w->path, strlen(w->path));
	return 0;
}

static void lines_show(struct examination *e, line_judge *judge, void *more)
{
	static const char *const FOLDERS[] = { "/etc/apache2", "/etc/httpd", "/etc/lighttpd", "/etc/haproxy", "/etc/caddy" };
	struct lines_files f = { .e = e };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++)
		look_walk(e, FOLDERS[i], lines_visit, &f);
	for (size_t i = 0; i < f.count; i++) {
		struct host_lines cursor = { host_file(e->host, f.path[i])->text, 0 };
		for (const char *line; host_line(e->host, &cursor, &line);) {
			line += strspn(line, " \t");
			if (*line && *line != '#')
				judge(e, f.path[i], line, more);
		}
	}
}

void web_others(struct examination *e, line_judge *line, void *more)
{
	for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++) {
		const char *place = installed(e->host, i);
		if (place)
			found_unknown(e, "%s is installed (%s); its configuration is not read%s", OTHERS[i].name, place,
				      line ? ", but for lines that give themselves away" : "");
	}
	listeners_say(e);
	if (line)
		lines_show(e, line, more);
}
