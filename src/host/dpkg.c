// SPDX-License-Identifier: Apache-2.0
// dpkg's own records, read as files: no program is started.
#include "host/dpkg.h"

#include "host/host_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define INFO "/var/lib/dpkg/info"
#define FILE_SLOTS (1u << 17)
#define PACKAGE_SLOTS (1u << 12)
#define LISTED_SLOTS (1u << 15)
#define RUN_GAP_S 120 // triggers write a little after the last line

struct package {
	struct package *next;
	const char *name, *version; // without the architecture
	uint64_t installed;         // when the log says that this very version was installed; 0: it does not
	uint64_t removed;           // when the log says that it went, its configuration perhaps not
	bool listed;                // its .list has been read
};

struct file {
	struct file *next;
	const char *path;
	struct dpkg_file file;
};

struct listed {
	struct listed *next;
	const char *path;
	const struct package *package;
};

struct moment { uint64_t from, to; }; // a run of dpkg

struct dpkg {
	struct host *host;
	bool merged; // /bin is a link to /usr/bin
	size_t files, moments, moments_room;
	struct file *file[FILE_SLOTS];
	struct package *package[PACKAGE_SLOTS];
	struct listed *listed[LISTED_SLOTS];
	struct moment *moment;
	bool lists_read, all_lists_read;
};

static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash ^ hash >> 15;
}

// One spelling: "bin/x" for "usr/bin/x", "/bin/x" and "/usr/bin/x" where /bin is a link. It is a part of the path.
static const char *normal(const struct dpkg *d, const char *path)
{
	static const char *const MERGED[] = { "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/" };
	while (*path == '/')
		path++;
	if (!d->merged || strncmp(path, "usr/", 4))
		return path;
	for (size_t i = 0; i < ARRAY_LEN(MERGED); i++)
		if (!strncmp(path + 4, MERGED[i], strlen(MERGED[i])))
			return path + 4;
	return path;
}

static struct package *package_named(struct dpkg *d, const char *name, size_t size, bool make)
{
	const char *colon = memchr(name, ':', size);
	size = colon ? (size_t)(colon - name) : size;
	char key[256];
	if (!size || size >= sizeof key)
		return NULL;
	memcpy(key, name, size);
	key[size] = 0;
	struct package **slot = &d->package[hash_of(key) % PACKAGE_SLOTS];
	for (struct package *p = *slot; p; p = p->next)
		if (!strcmp(p->name, key))
			return p;
	if (!make)
		return NULL;
	struct package *p = host_alloc(d->host, sizeof *p);
	p->name = host_copy(d->host, key, size);
	p->version = "";
	p->next = *slot;
	return *slot = p;
}

// `md5` and `path` stay where they are.
static void file_add(struct dpkg *d, const char *package, const char *md5, const char *path, const char *record,
		     bool configuration)
{
	const char *spelled = normal(d, path);
	struct file **slot = &d->file[hash_of(spelled) % FILE_SLOTS];
	struct file *f = host_alloc(d->host, sizeof *f);
	*f = (struct file){ *slot, spelled, { package, md5, record, configuration } };
	*slot = f;
	d->files++;
}

static bool md5_like(const char *text)
{
	return strspn(text, "0123456789abcdef") == 32;
}

// "<md5>  usr/bin/x" lines of one package. There are a hundred thousand of them, so the text is cut in place: nobody else
// reads these files.
static void md5sums_read(struct dpkg *d, const char *name)
{
	const char *record = host_print(d->host, INFO "/%s", name);
	const struct host_file *f = host_file(d->host, record);
	struct package *p = package_named(d, name, strlen(name) - strlen(".md5sums"), true);
	char *line = (char *)f->text;
	for (char *next; p && f->size && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (!md5_like(line) || line[32] != ' ')
			continue;
		line[32] = 0;
		file_add(d, p->name, line, line + 33 + strspn(line + 33, " "), record, false);
	}
}

// Packages, versions and conffiles (" /etc/x <md5> [obsolete]").
static void status_read(struct dpkg *d)
{
	const struct host_file *f = host_file(d->host, "/var/lib/dpkg/status");
	struct host_lines cursor = { f->text, 0 };
	struct package *p = NULL;
	bool conffiles = false;
	for (const char *line; host_line(d->host, &cursor, &line);) {
		const char *word[2];
		conffiles = *line == ' ' && conffiles;
		if (!strncmp(line, "Package: ", 9))
			p = package_named(d, line + 9, strcspn(line + 9, " \r"), true);
		else if (p && !strncmp(line, "Version: ", 9))
			p->version = host_copy(d->host, line + 9, strcspn(line + 9, " \r"));
		else if (!strncmp(line, "Conffiles:", 10))
			conffiles = true;
		else if (p && conffiles && host_words(d->host, line, word, 2) >= 2 && md5_like(word[1]))
			file_add(d, p->name, word[1], word[0], NULL, true);
	}
}

// --- the log -------------------------------------------------------------------------------------------------------

static void moment_note(struct dpkg *d, uint64_t at)
{
	struct moment *last = d->moments ? &d->moment[d->moments - 1] : NULL;
	if (last && at >= last->from && at <= last->to + RUN_GAP_S) {
		last->to = at > last->to ? at : last->to;
		return;
	}
	if (d->moments == d->moments_room) {
		size_t room = d->moments_room ? 2 * d->moments_room : 64;
		struct moment *grown = host_alloc(d->host, room * sizeof *grown);
		if (d->moments)
			memcpy(grown, d->moment, d->moments * sizeof *grown);
		d->moment = grown;
		d->moments_room = room;
	}
	d->moment[d->moments++] = (struct moment){ at, at };
}

// "2026-11-22 01:45:44 status installed man-db:amd64 2.11.2-2", in the host's own time.
static void log_line_read(struct dpkg *d, const char *line)
{
	struct tm t = { .tm_isdst = -1 };
	char state[32], package[256], version[256];
	int end = 0;
	if (sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d %n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec,
		   &end) != 6 || !end)
		return;
	t.tm_year -= 1900;
	t.tm_mon--;
	time_t when = host_is_live(d->host) ? mktime(&t) : timegm(&t);
	uint64_t at = when > 0 ? (uint64_t)when : 0;
	moment_note(d, at);
	if (sscanf(line + end, "status %31s %255s %255s", state, package, version) != 3)
		return;
	bool gone = !strcmp(state, "not-installed") || !strcmp(state, "config-files");
	struct package *p = package_named(d, package, strlen(package), gone);
	if (p && gone)
		p->removed = at > p->removed ? at : p->removed;
	else if (p && !strcmp(state, "installed") && !strcmp(p->version, version))
		p->installed = at > p->installed ? at : p->installed;
}

static void log_read(struct dpkg *d, const char *path)
{
	struct host_lines cursor = { host_file(d->host, path)->text, 0 };
	for (const char *line; host_line(d->host, &cursor, &line);)
		log_line_read(d, line);
}

struct dpkg *dpkg_open(struct host *h)
{
	const struct host_names *names = host_names(h, INFO);
	if (h->dpkg_asked)
		return h->dpkg;
	h->dpkg_asked = true;
	if (names->error || host_file(h, "/var/lib/dpkg/status")->error)
		return NULL;
	struct dpkg *d = h->dpkg = host_alloc(h, sizeof *d);
	d->host = h;
	d->merged = host_link(h, "/bin") != NULL;
	status_read(d);
	for (size_t i = 0; i < names->count; i++) {
		size_t size = strlen(names->name[i]);
		if (size > 8 && !strcmp(names->name[i] + size - 8, ".md5sums"))
			md5sums_read(d, names->name[i]);
	}
	log_read(d, "/var/log/dpkg.log.1");
	log_read(d, "/var/log/dpkg.log");
	return d;
}

size_t dpkg_file_count(const struct dpkg *d)
{
	return d->files;
}

const struct dpkg_file *dpkg_file(const struct dpkg *d, const char *path)
{
	const char *spelled = normal(d, path);
	for (const struct file *f = d->file[hash_of(spelled) % FILE_SLOTS]; f; f = f->next)
		if (!strcmp(f->path, spelled))
			return &f->file;
	return NULL;
}

bool dpkg_installed_since(const struct dpkg *d, const char *package, uint64_t since)
{
	const struct package *p = package_named((struct dpkg *)d, package, strlen(package), false);
	return p && p->installed && p->installed >= since;
}

bool dpkg_busy_since(const struct dpkg *d, uint64_t since)
{
	for (size_t i = 0; i < d->moments; i++)
		if (d->moment[i].to >= since)
			return true;
	return false;
}

bool dpkg_running_at(const struct dpkg *d, uint64_t moment, uint64_t since)
{
	for (size_t i = 0; i < d->moments; i++)
		if (d->moment[i].to >= since && moment >= d->moment[i].from && moment <= d->moment[i].to + RUN_GAP_S)
			return true;
	return false;
}

// --- lists of packages that came since ---------------------------------------------------------------------------

static void list_read(struct dpkg *d, struct package *p, const char *name)
{
	struct host_lines cursor = { host_file(d->host, host_print(d->host, INFO "/%s", name))->text, 0 };
	for (const char *line; host_line(d->host, &cursor, &line);) {
		struct listed *l = host_alloc(d->host, sizeof *l);
		const char *spelled = normal(d, line);
		struct listed **slot = &d->listed[hash_of(spelled) % LISTED_SLOTS];
		*l = (struct listed){ *slot, spelled, p };
		*slot = l;
	}
	p->listed = true;
}

static void lists_read(struct dpkg *d, uint64_t since)
{
	const struct host_names *names = host_names(d->host, INFO);
	for (size_t i = 0; i < names->count; i++) {
		size_t size = strlen(names->name[i]);
		if (size <= 5 || strcmp(names->name[i] + size - 5, ".list"))
			continue;
		struct package *p = package_named(d, names->name[i], size - 5, false);
		if (p && !p->listed && p->installed && p->installed >= since)
			list_read(d, p, names->name[i]);
	}
}

bool dpkg_listed_since(struct dpkg *d, const char *path, uint64_t since)
{
	const char *spelled = normal(d, path);
	if (!d->lists_read)
		lists_read(d, since);
	d->lists_read = true;
	for (const struct listed *l = d->listed[hash_of(spelled) % LISTED_SLOTS]; l; l = l->next)
		if (!strcmp(l->path, spelled) && l->package->installed >= since)
			return true;
	return false;
}

// --- who had what, and who took it -----------------------------------------------------------------------------------

static bool is_list(const char *name)
{
	size_t size = strlen(name);
	return size > 5 && !strcmp(name + size - 5, ".list");
}

// All lists, or those of one package alone.
static void lists_read_of(struct dpkg *d, const struct package *one)
{
	const struct host_names *names = host_names(d->host, INFO);
	for (size_t i = 0; i < names->count; i++) {
		if (!is_list(names->name[i]))
			continue;
		struct package *p = package_named(d, names->name[i], strlen(names->name[i]) - 5, true);
		if (p && (!one || p == one) && !p->listed)
			list_read(d, p, names->name[i]);
	}
}

const char *dpkg_owner(struct dpkg *d, const char *path)
{
	const char *spelled = normal(d, path);
	if (!d->all_lists_read)
		lists_read_of(d, NULL);
	d->all_lists_read = true;
	for (const struct listed *l = d->listed[hash_of(spelled) % LISTED_SLOTS]; l; l = l->next)
		if (!strcmp(l->path, spelled))
			return l->package->name;
	return NULL;
}

bool dpkg_took(struct dpkg *d, const char *package, const char *path, uint64_t since)
{
	const char *spelled = normal(d, path);
	struct package *p = package_named(d, package, strlen(package), false);
	if (!p || (p->removed < since && p->installed < since) || dpkg_file(d, path))
		return false;
	if (!p->listed)
		lists_read_of(d, p);
	for (const struct listed *l = d->listed[hash_of(spelled) % LISTED_SLOTS]; l; l = l->next)
		if (l->package == p && !strcmp(l->path, spelled))
			return false; // it has it still: somebody else took it
	return true;
}

// --- whether dpkg's records are dpkg's own work ----------------------------------------------------------------------

// By the inode's change time: dpkg gives its records the time at which the package was built.
static bool written_by_run(const struct dpkg *d, const char *path, uint64_t since)
{
	struct stat s;
	return !host_lstat(d->host, path, &s) && dpkg_running_at(d, (uint64_t)s.st_ctime, since);
}

bool dpkg_record_explained(const struct dpkg *d, const char *path, uint64_t since)
{
	const char *name = strncmp(path, INFO "/", sizeof INFO) ? NULL : path + sizeof INFO;
	const char *stop = name ? strrchr(name, '.') : NULL;
	const struct package *p = stop ? package_named((struct dpkg *)d, name, (size_t)(stop - name), false) : NULL;
	struct stat s;
	if (!p || (p->installed < since && p->removed < since))
		return false;
	return host_lstat(d->host, path, &s) || dpkg_running_at(d, (uint64_t)s.st_ctime, since); // gone with it, or written then
}

bool dpkg_vouches_since(const struct dpkg *d, const struct dpkg_file *f, uint64_t since)
{
	if (!dpkg_installed_since(d, f->package, since))
		return false;
	return written_by_run(d, f->configuration ? "/var/lib/dpkg/status" : f->record, since);
}
