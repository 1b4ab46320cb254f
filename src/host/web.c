// SPDX-License-Identifier: Apache-2.0
// WEB: what the web server gives away.
#include "host/checks.h"
#include "host/look.h"
#include "host/probe.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SERVERS_MAX 16
#define EXCHANGES_MAX 8
#define CONFIGURATIONS_MAX 512

// Walks each web root; says so when there is none. Returns how many entries were seen.
struct looking { struct examination *e; size_t count; const char *root; };

static void each_root(struct examination *e, walk_visit *visit)
{
	const struct manifest *m = found_manifest(e);
	struct looking l = { .e = e };
	if (m && !m->web_root.count)
		found_not_applicable(e, "the manifest names no web root");
	for (size_t i = 0; m && i < m->web_root.count; i++) {
		l.root = m->web_root.name[i];
		if (!look_walk(e, l.root, visit, &l))
			found_unknown(e, "the web root %s is not there", l.root);
		else
			found_read(e, "%zu entries of %s", l.count, l.root);
	}
}

// --- WEB-01 --------------------------------------------------------------------------------------------------------

static bool leftover(const char *name)
{
	static const char *const WHOLE[] = { ".git", ".svn", ".hg", ".bzr", "CVS", ".env", ".DS_Store", ".htpasswd", "phpinfo.php", "info.php",
					     "Thumbs.db", ".idea", ".vscode" };
	static const char *const ENDS[] = { ".bak", "~", ".swp", ".swo", ".old", ".orig", ".save", ".sql", ".db", ".sqlite", ".sqlite3", ".zip",
					    ".tar", ".tgz", ".7z", ".rar", ".dump", ".log", ".copy" };
	char low[256];
	size_t size = strlen(name);
	if (size >= sizeof low)
		return false;
	for (size_t i = 0; i <= size; i++)
		low[i] = (char)tolower((unsigned char)name[i]);
	for (size_t i = 0; i < ARRAY_LEN(WHOLE); i++)
		if (!strcasecmp(name, WHOLE[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (look_ends(low, ENDS[i]))
			return true;
	return strstr(low, ".tar.") || strstr(low, ".sql.") || look_begins(low, ".env.") || look_begins(low, "phpinfo");
}

static int leftover_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	l->count++;
	if (!leftover(w->name))
		return 0;
	found_fail(l->e, host_print(l->e->host, "move %s out of the web root", w->path), "%s", w->path);
	return 1;
}

static void web_01(struct examination *e)
{
	each_root(e, leftover_visit);
}

// --- configuration of web servers ----------------------------------------------------------------------------------

struct configurations { struct examination *e; size_t count; const char *path[CONFIGURATIONS_MAX]; };

static int configuration_visit(void *context, const struct walk_entry *w)
{
	struct configurations *c = context;
	bool file = S_ISREG(w->status->st_mode) || (S_ISLNK(w->status->st_mode) && strstr(w->path, "-enabled/"));
	if (strstr(w->path, "-available"))
		return 1; // what is not enabled says nothing
	if (file && c->count < CONFIGURATIONS_MAX)
		c->path[c->count++] = host_copy(c->e->host, w->path, strlen(w->path));
	return 0;
}

static void each_configured_line(struct examination *e, void (*judge)(struct examination *, const char *path, const char *line))
{
	static const char *const FOLDERS[] = { "/etc/nginx", "/etc/apache2", "/etc/lighttpd", "/etc/haproxy", "/etc/caddy" };
	struct configurations c = { .e = e };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++)
		look_walk(e, FOLDERS[i], configuration_visit, &c);
	for (size_t i = 0; i < c.count; i++) {
		struct host_lines cursor = { host_file(e->host, c.path[i])->text, 0 };
		for (const char *line; host_line(e->host, &cursor, &line);) {
			line += strspn(line, " \t");
			if (*line && *line != '#')
				judge(e, c.path[i], line);
		}
	}
	if (c.count)
		found_read(e, "%zu files of web servers' configuration", c.count);
}

// --- WEB-02 --------------------------------------------------------------------------------------------------------

static bool draft_name(const char *name, size_t size)
{
	static const char *const NAMES[] = { "new", "test", "tests", "testing", "dev", "devel", "tmp", "temp", "beta", "demo", "old", "uat", "qa" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (strlen(NAMES[i]) == size && !strncasecmp(name, NAMES[i], size))
			return true;
	return size >= 4 && !strncasecmp(name, "stag", 4);
}

static int draft_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	l->count++;
	// "test-2" and "new.site" are as much a draft as "test" and "new"
	if (!S_ISDIR(w->status->st_mode) || !draft_name(w->name, strcspn(w->name, "-_.0123456789")))
		return 0;
	found_fail(l->e, host_print(l->e->host, "move %s out of the web root", w->path), "the directory %s", w->path);
	return 1;
}

static void draft_host_judge(struct examination *e, const char *path, const char *line)
{
	const char *word[16];
	size_t count = host_words(e->host, line, word, 16);
	if (!count || (strcasecmp(word[0], "server_name") && strcasecmp(word[0], "ServerName") && strcasecmp(word[0], "ServerAlias")))
		return;
	for (size_t i = 1; i < count && i < 16; i++)
		for (const char *label = word[i]; *label; label += strcspn(label, ".;"), label += strspn(label, ".;"))
			if (draft_name(label, strcspn(label, ".;-_0123456789")))
				found_fail(e, NULL, "the host %.*s in %s", (int)strcspn(word[i], ";"), word[i], path);
}

static void web_02(struct examination *e)
{
	if (e->manifest && e->manifest->role != ROLE_PRODUCTION) {
		found_not_applicable(e, "the manifest says that this host is not production");
		return;
	}
	each_root(e, draft_visit);
	if (e->manifest)
		each_configured_line(e, draft_host_judge);
}

// --- WEB-03 --------------------------------------------------------------------------------------------------------

static bool backup_name(const char *name)
{
	return strcasestr(name, "backup") || !strcasecmp(name, "bak") || !strcasecmp(name, "baks") || !strcasecmp(name, "dump") ||
	       !strcasecmp(name, "dumps") || !strcasecmp(name, "sauvegarde");
}

// Beneath a place where backups lie: the exchange's own, or a destination.
static bool backup_place(struct examination *e, const char *path)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX), k;
	bool inside = false;
	for (size_t i = 0; i < count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/status", exchange[i]));
		json_t *status = json_loadb(f->text, f->size, 0, NULL), *d;
		inside |= look_beneath(path, exchange[i]);
		json_array_foreach(json_object_get(status, "destinations"), k, d) {
			const char *folder = json_string_value(json_object_get(d, "folder"));
			inside |= folder && look_beneath(path, folder);
		}
		json_decref(status);
	}
	return inside;
}

// A link's target as an absolute path, "..": left to the eye of the reader.
static const char *target_of(struct host *h, const struct walk_entry *w)
{
	const char *target = host_link(h, w->path);
	const char *slash = strrchr(w->path, '/');
	return !target ? "" : *target == '/' ? target : host_print(h, "%.*s/%s", (int)(slash - w->path), w->path, target);
}

static int backup_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	struct host *h = l->e->host;
	l->count++;
	if (S_ISLNK(w->status->st_mode)) {
		const char *target = target_of(h, w);
		if (backup_place(l->e, target) || backup_name(look_basename(target)))
			found_fail(l->e, host_print(h, "rm %s", w->path), "the link %s leads to %s", w->path, target);
		return 0;
	}
	if (!(S_ISDIR(w->status->st_mode) && backup_name(w->name)) && !backup_place(l->e, w->path))
		return 0;
	found_fail(l->e, host_print(h, "move %s out of the web root", w->path), "%s lies beneath the web root %s", w->path, l->root);
	return 1;
}

static void alias_judge(struct examination *e, const char *path, const char *line)
{
	const char *word[3];
	size_t count = host_words(e->host, line, word, 3);
	bool one = count >= 2 && (!strcasecmp(word[0], "alias") || !strcasecmp(word[0], "root") || !strcasecmp(word[0], "DocumentRoot"));
	const char *target = one && word[1][0] == '/' && count == 2 ? word[1] : count >= 3 && !strcasecmp(word[0], "alias") ? word[2] : NULL;
	if (!target)
		return;
	target += *target == '"';
	target = host_copy(e->host, target, strcspn(target, ";\""));
	size_t size = strlen(target);
	const char *bare = size > 1 && target[size - 1] == '/' ? host_copy(e->host, target, size - 1) : target;
	if (backup_place(e, bare) || backup_name(look_basename(bare)))
		found_fail(e, NULL, "%s serves %s", path, target);
}

static void web_03(struct examination *e)
{
	each_root(e, backup_visit);
	if (e->manifest && e->manifest->web_root.count)
		each_configured_line(e, alias_judge);
}

// --- questions to the servers --------------------------------------------------------------------------------------

typedef void answer_judge(struct examination *e, const struct web_server *s, const struct web_answer *a);

static size_t servers_find(struct examination *e, struct web_server *servers)
{
	size_t count = web_servers(e, servers, SERVERS_MAX);
	if (host_sockets(e->host)->error)
		found_unknown(e, "the listening sockets could not be read: %s", strerror(-host_sockets(e->host)->error));
	else if (!count)
		found_not_applicable(e, "no web server listens on this host");
	return count;
}

// path NULL: one that nobody has.
static void each_answer(struct examination *e, const char *path, answer_judge *judge)
{
	struct web_server servers[SERVERS_MAX];
	size_t count = servers_find(e, servers);
	for (size_t i = 0; i < count; i++) {
		struct web_answer a = web_ask(e->host, &servers[i], path);
		if (a.error)
			found_unknown(e, "%s did not answer: %s", servers[i].name, strerror(-a.error));
		else
			judge(e, &servers[i], &a);
	}
}

// --- WEB-04 --------------------------------------------------------------------------------------------------------

// "nginx/1.22.1", "PHP 8.2": a name that is followed by a version.
static const char *version_in(struct host *h, const char *text)
{
	static const char *const NAMES[] = { "nginx", "apache", "lighttpd", "caddy", "php", "openssl", "python", "haproxy", "redoubt", "express", "tomcat", "jetty", "debian" };
	for (size_t i = 0; text && i < ARRAY_LEN(NAMES); i++) {
		for (const char *at = text; (at = strcasestr(at, NAMES[i])); at++) {
			const char *digit = at + strlen(NAMES[i]);
			digit += strspn(digit, "/ -_vV");
			if (isdigit((unsigned char)*digit))
				return host_copy(h, at, strcspn(at, "<\r\n\t"));
		}
	}
	return NULL;
}

static void version_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	static const char *const HEADERS[] = { "Server", "X-Powered-By", "X-AspNet-Version", "X-Generator", "Via" };
	for (size_t i = 0; i < ARRAY_LEN(HEADERS); i++) {
		const char *value = web_header(e->host, a, HEADERS[i]);
		if (value && strpbrk(value, "0123456789"))
			found_fail(e, NULL, "%s says %s: %.80s", s->name, HEADERS[i], value);
	}
	const char *version = version_in(e->host, a->body);
	if (version)
		found_fail(e, NULL, "a page of %s says %.80s", s->name, version);
	found_read(e, "%s says Server: %.40s", s->name, web_header(e->host, a, "Server") ? web_header(e->host, a, "Server") : "nothing");
}

static void web_04(struct examination *e)
{
	each_answer(e, NULL, version_judge);
}

// --- WEB-05 --------------------------------------------------------------------------------------------------------

static void private_key_judge(struct examination *e, const char *path)
{
	struct stat s;
	if (host_stat(e->host, path, &s) || !S_ISREG(s.st_mode))
		return;
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		found_fail(e, host_print(e->host, "chmod 400 %s", path), "the TLS key %s is %s", path, look_owner_text(e->host, &s));
	found_read(e, "%s %04o", path, s.st_mode & 07777);
}

static void private_keys_judge(struct examination *e)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	const struct host_names *names = host_names(e->host, "/etc/letsencrypt/live"), *private = host_names(e->host, "/etc/ssl/private");
	for (size_t i = 0; i < count; i++)
		private_key_judge(e, host_print(e->host, "%s/keys/tls.key", exchange[i]));
	for (size_t i = 0; i < names->count; i++)
		private_key_judge(e, host_print(e->host, "/etc/letsencrypt/live/%s/privkey.pem", names->name[i]));
	for (size_t i = 0; i < private->count; i++)
		private_key_judge(e, host_print(e->host, "/etc/ssl/private/%s", private->name[i]));
}

static void web_05(struct examination *e)
{
	struct web_server servers[SERVERS_MAX];
	size_t count = servers_find(e, servers), spoke = 0;
	for (size_t i = 0; i < count; i++) {
		struct web_tls t = web_ask_tls(e->host, &servers[i]);
		uint64_t now = host_now(e->host);
		if (t.error) // port 80 speaks none, and need not
			continue;
		spoke++;
		if (t.old_accepted)
			found_fail(e, "ssl_protocols TLSv1.2 TLSv1.3, or its like", "%s accepts TLS 1.1 or older", servers[i].name);
		if (t.expires < now + 21 * 86400u)
			found_fail(e, NULL, "the certificate of %s ends in %" PRId64 " days", servers[i].name,
				   ((int64_t)t.expires - (int64_t)now) / 86400);
		else
			found_read(e, "%s: %" PRIu64 " days left", servers[i].name, (t.expires - now) / 86400);
	}
	if (count && !spoke)
		found_not_applicable(e, "none of the web servers speaks TLS");
	if (count)
		private_keys_judge(e);
}

// --- WEB-06 --------------------------------------------------------------------------------------------------------

static void guards_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	const char *policy = web_header(e->host, a, "Content-Security-Policy"), *strict = web_header(e->host, a, "Strict-Transport-Security");
	const char *sniff = web_header(e->host, a, "X-Content-Type-Options"), *status = strchr(a->head, ' ');
	const char *location = web_header(e->host, a, "Location");
	found_read(e, "%s answers %.3s", s->name, status ? status + 1 : "?");
	if (!a->tls && status && status[1] == '3' && location && look_begins(location, "https://"))
		return; // a redirection to TLS is all that port 80 should say
	if (!policy)
		found_fail(e, NULL, "%s sends no Content-Security-Policy", s->name);
	else if (strstr(policy, "'unsafe-inline'") || strstr(policy, "'unsafe-eval'"))
		found_fail(e, NULL, "the Content-Security-Policy of %s has %s", s->name,
			   strstr(policy, "'unsafe-inline'") ? "unsafe-inline" : "unsafe-eval");
	if (a->tls && (!strict || strstr(strict, "max-age=0")))
		found_fail(e, NULL, "%s sends no Strict-Transport-Security", s->name);
	if (!sniff || strcasecmp(sniff, "nosniff"))
		found_fail(e, NULL, "%s sends no X-Content-Type-Options: nosniff", s->name);
}

static void web_06(struct examination *e)
{
	each_answer(e, "/", guards_judge);
}

// --- WEB-07 --------------------------------------------------------------------------------------------------------

static void listing_judge(struct examination *e, const struct web_server *s, const struct web_answer *a)
{
	if (strcasestr(a->body, "<title>Index of /") || strcasestr(a->body, "<h1>Index of /") || strcasestr(a->body, "Directory listing for /"))
		found_fail(e, NULL, "%s lists a directory", s->name);
	found_read(e, "%s asked", s->name);
}

static void index_judge(struct examination *e, const char *path, const char *line)
{
	const char *word[16];
	size_t count = host_words(e->host, line, word, 16);
	bool on = count >= 2 && ((!strcasecmp(word[0], "autoindex") && !strncasecmp(word[1], "on", 2)) ||
				 (!strcasecmp(word[0], "dir-listing.activate") && strcasestr(line, "enable")));
	for (size_t i = 1; count && !strcasecmp(word[0], "Options") && i < count && i < 16; i++)
		on |= !strcasecmp(word[i], "Indexes") || !strcasecmp(word[i], "+Indexes") || !strcasecmp(word[i], "All");
	if (on)
		found_fail(e, NULL, "%s: %.80s", path, line);
}

// The directories at the top of the web roots are asked for, those that have no index of their own.
static void roots_ask(struct examination *e)
{
	struct web_server servers[SERVERS_MAX];
	size_t count = web_servers(e, servers, SERVERS_MAX), asked = 0;
	for (size_t i = 0; e->manifest && i < e->manifest->web_root.count; i++) {
		const struct host_names *names = host_names(e->host, e->manifest->web_root.name[i]);
		for (size_t k = 0; k < names->count && asked < 8; k++) {
			struct stat s;
			if (host_lstat(e->host, host_print(e->host, "%s/%s", e->manifest->web_root.name[i], names->name[k]), &s) ||
			    !S_ISDIR(s.st_mode) || names->name[k][strspn(names->name[k], "abcdefghijklmnopqrstuvwxyz0123456789-_")])
				continue;
			asked++;
			for (size_t n = 0; host_is_live(e->host) && n < count; n++) {
				struct web_answer a = web_ask(e->host, &servers[n], host_print(e->host, "/%s/", names->name[k]));
				if (!a.error)
					listing_judge(e, &servers[n], &a);
			}
		}
	}
}

static void web_07(struct examination *e)
{
	each_answer(e, "/", listing_judge);
	roots_ask(e);
	each_configured_line(e, index_judge);
}

const struct check web_checks[] = {
	{ "WEB-01", SEVERITY_HIGH, "S",
	  "No leftovers in the web roots",
	  "no repository, editor copy, dump, archive or phpinfo",
	  "search engines and scanners find them within hours",
	  "move FILE out of the web root", web_01 },
	{ "WEB-02", SEVERITY_HIGH, "S",
	  "No test copies in production",
	  "no directory or host named new, test, dev, stag*, tmp",
	  "they have the data of production and the care of a draft",
	  "remove DIRECTORY", web_02 },
	{ "WEB-03", SEVERITY_CRITICAL, "S",
	  "No backup can be fetched",
	  "no backup directory under a web root, by path, alias or link",
	  "it holds everything at once",
	  "move it out of the web root", web_03 },
	{ "WEB-04", SEVERITY_LOW, "S",
	  "Servers do not tell their version",
	  "no version in Server, X-Powered-By, error pages and banners",
	  "it spares the attacker the guessing",
	  "server_tokens off, or its like", web_04 },
	{ "WEB-05", SEVERITY_HIGH, "C",
	  "TLS is current and its key private",
	  "TLS 1.2 or later, 21 days left, key 0400",
	  "an expired certificate stops the service; a readable key ends it",
	  "renew the certificate; chmod 400 FILE", web_05 },
	{ "WEB-06", SEVERITY_MEDIUM, "S",
	  "Responses carry their guards",
	  "Content-Security-Policy without unsafe-inline, HSTS, nosniff",
	  "they hold when a page has a hole",
	  "add the headers", web_06 },
	{ "WEB-07", SEVERITY_MEDIUM, "S",
	  "Directories are not listed",
	  "no index listing",
	  "a listing shows what was forgotten",
	  "autoindex off, or its like", web_07 },
};
const size_t web_check_count = ARRAY_LEN(web_checks);
