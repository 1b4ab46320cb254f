// SPDX-License-Identifier: Apache-2.0
// redoubt host harden: make the plan, show it, prove it; with --apply put it in place with a way back.
#include "../command.h"
#include "../host_path.h"
#include "../programs.h"
#include "report.h"

#include "harden/activate.h"
#include "harden/nft.h"
#include "harden/place.h"
#include "harden/probe.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define EXCHANGE_DEFAULT "/var/lib/redoubt"

struct wish {
	const char *root, *manifest, *only, *within, *number;
	bool apply, confirm, roll_back, at_start, probes;
	uint64_t seconds;
};

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
	for (size_t i = 0; i < p->count; i++) {
		const struct artefact *a = &p->artefact[i];
		if (a->kind == ARTEFACT_SETTING || !artefact_differs(p->host, a))
			continue;
		if (a->kind == ARTEFACT_LINK)
			complaint_add(p->host, c, "%s is not enabled: there is no link %s", host_basename(a->text), a->path);
		else
			complaint_add(p->host, c, "%s is not as it was written", a->path);
	}
	if (plan_find(p, SSHD_PATH))
		activate_sshd_verify(p->host, p->manifest->ssh_port, c);
}

// First everything goes back, then something is said: a terminal that has been cut off may take no more bytes.
static int undo(struct plan *p, struct harden_report *out)
{
	unsigned number;
	bool back = place_roll_back(p->host, &number, &out->wrong) == 0;
	activate_after(p->host, &out->notes);
	out->verdict = "failed";
	out->sentence = back ? "what was put in place does not hold; what was there has been put back" :
			       "what was put in place does not hold, and not everything could be put back; `redoubt host harden --roll-back` tries again";
	return HARDEN_FAILED;
}

static int locked_apply(struct plan *p, const struct wish *w, const struct sessions *s, struct harden_report *out)
{
	struct place_options o = { (unsigned)w->seconds, host_is_live(p->host) && plan_find(p, RULES_PATH) };
	unsigned number = 0, other;
	uint64_t deadline;
	if (pending_read(p->host, &other, &deadline) || other) {
		out->verdict = "refused";
		out->sentence = host_print(p->host, "change %u is not confirmed yet: --confirm keeps it, --roll-back undoes it", other);
		return HARDEN_REFUSED;
	}
	if (place_apply(p, &o, &number, &out->wrong)) {
		out->verdict = "failed";
		out->sentence = "the change could not be made";
		return HARDEN_FAILED;
	}
	activate_after(p->host, &out->notes);
	verify(p, s, o.load_rules, &out->wrong);
	if (out->wrong.count)
		return undo(p, out);
	out->verdict = "applied";
	out->change = number;
	out->seconds = o.seconds;
	return HARDEN_AS_IS;
}

// The lock is let go before anything is said: who rolls back waits for it.
static int apply(struct plan *p, const struct wish *w, const struct sessions *s, struct harden_report *out)
{
	int lock, r = place_lock(p->host, &lock);
	size_t said = p->advice.count;
	if (r) {
		out->verdict = "failed";
		out->sentence = r > 0 ? "another `redoubt host harden` is at work" :
					host_print(p->host, "no lock beneath %s: %s", RECORD_PLACE, strerror(-r));
		return HARDEN_FAILED;
	}
	r = locked_apply(p, w, s, out);
	close(lock);
	for (; said < p->advice.count && said < COMPLAINTS_MAX; said++)
		complaint_add(p->host, &out->notes, "%s", p->advice.text[said]);
	return r;
}

static int refused(struct harden_report *out, const char *sentence, enum harden_exit status)
{
	out->verdict = "refused";
	out->sentence = sentence;
	return report_end(out, status);
}

static int plan_carry_out(struct plan *p, const struct wish *w)
{
	struct harden_report out = { .verdict = "same" };
	struct sessions s = { 0 };
	bool live = host_is_live(p->host);
	if (plan_make(p, &out.wrong))
		return refused(&out, "the manifest or the host lacks what is needed; nothing was changed", HARDEN_USAGE);
	if (w->probes) {
		probes(p->host, p->manifest, probe_say, p->host);
		return HARDEN_AS_IS;
	}
	int r = live ? sessions_find(p->host, "/proc", (uint32_t)getpid(), &s) : 0;
	if (r)
		complaint_add(p->host, &out.wrong, "who is logged in could not be read from /proc: %s", strerror(-r));
	bool differs = report_changes(&out, p);
	plan_prove(p, &s, live && geteuid() == 0, &out.proven, &out.wrong);
	if (out.wrong.count)
		return refused(&out, "refused; nothing was changed", HARDEN_REFUSED);
	report_proven(&out, p);
	if (differs)
		out.verdict = "differs";
	if (!differs || !w->apply)
		return report_end(&out, differs ? HARDEN_DIFFERS : HARDEN_AS_IS);
	fflush(stdout);
	r = apply(p, w, &s, &out);
	return report_end(&out, (enum harden_exit)r);
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
	struct harden_report out = { .verdict = "confirmed" };
	int lock, r = place_lock_wait(h, &lock);
	if (!r)
		r = place_confirm(h, &out.change);
	if (r == 0)
		return report_end(&out, HARDEN_AS_IS);
	out.verdict = "failed";
	out.sentence = r > 0 ? "no change waits for being confirmed; it may have gone back already" :
			       host_print(h, "it could not be confirmed: %s", strerror(-r));
	return report_end(&out, HARDEN_FAILED);
}

// --number: only that one (systemd's timer of an old change leaves a new one alone). --at-start: the files alone; what is
// loaded from them comes later, and no network is there yet to load rules into.
static int roll_back(struct host *h, const struct wish *w)
{
	struct harden_report out = { .verdict = "rolled back" };
	unsigned number = 0;
	uint64_t deadline, wanted = 0;
	int lock;
	if (w->number && !number_read(w->number, "--number", 1, UINT_MAX, &wanted))
		return HARDEN_USAGE;
	int r = place_lock_wait(h, &lock);
	if (!r && wanted && pending_read(h, &number, &deadline) == 0 && number != wanted)
		return HARDEN_AS_IS;
	if (!r)
		r = (w->at_start ? place_roll_back_at_start : place_roll_back)(h, &out.change, &out.wrong);
	if (r == 1 && w->at_start) // somebody confirmed it, or it went back already
		return HARDEN_AS_IS;
	if (r == 0) {
		(w->at_start ? activate_at_start : activate_after)(h, &out.notes);
		return report_end(&out, HARDEN_AS_IS);
	}
	out.verdict = "failed";
	out.sentence = r == 1 ? "no change waits for being confirmed" : "not everything could be put back";
	return report_end(&out, HARDEN_FAILED);
}

int command_host_harden(int argc, char **argv)
{
	struct wish w = { .root = "/", .manifest = MANIFEST_PATH, .within = "300" };
	const struct option options[] = { { "--root", &w.root, NULL }, { "--manifest", &w.manifest, NULL }, { "--only", &w.only, NULL },
					  { "--within", &w.within, NULL }, { "--number", &w.number, NULL }, { "--apply", NULL, &w.apply },
					  { "--confirm", NULL, &w.confirm }, { "--roll-back", NULL, &w.roll_back }, { "--at-start", NULL, &w.at_start }, { "--probes", NULL, &w.probes } };
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
	if (w.at_start && !w.roll_back) {
		complain("--at-start belongs to --roll-back");
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
