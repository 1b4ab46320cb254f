// SPDX-License-Identifier: Apache-2.0
#include "settings/systemd_settings.h"

#include "base/text.h"

#include <stdlib.h>

static const char *const FOLDERS[] = { "/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd" };

static void setting_add(struct host *h, struct systemd_settings *to, struct systemd_setting s)
{
	if (to->count == to->room) {
		size_t room = to->room ? 2 * to->room : 32;
		struct systemd_setting *grown = host_alloc(h, room * sizeof *grown);
		if (to->count)
			memcpy(grown, to->setting, to->count * sizeof *grown);
		to->setting = grown;
		to->room = room;
	}
	to->setting[to->count++] = s;
}

static const char *trimmed(struct host *h, const char *text, size_t size)
{
	while (size && strchr(" \t\r", text[size - 1]))
		size--;
	while (size && strchr(" \t", *text))
		text++, size--;
	return host_copy(h, text, size);
}

// A line with what a backslash at its end joins to it; comments in between are passed over.
static bool whole_line(struct host *h, struct host_lines *cursor, const char **ret)
{
	const char *line, *whole = NULL;
	while (host_line(h, cursor, &line)) {
		line = trimmed(h, line, strlen(line));
		if (*line == '#' || *line == ';')
			continue;
		size_t size = strlen(line);
		bool joins = size && line[size - 1] == '\\';
		whole = host_print(h, "%s%.*s%s", whole ? whole : "", (int)(size - joins), line, joins ? " " : "");
		if (!joins)
			break;
	}
	*ret = whole;
	return whole != NULL;
}

void systemd_settings_add(struct host *h, struct systemd_settings *to, const char *path, const char *section, const char *text)
{
	struct host_lines cursor = { text, 0 };
	const char *wanted = host_print(h, "[%s]", section);
	bool ours = false;
	for (const char *line; whole_line(h, &cursor, &line);) {
		const char *equals = strchr(line, '=');
		if (*line == '[')
			ours = !strcmp(line, wanted);
		else if (ours && equals)
			setting_add(h, to, (struct systemd_setting){ trimmed(h, line, (size_t)(equals - line)),
								     trimmed(h, equals + 1, strlen(equals + 1)),
								     host_print(h, "%s, line %u", path, cursor.number) });
	}
}

static void file_add(struct host *h, struct systemd_settings *to, const char *path, const char *section)
{
	const struct host_file *f = host_file(h, path);
	const char *target = host_link(h, path);
	if (!f->error)
		systemd_settings_add(h, to, path, section, f->text);
	else if (f->error != -ENOENT && !(target && !strcmp(target, "/dev/null")))
		to->unclear = host_print(h, "%s could not be read: %s", path, strerror(-f->error));
}

static void main_add(struct host *h, struct systemd_settings *to, const char *name, const char *section)
{
	struct stat s;
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		const char *path = host_print(h, "%s/%s", FOLDERS[i], name);
		if (!host_lstat(h, path, &s)) {
			file_add(h, to, path, section);
			return;
		}
	}
}

static void drop_ins_add(struct host *h, struct systemd_settings *to, const char *name, const char *section)
{
	for (const char *last = "";;) {
		const char *next = NULL, *folder = NULL;
		for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
			const struct host_names *names = host_names(h, host_print(h, "%s/%s.d", FOLDERS[i], name));
			if (names->error && names->error != -ENOENT)
				to->unclear = host_print(h, "%s/%s.d could not be read: %s", FOLDERS[i], name, strerror(-names->error));
			for (size_t k = 0; k < names->count; k++) {
				if (!text_ends(names->name[k], ".conf") || strcmp(names->name[k], last) <= 0 || (next && strcmp(names->name[k], next) >= 0))
					continue;
				next = names->name[k];
				folder = FOLDERS[i];
			}
		}
		if (!next)
			return;
		file_add(h, to, host_print(h, "%s/%s.d/%s", folder, name, next), section);
		last = next;
	}
}

const struct systemd_settings *systemd_settings_read(struct host *h, const char *name, const char *section)
{
	struct systemd_settings *s = host_alloc(h, sizeof *s);
	main_add(h, s, name, section);
	drop_ins_add(h, s, name, section);
	return s;
}

const char *systemd_setting(const struct systemd_settings *s, const char *key, bool (*valid)(const char *value), bool *ret_reset)
{
	const char *value = NULL;
	*ret_reset = false;
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->setting[i].key, key))
			continue;
		if (!*s->setting[i].value) {
			*ret_reset = true;
		} else if (!valid || valid(s->setting[i].value)) { // what is not valid is passed over, with a warning in the log
			value = s->setting[i].value;
			*ret_reset = false;
		}
	}
	return value;
}

// --- values --------------------------------------------------------------------------------------------------------

static const struct { const char *unit; double seconds; } UNITS[] = {
	{ "seconds", 1 }, { "second", 1 }, { "sec", 1 }, { "s", 1 }, { "minutes", 60 }, { "minute", 60 }, { "min", 60 }, { "m", 60 },
	{ "months", 2629800 }, { "month", 2629800 }, { "M", 2629800 }, { "msec", 1e-3 }, { "ms", 1e-3 }, { "hours", 3600 }, { "hour", 3600 },
	{ "hr", 3600 }, { "h", 3600 }, { "days", 86400 }, { "day", 86400 }, { "d", 86400 }, { "weeks", 604800 }, { "week", 604800 },
	{ "w", 604800 }, { "years", 31557600 }, { "year", 31557600 }, { "y", 31557600 }, { "usec", 1e-6 }, { "us", 1e-6 }, { "\xc2\xb5s", 1e-6 },
	{ "nsec", 1e-9 }, { "ns", 1e-9 }, { "", 1 },
};

static double unit_seconds(const char *text, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
		if (strlen(UNITS[i].unit) == size && !memcmp(UNITS[i].unit, text, size))
			return UNITS[i].seconds;
	return -1;
}

double systemd_seconds(const char *text)
{
	double sum = 0;
	if (!strcmp(text, "infinity"))
		return 0;
	if (!*text)
		return -1;
	while (*text) {
		size_t digits = strspn(text, "0123456789.");
		if (!digits || digits > 18)
			return -1;
		double n = strtod(text, NULL);
		text += digits + strspn(text + digits, " \t");
		size_t size = strcspn(text, "0123456789 \t");
		double unit = unit_seconds(text, size);
		if (unit < 0)
			return -1;
		sum += n * unit;
		text += size + strspn(text + size, " \t");
	}
	return sum;
}

double systemd_bytes(const char *text)
{
	static const char SUFFIXES[] = "BKMGTPE";
	size_t digits = strspn(text, "0123456789.");
	if (!digits || digits > 18)
		return -1;
	double n = strtod(text, NULL);
	text += digits + strspn(text + digits, " ");
	const char *suffix = *text ? strchr(SUFFIXES, *text) : SUFFIXES;
	if (!suffix || (*text && text[1]))
		return -1;
	for (; suffix > SUFFIXES; suffix--)
		n *= 1024;
	return n;
}
