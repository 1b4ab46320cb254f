// SPDX-License-Identifier: Apache-2.0
// NET-15: the kernel's network settings, for each interface as the kernel joins them with "all", as they are now and as
// the files of sysctl.d will set them at the next start.
//
// Sources: the kernel's Documentation/networking/ip-sysctl.rst and include/linux/inetdevice.h (which of a pair is joined
// by "and", "or", "max"), net/ipv6/ndisc.c, and sysctl.d(5).
#include "checks/network/network.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX 256

// How the kernel joins an interface's value with that of "all".
enum joined { JOINED_MAX, JOINED_OR, JOINED_FORWARDING, JOINED_ALONE };

static const struct each_interface {
	const char *family, *name;
	enum joined joined;
	int least, most; // of the joined value
	int usual;       // the kernel's own, when nothing sets it
	const char *why;
} EACH[] = {
	{ "ipv4", "rp_filter", JOINED_MAX, 1, 1, 0, "the larger of it and all counts" },
	{ "ipv4", "accept_redirects", JOINED_OR, 0, 0, 1, "either of it and all is enough on a host that does not forward" },
	{ "ipv4", "send_redirects", JOINED_FORWARDING, 0, 0, 1, "it and all, where the interface forwards" },
	{ "ipv4", "forwarding", JOINED_ALONE, 0, 0, 0, "the interface forwards by itself" },
	{ "ipv6", "accept_redirects", JOINED_ALONE, 0, 0, 1, "the kernel does not ask all" },
	{ "ipv6", "forwarding", JOINED_ALONE, 0, 0, 0, "the interface forwards by itself" },
};

// Those of the whole host, and of "all" where that counts by itself.
static const struct whole_host {
	const char *name;
	int least, most, usual;
} WHOLE[] = {
	{ "net/ipv4/tcp_syncookies", 1, 2, 1 },		   { "net/ipv4/ip_forward", 0, 0, 0 },
	{ "net/ipv4/conf/all/rp_filter", 1, 1, 0 },	   { "net/ipv4/conf/all/accept_redirects", 0, 0, 1 },
	{ "net/ipv4/conf/all/send_redirects", 0, 0, 1 },   { "net/ipv4/conf/all/accept_source_route", 0, 0, 0 },
	{ "net/ipv6/conf/all/accept_redirects", 0, 0, 1 }, { "net/ipv6/conf/all/forwarding", 0, 0, 0 },
};

struct assignment {
	const char *pattern, *file;
	unsigned line;
	int value;
	bool glob, exempt; // exempt: "-name" alone takes the name out of what globs set
};

struct settings {
	struct examination *e;
	bool boot;      // as the files say; else as /proc/sys says
	bool incomplete; // what the files say is not known in full
	size_t count;
	struct assignment assignment[1024];
};

// --- what the files will set ---

static void assignment_read(struct settings *s, const char *file, unsigned number, const char *line)
{
	struct host *h = s->e->host;
	struct assignment a = { .file = file, .line = number };
	line += strspn(line, " \t");
	if (!*line || *line == '#' || *line == ';')
		return;
	bool minus = *line == '-';
	line += minus;
	size_t size = strcspn(line, "=");
	while (size && strchr(" \t\r", line[size - 1]))
		size--;
	char *name = host_copy(h, line, size);
	const char *value = strchr(line, '=');
	if (!value && !minus)
		return;
	if (name[strcspn(name, "./")] == '.') // the first one says which of the two separates
		for (char *at = name; *at; at++)
			*at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
	a.pattern = name + (*name == '/');
	a.exempt = !value;
	a.glob = strpbrk(name, "*?[") != NULL;
	a.value = value ? (int)strtol(value + 1, NULL, 0) : 0;
	if (strncmp(a.pattern, "net/", 4) && !a.glob)
		return;
	if (s->count == ARRAY_LEN(s->assignment))
		s->incomplete = true;
	else
		s->assignment[s->count++] = a;
}

static void file_read(struct settings *s, const char *path)
{
	const struct host_file *f = host_file(s->e->host, path);
	struct host_lines cursor = { f->text, 0 };
	if (f->error == -ENOENT || f->error == -EINVAL) // a name that is masked by /dev/null
		return;
	if (!found_file(s->e, f)) {
		s->incomplete = true;
		return;
	}
	for (const char *line; host_line(s->e->host, &cursor, &line);)
		assignment_read(s, path, cursor.number, line);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(host_basename(*(const char *const *)a), host_basename(*(const char *const *)b));
}

// Of one name the file in the first folder counts; all names in their order, whatever the folder.
static void files_read(struct settings *s)
{
	static const char *const FOLDERS[] = { "/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d" };
	const char *path[FILES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		const struct host_names *names = host_names(s->e->host, FOLDERS[i]);
		for (size_t k = 0; k < names->count; k++) {
			const char *name = names->name[k];
			size_t size = strlen(name);
			bool shadowed = size < 5 || strcmp(name + size - 5, ".conf");
			for (size_t n = 0; n < count; n++)
				shadowed |= !strcmp(host_basename(path[n]), name);
			if (shadowed)
				continue;
			if (count == FILES_MAX)
				s->incomplete = true;
			else
				path[count++] = host_print(s->e->host, "%s/%s", FOLDERS[i], name);
		}
	}
	qsort(path, count, sizeof *path, by_name);
	for (size_t i = 0; i < count; i++)
		file_read(s, path[i]);
}

// The last line that names it in full, else the last pattern that fits and that no "-name" takes back.
static const struct assignment *assigned(const struct settings *s, const char *name)
{
	const struct assignment *exact = NULL, *glob = NULL;
	bool exempt = false;
	for (size_t i = 0; i < s->count; i++) {
		const struct assignment *a = &s->assignment[i];
		if (!a->glob && !strcmp(a->pattern, name)) {
			exempt |= a->exempt;
			exact = a->exempt ? exact : a;
		} else if (a->glob && !a->exempt && !fnmatch(a->pattern, name, FNM_PATHNAME)) {
			glob = a;
		} else if (a->glob && a->exempt && !fnmatch(a->pattern, name, FNM_PATHNAME)) {
			exempt = true;
		}
	}
	return exact ? exact : exempt ? NULL : glob;
}

// --- one value, now or at the next start ---

struct setting_value {
	bool there;
	int value;
	const char *by; // who says so
};

static struct setting_value now(struct settings *s, const char *name)
{
	const struct host_file *f = host_file(s->e->host, host_print(s->e->host, "/proc/sys/%s", name));
	struct setting_value v = { .there = !f->error, .value = (int)strtol(f->text, NULL, 10), .by = f->path };
	if (f->error != -ENOENT && f->error)
		found_file(s->e, f);
	return v;
}

// A new interface begins with the values of "default"; what no file names the kernel chooses.
static struct setting_value at_start(struct settings *s, const char *name, const char *fallback, int usual)
{
	const struct assignment *a = assigned(s, name);
	if (!a && fallback)
		a = assigned(s, fallback);
	if (!a)
		return (struct setting_value){ true, usual, "the kernel's own value, since no file of sysctl.d sets it" };
	return (struct setting_value){ true, a->value, host_print(s->e->host, "%s:%u", a->file, a->line) };
}

static struct setting_value value_of(struct settings *s, const char *name, const char *fallback, int usual)
{
	return s->boot ? at_start(s, name, fallback, usual) : now(s, name);
}

static const char *dotted(struct host *h, const char *name)
{
	char *text = host_print(h, "%s", name);
	for (char *at = text; *at; at++)
		*at = *at == '/' ? '.' : *at == '.' ? '/' : *at;
	return text;
}

static void setting_say(struct settings *s, const char *name, const struct setting_value *v, int value, int wanted, const char *why)
{
	struct host *h = s->e->host;
	const char *text = dotted(h, name), *remedy = s->boot ?
		host_print(h, "write %s = %d into /etc/sysctl.d/60-redoubt.conf, and out of the files that sort behind it", text, wanted) :
		host_print(h, "sysctl -w %s=%d, and the same line in /etc/sysctl.d/60-redoubt.conf", text, wanted);
	found_fail(s->e, remedy, "%s %s %d, not %d (%s%s%s)", text, s->boot ? "will be at the next start" : "is", value, wanted, v->by, *why ? "; " : "",
		   why);
}

static void whole_judge(struct settings *s, const struct whole_host *w)
{
	struct setting_value v = value_of(s, w->name, NULL, w->usual);
	// another name of the same switch, and the file that comes later wins
	if (s->boot && !strcmp(w->name, "net/ipv4/ip_forward") && !v.value)
		v = at_start(s, "net/ipv4/conf/all/forwarding", NULL, 0);
	if (!v.there && !strstr(w->name, "ipv6"))
		found_unknown(s->e, "/proc/sys/%s is not there", w->name);
	else if (v.there && (v.value < w->least || v.value > w->most))
		setting_say(s, w->name, &v, v.value, w->least, "");
	else if (v.there && !s->boot)
		found_read(s->e, "%s %d", w->name, v.value);
}

static int value_joined(struct settings *s, const struct each_interface *w, const char *interface, int own)
{
	struct host *h = s->e->host;
	int all = value_of(s, host_print(h, "net/%s/conf/all/%s", w->family, w->name), NULL, w->usual).value;
	switch (w->joined) {
	case JOINED_MAX:
		return own > all ? own : all;
	case JOINED_OR:
		return own | all;
	case JOINED_FORWARDING: {
		const char *forwarding = host_print(h, "net/%s/conf/%s/forwarding", w->family, interface);
		return value_of(s, forwarding, NULL, 0).value ? own | all : 0;
	}
	default:
		return own;
	}
}

static void interface_judge(struct settings *s, const struct each_interface *w, const char *interface)
{
	struct host *h = s->e->host;
	const char *name = host_print(h, "net/%s/conf/%s/%s", w->family, interface, w->name);
	const char *fallback = host_print(h, "net/%s/conf/default/%s", w->family, w->name);
	struct setting_value v = value_of(s, name, fallback, w->usual);
	if (!v.there)
		return;
	int joined = value_joined(s, w, interface, v.value);
	if (joined < w->least || joined > w->most)
		setting_say(s, name, &v, joined, w->least, w->why);
}

static void settings_judge(struct settings *s)
{
	for (size_t i = 0; i < ARRAY_LEN(WHOLE); i++)
		whole_judge(s, &WHOLE[i]);
	for (size_t i = 0; i < ARRAY_LEN(EACH); i++) {
		const struct host_names *names = host_names(s->e->host, host_print(s->e->host, "/proc/sys/net/%s/conf", EACH[i].family));
		for (size_t k = 0; k < names->count; k++)
			if (strcmp(names->name[k], "all") && strcmp(names->name[k], "lo"))
				interface_judge(s, &EACH[i], names->name[k]);
	}
}

void net_15(struct examination *e)
{
	static struct settings s; // large
	s = (struct settings){ .e = e };
	settings_judge(&s);
	files_read(&s);
	if (s.incomplete) {
		found_unknown(e, "what the files of sysctl.d will set at the next start is not known in full");
		return;
	}
	s.boot = true;
	settings_judge(&s);
	found_read(e, "%zu lines of sysctl.d about the network, as they will count at the next start", s.count);
}
