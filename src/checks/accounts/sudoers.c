// SPDX-License-Identifier: Apache-2.0
// All files first, because an alias may be defined behind its use; then the judgement.
#include "checks/accounts/sudoers.h"
#include "checks/look.h"

#include <stdlib.h>

#define FILES_MAX 256
#define FILE_MAX (1u << 20)
#define DEPTH_MAX 16
#define STEPS_MAX 20000 // of expanding aliases, which can be nested to double with each

struct sudoers {
	struct examination *e;
	struct sudo_rules rules;
	size_t files, steps;
	const char *file[FILES_MAX];
};

// --- files -------------------------------------------------------------------------------------------------------

static void file_read(struct sudoers *s, const char *path)
{
	for (size_t i = 0; i < s->files; i++)
		if (!strcmp(s->file[i], path))
			return;
	if (s->files == FILES_MAX) {
		found_unknown(s->e, "there are more than %d files of sudoers; %s was not read", FILES_MAX, path);
		return;
	}
	s->file[s->files++] = path;
	const struct host_file *f = host_file(s->e->host, path);
	if (!found_file(s->e, f))
		return;
	if (f->status.st_uid || (f->status.st_mode & 0022))
		found_fail(s->e, host_print(s->e->host, "chown root:root %s; chmod 440 %s", path, path), "%s may be written by others than root",
			   path);
	if (f->size > FILE_MAX)
		found_unknown(s->e, "%s has %zu bytes; at most %u are read", path, f->size, FILE_MAX);
	else
		sudo_rules_add(s->e->host, &s->rules, path, f->text, f->size);
	found_read(s->e, "%s", path);
}

static void folder_read(struct sudoers *s, const char *folder)
{
	const struct host_names *names = host_names(s->e->host, folder);
	struct stat status;
	if (names->error && names->error != -ENOENT)
		found_unknown(s->e, "%s could not be read: %s", folder, strerror(-names->error));
	if (!host_stat(s->e->host, folder, &status) && !look_root_only(&status))
		found_fail(s->e, host_print(s->e->host, "chown root:root %s; chmod 755 %s", folder, folder),
			   "%s is %s: others than root may put rules there", folder, look_owner_text(s->e->host, &status));
	for (size_t i = 0; i < names->count; i++) {
		const char *path = host_print(s->e->host, "%s/%s", folder, names->name[i]);
		if (strchr(names->name[i], '.') || text_ends(names->name[i], "~"))
			continue; // sudo skips these, and what is no file
		if (host_stat(s->e->host, path, &status) || S_ISREG(status.st_mode))
			file_read(s, path);
	}
}

// Includes are added behind the list while it is walked. Each file is read once, so that a circle ends.
static void includes_read(struct sudoers *s)
{
	for (const struct sudo_include *i = s->rules.include; i; i = i->next) {
		const char *path = i->target, *by = i->place.path;
		if (*path != '/')
			path = host_print(s->e->host, "%.*s/%s", (int)(host_basename(by) - by - 1), by, path);
		if (i->folder)
			folder_read(s, path);
		else
			file_read(s, path);
	}
}

// --- aliases -----------------------------------------------------------------------------------------------------

static const struct sudo_alias *alias_find(const struct sudoers *s, enum sudo_kind kind, const char *name)
{
	for (const struct sudo_alias *a = s->rules.alias; a; a = a->next)
		if (a->kind == kind && !strcmp(a->name, name))
			return a;
	return NULL;
}

typedef void leaf_visit(const struct sudoers *s, const struct sudo_member *m, bool nopasswd, void *context);

struct expansion { enum sudo_kind kind; leaf_visit *visit; void *context; };

// Every member that grants, through aliases: two negations, of an alias and in it, grant. The tags stand before the
// alias's name, not in it. False: it is too much, or a circle.
static bool expand_beneath(struct sudoers *s, const struct expansion *x, const struct sudo_alias *of, bool negated, bool nopasswd, unsigned depth)
{
	for (const struct sudo_member *m = of->member; m; m = m->next) {
		bool taken = negated == m->negated;
		bool tagged = depth ? nopasswd : m->nopasswd;
		const struct sudo_alias *a = strcmp(m->name, "ALL") ? alias_find(s, x->kind, m->name) : NULL;
		if (depth == DEPTH_MAX || s->steps++ >= STEPS_MAX || (a && !expand_beneath(s, x, a, !taken, tagged, depth + 1)))
			return false;
		if (!a && taken)
			x->visit(s, m, tagged, x->context);
	}
	return true;
}

static bool expand(struct sudoers *s, struct sudo_member *first, struct expansion x)
{
	return expand_beneath(s, &x, &(struct sudo_alias){ .member = first }, false, false, 0);
}

// --- users -------------------------------------------------------------------------------------------------------

struct crowd { bool any, many, stranger; const char *name; };

static void user_visit(const struct sudoers *s, const struct sudo_member *m, bool unused, void *context)
{
	const struct manifest *manifest = s->e->manifest;
	struct crowd *c = context;
	const char *name = m->name;
	if (*name == '#') {
		char *end;
		unsigned long uid = strtoul(name + 1, &end, 10);
		name = *end ? name : look_user(s->e->host, (uid_t)uid);
	}
	bool many = !strcmp(name, "ALL") || *name == '+' || (*name == '%' && strcmp(name, "%sudo"));
	bool stranger = !many && *name != '%' && strcmp(name, "root") && manifest && !manifest_has(&manifest->admin, name);
	if ((many && !c->many) || (stranger && !c->many && !c->stranger))
		c->name = m->name;
	c->any = true;
	c->many |= many;
	c->stranger |= stranger;
}

// --- commands ----------------------------------------------------------------------------------------------------

struct reach { bool all, open, unclear; const char *shell; };

// Programs that give whoever starts them as root with arguments of their choice a shell, or any file: gtfobins.github.io.
static const char *const SHELLS[] = {
	"ash", "awk", "bash", "busybox", "capsh", "cat", "chmod", "chown", "chroot", "cp", "csh", "dash", "dd", "docker", "ed", "emacs", "env",
	"expect", "find", "fish", "gawk", "gdb", "git", "install", "ionice", "ksh", "less", "ln", "lua", "make", "man", "mawk", "more",
	"mount", "mv", "nano", "nice", "node", "nohup", "nsenter", "perl", "php", "podman", "python", "python3", "rbash", "rsync", "ruby", "scp",
	"screen", "script", "sed", "setarch", "setpriv", "sh", "socat", "ssh", "stdbuf", "strace", "su", "sudo", "systemd-run", "tar",
	"tclsh", "tee", "time", "timeout", "tmux", "unshare", "vi", "view", "vim", "visudo", "watch", "xargs", "zip", "zsh",
};

// A name without its version: "python3.11" is a python3.
static bool gives_shell(const char *path)
{
	const char *name = host_basename(path);
	for (size_t i = 0; i < ARRAY_LEN(SHELLS); i++) {
		size_t size = strlen(SHELLS[i]);
		if (!strncmp(name, SHELLS[i], size) && !name[size + strspn(name + size, "0123456789.-")])
			return true;
	}
	return false;
}

// Every program of a folder, or what begins with a wildcard there: as good as ALL.
static bool is_everything(const struct sudo_member *m)
{
	const char *last = host_basename(m->name);
	return !strcmp(m->name, "ALL") || (*m->name == '/' && (!*last || strchr("*?[", *last)));
}

// With arguments that the caller may choose: a shell, any program that fits a pattern, or sudoers itself to edit.
static bool is_as_good(const struct sudo_member *m)
{
	bool chosen = !m->arguments || strpbrk(m->arguments, "*?[");
	bool pattern = *m->name == '/' && strpbrk(m->name, "*?[");
	return pattern || (chosen && (!strcmp(m->name, "sudoedit") || (*m->name == '/' && gives_shell(m->name))));
}

static void command_visit(const struct sudoers *s, const struct sudo_member *m, bool nopasswd, void *context)
{
	struct reach *r = context;
	bool all = is_everything(m), program = *m->name == '/' || !strcmp(m->name, "sudoedit") || !strcmp(m->name, "list");
	if ((!all && !program) || (m->arguments && *m->arguments == '^'))
		r->unclear = true; // an alias that is not defined, a regular expression
	if (!all && nopasswd && !r->shell && is_as_good(m))
		r->shell = m->name;
	r->all |= all;
	r->open |= all && nopasswd;
}

// --- judging -----------------------------------------------------------------------------------------------------

static const char *list_text(struct host *h, const struct sudo_member *m)
{
	const char *text = "";
	for (; m && strlen(text) < 60; m = m->next)
		text = host_print(h, "%s%s%s%.60s", text, *text ? ", " : "", m->negated ? "!" : "", m->name);
	return text;
}

static void grant_judge(struct sudoers *s, const struct sudo_grant *g)
{
	struct crowd who = { 0 };
	struct reach r = { 0 };
	const char *path = g->place.path, *users = list_text(s->e->host, g->user);
	unsigned line = g->place.line;
	if (!expand(s, g->user, (struct expansion){ SUDO_USERS, user_visit, &who }) ||
	    !expand(s, g->command, (struct expansion){ SUDO_COMMANDS, command_visit, &r })) {
		found_unknown(s->e, "%s:%u: its aliases are a circle, or more than can be expanded", path, line);
		return;
	}
	if (!who.any)
		return; // "!bob ALL=ALL" lets nobody
	if (r.open)
		found_fail(s->e, NULL, "%s:%u: %.80s may run everything without a password", path, line, users);
	else if (r.shell)
		found_fail(s->e, "grant the one program with its arguments, as in 'systemctl restart UNIT'",
			   "%s:%u: %.80s may run %.80s without a password, which gives a shell or any file", path, line, users, r.shell);
	else if (r.all && who.many)
		found_fail(s->e, NULL, "%s:%u: %.60s may run everything, and %.40s is more than a named person", path, line, users, who.name);
	else if (r.all && who.stranger)
		found_fail(s->e, host_print(s->e->host, "take the line out with visudo, or 'admin %.40s' in the manifest", who.name),
			   "%s:%u: %.40s may run everything and is no admin of the manifest", path, line, who.name);
	if (r.unclear)
		found_unknown(s->e, "%s:%u: %.80s is no program, no alias that is defined, or a regular expression", path, line,
			      list_text(s->e->host, g->command));
}

void sudoers_judge(struct examination *e)
{
	struct sudoers *s = host_alloc(e->host, sizeof *s);
	s->e = e;
	sudo_rules_begin(&s->rules);
	file_read(s, "/etc/sudoers");
	folder_read(s, "/etc/sudoers.d"); // Debian's includes it; where it is not, what lies there waits for one line
	includes_read(s);
	for (const struct sudo_trouble *t = s->rules.trouble; t; t = t->next)
		found_unknown(e, "%s:%u is not understood: %.80s", t->place.path, t->place.line, t->text);
	for (const struct sudo_grant *g = s->rules.grant; g; g = g->next)
		grant_judge(s, g);
	sudo_settings_judge(e, &s->rules);
	sudo_surroundings_judge(e);
}
