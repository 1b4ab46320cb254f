// SPDX-License-Identifier: Apache-2.0
// redoubt host harden: make the plan, show it, prove it; with --apply put it in place with a way back.
#include "../command.h"
#include "../host_path.h"
#include "../programs.h"

#include "harden/activate.h"
#include "harden/nft.h"
#include "harden/place.h"
#include "harden/probe.h"
#include "harden/prove.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum harden_exit {
	HARDEN_AS_IS = 0,    // nothing differs, or what was asked for is done
	HARDEN_DIFFERS = 1,  // without --apply: something would change
	HARDEN_USAGE = 2,    // the command line or the manifest
	HARDEN_FAILED = 3,   // it could not be done; what was there has been put back
	HARDEN_REFUSED = 4,  // it does not hold, or would lock out the session that runs it: nothing was changed
};

#define EXCHANGE_DEFAULT "/var/lib/redoubt"

struct wish {
	const char *root, *manifest, *only, *within, *number;
	bool apply, confirm, roll_back, probes;
	uint64_t seconds;
};

static void list_say(FILE *to, const char *head, const struct complaints *c)
{
	for (size_t i = 0; i < c->count && i < COMPLAINTS_MAX; i++)
		fprintf(to, "%s%s\n", head, c->text[i]);
	if (c->count > COMPLAINTS_MAX)
		fprintf(to, "%sand %zu more\n", head, c->count - COMPLAINTS_MAX);
}

static int manifest_load(struct host *h, const char *path, struct manifest **ret)
{
	char error[MANIFEST_ERROR_MAX];
	const struct host_file *f = host_file(h, path);
	if (f->error) {
		complain("the manifest %s could not be read: %s; `redoubt host manifest --learn` drafts one", path, strerror(-f->error));
		return HARDEN_USAGE;
	}
	int r = manifest_parse(path, f->text, f->size, ret, error);
	if (r)
		complain("%s", r > 0 ? error : strerror(-r));
	return r ? HARDEN_USAGE : 0;
}

// "nft,ssh"; all groups when nothing was said.
static bool groups_read(const char *text, unsigned *ret)
{
	unsigned groups = 0;
	for (const char *at = text; at && *at;) {
		char name[16] = "";
		size_t size = strcspn(at, ",");
		enum harden_group g;
		memcpy(name, at, size < sizeof name ? size : 0);
		if (!harden_group_read(name, &g)) {
			complain("--only takes nft, ssh, units, sysctl, logs, updates or files, with commas between, not '%s'", text);
			return false;
		}
		groups |= 1u << g;
		at += size + (at[size] == ',');
	}
	*ret = groups ? groups : (1u << HARDEN_GROUPS) - 1;
	return true;
}

// Paths go into units and rules: nothing there that these would take for more than a path.
static bool path_plain(const char *path)
{
	return path[0] == '/' && !path[strcspn(path, " \t\n%\\\"'$;")];
}

static bool places_find(struct plan *p)
{
	char self[PATH_MAX], supervisor[PATH_MAX], real[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0 || program_find("supervisor", supervisor) || !realpath(supervisor, real))
		return false;
	self[n] = 0;
	*strrchr(real, '/') = 0;
	p->tool = host_copy(p->host, self, strlen(self));
	p->programs = host_copy(p->host, real, strlen(real));
	p->exchange = globals.dir[0] == '/' ? globals.dir : EXCHANGE_DEFAULT;
	if (path_plain(p->tool) && path_plain(p->programs) && path_plain(p->exchange))
		return true;
	complain("the programs' or the exchange's directory has a blank or a special character in its path: %s, %s", p->programs, p->exchange);
	return false;
}

static void probe_say(void *context, const struct probe *p)
{
	printf("%s\t%s\t%s\n", p->must_pass ? "pass" : "stop", probe_text(context, p), p->why);
}

// After --apply, what is really loaded and read is asked again.
static void verify(struct plan *p, const struct sessions *s, bool rules, struct complaints *c)
{
	const char *json, *error = "";
	int r = rules ? nft_list(p->host, true, &json, &error) : 0;
	if (r)
		complaint_add(p->host, c, "the loaded ruleset could not be listed: %s", r > 0 ? error : strerror(-r));
	else if (rules)
		rules_prove(p->host, p->manifest, json, s, c);
	for (size_t i = 0; i < p->count; i++)
		if (p->artefact[i].kind != ARTEFACT_SETTING && artefact_differs(p->host, &p->artefact[i]))
			complaint_add(p->host, c, "%s is not as it was written", p->artefact[i].path);
}

static int undo(struct plan *p, struct complaints *c)
{
	unsigned number;
	complain("what was put in place does not hold");
	list_say(stderr, "  ", c);
	*c = (struct complaints){ 0 };
	int r = place_roll_back(p->host, &number, c);
	activate_after(p->host, c);
	fprintf(stderr, r ? "not everything could be put back; `redoubt host harden --roll-back` tries again\n" : "what was there has been put back\n");
	list_say(stderr, "  ", c);
	return HARDEN_FAILED;
}

static int apply(struct plan *p, const struct wish *w, const struct sessions *s)
{
	struct place_options o = { (unsigned)w->seconds, host_is_live(p->host) && plan_find(p, RULES_PATH) };
	struct complaints c = { 0 }, after = { 0 };
	unsigned number = 0, other;
	uint64_t deadline;
	int lock, r = place_lock(p->host, &lock);
	if (r) {
		complain(r > 0 ? "another `redoubt host harden` is at work" : "no lock beneath %s: %s", RECORD_PLACE, strerror(-r));
		return HARDEN_FAILED;
	}
	if (pending_read(p->host, &other, &deadline) || other) {
		complain("change %u is not confirmed yet: --confirm keeps it, --roll-back undoes it", other);
		return HARDEN_REFUSED;
	}
	if (place_apply(p, &o, &number, &c)) {
		complain("the change could not be made");
		list_say(stderr, "  ", &c);
		return HARDEN_FAILED;
	}
	activate_after(p->host, &after);
	verify(p, s, o.load_rules, &c);
	if (c.count)
		return undo(p, &c);
	list_say(stdout, "note: ", &after);
	printf("Change %u is in place. It goes back by itself in %u seconds.\n"
	       "Log in anew from a second terminal, and if that works: redoubt host harden --confirm\n", number, o.seconds);
	return HARDEN_AS_IS;
}

static void proven_say(const struct proven *v)
{
	if (v->packets)
		printf("proven: nft takes the ruleset; %zu packets get what the manifest says\n", v->packets);
	if (v->tuples)
		printf("proven: sshd takes the configuration; its values hold for %zu users\n", v->tuples);
	if (v->units)
		printf("proven: exposure %s\n", v->exposure);
}

static int plan_carry_out(struct plan *p, const struct wish *w)
{
	struct complaints c = { 0 };
	struct sessions s = { 0 };
	struct proven v;
	bool live = host_is_live(p->host);
	if (plan_make(p, &c)) {
		complain("the manifest does not say enough");
		list_say(stderr, "  ", &c);
		return HARDEN_USAGE;
	}
	if (w->probes) {
		probes(p->host, p->manifest, probe_say, p->host);
		return HARDEN_AS_IS;
	}
	int r = live ? sessions_find(p->host, "/proc", (uint32_t)getpid(), &s) : 0;
	if (r)
		complaint_add(p->host, &c, "who is logged in could not be read from /proc: %s", strerror(-r));
	const char *diff = place_diff(p);
	fputs(diff, stdout);
	plan_prove(p, &s, live && geteuid() == 0, &v, &c);
	if (c.count) {
		fflush(stdout);
		complain("refused; nothing was changed");
		list_say(stderr, "  ", &c);
		return HARDEN_REFUSED;
	}
	proven_say(&v);
	list_say(stdout, "by hand: ", &p->advice);
	if (!*diff)
		printf("Nothing differs.\n");
	else if (!w->apply)
		printf("Nothing was changed; --apply puts it in place.\n");
	return !*diff ? HARDEN_AS_IS : w->apply ? apply(p, w, &s) : HARDEN_DIFFERS;
}

static int harden(struct host *h, const struct wish *w)
{
	struct plan *p = calloc(1, sizeof *p);
	struct manifest *m = NULL;
	ASSERT(p);
	p->host = h;
	int r = groups_read(w->only, &p->groups) && places_find(p) ? manifest_load(h, operator_path(h, w->manifest), &m) : HARDEN_USAGE;
	p->manifest = m;
	if (!r)
		r = plan_carry_out(p, w);
	manifest_free(m);
	free(p);
	return r;
}

static int confirm(struct host *h)
{
	unsigned number;
	int lock, r = place_lock_wait(h, &lock);
	if (!r)
		r = place_confirm(h, &number);
	if (r == 0)
		printf("Change %u stays.\n", number);
	else
		complain(r > 0 ? "no change waits for being confirmed; it may have gone back already" : "it could not be confirmed: %s", strerror(-r));
	return r ? HARDEN_FAILED : HARDEN_AS_IS;
}

// --number: only that one (systemd's timer of an old change leaves a new one alone).
static int roll_back(struct host *h, const struct wish *w)
{
	struct complaints c = { 0 };
	unsigned number = 0;
	uint64_t deadline, wanted = 0;
	int lock;
	if (w->number && !number_read(w->number, "--number", 1, UINT_MAX, &wanted))
		return HARDEN_USAGE;
	int r = place_lock_wait(h, &lock);
	if (!r && wanted && pending_read(h, &number, &deadline) == 0 && number != wanted)
		return HARDEN_AS_IS;
	if (!r)
		r = place_roll_back(h, &number, &c);
	if (r == 0) {
		activate_after(h, &c);
		printf("What was there before change %u has been put back.\n", number);
	} else {
		complain(r == 1 ? "no change waits for being confirmed" : "not everything could be put back");
	}
	list_say(stderr, "  ", &c);
	return r ? HARDEN_FAILED : HARDEN_AS_IS;
}

int command_host_harden(int argc, char **argv)
{
	struct wish w = { .root = "/", .manifest = MANIFEST_PATH, .within = "300" };
	const struct option options[] = { { "--root", &w.root, NULL }, { "--manifest", &w.manifest, NULL }, { "--only", &w.only, NULL },
					  { "--within", &w.within, NULL }, { "--number", &w.number, NULL }, { "--apply", NULL, &w.apply },
					  { "--confirm", NULL, &w.confirm }, { "--roll-back", NULL, &w.roll_back }, { "--probes", NULL, &w.probes } };
	struct host *h;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!number_read(w.within, "--within", 1, 86400, &w.seconds))
		return HARDEN_USAGE;
	if (w.apply + w.confirm + w.roll_back + w.probes > 1) {
		complain("--apply, --confirm, --roll-back and --probes exclude each other");
		return HARDEN_USAGE;
	}
	r = host_open(w.root, &h);
	if (r) {
		complain("the root '%s' could not be opened: %s", w.root, strerror(-r));
		return HARDEN_USAGE;
	}
	r = w.confirm ? confirm(h) : w.roll_back ? roll_back(h, &w) : harden(h, &w);
	host_close(h);
	return r;
}
