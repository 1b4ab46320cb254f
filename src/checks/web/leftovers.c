// SPDX-License-Identifier: Apache-2.0
// WEB-01: what was forgotten in a folder that is served, by its name, by what it holds, and by asking for it.
#include "checks/web/web.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_MAX_LOW 256
#define HEAD_SIZE 512
#define PAGE_MAX 65536 // of a script that is looked into

// --- by name -------------------------------------------------------------------------------------------------------

// What a part of a name behind its first dot tells. ANYWHERE: "index.old.php"; LAST: "site.db", but not "icons.db.js".
enum part { NOTHING, LAST, ANYWHERE };

static enum part part_of(const char *part, size_t size)
{
	static const struct { const char *name; enum part what; } PARTS[] = {
		{ "bak", ANYWHERE }, { "bkp", ANYWHERE }, { "backup", ANYWHERE }, { "old", ANYWHERE }, { "orig", ANYWHERE }, { "save", ANYWHERE },
		{ "swp", ANYWHERE }, { "swo", ANYWHERE }, { "swn", ANYWHERE }, { "sql", ANYWHERE }, { "tar", ANYWHERE }, { "dump", ANYWHERE },
		{ "copy", LAST }, { "tmp", LAST }, { "temp", LAST }, { "db", LAST }, { "sqlite", LAST }, { "mdb", LAST }, { "kdbx", LAST },
		{ "zip", LAST }, { "tgz", LAST }, { "tbz", LAST }, { "tbz2", LAST }, { "txz", LAST }, { "tzst", LAST }, { "7z", LAST }, { "rar", LAST },
		{ "log", LAST }, { "env", LAST }, { "ini", LAST }, { "conf", LAST }, { "cfg", LAST }, { "inc", LAST }, { "rej", LAST }, { "patch", LAST },
		{ "diff", LAST }, { "dist", LAST }, { "git", LAST }, { "core", LAST }, { "pem", LAST }, { "key", LAST }, { "p12", LAST }, { "pfx", LAST },
	};
	while (size > 2 && strchr("0123456789_-~#() ", part[size - 1])) // "bak2", "sql-old" is below, "sqlite3"
		size--;
	for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
		if (strlen(PARTS[i].name) == size && !memcmp(part, PARTS[i].name, size))
			return PARTS[i].what;
	return NOTHING;
}

// "config.php.1", "index.php_", "index.phps": a script under a name that is sent instead of run.
static bool script_sent(const char *part, size_t size)
{
	static const char *const SCRIPTS[] = { "php", "phtml", "asp", "aspx", "jsp", "cgi", "pl" };
	for (size_t i = 0; i < ARRAY_LEN(SCRIPTS); i++) {
		size_t name = strlen(SCRIPTS[i]);
		if (size >= name && !memcmp(part, SCRIPTS[i], name) && (part[name] == '.' || (part[name] && strchr("_-~ ", part[name]))))
			return true;
	}
	return size == 4 && !memcmp(part, "phps", 4);
}

// "site_bak", "index-old", "config.php-orig": the last word of a part says so.
static bool old_ending(const char *part, size_t size)
{
	static const char *const ENDS[] = { "bak", "bkp", "backup", "old", "orig", "dump", "save" };
	while (size && strchr("0123456789~", part[size - 1]))
		size--;
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++) {
		size_t end = strlen(ENDS[i]);
		if (size > end && !memcmp(part + size - end, ENDS[i], end) && strchr("-_ ", part[size - end - 1]))
			return true;
	}
	return false;
}

static bool whole_name(const char *low)
{
	static const char *const NAMES[] = { "cvs", "thumbs.db", "info.php", "docker-compose.yml", "docker-compose.yaml", "dockerfile", "makefile",
					     "composer.lock", "composer.json", "package-lock.json", "yarn.lock", "id_rsa", "id_ed25519", "web.config",
					     "wp-config.php", "adminer.php" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (!strcmp(low, NAMES[i]))
			return true;
	return text_begins(low, "phpinfo") || text_begins(low, "#") || text_begins(low, "copy of ") || strstr(low, " copy.");
}

static const char *const PICTURES[] = { ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico" };
static const char *const PAGES[] = { ".js", ".mjs", ".css", ".html", ".htm", ".map", ".woff", ".woff2" };

static bool ends_as(const char *low, const char *const *ends, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_ends(low, ends[i]))
			return true;
	return false;
}

static bool leftover_name(const char *name)
{
	char low[NAME_MAX_LOW];
	size_t size = strlen(name);
	if (size >= sizeof low)
		return false; // no file system takes it
	for (size_t i = 0; i <= size; i++)
		low[i] = (char)tolower((unsigned char)name[i]);
	if (*low == '.') // .git, .svn, .env, .DS_Store, .index.php.swp; RFC 8615 alone puts a folder with a dot there
		return strcmp(low, ".well-known") != 0;
	if (whole_name(low) || text_ends(low, "~"))
		return true;
	if (ends_as(low, PICTURES, ARRAY_LEN(PICTURES))) // a picture named "old" is a picture
		return false;
	if ((text_begins(low, "backup") || text_begins(low, "dump")) && !ends_as(low, PAGES, ARRAY_LEN(PAGES)))
		return true;
	size_t first = strcspn(low, ".");
	if (old_ending(low, first))
		return true;
	for (const char *part = low + first; *part;) {
		part++;
		size_t part_size = strcspn(part, ".");
		enum part what = part_of(part, part_size);
		bool last = !part[part_size] || part[part_size + 1 + strspn(part + part_size + 1, "0123456789")] == 0;
		if (what == ANYWHERE || (what == LAST && last) || old_ending(part, part_size) || script_sent(part, part_size))
			return true;
		part += part_size;
	}
	return false;
}

// --- by what it holds ----------------------------------------------------------------------------------------------

struct mark { size_t at; const char *bytes; size_t size; const char *what; };

static const char *holds(const char *head, size_t size, const char *name)
{
	static const struct mark MARKS[] = {
		{ 0, "SQLite format 3", 16, "a database of SQLite" }, { 0, "PGDMP", 5, "a dump of PostgreSQL" },
		{ 0, "-- MySQL dump", 13, "a dump of MySQL" },          { 0, "-- MariaDB dump", 15, "a dump of MariaDB" },
		{ 0, "--\n-- PostgreSQL database", 25, "a dump of PostgreSQL" }, { 257, "ustar", 5, "an archive (tar)" },
		{ 0, "7z\xbc\xaf\x27\x1c", 6, "an archive (7z)" },      { 0, "Rar!\x1a\x07", 6, "an archive (rar)" },
		{ 0, "\xfd" "7zXZ", 5, "a packed file (xz)" },          { 0, "BZh", 3, "a packed file (bzip2)" },
		{ 0, "REDIS0", 6, "a dump of Redis" },                  { 0, "ref: refs/", 10, "the HEAD of a repository" },
		{ 0, "DIRC", 4, "the index of a repository" },          { 0, "b0VIM ", 6, "vim's copy of a file that is edited" },
		{ 0, "\x28\xb5\x2f\xfd", 4, "a packed file (zstd)" },   { 0, "\x1f\x8b", 2, "a packed file (gzip)" },
		{ 0, "PK\x03\x04", 4, "an archive (zip)" },               { 0, "PACK\0\0\0", 7, "objects of a repository" },
		{ 0, "\x04\x22\x4d\x18", 4, "a packed file (lz4)" },    { 0, "070701", 6, "an archive (cpio)" },
		{ 0, "REDOUBT SEALED 1", 16, "a sealed backup" },       { 0, "redoubt-backup", 14, "a manifest of backups" },
		{ 0, "age-encryption.org/", 19, "a sealed file (age)" }, { 0, "-----BEGIN PGP MESSAGE", 22, "a sealed file (PGP)" },
	};
	// what a web server hands out packed on purpose: beside its plain file, or a format that is a zip inside
	static const char *const PACKED[] = { ".js.gz", ".css.gz", ".html.gz", ".svg.gz", ".json.gz", ".xml.gz", ".txt.gz", ".map.gz", ".wasm.gz",
					      ".ico.gz", ".svgz", ".js.zst", ".css.zst", ".html.zst", ".svg.zst", ".json.zst", ".docx", ".xlsx",
					      ".pptx", ".odt", ".ods", ".epub", ".apk", ".jar", ".xpi", ".crx" };
	for (size_t i = 0; i < ARRAY_LEN(PACKED); i++)
		if (strlen(name) > strlen(PACKED[i]) && !strcasecmp(name + strlen(name) - strlen(PACKED[i]), PACKED[i]))
			return NULL;
	for (size_t i = 0; i < ARRAY_LEN(MARKS); i++)
		if (size >= MARKS[i].at + MARKS[i].size && !memcmp(head + MARKS[i].at, MARKS[i].bytes, MARKS[i].size))
			return MARKS[i].what;
	return NULL;
}

// A file's beginning; a script is read whole, for phpinfo().
static const char *content_of(struct examination *e, const struct walk_entry *w)
{
	char head[HEAD_SIZE];
	struct stat s;
	if (host_stat(e->host, w->path, &s) || !S_ISREG(s.st_mode)) // no device or FIFO is opened
		return NULL;
	int fd = host_openat(e->host, w->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	ssize_t size = fd < 0 ? -1 : read(fd, head, sizeof head);
	if (fd >= 0)
		close(fd);
	if (size < 0) {
		found_unknown(e, "%s could not be read", w->path);
		return NULL;
	}
	const char *what = holds(head, (size_t)size, w->name);
	if (!what && strcasestr(w->name, ".ph") && s.st_size < PAGE_MAX && strcasestr(host_file(e->host, w->path)->text, "phpinfo"))
		what = "a call of phpinfo";
	return what;
}

// A repository without a working tree: HEAD, objects and refs lie in it.
static bool repository(struct examination *e, const char *path)
{
	struct stat s;
	return !host_stat(e->host, host_print(e->host, "%s/HEAD", path), &s) && !host_stat(e->host, host_print(e->host, "%s/objects", path), &s) &&
	       !host_stat(e->host, host_print(e->host, "%s/refs", path), &s);
}

static int leftover_visit(struct web_walk *w, const struct walk_entry *entry)
{
	struct examination *e = w->e;
	const char *remedy = host_print(e->host, "move %s out of the web root", entry->path), *what = NULL;
	bool folder = S_ISDIR(entry->status->st_mode);
	if (leftover_name(host_basename(entry->path))) { // what is served may be one file
		found_fail(e, remedy, "%s", entry->path);
		return 1;
	}
	if (S_ISLNK(entry->status->st_mode) && leftover_name(host_basename(web_real_path(e->host, entry->path))))
		what = host_print(e->host, "a link to %s", web_real_path(e->host, entry->path));
	else if (folder && repository(e, entry->path))
		what = "a repository";
	else if (!folder)
		what = content_of(e, entry);
	if (what)
		found_fail(e, remedy, "%s is %s", entry->path, what);
	return what != NULL;
}

void web_01(struct examination *e)
{
	static const char *const PATHS[] = { "/.git/HEAD", "/.git/config", "/.env", "/.svn/entries", "/.DS_Store", "/phpinfo.php", "/backup.zip", "/dump.sql" };
	web_roots_walk(e, leftover_visit, NULL);
	web_nginx_say(e);
	web_others(e, NULL, NULL);
	web_none_answers(e, PATHS, ARRAY_LEN(PATHS));
}
