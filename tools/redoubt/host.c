// SPDX-License-Identifier: Apache-2.0
// redoubt host check | manifest
#include "client.h"
#include "command.h"
#include "host_path.h"

#include "base/clock.h"
#include "checks/report.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct wish { const char *root, *manifest, *only, *fail_on; bool all, sarif, learn, journal; };

static double cpu_seconds(int who)
{
	struct rusage u;
	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void manifest_complain(struct host *h, const struct host_file *f)
{
	if (f->error == -EINVAL)
		complain("the manifest %s is no regular file; write it into one", f->path);
	else if (host_is_live(h))
		complain("the manifest %s could not be read: %s; `redoubt host manifest --learn` drafts one", f->path, strerror(-f->error));
	else
		complain("the manifest %s could not be read: %s; with --root %s it is looked for beneath that folder: copy it there", f->path,
			 strerror(-f->error), host_root(h));
}

// EXIT_DONE with NULL when there is none and none was named.
static int manifest_find(struct host *h, const char *named, struct manifest **ret)
{
	char error[MANIFEST_ERROR_MAX];
	const struct host_file *f = host_file(h, named ? operator_path(h, named) : MANIFEST_PATH);
	*ret = NULL;
	if (f->error == -ENOENT && !named)
		return EXIT_DONE;
	if (f->error) {
		manifest_complain(h, f);
		return EXIT_USAGE;
	}
	int r = manifest_parse(f->path, f->text, f->size, ret, error);
	if (r)
		complain("%s", r > 0 ? error : strerror(-r));
	return r ? EXIT_USAGE : EXIT_DONE;
}

static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && !(no && *no);
}

static int report_say(const struct examination *e, const struct wish *w, const struct report_cost *cost)
{
	struct report_options o = { .colour = colour_wanted(), .all = w->all };
	int r = w->sarif ? report_sarif(e, stdout) : globals.json ? report_json(e, cost, stdout) :
								     report_people(e, &o, cost, stdout);
	if (!r && fflush(stdout))
		r = -EIO;
	if (r)
		complain("the report could not be written: %s", strerror(-r));
	return r;
}

static uint16_t counted(size_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

// The result's digest becomes an entry of the journal, signed by the operator: who rewrites the report later is seen.
static int journal_put(const struct examination *e, const struct wish *w)
{
	struct report_totals t = report_totals(e, "");
	struct host_report report = { .time_us = clock_realtime_us(), .failed = counted(t.fail), .unknown = counted(t.unknown),
				      .passed = counted(t.pass) };
	uint8_t body[128];
	const struct host_file *f = e->manifest ? host_file(e->host, w->manifest ? operator_path(e->host, w->manifest) : MANIFEST_PATH) : NULL;
	if (f)
		sha256_of(f->text, f->size, report.manifest);
	int r = report_digest(e, report.digest);
	if (r) {
		complain("the result could not be digested: %s", strerror(-r));
		return EXIT_FAILED;
	}
	return statement_send(ENTRY_HOST_REPORT, body, host_report_write(&report, body, sizeof body), NULL);
}

static int examine(struct examination *e, const struct wish *w, enum severity at)
{
	uint64_t start = clock_monotonic_ns();
	size_t ran = checks_run(e, w->only ? w->only : "");
	if (!ran) {
		complain("there is no check or group '%s'; groups are NET, SSH, ACC, FS, WEB, SVC, PKG, FIM, LOG, BAK, ENV", w->only);
		return EXIT_USAGE;
	}
	struct report_cost cost = { cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN),
				    (double)(clock_monotonic_ns() - start) / 1e9, host_programs_started(e->host) };
	if (report_say(e, w, &cost) || (w->journal && journal_put(e, w)))
		return EXIT_USAGE;
	return (int)report_exit(e, at);
}

int command_host_check(int argc, char **argv)
{
	struct wish w = { .root = "/", .fail_on = "low" };
	const struct option options[] = { { "--root", &w.root, NULL }, { "--manifest", &w.manifest, NULL },
					  { "--only", &w.only, NULL }, { "--fail-on", &w.fail_on, NULL },
					  { "--all", NULL, &w.all }, { "--sarif", NULL, &w.sarif },
					  { "--journal", NULL, &w.journal } };
	enum severity at;
	struct manifest *m = NULL;
	struct examination e = { 0 };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!severity_read(w.fail_on, &at)) {
		complain("--fail-on is info, low, medium, high or critical, not '%s'", w.fail_on);
		return EXIT_USAGE;
	}
	if (w.journal && w.only) {
		complain("--journal records a whole examination, not one with --only");
		return EXIT_USAGE;
	}
	r = host_open(w.root, &e.host);
	if (r) {
		complain("the root '%s' could not be opened: %s", w.root, strerror(-r));
		return EXIT_USAGE;
	}
	r = manifest_find(e.host, w.manifest, &m);
	e.manifest = m;
	if (!r)
		r = examine(&e, &w, at);
	manifest_free(m);
	host_close(e.host);
	return r;
}

int command_host_manifest(int argc, char **argv)
{
	struct wish w = { .root = "/" };
	const struct option options[] = { { "--root", &w.root, NULL }, { "--manifest", &w.manifest, NULL },
					  { "--learn", NULL, &w.learn } };
	struct manifest *m = NULL;
	struct host *h;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = host_open(w.root, &h);
	if (r) {
		complain("the root '%s' could not be opened: %s", w.root, strerror(-r));
		return EXIT_USAGE;
	}
	if (w.learn) {
		fputs(manifest_learn(h), stdout);
	} else {
		r = manifest_find(h, w.manifest ? w.manifest : MANIFEST_PATH, &m);
		if (!r)
			printf("%s is well-formed: %zu listeners, %zu proxy ranges, %zu waivers\n",
			       w.manifest ? w.manifest : MANIFEST_PATH, m->listens, m->proxy.count, m->waived.count);
	}
	manifest_free(m);
	host_close(h);
	return r;
}
