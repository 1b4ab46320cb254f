// SPDX-License-Identifier: Apache-2.0
#include "harden/prove.h"

#include "harden/nft.h"
#include "harden/probe.h"
#include "harden/units.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void links_judge(struct plan *p, struct complaints *c)
{
	for (size_t i = 0; i < p->count; i++) {
		struct stat st;
		const struct artefact *a = &p->artefact[i];
		if (host_lstat(p->host, a->path, &st) == 0 && a->kind == ARTEFACT_FILE && !S_ISREG(st.st_mode))
			complaint_add(p->host, c, "%s is no regular file (a link, perhaps); it is not replaced: put a file there or remove it", a->path);
		if (host_lstat(p->host, a->path, &st) == 0 && a->kind == ARTEFACT_LINK && !S_ISLNK(st.st_mode))
			complaint_add(p->host, c, "%s is no link; it is not replaced: systemctl disable what it enables, or remove it", a->path);
	}
}

static void nft_prove(struct plan *p, const struct artefact *a, const struct sessions *s, bool live, struct proven *ret, struct complaints *c)
{
	const char *json, *error = "";
	int r = nft_try(p->host, a->text, &json, &error);
	if (!r && live)
		r = nft_check(p->host, a->text, &error);
	if (r)
		complaint_add(p->host, c, "nft does not take the ruleset: %s", r > 0 ? error : strerror(-r));
	else
		ret->packets = rules_prove(p->host, p->manifest, json, s, c);
}

// Writes the unit where systemd-analyze can read it; "" when that fails.
static const char *unit_stage(struct host *h, const char *folder, const char *name, const char *text)
{
	const char *path = host_print(h, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t size = strlen(text);
	bool good = fd >= 0 && write(fd, text, size) == (ssize_t)size;
	if (fd >= 0)
		close(fd);
	return good ? path : "";
}

// "→ Overall exposure level for redoubt.service: 1.6 OK": the tenths, or -1.
static int exposure_read(const char *output)
{
	unsigned whole, tenth;
	const char *line = strstr(output, "Overall exposure level for "), *colon = line ? strchr(line, ':') : NULL;
	return colon && sscanf(colon, ": %u.%u", &whole, &tenth) == 2 ? (int)(10 * whole + tenth) : -1;
}

static void unit_judge(struct plan *p, const char *folder, const struct unit_row *u, const char *text, struct proven *ret, struct complaints *c)
{
	const char *path = unit_stage(p->host, folder, u->name, text);
	const char *const arguments[] = { "security", "--offline=true", "--no-pager", path, NULL };
	const struct host_output *o = *path ? host_run(p->host, HOST_SYSTEMD_ANALYZE, arguments) : NULL;
	int exposure = o && !o->error ? exposure_read(o->text) : -1;
	size_t used = strlen(ret->exposure);
	if (*path)
		unlink(path);
	if (exposure < 0)
		complaint_add(p->host, c, "%s could not be judged by systemd-analyze: %s", u->name, !o ? "it could not be staged" : o->error ? strerror(-o->error) : o->text);
	else if ((unsigned)exposure > u->exposure_max)
		complaint_add(p->host, c, "%s has exposure %d.%d; at most %u.%u is let through", u->name, exposure / 10, exposure % 10,
			      u->exposure_max / 10, u->exposure_max % 10);
	else
		snprintf(ret->exposure + used, sizeof ret->exposure - used, "%s%s %d.%d", used ? ", " : "", u->name, exposure / 10, exposure % 10);
	ret->units++;
}

void prove_units(struct plan *p, struct proven *ret, struct complaints *c)
{
	char folder[] = "/dev/shm/redoubt-units.XXXXXX";
	if (!mkdtemp(folder)) {
		complaint_add(p->host, c, "units cannot be staged in /dev/shm: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < unit_row_count; i++) {
		const struct artefact *a = plan_find(p, host_print(p->host, "/etc/systemd/system/%s", unit_rows[i].name));
		if (a && unit_rows[i].exposure_max)
			unit_judge(p, folder, &unit_rows[i], a->text, ret, c);
	}
	rmdir(folder);
}

void plan_prove(struct plan *p, const struct sessions *s, bool live, struct proven *ret, struct complaints *c)
{
	const struct artefact *rules = plan_find(p, RULES_PATH);
	*ret = (struct proven){ 0 };
	links_judge(p, c);
	if (rules)
		nft_prove(p, rules, s, live, ret, c);
	if (plan_find(p, SSHD_PATH))
		prove_sshd(p, s, ret, c);
	if (p->groups & 1u << HARDEN_UNITS)
		prove_units(p, ret, c);
}
