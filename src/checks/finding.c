// SPDX-License-Identifier: Apache-2.0
#include "checks/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const SEVERITIES[] = { "info", "low", "medium", "high", "critical" };
static const char *const STATES[] = { "pass", "fail", "not applicable", "unknown" };

const char *severity_name(enum severity s)
{
	return SEVERITIES[s];
}

bool severity_read(const char *name, enum severity *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(SEVERITIES); i++) {
		if (!strcmp(name, SEVERITIES[i])) {
			*ret = (enum severity)i;
			return true;
		}
	}
	return false;
}

const char *finding_state_name(enum finding_state s)
{
	return STATES[s];
}

static char *text_of(struct host *h, const char *format, va_list arguments)
{
	char text[1024];
	int n = vsnprintf(text, sizeof text, format, arguments);
	size_t size = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	for (size_t i = 0; i < size; i++) // what a hostile file says must not drive the terminal
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			text[i] = '?';
	return host_copy(h, text, size);
}

static void finding_add(struct examination *e, enum finding_state state, const char *read, const char *remedy)
{
	if (e->of_check == FINDINGS_PER_CHECK_MAX) {
		e->finding[e->count - 1].read = "there are more; the list was cut here";
		return;
	}
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : 256;
		struct finding *grown = host_alloc(e->host, room * sizeof *grown);
		if (e->count)
			memcpy(grown, e->finding, e->count * sizeof *grown);
		e->finding = grown;
		e->room = room;
	}
	e->finding[e->count++] = (struct finding){ e->check, state, read, remedy ? remedy : e->check->remedy };
	e->of_check++;
}

void found_read(struct examination *e, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = text_of(e->host, format, arguments);
	va_end(arguments);
	e->evidence = e->evidence ? host_print(e->host, "%.700s; %s", e->evidence, text) : text;
}

void found_fail(struct examination *e, const char *remedy, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = text_of(e->host, format, arguments);
	va_end(arguments);
	finding_add(e, FINDING_FAIL, text, remedy);
}

void found_unknown(struct examination *e, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = text_of(e->host, format, arguments);
	va_end(arguments);
	finding_add(e, FINDING_UNKNOWN, text, NULL);
}

void found_not_applicable(struct examination *e, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = text_of(e->host, format, arguments);
	va_end(arguments);
	finding_add(e, FINDING_NOT_APPLICABLE, text, NULL);
}

void found_asked(struct examination *e, const char *asks)
{
	const struct manifest_waiver *a = e->manifest ? manifest_attestation(e->manifest, e->check->id) : NULL;
	if (a && manifest_attestation_counts(a, host_now(e->host)))
		found_read(e, "declared until %s, not seen: %s", a->until, a->reason);
	else if (a)
		found_unknown(e, "%s; 'attest %s until %s' is over, or longer than a year: look again and give it a new day", asks,
			      e->check->id, a->until);
	else
		found_unknown(e, "%s; who has looked writes 'attest %s until YYYY-MM-DD HOW' into the manifest", asks, e->check->id);
}

const struct manifest *found_manifest(struct examination *e)
{
	if (!e->manifest)
		found_unknown(e, "there is no manifest at %s to compare with; 'redoubt host manifest --learn' drafts one",
			      MANIFEST_PATH);
	return e->manifest;
}

bool found_file(struct examination *e, const struct host_file *f)
{
	if (f->error)
		found_unknown(e, "%s could not be read: %s", f->path, strerror(-f->error));
	return !f->error;
}

void check_run(struct examination *e, const struct check *check)
{
	e->check = check;
	e->evidence = NULL;
	e->of_check = 0;
	const struct manifest_waiver *waiver = e->manifest ? manifest_waiver(e->manifest, check->id) : NULL;
	if (waiver && manifest_waiver_counts(waiver, host_now(e->host))) {
		found_not_applicable(e, "waived in the manifest%s%s: %s", waiver->until ? " until " : "", waiver->until ? waiver->until : "",
				     waiver->reason);
		return;
	}
	if (waiver)
		found_read(e, "its waiver ended on %s", waiver->until);
	if (!check->run) {
		found_unknown(e, "not built yet: nothing was read");
		return;
	}
	check->run(e);
	if (e->of_check)
		return;
	if (e->evidence)
		finding_add(e, FINDING_PASS, e->evidence, NULL);
	else
		found_unknown(e, "the check read nothing");
}
