// SPDX-License-Identifier: Apache-2.0
// redoubt host watch: small looks every few seconds, single files as the kernel tells of them, everything from time
// to time.
#include "../client.h"
#include "../directory.h"
#include "measure.h"
#include "place.h"
#include "spool.h"

#include "base/clock.h"
#include "crypto/sha256.h"
#include "wire/control.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

// Exit codes, as those of `host check`.
enum { WATCH_CLEAN = 0, WATCH_ALARM = 1, WATCH_USAGE = 2, WATCH_REFUSED = 3 };

#define TICK_NS 10000000u // a file's times lag behind the clock by as much
#define ROLL_ENTRIES 5000   // of the walk that never ends, at most once in
#define ROLL_PAUSE_NS 2000000000u
#define SETTLE_MS 150 // a file that is being written is looked at when it is done

static volatile sig_atomic_t ending;

static void on_end(int signal)
{
	ending = 1;
}

struct watching {
	struct host_place place;
	struct baseline baseline;
	struct stat baseline_status; // of its file, to notice a new one
	struct spool spool;
	struct told *told;
	struct running_cache *running;
	struct login_state logins;
	struct notify *notify;
	struct rolling *rolling;
	uint64_t rolled_at_ns;
	uint64_t looked_at_ns; // when the kernel's news was taken last, by the wall clock
	bool once, measure, full_due, journal;
	const char *spool_name;
	uint64_t recorded; // alarms that the journal has
	uint64_t threads, every_s, full_s, full_at_ns;
	struct watch_cost cost;
};

static void event_say(void *context, const struct watch_event *e)
{
	struct watching *w = context;
	bool lasting = strcmp(e->what, "login"); // each log-in is news
	if (!lasting || !told_before(w->told, watch_part_of(e->what), e))
		spool_event(&w->spool, e);
}

static void trouble_say(struct watching *w, const char *what, const char *why)
{
	event_say(w, &(struct watch_event){ .what = what, .change = "refused", .subject = "-", .before = "", .after = "", .why = why,
					    .severity = SEVERITY_CRITICAL, .alarm = true });
}

// --- the baseline ------------------------------------------------------------------------------------------------

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

// Whether the baseline in memory may be followed by this one.
static bool goes_on(const struct watching *w, const struct baseline *next)
{
	return !w->baseline.sequence || baseline_against_copy(next, &w->baseline) == BASELINE_FINE ||
	       baseline_against_copy(next, &w->baseline) == BASELINE_COPY_OLDER;
}

// 0, or a refusal that was said. Without a baseline in memory nothing can be watched.
static int baseline_take(struct watching *w, struct host *h)
{
	struct baseline next = { 0 };
	const char *sentence = "";
	struct stat s = { 0 };
	if (w->baseline.sequence && !host_stat(h, w->place.baseline.baseline, &s) && same_file(&s, &w->baseline_status))
		return 0;
	int r = baseline_place_load(h, &w->place.baseline, &next, &sentence);
	if (!r && !goes_on(w, &next)) {
		sentence = "the baseline on disk is not the successor of the one that was watched";
		r = BASELINE_FORKED;
	}
	if (r)
		trouble_say(w, r == BASELINE_COPY_OLDER ? "baseline-copy" : "baseline", sentence);
	if (r && r != BASELINE_COPY_OLDER) {
		baseline_free(&next);
		return BASELINE_FORMAT; // whatever it was, it was said
	}
	baseline_free(&w->baseline);
	w->baseline = next;
	w->baseline_status = s;
	w->full_due = true;
	return 0;
}

static int digest_of_file(const char *name, uint8_t digest[SHA256_SIZE])
{
	static uint8_t buffer[1 << 16];
	struct sha256 sha;
	size_t n;
	FILE *f = fopen(name, "re");
	if (!f)
		return 1;
	sha256_init(&sha);
	while ((n = fread(buffer, 1, sizeof buffer, f)) > 0)
		sha256_update(&sha, buffer, n);
	sha256_final(&sha, digest);
	int bad = ferror(f);
	fclose(f);
	return bad;
}

// --- passes ------------------------------------------------------------------------------------------------------

static int pass(struct watching *w, struct watch_against *a, unsigned parts)
{
	struct baseline now = { 0 };
	memcpy(now.scope, w->baseline.scope, sizeof now.scope);
	now.scope_count = w->baseline.scope_count;
	int r = watch_observe(a->host, parts, (unsigned)w->threads, &now, &w->cost);
	uint64_t start = clock_monotonic_ns();
	if (!r)
		watch_compare(a, &now, parts);
	if (!r && (parts & WATCH_LIVE))
		r = watch_running(a, w->running);
	w->cost.compare_ns += clock_monotonic_ns() - start;
	if (!r)
		told_sweep(w->told, parts);
	else
		trouble_say(w, "reading", strerror(-r));
	baseline_free(&now);
	return r;
}

struct prompt { struct watching *watching; struct watch_against *against; };

static void path_changed(void *context, const char *path, bool written)
{
	struct prompt *p = context;
	struct baseline now = { 0 };
	int r = watch_observe_path(p->against->host, path, &now);
	const char *key = baseline_text(&now, path);
	if (r || !key)
		p->watching->full_due = true;
	else
		watch_compare_path(p->against, &now, key);
	if (!r && key && written)
		watch_put_back(p->against, &now, key, p->watching->looked_at_ns);
	baseline_free(&now);
}

static void changes_take(struct watching *w, struct watch_against *a)
{
	bool overflow = false;
	struct prompt p = { w, a };
	if (!w->notify)
		return;
	uint64_t taken_at_ns = clock_realtime_us() * 1000u - TICK_NS;
	notify_drain(w->notify, a->host, &overflow, path_changed, &p);
	w->full_due |= overflow;
	w->looked_at_ns = taken_at_ns;
}

// The file of alerts, as it is now, is fixed by its digest in the journal: what is taken out of it later is missed. One
// that cannot be recorded is tried again at the next look.
static void alarms_record(struct watching *w)
{
	struct host_report report = { .time_us = clock_realtime_us() };
	uint64_t fresh = w->spool.alarms - w->recorded;
	uint8_t body[128];
	if (!w->journal || !fresh)
		return;
	report.failed = fresh < UINT16_MAX ? (uint16_t)fresh : UINT16_MAX;
	memcpy(report.manifest, w->baseline.digest, sizeof report.manifest);
	if (digest_of_file(w->spool_name, report.digest))
		complain("%s cannot be read again: %s", w->spool_name, strerror(errno));
	else if (statement_send(ENTRY_HOST_REPORT, body, host_report_write(&report, body, sizeof body), NULL) == EXIT_DONE)
		w->recorded = w->spool.alarms;
}

// However often the kernel wakes us, the walk keeps its pace.
static void roll_on(struct watching *w, struct watch_against *a, uint64_t now)
{
	if (w->once || now - w->rolled_at_ns < ROLL_PAUSE_NS)
		return;
	w->rolled_at_ns = now;
	if (watch_roll(w->rolling, a, ROLL_ENTRIES))
		w->full_due = true;
}

// One look with a fresh view of the host. 0, a refusal of the baseline, or negative errno.
static int look(struct watching *w)
{
	struct host *h;
	int r = host_open(w->place.root, &h);
	if (r)
		return r;
	r = baseline_take(w, h);
	if (!r || w->baseline.sequence) {
		struct watch_against a = { .host = h, .baseline = &w->baseline, .say = event_say, .context = w };
		uint64_t now = clock_monotonic_ns();
		w->full_due |= !w->full_at_ns || now - w->full_at_ns >= w->full_s * 1000000000u;
		changes_take(w, &a);
		int failed = pass(w, &a, w->full_due ? WATCH_ALL : WATCH_LIVE);
		w->full_at_ns = w->full_due ? now : w->full_at_ns;
		w->full_due = false;
		watch_logins(&a, &w->logins);
		roll_on(w, &a, now);
		r = r ? r : failed;
	}
	host_close(h);
	spool_sync(&w->spool);
	alarms_record(w);
	return r;
}

static int notify_begin(struct watching *w)
{
	size_t missed = 0;
	int r = notify_open(w->place.host, &w->baseline, &w->notify, &missed);
	if (r)
		fprintf(stderr, "redoubt host watch: the kernel tells of no changes (%s): the full pass alone finds them\n", strerror(-r));
	else if (missed)
		fprintf(stderr, "redoubt host watch: %zu directories are beyond fs.inotify.max_user_watches: the full pass alone covers them\n",
			missed);
	return 0;
}

static void wait_for_change(struct watching *w)
{
	struct pollfd p = { .fd = w->notify ? notify_descriptor(w->notify) : -1, .events = POLLIN };
	if (poll(&p, 1, (int)w->every_s * 1000) > 0)
		poll(NULL, 0, SETTLE_MS);
}

static int watch_on(struct watching *w)
{
	fprintf(stderr, "redoubt host watch: the cold-address table is not built yet and is not watched\n");
	int r = look(w); // the first pass is a full one
	if (r > 0 && !w->baseline.sequence)
		return WATCH_REFUSED;
	r = notify_begin(w);
	w->looked_at_ns = clock_realtime_us() * 1000u - TICK_NS;
	w->full_due = true; // what changed between the first pass and the kernel's promise
	while (!ending && !r) {
		if (look(w) < 0)
			fprintf(stderr, "redoubt host watch: a look failed\n");
		if (!ending)
			wait_for_change(w);
	}
	return w->spool.alarms ? WATCH_ALARM : WATCH_CLEAN;
}

static int watch_once(struct watching *w)
{
	int r = look(w);
	if (r > 0)
		return WATCH_REFUSED;
	if (r < 0) {
		complain("the host could not be read: %s", strerror(-r));
		return WATCH_REFUSED;
	}
	double hashed = (double)w->cost.hash.wall_ns / 1e9;
	double speed = hashed > 0 ? (double)w->cost.hash.bytes / hashed : 0, best = w->measure ? measure_sha256() : 0;
	result_say(json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "alarms", (json_int_t)w->spool.alarms, "upgrades",
			     (json_int_t)w->spool.upgrades, "files", (json_int_t)w->cost.files, "entries", (json_int_t)w->cost.entries,
			     "bytes", (json_int_t)w->cost.hash.bytes, "walkSeconds", (double)w->cost.walk_ns / 1e9, "hashSeconds", hashed,
			     "compareSeconds", (double)w->cost.compare_ns / 1e9, "bytesPerSecond", speed, "sha256BytesPerSecond", best,
			     "ratio", best > 0 ? speed / best : 0.0),
		   "%llu alarms, %llu upgrades to re-baseline; %zu files, %.1f MB in %.2f s (%.0f MB/s%s)",
		   (unsigned long long)w->spool.alarms, (unsigned long long)w->spool.upgrades, w->cost.files,
		   (double)w->cost.hash.bytes / 1e6, hashed, speed / 1e6,
		   best > 0 ? host_print(w->place.host, ", %.2f of SHA-256's %.0f MB/s", speed / best, best / 1e6) : "");
	return w->spool.alarms ? WATCH_ALARM : WATCH_CLEAN;
}

static int numbers_take(struct watching *w, const char *every, const char *full, const char *threads)
{
	w->every_s = 5;
	w->full_s = 6 * 3600;
	return (every && !number_read(every, "--every", 1, 3600, &w->every_s)) ||
	       (full && !number_read(full, "--full", 1, 7 * 86400, &w->full_s)) ||
	       (threads && !number_read(threads, "--threads", 1, 32, &w->threads));
}

int command_host_watch(int argc, char **argv)
{
	struct watching w = { .place = { .root = "/" }, .spool = { .fd = -1 } };
	const char *every = NULL, *full = NULL, *threads = NULL, *file = NULL;
	const struct option options[] = { { "--root", &w.place.root, NULL }, { "--baseline", &w.place.baseline.baseline, NULL },
					  { "--key", &w.place.baseline.key, NULL }, { "--copy", &w.place.baseline.copy, NULL },
					  { "--every", &every, NULL }, { "--full", &full, NULL }, { "--threads", &threads, NULL },
					  { "--spool", &file, NULL }, { "--once", NULL, &w.once }, { "--measure", NULL, &w.measure },
					  { "--journal", NULL, &w.journal },
					  { "--operator-key", &globals.operator_key, NULL } };
	struct sigaction end = { .sa_handler = on_end };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (numbers_take(&w, every, full, threads))
		return WATCH_USAGE;
	struct path usual = path_in("run/alerts.jsonl");
	w.spool_name = file ? file : w.once && !w.journal ? NULL : usual.text;
	r = spool_open(&w.spool, w.spool_name);
	w.spool.json = globals.json;
	if (!r)
		r = host_place_open(&w.place);
	w.told = told_new();
	w.running = running_cache_new();
	w.rolling = rolling_new();
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	if (!r)
		r = w.once ? watch_once(&w) : watch_on(&w);
	notify_close(w.notify);
	told_free(w.told);
	running_cache_free(w.running);
	rolling_free(w.rolling);
	baseline_free(&w.baseline);
	host_close(w.place.host);
	spool_close(&w.spool);
	return r;
}
