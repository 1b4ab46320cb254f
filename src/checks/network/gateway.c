// SPDX-License-Identifier: Apache-2.0
// The gateways: how many there are, known by their program and their user, and the limits that they set.
#include "checks/network/network.h"

#include <inttypes.h>
#include <libconfig.h>

#define PROGRAM "redoubt-gateway"
#define UNIT "/etc/systemd/system/redoubt.service"

static const struct host_process *supervisor_find(struct host *h)
{
	const struct host_processes *all = host_processes(h);
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(host_basename(all->process[i].program), "redoubt-supervisor"))
			return &all->process[i];
	return NULL;
}

// What stands behind ExecStart= in the unit, or NULL.
static const char *unit_start(struct host *h)
{
	struct host_lines cursor = { host_file(h, UNIT)->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (!strncmp(line, "ExecStart=", 10) && strstr(line, "redoubt-supervisor"))
			return line + 10 + strspn(line + 10, "@-:+! \t");
	return NULL;
}

// --- NET-14 --------------------------------------------------------------------------------------------------------

// A gateway is what the supervisor starts: the program where the supervisor itself looks for it, beside its own or as
// installed. A name that a process gives itself says nothing.
static const char *gateway_program(struct host *h)
{
	const struct host_process *s = supervisor_find(h);
	const char *start = s ? s->program : unit_start(h);
	if (!start)
		return "/usr/libexec/redoubt/" PROGRAM;
	const char *path = host_copy(h, start, s ? strlen(start) : strcspn(start, " \t"));
	int folder = (int)(host_basename(path) - path) - 1, above = folder;
	while (above > 0 && path[above - 1] != '/')
		above--;
	const char *place[] = { host_print(h, "%.*s/" PROGRAM, folder, path), host_print(h, "%.*sgateway/" PROGRAM, above, path),
				host_print(h, "%.*slibexec/redoubt/" PROGRAM, above, path) };
	for (size_t i = 0; i < ARRAY_LEN(place); i++) {
		struct stat there;
		if (!host_lstat(h, place[i], &there))
			return place[i];
	}
	return place[0];
}

static bool gateway_judge(struct examination *e, const struct host_process *p, const char *program, uid_t user)
{
	bool named = !strncmp(p->name, PROGRAM, 15); // a kernel's name has 15 letters
	if (named && !*p->program)
		found_unknown(e, "which program process %d (%s) runs could not be read", (int)p->pid, p->name);
	else if (named && strcmp(p->program, program))
		found_fail(e, NULL, "process %d calls itself %s and runs %s: it is no gateway", (int)p->pid, p->name, p->program);
	if (strcmp(p->program, program))
		return false;
	if (p->uid != user)
		found_fail(e, NULL, "process %d runs %s as user %u, not as %s: it is no gateway of the exchange", (int)p->pid, program,
			   (unsigned)p->uid, PROGRAM);
	return p->uid == user;
}

void net_14(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	const char *program = gateway_program(e->host);
	size_t count = 0;
	uid_t user = (uid_t)-1;
	if (all->error) {
		found_unknown(e, "/proc could not be read: %s", strerror(-all->error));
		return;
	}
	(void)network_user(e->host, PROGRAM, &user);
	for (size_t i = 0; i < all->count; i++)
		count += gateway_judge(e, &all->process[i], program, user);
	if (!count && !e->of_check && !supervisor_find(e->host))
		found_not_applicable(e, "no gateway runs on this host");
	else if (count < 2)
		found_fail(e, NULL, "%s gateway process runs", count ? "one" : "no");
	else
		found_read(e, "%zu processes of %s", count, program);
}

// --- NET-10 --------------------------------------------------------------------------------------------------------

// The exchange's folder, as a supervisor that runs or its unit names it.
static const char *exchange_folder(struct host *h)
{
	const struct host_process *s = supervisor_find(h);
	const char *start = unit_start(h), *said = s ? strstr(s->arguments, "--dir ") : start ? strstr(start, "--dir ") : NULL;
	if (!said)
		return NULL;
	said += 6 + strspn(said + 6, " ");
	return host_copy(h, said, strcspn(said, " \n"));
}

// `most` is where a limit keeps nobody back any more: a hundred, for orders ten times what it is without a word.
static const struct limit { const char *name, *what; uint64_t fallback, most; } LIMITS[] = {
	{ "gateway.weight_per_minute", "what one address may ask for in a minute", 1200, 120000 },
	{ "gateway.accepts_per_minute", "new connections of one address in a minute", 600, 60000 },
	{ "auth.orders_per_10s", "orders of one account in 10 s", 100000, 1000000 },
	{ "auth.orders_per_day", "orders of one account in a day", 200000000, 2000000000 },
};

static void limit_judge(struct examination *e, const char *path, config_t *c, const struct limit *l)
{
	const config_setting_t *s = config_lookup(c, l->name);
	int type = s ? config_setting_type(s) : CONFIG_TYPE_INT64;
	long long n = s ? config_setting_get_int64(s) : (long long)l->fallback;
	const char *remedy = host_print(e->host, "%s = %" PRIu64 " in %s", l->name, l->fallback, path);
	if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || n < 0)
		found_fail(e, remedy, "%s:%u: %s is no whole number: the exchange does not start with it", path, config_setting_source_line(s), l->name);
	else if (!n)
		found_fail(e, remedy, "%s: %s = 0: no limit of %s", path, l->name, l->what);
	else if ((uint64_t)n > l->most)
		found_fail(e, remedy, "%s: %s = %lld: more than %" PRIu64 " limits nothing (%s)", path, l->name, n, l->most, l->what);
	else
		found_read(e, "%s %lld%s", l->name, n, s ? "" : " (not said)");
}

// Read by the library that the exchange reads it with. @include would leave the host's root; the exchange refuses it, too.
static void limits_judge(struct examination *e, const struct host_file *f)
{
	config_t c;
	config_init(&c);
	if (strstr(f->text, "@include") || strlen(f->text) != f->size)
		found_fail(e, NULL, "%s holds @include or a zero byte: the exchange does not start with it", f->path);
	else if (!config_read_string(&c, f->text))
		found_fail(e, NULL, "%s:%d: %s: the exchange does not start with it", f->path, config_error_line(&c), config_error_text(&c));
	else
		for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++)
			limit_judge(e, f->path, &c, &LIMITS[i]);
	config_destroy(&c);
}

void net_10(struct examination *e)
{
	const char *folder = exchange_folder(e->host);
	if (!folder) {
		found_not_applicable(e, "no exchange runs on this host and no unit starts one");
		return;
	}
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/redoubt.conf", folder));
	if (f->error == -ENOENT || found_file(e, f)) // without a file, the defaults hold
		limits_judge(e, f);
}
