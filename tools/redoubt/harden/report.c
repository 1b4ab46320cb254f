// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "../command.h"

#include "harden/place.h"

#include <stdio.h>

static const char *const KIND[] = { [ARTEFACT_FILE] = "file", [ARTEFACT_SETTING] = "setting", [ARTEFACT_MODE] = "mode", [ARTEFACT_LINK] = "link" };

static void list_say(FILE *to, const char *head, const struct complaints *c)
{
	for (size_t i = 0; i < c->count && i < COMPLAINTS_MAX; i++)
		fprintf(to, "%s%s\n", head, c->text[i]);
	if (c->count > COMPLAINTS_MAX)
		fprintf(to, "%sand %zu more\n", head, c->count - COMPLAINTS_MAX);
}

// A file of the host need not be UTF-8: what is not ASCII is marked then.
static json_t *json_text(struct host *h, const char *text)
{
	json_t *whole = json_string(text);
	if (whole)
		return whole;
	char *plain = host_copy(h, text, strlen(text));
	for (char *at = plain; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(plain);
}

bool report_changes(struct harden_report *r, struct plan *p)
{
	bool differs = false;
	if (globals.json)
		r->changes = json_array();
	for (size_t i = 0; i < p->count; i++) {
		const struct artefact *a = &p->artefact[i];
		const char *diff = artefact_diff(p->host, a);
		if (!*diff)
			continue;
		differs = true;
		if (r->changes)
			json_array_append_new(r->changes, json_pack("{s:s s:s s:o s:o}", "group", harden_group_name[a->group], "kind", KIND[a->kind],
								    "path", json_text(p->host, a->path), "diff", json_text(p->host, diff)));
		else
			fputs(diff, stdout);
	}
	return differs;
}

void report_proven(struct harden_report *r, struct plan *p)
{
	const struct proven *v = &r->proven;
	r->advice = &p->advice;
	if (globals.json)
		return;
	if (v->packets)
		printf("proven: nft takes the ruleset; %zu packets get what the manifest says\n", v->packets);
	if (v->tuples)
		printf("proven: sshd takes the configuration; its values hold for %zu users\n", v->tuples);
	if (v->units)
		printf("proven: exposure %s\n", v->exposure);
	list_say(stdout, "by hand: ", &p->advice);
}

static json_t *json_list(const struct complaints *c)
{
	json_t *list = json_array();
	for (size_t i = 0; c && i < c->count && i < COMPLAINTS_MAX; i++) {
		json_t *text = json_string(c->text[i]);
		json_array_append_new(list, text ? text : json_string("a sentence that is not UTF-8; see it without --json"));
	}
	return list;
}

static void end_json(struct harden_report *r, enum harden_exit status)
{
	json_t *proven = json_pack("{s:I s:I s:I s:s}", "packets", (json_int_t)r->proven.packets, "sshdUsers", (json_int_t)r->proven.tuples,
				   "units", (json_int_t)r->proven.units, "exposure", r->proven.exposure);
	json_t *line = json_pack("{s:s s:i s:o s:o s:o s:o s:o s:i s:i}", "verdict", r->verdict, "exit", (int)status, "changes",
				 r->changes ? r->changes : json_array(), "proven", proven, "byHand", json_list(r->advice), "wrong", json_list(&r->wrong),
				 "notes", json_list(&r->notes), "change", (int)r->change, "confirmWithinSeconds", (int)r->seconds);
	if (line && r->sentence)
		json_object_set_new(line, "error", json_string(r->sentence));
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static void end_people(const struct harden_report *r, enum harden_exit status)
{
	fflush(stdout);
	if (r->sentence)
		fprintf(stderr, "redoubt host harden: %s\n", r->sentence);
	list_say(stderr, "  ", &r->wrong);
	list_say(stdout, "note: ", &r->notes);
	if (status == HARDEN_AS_IS && r->change && r->seconds)
		printf("Change %u is in place. It goes back by itself in %u seconds.\n"
		       "Log in anew from a second terminal, and if that works: redoubt host harden --confirm\n", r->change, r->seconds);
	else if (status == HARDEN_AS_IS && r->change)
		printf(!strcmp(r->verdict, "confirmed") ? "Change %u stays.\n" : "What was there before change %u has been put back.\n", r->change);
	else if (status == HARDEN_AS_IS)
		printf("Nothing differs.\n");
	else if (status == HARDEN_DIFFERS)
		printf("Nothing was changed; --apply puts it in place.\n");
}

int report_end(struct harden_report *r, enum harden_exit status)
{
	if (globals.json)
		end_json(r, status);
	else
		end_people(r, status);
	fflush(stdout);
	return (int)status;
}
