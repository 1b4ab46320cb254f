// SPDX-License-Identifier: Apache-2.0
#include "settings/audit_rules.h"

#include "base/text.h"

#include <stdlib.h>
#include <strings.h>

struct options { // of one line
	const char *list, *watch, *permissions;
	char action; // a A d w W, or 0
	size_t fields, calls;
	const char *field[AUDIT_PARTS_MAX], *call[AUDIT_PARTS_MAX];
	bool compares; // -C
};

// --- options -------------------------------------------------------------------------------------------------------

// A control option: its whole effect. False: it belongs to a rule.
static bool control_take(struct host *h, struct audit_rules *to, char letter, const char *value, const char *where, bool *locked)
{
	long n = value ? strtol(value, NULL, 10) : 0;
	switch (letter) {
	case 'D':
		to->count = 0;
		return true;
	case 'e':
		to->enabled = (int)n;
		*locked = n == 2;
		return true;
	case 'r':
		if (n > 0 && n < 100)
			to->silenced = host_print(h, "%s: no more than %ld records a second (-r)", where, n);
		return true;
	case 'b':
		if (n < 64) // the kernel's own default
			to->silenced = host_print(h, "%s: a backlog of %ld loses records (-b)", where, n);
		return true;
	default:
		return strchr("cistvlhfqm", letter) != NULL;
	}
}

static bool rule_option_take(struct options *o, char letter, const char *value)
{
	switch (letter) {
	case 'a':
	case 'A':
	case 'd':
		o->action = letter;
		o->list = value;
		return true;
	case 'w':
	case 'W':
		o->action = letter;
		o->watch = value;
		return true;
	case 'p':
		o->permissions = value;
		return true;
	case 'F':
		if (o->fields < AUDIT_PARTS_MAX)
			o->field[o->fields++] = value;
		return true;
	case 'S':
		if (o->calls < AUDIT_PARTS_MAX)
			o->call[o->calls++] = value;
		return true;
	case 'C':
		o->compares = true;
		return true;
	default:
		return letter == 'k';
	}
}

// False: the line is not understood.
static bool options_read(struct host *h, struct audit_rules *to, const char *line, const char *where, struct options *o, bool *locked)
{
	const char *word[4 * AUDIT_PARTS_MAX];
	size_t words = host_words(h, line, word, ARRAY_LEN(word));
	*o = (struct options){ 0 };
	if (words > ARRAY_LEN(word))
		return false;
	for (size_t i = 0; i < words; i++) {
		const char *w = word[i], *value = NULL;
		if (text_begins(w, "--")) { // --backlog_wait_time 60000, --loginuid-immutable ...
			i += i + 1 < words && *word[i + 1] != '-';
			continue;
		}
		if (w[0] != '-' || !w[1])
			return false;
		if (strchr("aAdwWpFSCkebrfqm", w[1])) {
			value = w[2] ? w + 2 : i + 1 < words ? word[++i] : NULL;
			if (!value)
				return false;
		} else if (w[2]) {
			return false;
		}
		if (!rule_option_take(o, w[1], value) && !control_take(h, to, w[1], value, where, locked))
			return false;
	}
	return o->fields < AUDIT_PARTS_MAX && o->calls < AUDIT_PARTS_MAX;
}

// --- rules ---------------------------------------------------------------------------------------------------------

// Whether system calls of this name can write a file or change whose it is.
static bool call_touches(const char *names)
{
	static const char *const PARTS[] = { "all", "open", "creat", "trunc", "name", "link", "chmod", "chown", "xattr", "write", "mk", "mount", "handle", "uring" };
	for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
		if (strstr(names, PARTS[i]))
			return true;
	return strpbrk(names, "0123456789") == names; // by number
}

static void field_take(struct host *h, struct audit_rule *r, const char *field)
{
	size_t size = strcspn(field, "=!<>&");
	const char *name = host_copy(h, field, size), *value = field + size + 1;
	if (field[size] != '=') {
		r->narrowed = field;
	} else if (!strcmp(name, "path") || !strcmp(name, "dir")) {
		r->path = value;
		r->folder = *name == 'd';
	} else if (!strcmp(name, "perm")) {
		r->permissions = value;
	} else if (!strcmp(name, "arch")) {
		bool wide = !strcmp(value, "b64") || !strcmp(value, "x86_64") || !strcmp(value, "aarch64");
		r->architectures = wide ? 1 : !strcmp(value, "b32") || !strcmp(value, "i386") || !strcmp(value, "i686") || !strcmp(value, "arm") ? 2 : 0;
	} else if (strcmp(name, "key")) {
		r->narrowed = field;
	}
}

static struct audit_rule rule_of(struct host *h, const struct options *o, const char *where, const char *line)
{
	struct audit_rule r = { .where = where, .text = host_print(h, "%.100s", line), .architectures = 3, .every_call = true };
	if (o->watch) {
		r.watch = r.folder = true; // auditctl finds out whether it is one
		r.path = o->watch;
	}
	r.permissions = o->permissions;
	for (size_t i = 0; i < o->fields; i++)
		field_take(h, &r, o->field[i]);
	for (size_t i = 0; i < o->calls; i++)
		r.every_call = (i && r.every_call) || call_touches(o->call[i]);
	for (size_t i = 0; i < o->calls; i++)
		if (strcmp(o->call[i], "all"))
			r.narrowed = r.narrowed ? r.narrowed : host_print(h, "-S %s", o->call[i]);
	if (o->compares)
		r.narrowed = "-C";
	return r;
}

static void rule_put(struct audit_rules *to, struct audit_rule r, bool in_front)
{
	if (to->count == AUDIT_RULES_MAX) {
		to->unclear = "there are too many audit rules";
		return;
	}
	size_t at = in_front ? 0 : to->count;
	memmove(to->rule + at + 1, to->rule + at, (to->count - at) * sizeof r);
	to->rule[at] = r;
	to->count++;
}

// "-W path" and "-d list,action ...": what has the same path goes, and without a path everything.
static void rules_drop(struct audit_rules *to, const struct audit_rule *like)
{
	size_t kept = 0;
	for (size_t i = 0; i < to->count; i++)
		if (to->rule[i].never || (like->path && (!to->rule[i].path || strcmp(to->rule[i].path, like->path))))
			to->rule[kept++] = to->rule[i];
	to->count = kept;
}

// --- the other lists -----------------------------------------------------------------------------------------------

static bool word_of(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(words[i], word))
			return true;
	return false;
}

// Records that may be left out: they say nothing of who changed a file. "always" and "never" do the same here.
static bool exclusion_harmless(const struct options *o)
{
	static const char *const TYPES[] = { "CWD", "EOE", "PROCTITLE", "AVC", "BPF", "NETFILTER_CFG", "CRYPTO_KEY_USER", "CRYPTO_SESSION",
					     "SERVICE_START", "SERVICE_STOP", "SECCOMP", "BPRM_FCAPS" };
	for (size_t i = 0; i < o->fields; i++)
		if (!text_begins(o->field[i], "msgtype=") || !word_of(TYPES, ARRAY_LEN(TYPES), o->field[i] + 8))
			return false;
	return o->fields > 0;
}

static bool filesystem_harmless(const struct options *o)
{
	static const char *const KINDS[] = { "tracefs", "debugfs", "0x74726163", "0x64626720" };
	for (size_t i = 0; i < o->fields; i++)
		if (text_begins(o->field[i], "fstype=") && word_of(KINDS, ARRAY_LEN(KINDS), o->field[i] + 7))
			return true;
	return false;
}

static void list_take(struct host *h, struct audit_rules *to, const struct options *o, const char *where, const char *line)
{
	static const char *const LISTS[] = { "task", "exit", "entry", "user", "exclude", "filesystem", "io_uring" };
	size_t size = strcspn(o->list, ",");
	const char *list = host_copy(h, o->list, size), *action = o->list[size] ? o->list + size + 1 : "";
	if (!word_of(LISTS, ARRAY_LEN(LISTS), list)) {
		const char *other = list;
		list = action;
		action = other;
	}
	bool never = !strcmp(action, "never");
	if (!word_of(LISTS, ARRAY_LEN(LISTS), list) || (!never && strcmp(action, "always"))) {
		to->unclear = host_print(h, "%s: '%.60s' is no list and action", where, o->list);
		return;
	}
	struct audit_rule r = rule_of(h, o, where, line);
	r.never = never;
	bool silences = (!strcmp(list, "task") && never) || (!strcmp(list, "exclude") && !exclusion_harmless(o)) ||
			(!strcmp(list, "filesystem") && never && !filesystem_harmless(o)) || (!strcmp(list, "user") && never && !o->fields);
	if (o->action == 'd')
		rules_drop(to, &r);
	else if (silences)
		to->silenced = host_print(h, "%s: '%s'", where, r.text);
	else if (!strcmp(list, "exit"))
		rule_put(to, r, o->action == 'A');
}

void audit_rules_add(struct host *h, struct audit_rules *to, const char *path, const char *text, bool in_order)
{
	struct host_lines cursor = { text, 0 };
	bool locked = false;
	for (const char *line; host_line(h, &cursor, &line);) {
		struct options o;
		line += strspn(line, " \t");
		const char *where = host_print(h, "%s, line %u", path, cursor.number);
		if (!*line || *line == '#' || *line == '\r')
			continue;
		if (locked && in_order) {
			to->unclear = host_print(h, "%s: the kernel takes no rule behind '-e 2'", where);
			return;
		}
		if (!options_read(h, to, line, where, &o, &locked)) {
			to->unclear = host_print(h, "%s: '%.60s' is not understood, and auditctl stops at what it does not understand", where, line);
			continue;
		}
		struct audit_rule r = rule_of(h, &o, where, line);
		if (o.list)
			list_take(h, to, &o, where, line);
		else if (o.action == 'w')
			rule_put(to, r, false);
		else if (o.action == 'W')
			rules_drop(to, &r);
	}
}

// --- what is recorded ----------------------------------------------------------------------------------------------

static bool writes(const struct audit_rule *r)
{
	return !r->permissions || (strchr(r->permissions, 'w') && strchr(r->permissions, 'a'));
}

static bool reaches(const struct audit_rule *r, const char *path, bool folder)
{
	if (!r->path)
		return false;
	return r->folder ? path_beneath(path, r->path) : !folder && !strcmp(path, r->path);
}

// A "never" can concern a path that it does not name; with a path or folder of its own, only what is there.
static bool never_concerns(const struct audit_rule *r, const char *path)
{
	return r->every_call && (!r->path || path_beneath(path, r->path) || path_beneath(r->path, path));
}

const char *audit_rules_miss(struct host *h, const struct audit_rules *rules, const char *path, bool folder)
{
	unsigned missing = 3;
	const char *why = "no audit rule names it";
	for (size_t i = 0; i < rules->count && missing; i++) {
		const struct audit_rule *r = &rules->rule[i];
		if (r->never && never_concerns(r, path))
			return host_print(h, "%s stands in front and silences it: '%s'", r->where, r->text);
		if (r->never || !reaches(r, path, folder))
			continue;
		if (r->narrowed)
			why = host_print(h, "%s records only what also fits '%.60s'", r->where, r->narrowed);
		else if (!writes(r))
			why = host_print(h, "%s does not record both writes and changes of owner and mode (-p wa)", r->where);
		else
			missing &= ~r->architectures;
		if (missing == 1 || missing == 2)
			why = host_print(h, "%s records only %s-bit calls", r->where, missing == 2 ? "64" : "32");
	}
	return missing ? why : NULL;
}
