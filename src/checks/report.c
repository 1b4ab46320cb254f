// SPDX-License-Identifier: Apache-2.0
#include "checks/report.h"

#include "checks/files/survey.h"

#include <jansson.h>

// A check counts once, by the worst that it found.
static enum finding_state worse(enum finding_state a, enum finding_state b)
{
	static const int RANK[] = { [FINDING_NOT_APPLICABLE] = 0, [FINDING_PASS] = 1, [FINDING_UNKNOWN] = 2, [FINDING_FAIL] = 3 };
	return RANK[a] > RANK[b] ? a : b;
}

static const unsigned WEIGHT[] = { [SEVERITY_INFO] = 0, [SEVERITY_LOW] = 1, [SEVERITY_MEDIUM] = 3, [SEVERITY_HIGH] = 6,
				   [SEVERITY_CRITICAL] = 10 };

static void count_check(struct report_totals *t, enum finding_state s, enum severity severity, uint64_t weights[2])
{
	t->pass += s == FINDING_PASS;
	t->fail += s == FINDING_FAIL;
	t->unknown += s == FINDING_UNKNOWN;
	t->not_applicable += s == FINDING_NOT_APPLICABLE;
	if (s == FINDING_PASS)
		weights[0] += WEIGHT[severity];
	if (s != FINDING_NOT_APPLICABLE)
		weights[1] += WEIGHT[severity];
}

struct report_totals report_totals(const struct examination *e, const char *prefix)
{
	struct report_totals t = { 0 };
	uint64_t weights[2] = { 0 };
	for (size_t i = 0; i < e->count;) {
		const struct check *c = e->finding[i].check;
		enum finding_state state = e->finding[i].state;
		size_t next = i;
		for (; next < e->count && e->finding[next].check == c; next++)
			state = worse(state, e->finding[next].state);
		if (!strncmp(c->id, prefix, strlen(prefix))) {
			count_check(&t, state, c->severity, weights);
			for (size_t k = i; k < next; k++)
				t.findings += e->finding[k].state == FINDING_FAIL;
		}
		i = next;
	}
	t.score = weights[1] ? (unsigned)(100 * weights[0] / weights[1]) : 100;
	return t;
}

enum report_exit report_exit(const struct examination *e, enum severity at)
{
	enum report_exit r = REPORT_CLEAN;
	for (size_t i = 0; i < e->count; i++) {
		if (e->finding[i].state == FINDING_FAIL && e->finding[i].check->severity >= at)
			return REPORT_FOUND;
		if (e->finding[i].state == FINDING_UNKNOWN)
			r = REPORT_UNKNOWN;
	}
	return r;
}

// --- JSON ------------------------------------------------------------------------------------------------------

// Bytes of a hostile file need not be UTF-8, which JSON must be.
static json_t *text_json(const char *text)
{
	json_t *s = json_string(text);
	if (s)
		return s;
	char clean[1100];
	size_t i = 0;
	for (; text[i] && i + 1 < sizeof clean; i++)
		clean[i] = (unsigned char)text[i] < 128 ? text[i] : '?';
	clean[i] = 0;
	return json_string(clean);
}

static json_t *finding_json(const struct finding *f)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o}", "id", f->check->id, "severity",
			 severity_name(f->check->severity), "state", finding_state_name(f->state), "read",
			 text_json(f->read), "title", f->check->title, "expected", f->check->expected, "why",
			 f->check->why, "source", f->check->source, "remedy", text_json(f->remedy));
}

static json_t *findings_json(const struct examination *e)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < e->count; i++)
		if (json_array_append_new(list, finding_json(&e->finding[i]))) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

static json_t *groups_json(const struct examination *e)
{
	json_t *groups = json_object();
	for (size_t g = 0; groups && g < check_group_count; g++) {
		struct report_totals t = report_totals(e, check_groups[g].prefix);
		if (t.pass + t.fail + t.unknown + t.not_applicable == 0)
			continue;
		json_object_set_new(groups, check_groups[g].prefix,
				    json_pack("{s:I, s:I, s:I, s:I, s:i}", "pass", (json_int_t)t.pass, "fail",
					      (json_int_t)t.fail, "unknown", (json_int_t)t.unknown, "notApplicable",
					      (json_int_t)t.not_applicable, "score", (int)t.score));
	}
	return groups;
}

static json_t *result_json(const struct examination *e)
{
	struct report_totals t = report_totals(e, "");
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:i, s:o, s:o}", "format", "redoubt/host-report/v1", "root",
			 host_root(e->host), "time", (json_int_t)host_now(e->host), "pass", (json_int_t)t.pass, "fail",
			 (json_int_t)t.fail, "unknown", (json_int_t)t.unknown, "notApplicable",
			 (json_int_t)t.not_applicable, "score", (int)t.score, "groups", groups_json(e), "findings",
			 findings_json(e));
}

static int digest_piece(const char *bytes, size_t size, void *to)
{
	sha256_update(to, bytes, size);
	return 0;
}

int report_digest(const struct examination *e, uint8_t ret[SHA256_SIZE])
{
	struct sha256 s;
	json_t *o = result_json(e);
	if (!o)
		return -ENOMEM;
	sha256_init(&s);
	int r = json_dump_callback(o, digest_piece, &s, JSON_COMPACT | JSON_SORT_KEYS) ? -ENOMEM : 0;
	json_decref(o);
	if (!r)
		sha256_final(&s, ret);
	return r;
}

int report_json(const struct examination *e, const struct report_cost *cost, FILE *to)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	json_t *o = result_json(e);
	int r = o ? report_digest(e, digest) : -ENOMEM;
	if (!r) {
		for (size_t i = 0; i < SHA256_SIZE; i++)
			snprintf(hex + 2 * i, 3, "%02x", digest[i]);
		json_object_set_new(o, "digest", json_string(hex));
		json_t *spent = json_pack("{s:f, s:f, s:i}", "cpuSeconds", cost->cpu_seconds, "wallSeconds", cost->wall_seconds,
					  "programsStarted", (int)cost->programs);
		if (e->survey)
			json_object_set_new(spent, "walk", json_pack("{s:I, s:f}", "entries", (json_int_t)e->survey->entries, "cpuSeconds",
								     (double)e->survey->cpu_ns / 1e9));
		json_object_set_new(o, "cost", spent);
		r = json_dumpf(o, to, JSON_COMPACT) || fputc('\n', to) == EOF ? -EIO : 0;
	}
	json_decref(o);
	return r;
}

// --- for people ------------------------------------------------------------------------------------------------

static const char *colour_of(const struct finding *f)
{
	if (f->state == FINDING_FAIL)
		return f->check->severity >= SEVERITY_HIGH ? "\033[1;31m" : "\033[33m";
	return f->state == FINDING_UNKNOWN ? "\033[35m" : f->state == FINDING_PASS ? "\033[32m" : "\033[2m";
}

// The size of the well-formed UTF-8 sequence at the text that may stand on a terminal, or 0: control characters of
// both kinds (ESC, and C1 such as U+009B) drive it, and marks of direction let a line read as another one.
static size_t printable_size(const unsigned char *at)
{
	size_t size = *at < 0x80 ? 1 : *at >= 0xc2 && *at < 0xe0 ? 2 : *at >= 0xe0 && *at < 0xf0 ? 3 : *at >= 0xf0 && *at < 0xf5 ? 4 : 0;
	uint32_t point = size == 1 ? *at : size ? *at & (0x7fu >> size) : 0;
	for (size_t i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (at[i] & 0x3f);
	}
	bool direction = (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
	return point < ' ' || (point >= 0x7f && point < 0xa0) || direction ? 0 : size;
}

// Every text that came from the host goes to the terminal through here.
static void text_print(const char *label, const char *text, FILE *to)
{
	fprintf(to, "        %-9s ", label);
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		size_t size = printable_size(at);
		if (size)
			fwrite(at, 1, size, to);
		else
			fputc('?', to);
		at += size ? size : 1;
	}
	fputc('\n', to);
}

static void finding_print(const struct finding *f, const struct report_options *o, FILE *to)
{
	const char *on = o->colour ? colour_of(f) : "", *off = o->colour ? "\033[0m" : "";
	fprintf(to, "%s%-7s %-8s %-14s%s %s\n", on, f->check->id, severity_name(f->check->severity),
		finding_state_name(f->state), off, f->check->title);
	text_print("read", f->read, to);
	if (f->state != FINDING_FAIL)
		return;
	fprintf(to, "        expected  %s\n        why       %s (source %s)\n", f->check->expected, f->check->why, f->check->source);
	text_print("remedy", f->remedy, to);
}

static bool shown(const struct finding *f, const struct report_options *o)
{
	bool waived = f->state == FINDING_NOT_APPLICABLE && !strncmp(f->read, "waived in the manifest", 22);
	bool declared = f->state == FINDING_PASS && strstr(f->read, "declared until ") != NULL;
	return o->all || waived || declared || f->state == FINDING_FAIL || (f->state == FINDING_UNKNOWN && f->check->run);
}

static void unbuilt_print(const struct examination *e, FILE *to)
{
	size_t count = 0;
	for (size_t i = 0; i < e->count; i++)
		count += !e->finding[i].check->run && e->finding[i].state == FINDING_UNKNOWN;
	if (!count)
		return;
	fprintf(to, "\nNOT BUILT YET, so unknown (%zu):", count);
	for (size_t i = 0; i < e->count; i++)
		if (!e->finding[i].check->run && e->finding[i].state == FINDING_UNKNOWN)
			fprintf(to, " %s", e->finding[i].check->id);
	fputc('\n', to);
}

static void summary_print(const struct examination *e, const struct report_cost *cost, FILE *to)
{
	struct report_totals all = report_totals(e, "");
	fprintf(to, "\n%-24s %5s %5s %8s %5s %6s\n", "group", "pass", "fail", "unknown", "n/a", "score");
	for (size_t g = 0; g < check_group_count; g++) {
		struct report_totals t = report_totals(e, check_groups[g].prefix);
		if (t.pass + t.fail + t.unknown + t.not_applicable)
			fprintf(to, "%-24s %5zu %5zu %8zu %5zu %5u%%\n", check_groups[g].title, t.pass, t.fail, t.unknown,
				t.not_applicable, t.score);
	}
	fprintf(to, "%-24s %5zu %5zu %8zu %5zu %5u%%\n", "all", all.pass, all.fail, all.unknown, all.not_applicable,
		all.score);
	fprintf(to, "\n%zu findings; %.2f s of CPU, %.2f s, %u programs started\n", all.findings, cost->cpu_seconds,
		cost->wall_seconds, cost->programs);
}

int report_people(const struct examination *e, const struct report_options *o, const struct report_cost *cost, FILE *to)
{
	uint8_t digest[SHA256_SIZE];
	int r = report_digest(e, digest);
	if (r)
		return r;
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--)
		for (size_t i = 0; i < e->count; i++)
			if ((int)e->finding[i].check->severity == severity && shown(&e->finding[i], o))
				finding_print(&e->finding[i], o, to);
	if (!o->all)
		unbuilt_print(e, to);
	summary_print(e, cost, to);
	fputs("digest sha256:", to);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		fprintf(to, "%02x", digest[i]);
	fputc('\n', to);
	return ferror(to) ? -EIO : 0;
}
