// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 (OASIS): one run, a rule for each check that ran, a result for each finding that is not a pass.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, sections 3.19, 3.27 and 3.49.
#include "checks/report.h"

#include <jansson.h>

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s >= SEVERITY_LOW ? "warning" : "note";
}

// 3.27.9: what is unknown is "open" to review; what does not apply says so.
static const char *kind_of(enum finding_state s)
{
	return s == FINDING_FAIL ? "fail" : s == FINDING_UNKNOWN ? "open" : "notApplicable";
}

// Code scanners sort by this number of 0.0 to 10.0, a text.
static const char *weight_of(enum severity s)
{
	static const char *const WEIGHTS[] = { "0.0", "3.0", "5.5", "8.0", "9.5" };
	return WEIGHTS[s];
}

static json_t *message_of(const char *text)
{
	json_t *s = json_string(text);
	return json_pack("{s:o}", "text", s ? s : json_string("(not UTF-8)"));
}

static json_t *rule_of(const struct check *c)
{
	return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s}}", "id", c->id, "shortDescription",
			 "text", c->title, "fullDescription", "text", c->why, "help", "text", c->remedy,
			 "defaultConfiguration", "level", level_of(c->severity), "properties", "security-severity",
			 weight_of(c->severity), "source", c->source);
}

static json_t *result_of(const struct examination *e, const struct finding *f, size_t rule)
{
	char text[2400];
	snprintf(text, sizeof text, "Read: %.1000s. Expected: %s. Remedy: %.600s", f->read, f->check->expected, f->remedy);
	return json_pack("{s:s, s:I, s:s, s:s, s:o, s:[{s:{s:{s:s}}}]}", "ruleId", f->check->id, "ruleIndex",
			 (json_int_t)rule, "level", f->state == FINDING_FAIL ? level_of(f->check->severity) : "none", "kind",
			 kind_of(f->state), "message", message_of(text), "locations", "physicalLocation",
			 "artifactLocation", "uri", "file:///");
}

int report_sarif(const struct examination *e, FILE *to)
{
	json_t *rules = json_array(), *results = json_array();
	const struct check *last = NULL;
	for (size_t i = 0; i < e->count; i++) {
		const struct finding *f = &e->finding[i];
		if (f->check != last)
			json_array_append_new(rules, rule_of(f->check));
		last = f->check;
		if (f->state != FINDING_PASS)
			json_array_append_new(results, result_of(e, f, json_array_size(rules) - 1));
	}
	json_t *o = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o}]}", "$schema",
			      "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver",
			      "name", "redoubt host check", "semanticVersion", "0.1.0", "rules", rules, "results", results);
	if (!o)
		return -ENOMEM;
	int r = json_dumpf(o, to, JSON_INDENT(1)) || fputc('\n', to) == EOF ? -EIO : 0;
	json_decref(o);
	return r;
}
