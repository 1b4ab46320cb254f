// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include "../command.h"

#include <jansson.h>
#include <stdarg.h>

void refusal_add(struct refusals *r, const char *about, const char *format, ...)
{
	char text[REFUSAL_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	// values are others' words: nothing of them may steer a terminal
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	for (size_t i = 0; i < r->count && i < REFUSALS_MAX; i++)
		if (!strcmp(r->row[i].text, text))
			return;
	if (r->count < REFUSALS_MAX) {
		r->row[r->count].about = about;
		memcpy(r->row[r->count].text, text, sizeof text);
	}
	r->count++;
}

static void refusals_json(const struct refusals *r)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < r->count && i < REFUSALS_MAX; i++) {
		// a file's name need not be UTF-8
		json_t *text = json_string(r->row[i].text);
		json_array_append_new(list, json_pack("{s:s s:o}", "about", r->row[i].about, "text",
						      text ? text : json_string("a value that is not UTF-8; see standard error")));
	}
	json_t *line = list ? json_pack("{s:o}", "refused", list) : NULL;
	if (line) {
		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(line);
}

void refusals_say(const struct refusals *r)
{
	size_t kept = r->count < REFUSALS_MAX ? r->count : REFUSALS_MAX;
	fprintf(stderr, "redoubt init: refused; nothing was made. %zu thing%s to mend:\n", r->count, r->count == 1 ? "" : "s");
	for (size_t i = 0; i < kept; i++)
		fprintf(stderr, "  %-11s  %s\n", r->row[i].about, r->row[i].text);
	if (r->count > kept)
		fprintf(stderr, "  and %zu more\n", r->count - kept);
	if (globals.json)
		refusals_json(r);
}

void build_judge(struct refusals *r)
{
#ifndef REDOUBT_RELEASE
	refusal_add(r, "build", "this is a debug build or one with a sanitizer (%s): take a release build (dev/build release)", REDOUBT_BUILD);
#endif
}
