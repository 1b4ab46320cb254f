// SPDX-License-Identifier: Apache-2.0
// sudoers(5): the lines of every file first, because an alias may be defined behind its use; then the judgement.
#include "host/sudoers.h"
#include "host/look.h"

#include <ctype.h>

#define LINES_MAX 4096
#define FILES_MAX 256
#define DEPTH_MAX 16

struct sudo_line { const char *path, *text; unsigned number; };
struct sudoers {
	struct examination *e;
	size_t count, files;
	const char *file[FILES_MAX];
	struct sudo_line line[LINES_MAX];
};

static const char *blanks_skip(const char *at)
{
	return at + strspn(at, " \t\r");
}

// Up to one of the stops that is neither quoted nor behind a backslash.
static size_t until(const char *text, const char *stops)
{
	bool quoted = false;
	size_t i = 0;
	for (; text[i] && (quoted || !strchr(stops, text[i])); i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
	}
	return i;
}

// --- reading -----------------------------------------------------------------------------------------------------

static void file_read(struct sudoers *s, const char *path, unsigned depth);

static void folder_read(struct sudoers *s, const char *folder, unsigned depth)
{
	const struct host_names *names = host_names(s->e->host, folder);
	if (names->error && names->error != -ENOENT)
		found_unknown(s->e, "%s could not be read: %s", folder, strerror(-names->error));
	for (size_t i = 0; i < names->count; i++)
		if (!strchr(names->name[i], '.') && !look_ends(names->name[i], "~")) // sudo skips the others
			file_read(s, host_print(s->e->host, "%s/%s", folder, names->name[i]), depth);
}

// "@include FILE", "#includedir FOLDER": the old spelling begins like a comment.
static bool include_take(struct sudoers *s, const struct sudo_line *l, unsigned depth)
{
	const char *at = l->text;
	if ((*at != '@' && *at != '#') || !look_begins(at + 1, "include"))
		return false;
	bool folder = look_begins(at + 8, "dir");
	const char *name = at + 8 + (folder ? 3 : 0), *path = blanks_skip(name);
	if (name == path)
		return *at == '@' ? (found_unknown(s->e, "%s:%u is not understood: %.80s", l->path, l->number, at), true) : false;
	path = host_copy(s->e->host, path, until(path, " \t\r"));
	if (strpbrk(path, "%\"\\") || depth == DEPTH_MAX) {
		found_unknown(s->e, "%s:%u: what it includes was not followed: %.80s", l->path, l->number, at);
		return true;
	}
	if (*path != '/')
		path = host_print(s->e->host, "%.*s/%s", (int)(look_basename(l->path) - l->path - 1), l->path, path);
	if (folder)
		folder_read(s, path, depth + 1);
	else
		file_read(s, path, depth + 1);
	return true;
}

// Where a comment begins: "#1002" and "#-1" are user ids.
static size_t comment_at(const char *line)
{
	for (size_t at = 0;; at++) {
		at += until(line + at, "#");
		if (!line[at] || !(isdigit((unsigned char)line[at + 1]) || (line[at + 1] == '-' && isdigit((unsigned char)line[at + 2]))))
			return at;
	}
}

static void line_take(struct sudoers *s, const struct sudo_line *l, unsigned depth)
{
	struct sudo_line n = *l;
	n.text = blanks_skip(l->text);
	if (!*n.text || include_take(s, &n, depth))
		return;
	if (s->count == LINES_MAX)
		found_unknown(s->e, "%s:%u: there are more than %d lines", n.path, n.number, LINES_MAX);
	else
		s->line[s->count++] = n;
}

static void lines_read(struct sudoers *s, const char *path, const char *text, unsigned depth)
{
	struct host *h = s->e->host;
	struct host_lines cursor = { text, 0 };
	const char *line, *joined = "";
	while (host_line(h, &cursor, &line)) {
		const char *first = blanks_skip(line);
		bool include = !*joined && (look_begins(first, "#include") || *first == '@');
		size_t size = strcspn(line, "\r"), cut = include ? size : comment_at(line);
		size = cut < size ? cut : size;
		bool more = size && size == strcspn(line, "\r") && line[size - 1] == '\\';
		joined = host_print(h, "%s%.*s", joined, (int)(size - more), line);
		if (more)
			continue;
		line_take(s, &(struct sudo_line){ path, joined, cursor.number }, depth);
		joined = "";
	}
	line_take(s, &(struct sudo_line){ path, joined, cursor.number }, depth);
}

static void file_read(struct sudoers *s, const char *path, unsigned depth)
{
	for (size_t i = 0; i < s->files; i++)
		if (!strcmp(s->file[i], path))
			return;
	const struct host_file *f = host_file(s->e->host, path);
	if (s->files == FILES_MAX) {
		found_unknown(s->e, "there are more than %d files of sudoers", FILES_MAX);
		return;
	}
	s->file[s->files++] = path;
	if (!found_file(s->e, f))
		return;
	if (f->status.st_uid || (f->status.st_mode & 0022))
		found_fail(s->e, host_print(s->e->host, "chown root:root %s; chmod 440 %s", path, path),
			   "%s may be written by others than root", path);
	lines_read(s, path, f->text, depth);
	found_read(s->e, "%s", path);
}

// --- aliases -----------------------------------------------------------------------------------------------------

static bool alias_name(const char *word)
{
	return isupper((unsigned char)*word) && !word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

static bool alias_line(const char *text)
{
	size_t word = strcspn(text, " \t");
	return word > 6 && !strncmp(text + word - 6, "_Alias", 6);
}

// "User_Alias A = x, y : B = z". NULL: there is none of that kind ("User", "Cm" for both Cmnd_ and Cmd_).
static const char *alias_find(const struct sudoers *s, const char *kind, const char *name)
{
	for (size_t i = 0; i < s->count; i++) {
		const char *at = s->line[i].text;
		if (!alias_line(at) || !look_begins(at, kind))
			continue;
		for (at += strcspn(at, " \t"); *at; at += *at == ':') {
			at = blanks_skip(at);
			size_t size = strcspn(at, " \t=:"), equals = until(at, "=:");
			const char *list = at + equals + (at[equals] == '=');
			if (size == strlen(name) && !strncmp(at, name, size))
				return host_copy(s->e->host, list, until(list, ":"));
			at = list + until(list, ":");
		}
	}
	return NULL;
}

static const char *item_next(struct host *h, const char **at)
{
	const char *begin = blanks_skip(*at);
	size_t size = until(begin, ",");
	*at = begin + size + (begin[size] == ',');
	while (size && strchr(" \t\r", begin[size - 1]))
		size--;
	return host_copy(h, begin, size);
}

// Whether the list holds more than single people: a group other than sudo, a netgroup, or everybody.
static bool crowd(const struct sudoers *s, const char *list, unsigned depth)
{
	while (*list) {
		const char *item = item_next(s->e->host, &list);
		const char *alias = alias_name(item) && strcmp(item, "ALL") && depth < DEPTH_MAX ? alias_find(s, "User_", item) : NULL;
		if (alias ? crowd(s, alias, depth + 1) : !strcmp(item, "ALL") || *item == '+' || (*item == '%' && strcmp(item, "%sudo")))
			return true;
	}
	return false;
}

enum reach { REACH_SOME, REACH_ALL, REACH_UNKNOWN };

static enum reach command_reach(const struct sudoers *s, const char *command, unsigned depth)
{
	static const char *const WORDS[] = { "sudoedit", "list" };
	enum reach worst = REACH_SOME;
	while (look_begins(command, "sha2") && strchr(command, ':'))
		command = blanks_skip(blanks_skip(strchr(command, ':') + 1) + strcspn(blanks_skip(strchr(command, ':') + 1), " \t"));
	if (*command == '!' || *command == '/')
		return REACH_SOME; // what is taken away grants nothing
	if (!strcmp(command, "ALL"))
		return REACH_ALL;
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (look_begins(command, WORDS[i]) && strchr(" \t", command[strlen(WORDS[i])]))
			return REACH_SOME;
	const char *list = alias_name(command) && depth < DEPTH_MAX ? alias_find(s, "Cm", command) : NULL;
	if (!list)
		return REACH_UNKNOWN;
	while (*list) {
		enum reach r = command_reach(s, item_next(s->e->host, &list), depth + 1);
		worst = r > worst ? r : worst;
	}
	return worst;
}

// --- judging -----------------------------------------------------------------------------------------------------

// "(RUNAS) OPTION=value TAG: TAG:", in any order; the state of the tags is kept for the commands that follow.
static const char *tags_skip(const char *at, bool *nopasswd)
{
	for (;;) {
		at = blanks_skip(at);
		size_t size = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		const char *behind = blanks_skip(at + size);
		if (*at == '(') {
			size = strcspn(at, ")");
			at += size + (at[size] == ')');
		} else if (size && at[size] == '=') {
			at += until(at, " \t,:");
		} else if (size && *behind == ':' && strncmp(at, "ALL", size)) {
			*nopasswd = size == 8 && !strncmp(at, "NOPASSWD", 8) ? true : size == 6 && !strncmp(at, "PASSWD", 6) ? false : *nopasswd;
			at = behind + 1;
		} else {
			return at;
		}
	}
}

static size_t command_size(const char *at)
{
	size_t digest = look_begins(at, "sha2") ? until(at, ":") + 1 : 0;
	return digest + (digest <= strlen(at) ? until(at + digest, ",:") : 0);
}

static void commands_judge(struct sudoers *s, const struct sudo_line *l, const char *who, const char *at)
{
	bool nopasswd = false, open = false, everything = false, unknown = false;
	for (; at; at = *at ? at + 1 : NULL) {
		at = tags_skip(at, &nopasswd);
		size_t size = command_size(at);
		const char *rest = at, *command = item_next(s->e->host, &(const char *){ host_copy(s->e->host, rest, size) });
		enum reach r = command_reach(s, command, 0);
		everything |= r == REACH_ALL;
		open |= r == REACH_ALL && nopasswd;
		unknown |= r == REACH_UNKNOWN;
		at += size;
		if (*at != ':')
			continue;
		nopasswd = false; // another host's list begins
		at += until(at, "=");
		unknown |= !*at;
	}
	if (open)
		found_fail(s->e, NULL, "%s:%u: %.60s may run everything without a password", l->path, l->number, who);
	else if (everything && crowd(s, who, 0))
		found_fail(s->e, NULL, "%s:%u: %.60s may run everything, and is more than a named person", l->path, l->number, who);
	if (unknown)
		found_unknown(s->e, "%s:%u is not understood: %.80s", l->path, l->number, l->text);
}

static void grant_judge(struct sudoers *s, const struct sudo_line *l)
{
	size_t equals = until(l->text, "="), end = 0;
	if (!l->text[equals]) {
		found_unknown(s->e, "%s:%u is not understood: %.80s", l->path, l->number, l->text);
		return;
	}
	for (;;) { // users: words with commas between them
		end += until(l->text + end, " \t,=");
		size_t gap = strspn(l->text + end, " \t");
		if (l->text[end + gap] != ',')
			break;
		end += gap + 1;
		end += strspn(l->text + end, " \t");
	}
	commands_judge(s, l, host_copy(s->e->host, l->text, end), l->text + equals + 1);
}

static void defaults_judge(struct sudoers *s, const struct sudo_line *l)
{
	if (strstr(l->text, "!authenticate"))
		found_fail(s->e, NULL, "%s:%u: !authenticate: sudo never asks", l->path, l->number);
	if (strstr(l->text, "exempt_group"))
		found_fail(s->e, NULL, "%s:%u: exempt_group: sudo never asks that group", l->path, l->number);
}

void sudoers_judge(struct examination *e)
{
	struct sudoers *s = host_alloc(e->host, sizeof *s);
	*s = (struct sudoers){ .e = e };
	file_read(s, "/etc/sudoers", 0);
	folder_read(s, "/etc/sudoers.d", 0);
	for (size_t i = 0; i < s->count; i++) {
		const struct sudo_line *l = &s->line[i];
		if (look_begins(l->text, "Defaults") && strchr(" \t@:!>", l->text[8]))
			defaults_judge(s, l);
		else if (!alias_line(l->text))
			grant_judge(s, l);
	}
}
