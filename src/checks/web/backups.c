// SPDX-License-Identifier: Apache-2.0
// WEB-03: ways from the web to a backup: a folder, a link, a mount, a second name of the same file, root and alias.
#include "checks/web/web.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#define EXCHANGES_MAX 8
#define PLACES_MAX 64
#define SHARED_MAX 4096 // files with more than one name

static bool backup_name(const char *name)
{
	static const char *const NAMES[] = { "bak", "baks", "bkp", "bkps", "dump", "dumps", "sauvegarde", "archive-db" };
	bool named = strcasestr(name, "backup") || strcasestr(name, "back-up");
	name += *name == '.';
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		size_t size = strlen(NAMES[i]);
		named |= !strncasecmp(name, NAMES[i], size) && !name[size + strspn(name + size, "0123456789-_.")];
	}
	return named;
}

// --- where backups lie ---------------------------------------------------------------------------------------------

struct shared { dev_t device; ino_t inode; nlink_t names, seen; const char *path, *other; };

struct place { const char *path; bool there; dev_t device; ino_t inode; };

struct backups {
	size_t places, shared;
	struct place place[PLACES_MAX]; // as they are named, and without links
	struct shared *file;            // of the web roots, with several names
};

static void place_put(struct examination *e, struct backups *b, const char *path)
{
	const char *names[] = { path, web_real_path(e->host, path) };
	struct stat s;
	for (size_t i = 0; i < 2; i++) {
		if (b->places == PLACES_MAX || (i && !strcmp(names[0], names[1])))
			continue;
		bool there = !host_stat(e->host, path, &s);
		b->place[b->places++] = (struct place){ names[i], there, there ? s.st_dev : 0, there ? s.st_ino : 0 };
	}
}

static void places_find(struct examination *e, struct backups *b)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX), k;
	place_put(e, b, "/var/backups"); // Debian's own
	for (size_t i = 0; i < count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/status", exchange[i]));
		json_t *status = json_loadb(f->text, f->size, 0, NULL), *d;
		place_put(e, b, exchange[i]);
		json_array_foreach(json_object_get(status, "destinations"), k, d) {
			const char *folder = json_string_value(json_object_get(d, "folder"));
			if (folder)
				place_put(e, b, host_copy(e->host, folder, strlen(folder)));
		}
		json_decref(status);
	}
}

static bool named_part(struct examination *e, const char *path)
{
	for (size_t size; *path; path += size) {
		path += strspn(path, "/");
		size = strcspn(path, "/");
		if (backup_name(host_copy(e->host, path, size)))
			return true;
	}
	return false;
}

// Why nothing of this path may be served; NULL: it may.
static const char *secret(struct examination *e, const struct backups *b, const char *path)
{
	const char *real = web_real_path(e->host, path);
	struct stat s;
	bool there = !host_stat(e->host, path, &s);
	for (size_t i = 0; i < b->places; i++) {
		const struct place *p = &b->place[i];
		bool within = path_beneath(path, p->path) || path_beneath(real, p->path);
		if (within || path_beneath(p->path, path) || path_beneath(p->path, real))
			return host_print(e->host, "backups lie %s %s", within ? "in" : "beneath it, in", p->path);
		if (there && p->there && s.st_dev == p->device && s.st_ino == p->inode) // the same folder, mounted a second time
			return host_print(e->host, "it is %s", p->path);
	}
	return named_part(e, real) ? "its name says backup" : NULL;
}

// --- what lies in the web roots ------------------------------------------------------------------------------------

static void shared_note(struct backups *b, struct examination *e, const struct walk_entry *entry)
{
	const struct stat *s = entry->status;
	for (size_t i = 0; i < b->shared; i++)
		if (b->file[i].device == s->st_dev && b->file[i].inode == s->st_ino) {
			b->file[i].seen++;
			return;
		}
	if (b->shared == SHARED_MAX)
		found_unknown(e, "more than %d files of the web roots have several names; those of %s were not looked for", SHARED_MAX, entry->path);
	else
		b->file[b->shared++] = (struct shared){ s->st_dev, s->st_ino, s->st_nlink, 1, host_copy(e->host, entry->path, strlen(entry->path)), NULL };
}

static int backup_visit(struct web_walk *w, const struct walk_entry *entry)
{
	struct backups *b = w->more;
	struct examination *e = w->e;
	struct host *h = e->host;
	if (S_ISLNK(entry->status->st_mode)) {
		const char *target = host_link(h, entry->path), *why = secret(e, b, entry->path);
		if (!why && target) // where it leads may be there later, when a disk is mounted
			why = secret(e, b, *target == '/' ? target : host_print(h, "%.*s%s", (int)(host_basename(entry->path) - entry->path), entry->path, target));
		if (why)
			found_fail(e, host_print(h, "rm %s", entry->path), "the link %s leads to %s: %s", entry->path, target ? target : "?", why);
		return why != NULL;
	}
	if (S_ISREG(entry->status->st_mode) && entry->status->st_nlink > 1)
		shared_note(b, e, entry);
	if (!S_ISDIR(entry->status->st_mode))
		return 0;
	const char *why = backup_name(entry->name) ? "its name says backup" : secret(e, b, entry->path);
	if (why)
		found_fail(e, host_print(h, "move %s out of the web root", entry->path), "%s lies beneath the web root %s: %s", entry->path, w->root, why);
	return why != NULL;
}

// --- second names --------------------------------------------------------------------------------------------------

struct looking { struct examination *e; struct backups *b; };

static int name_visit(void *context, const struct walk_entry *entry)
{
	struct looking *l = context;
	const struct stat *s = entry->status;
	for (size_t i = 0; S_ISREG(s->st_mode) && s->st_nlink > 1 && i < l->b->shared; i++) {
		struct shared *f = &l->b->file[i];
		if (f->inode == s->st_ino && f->device == s->st_dev && !f->other)
			f->other = host_copy(l->e->host, entry->path, strlen(entry->path));
	}
	return 0;
}

// A file with more names than the web roots hold: the others are looked for where backups lie.
static void shared_judge(struct examination *e, struct backups *b)
{
	struct looking l = { e, b };
	size_t outside = 0;
	for (size_t i = 0; i < b->shared; i++)
		outside += b->file[i].names > b->file[i].seen;
	for (size_t i = 0; outside && i < b->places; i++)
		look_walk(e, b->place[i].path, name_visit, &l);
	for (size_t i = 0; i < b->shared; i++) {
		const struct shared *f = &b->file[i];
		if (f->other)
			found_fail(e, host_print(e->host, "rm %s", f->path), "%s is the same file as %s", f->path, f->other);
		else if (f->names > f->seen)
			found_unknown(e, "%s has %ju names and %ju of them in web roots; where the others lie was not read", f->path, (uintmax_t)f->names,
				      (uintmax_t)f->seen);
	}
}

// --- mounts --------------------------------------------------------------------------------------------------------

struct mount { const char *device, *folder, *point; };

static bool mount_read(struct host *h, const char *line, struct mount *ret) // "36 35 98:0 /backup /srv/www/x rw ..."
{
	const char *word[5];
	if (host_words(h, line, word, 5) < 5)
		return false;
	*ret = (struct mount){ word[2], word[3], word[4] };
	return true;
}

// Why a mount in a web root may not be there: another mount of its disk tells where its folder lies else.
static const char *mount_secret(struct examination *e, const struct backups *b, const struct mount *m)
{
	struct host_lines cursor = { host_file(e->host, "/proc/self/mountinfo")->text, 0 };
	struct mount other;
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (!mount_read(e->host, line, &other) || strcmp(other.device, m->device) || !path_beneath(m->folder, other.folder) ||
		    !strcmp(other.point, m->point))
			continue;
		size_t size = strcmp(other.folder, "/") ? strlen(other.folder) : 0;
		const char *else_where = host_print(e->host, "%s/%s", strcmp(other.point, "/") ? other.point : "", m->folder + size + (m->folder[size] == '/'));
		const char *why = secret(e, b, else_where);
		if (why)
			return host_print(e->host, "it is %s, and %s", else_where, why);
	}
	return NULL;
}

static void mounts_of(struct examination *e, struct backups *b, const char *table)
{
	struct host_lines cursor = { host_file(e->host, table)->text, 0 };
	struct mount m;
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (!mount_read(e->host, line, &m))
			continue;
		for (size_t i = 0; i < e->manifest->web_root.count; i++) {
			const char *why = path_beneath(m.point, web_real_path(e->host, e->manifest->web_root.name[i])) ? mount_secret(e, b, &m) : NULL;
			if (why)
				found_fail(e, host_print(e->host, "umount %s", m.point), "what is mounted on %s (%s): %s", m.point, table, why);
		}
	}
}

// The host's mounts, and those that a web server has for itself (BindPaths= of its unit).
static void mounts_judge(struct examination *e, struct backups *b)
{
	static const char *const PROGRAMS[] = { "nginx", "apache2", "httpd", "lighttpd", "caddy" };
	const struct host_processes *all = host_processes(e->host);
	if (!e->manifest)
		return;
	mounts_of(e, b, "/proc/self/mountinfo");
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(PROGRAMS); k++)
			if (!strcmp(host_basename(all->process[i].program), PROGRAMS[k]))
				mounts_of(e, b, host_print(e->host, "/proc/%d/mountinfo", (int)all->process[i].pid));
}

static void roots_judge(struct examination *e, struct backups *b)
{
	for (size_t i = 0; e->manifest && i < e->manifest->web_root.count; i++) {
		const char *path = e->manifest->web_root.name[i], *why = secret(e, b, path);
		if (why)
			found_fail(e, NULL, "the web root %s: %s", path, why);
	}
}

// --- configuration -------------------------------------------------------------------------------------------------

static bool refuses(const struct nginx *n, const struct nginx_directive *location)
{
	const struct nginx_directive *answer = nginx_own(n, location, "return"), *allow = nginx_own(n, location, "allow");
	const struct nginx_directive *deny = nginx_own(n, location, "deny");
	return (answer && answer->count > 1 && answer->word[1][0] == '4') || nginx_own(n, location, "internal") ||
	       (deny && deny->count == 2 && !strcmp(deny->word[1], "all") && !allow);
}

// "location /backup/", "location ~ ^/(dumps|bak)/": a name between anything that is no letter.
static void location_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d)
{
	const char *pattern = d->word[d->count - 1];
	bool backend = nginx_own(n, d, "proxy_pass") || nginx_own(n, d, "fastcgi_pass") || nginx_own(n, d, "uwsgi_pass") || nginx_own(n, d, "grpc_pass");
	bool named = false;
	if (refuses(n, d))
		return;
	for (const char *at = pattern; *at;) {
		size_t size = 0;
		while (isalnum((unsigned char)at[size]) || (at[size] && strchr("-_", at[size])))
			size++;
		const char *word = host_copy(e->host, at, size);
		named |= backend ? !strcasecmp(word, "backup") || !strcasecmp(word, "backups") || !strcasecmp(word, "dumps") : size && backup_name(word);
		at += size + (at[size] != 0);
	}
	if (named)
		found_fail(e, host_print(e->host, "return 404; in it, or take it out of %s", nginx_place(e->host, d)), "%s: location %s is served",
			   nginx_place(e->host, d), pattern);
}

// `location /files { alias /srv/files/; }` gives /files../ as /srv/files/../ to anybody.
static void slash_judge(struct examination *e, const struct nginx_directive *d)
{
	const struct nginx_directive *location = d->in;
	bool prefix = web_named(location, "location") && (location->count == 2 || !strcmp(location->word[1], "^~"));
	if (web_named(d, "alias") && d->count == 2 && prefix && text_ends(d->word[1], "/") && !text_ends(location->word[location->count - 1], "/"))
		found_fail(e, host_print(e->host, "location %s/ in %s", location->word[location->count - 1], nginx_place(e->host, location)),
			   "%s: '%s../' reads the folder above %s", nginx_place(e->host, d), location->word[location->count - 1], d->word[1]);
}

static void alias_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more)
{
	bool whole;
	const char *folder = web_folder(e, d, &whole);
	if (d->block && web_named(d, "location"))
		location_judge(e, n, d);
	if (!folder)
		return;
	const char *why = whole || strlen(folder) > 1 ? secret(e, more, folder) : NULL; // with a variable it was said as unknown
	if (why)
		found_fail(e, host_print(e->host, "take it out of %s", nginx_place(e->host, d)), "%s serves %s: %s", nginx_place(e->host, d), d->word[1], why);
	slash_judge(e, d);
}

static void line_alias(struct examination *e, const char *path, const char *line, void *more)
{
	const char *word[3];
	size_t count = host_words(e->host, line, word, 3);
	bool alias = count >= 3 && (!strcasecmp(word[0], "Alias") || !strcasecmp(word[0], "AliasMatch"));
	if (!alias && (count < 2 || strcasecmp(word[0], "DocumentRoot")))
		return;
	const char *target = word[alias ? 2 : 1] + strspn(word[alias ? 2 : 1], "\"'");
	target = host_copy(e->host, target, strcspn(target, "\"'"));
	const char *why = *target == '/' ? secret(e, more, target) : NULL;
	if (why)
		found_fail(e, NULL, "%s serves %s: %s", path, target, why);
}

void web_03(struct examination *e)
{
	static const char *const PATHS[] = { "/backup/", "/backups/", "/.backup/", "/dump/" };
	struct backups *b = host_alloc(e->host, sizeof *b);
	b->file = host_alloc(e->host, SHARED_MAX * sizeof *b->file);
	places_find(e, b);
	web_roots_walk(e, backup_visit, b);
	roots_judge(e, b);
	mounts_judge(e, b);
	shared_judge(e, b);
	web_each_directive(e, alias_judge, b);
	web_nginx_say(e);
	web_others(e, line_alias, b);
	web_none_answers(e, PATHS, ARRAY_LEN(PATHS));
}
