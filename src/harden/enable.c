// SPDX-License-Identifier: Apache-2.0
#include "harden/enable.h"

// Where systemd looks, first hit wins (systemd.unit(5)); /run is not the next start's.
static const char *const PLACES[] = { "/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/lib/systemd/system/",
				      "/usr/lib/systemd/system/" };

static void link_add(struct plan *p, enum harden_group group, const char *path, const char *target)
{
	plan_add(p, group, path, 0777, target);
	p->artefact[p->count - 1].kind = ARTEFACT_LINK;
}

// "WantedBy=multi-user.target other.target": one link each.
static void words_add(struct plan *p, enum harden_group group, const char *unit_path, const char *words, const char *folder)
{
	const char *unit = host_basename(unit_path), *word[16];
	size_t count = host_words(p->host, words, word, ARRAY_LEN(word));
	for (size_t i = 0; i < count && i < ARRAY_LEN(word); i++)
		link_add(p, group, *folder ? host_print(p->host, UNITS_FOLDER "%s%s/%s", word[i], folder, unit) :
					     host_print(p->host, UNITS_FOLDER "%s", word[i]), unit_path);
}

void plan_enable(struct plan *p, enum harden_group group, const char *path, const char *text)
{
	static const struct { const char *key, *folder; } INSTALL[] = {
		{ "WantedBy=", ".wants" }, { "RequiredBy=", ".requires" }, { "Alias=", "" },
	};
	struct host_lines cursor = { text, 0 };
	bool install = false;
	for (const char *line; host_line(p->host, &cursor, &line);) {
		if (*line == '[')
			install = !strcmp(line, "[Install]");
		for (size_t i = 0; install && i < ARRAY_LEN(INSTALL); i++)
			if (!strncmp(line, INSTALL[i].key, strlen(INSTALL[i].key)))
				words_add(p, group, path, line + strlen(INSTALL[i].key), INSTALL[i].folder);
	}
}

static const char *unit_find(struct host *h, const char *unit, bool *ret_systemd)
{
	*ret_systemd = false;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		struct stat st;
		const char *path = host_print(h, "%s%s", PLACES[i], unit);
		*ret_systemd |= i > 0 && host_stat(h, PLACES[i], &st) == 0;
		if (host_lstat(h, path, &st) == 0)
			return path;
	}
	return NULL;
}

// Each drop-in of the unit: NAME.d/*.conf in every place.
static void drop_ins_each(struct host *h, const char *unit, void (*each)(void *context, const struct host_file *f), void *context)
{
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const char *folder = host_print(h, "%s%s.d", PLACES[i], unit);
		const struct host_names *names = host_names(h, folder);
		for (size_t k = 0; k < names->count; k++) {
			size_t size = strlen(names->name[k]);
			if (size > 5 && !strcmp(names->name[k] + size - 5, ".conf"))
				each(context, host_file(h, host_print(h, "%s/%s", folder, names->name[k])));
		}
	}
}

struct start_question { struct plan *plan; const char *unit; struct complaints *complaints; };

static void start_judge(void *context, const struct host_file *f)
{
	struct start_question *q = context;
	if (f->error || strstr(f->text, "ExecStart") || strstr(f->text, "Condition") || strstr(f->text, "Assert"))
		complaint_add(q->plan->host, q->complaints, "%s changes what %s starts, or whether it does: take it out, so that the next start of the machine "
			      "loads what is proven here", f->path, q->unit);
}

void plan_enable_packaged(struct plan *p, enum harden_group group, const char *unit, const char *must_start, struct complaints *c)
{
	bool systemd;
	const char *path = unit_find(p->host, unit, &systemd);
	struct start_question q = { p, unit, c };
	if (!path) {
		if (systemd)
			complaint_add(p->host, c, "there is no %s, and after a restart of the machine nothing would load what is made here: install its package", unit);
		else
			complaint_add(p->host, &p->advice, "there is no systemd with a %s: see to it that the next start of the machine loads what is made here", unit);
		return;
	}
	const struct host_file *f = host_file(p->host, path);
	const char *to = host_link(p->host, path);
	if ((to && !strcmp(to, "/dev/null")) || (!f->error && f->size == 0)) {
		complaint_add(p->host, c, "%s is masked by %s: systemctl unmask %s", unit, path, unit);
		return;
	}
	if (must_start && (f->error || !strstr(f->text, must_start)))
		complaint_add(p->host, c, "%s does not say '%s': put the package's unit back", path, must_start);
	drop_ins_each(p->host, unit, start_judge, &q);
	plan_enable(p, group, path, f->text);
}

static void drop_in_advise(void *context, const struct host_file *f)
{
	struct plan *p = context;
	complaint_add(p->host, &p->advice, "%s changes a unit that was proven without it: read it, or take it out", f->path);
}

void drop_ins_advise(struct plan *p, const char *unit)
{
	drop_ins_each(p->host, unit, drop_in_advise, p);
}
