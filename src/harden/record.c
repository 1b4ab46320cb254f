// SPDX-License-Identifier: Apache-2.0
#include "harden/record.h"

#include "harden/beneath.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD "redoubt-harden-record 1"

static const char *const KINDS[RECORD_KINDS] = { "file", "absent", "setting", "mode", "link" };

const char *record_path(struct host *h, unsigned number, const char *name)
{
	return host_print(h, RECORD_PLACE "/%u/%s", number, name);
}

const char *record_text(struct host *h, const struct record *r)
{
	struct text t = { .host = h };
	text_add(&t, HEAD "\nrules %d\n", r->rules);
	for (size_t i = 0; i < r->count; i++) {
		const struct record_row *w = &r->row[i];
		text_add(&t, "%s %o %u %u %zu %s\n", KINDS[w->kind], w->mode, w->uid, w->gid, w->copy, w->path);
	}
	text_add(&t, "end\n");
	return text_end(&t);
}

static bool row_read(struct host *h, const char *line, struct record_row *ret)
{
	char kind[16] = "";
	int at = 0;
	struct record_row w = { 0 };
	if (sscanf(line, "%15s %o %u %u %zu %n", kind, &w.mode, &w.uid, &w.gid, &w.copy, &at) != 5 || line[at] != '/' || w.mode > 07777 ||
	    w.copy >= ARTEFACTS_MAX)
		return false;
	w.path = host_copy(h, line + at, strlen(line + at));
	while (w.kind < RECORD_KINDS && strcmp(kind, KINDS[w.kind]))
		w.kind++;
	*ret = w;
	return w.kind < RECORD_KINDS;
}

int record_read(struct host *h, const char *text, struct record *ret)
{
	struct host_lines cursor = { text, 0 };
	struct record r = { 0 };
	const char *line;
	if (!host_line(h, &cursor, &line) || strcmp(line, HEAD) || !host_line(h, &cursor, &line) ||
	    (strcmp(line, "rules 0") && strcmp(line, "rules 1")))
		return 1;
	r.rules = line[6] == '1';
	while (host_line(h, &cursor, &line)) {
		if (!strcmp(line, "end")) {
			*ret = r;
			return 0;
		}
		if (r.count == ARTEFACTS_MAX || !row_read(h, line, &r.row[r.count]))
			return 1;
		r.count++;
	}
	return 1;
}

int pending_read(struct host *h, unsigned *ret_number, uint64_t *ret_deadline)
{
	char *text;
	size_t size;
	struct stat st;
	unsigned long long deadline;
	unsigned number;
	int r = beneath_read(h, RECORD_PLACE "/pending", &text, &size, &st);
	if (r == -ENOENT) {
		*ret_number = 0;
		*ret_deadline = 0;
		return 0;
	}
	if (r)
		return r;
	if (sscanf(text, "%u %llu", &number, &deadline) != 2 || !number)
		return -EBADMSG;
	*ret_number = number;
	*ret_deadline = deadline;
	return 0;
}
