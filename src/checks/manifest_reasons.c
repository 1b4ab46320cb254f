// SPDX-License-Identifier: Apache-2.0
// Lines by which people answer for something, with their reason: a check that is waived, and what nobody can see from
// the host itself, attested until a day.
#include "checks/checks.h"
#include "checks/manifest_line.h"

#include <time.h>

// "2027-01-31", and a day that there is.
static bool day_read(const char *text, uint64_t *ret_end)
{
	char again[16];
	struct tm t = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &t);
	if (strlen(text) != 10 || !end || *end)
		return false;
	time_t start = timegm(&t);
	*ret_end = (uint64_t)start + 86400;
	return start >= 0 && strftime(again, sizeof again, "%Y-%m-%d", &t) == 10 && !strcmp(again, text);
}

// The reason is the rest of the line, its words joined by one blank each (they stand in one buffer).
static int reason_join(const struct line *l, size_t first, const char **ret)
{
	for (size_t i = first; i + 1 < l->words; i++)
		for (char *gap = l->word[i] + strlen(l->word[i]); gap < l->word[i + 1]; gap++)
			*gap = ' ';
	if (l->words <= first || strlen(l->word[first]) < MANIFEST_REASON_MIN)
		return line_complain(l, "'%s %.20s' needs a reason of %d characters: who reads the report in a year must understand it",
				l->word[0], l->word[1], MANIFEST_REASON_MIN);
	*ret = l->word[first];
	return 0;
}

static int reason_take(struct manifest_reasons *to, const struct line *l)
{
	bool dated = !strcmp(l->word[2], "until");
	struct manifest_waiver n = { .id = l->word[1] };
	uint64_t end;
	if (to->count == MANIFEST_NAME_MAX)
		return line_complain(l, "there is room for %d lines of '%s'", MANIFEST_NAME_MAX, l->word[0]);
	if (!check_find(n.id))
		return line_complain(l, "there is no check '%.20s' to %s; 'redoubt host check --all' lists them", n.id, l->word[0]);
	for (size_t i = 0; i < to->count; i++)
		if (!strcmp(to->reason[i].id, n.id))
			return line_complain(l, "'%s %.20s' was given before", l->word[0], n.id);
	if (dated && (l->words < 4 || !day_read(l->word[3], &end)))
		return line_complain(l, "'%.20s' is no day such as 2027-01-31", l->words < 4 ? "" : l->word[3]);
	n.until = dated ? l->word[3] : NULL;
	int r = reason_join(l, dated ? 4 : 2, &n.reason);
	if (!r)
		to->reason[to->count++] = n;
	return r;
}

int take_waiver(struct manifest *m, const struct line *l, size_t unused)
{
	return reason_take(&m->waived, l);
}

// Rows that end in a question to people. What a check sees for itself nobody needs to attest: it would be a waiver unsaid.
int take_attestation(struct manifest *m, const struct line *l, size_t unused)
{
	static const char *const ASKED[] = { "BAK-03", "NET-03", "NET-16" };
	bool asked = false;
	for (size_t i = 0; i < ARRAY_LEN(ASKED); i++)
		asked |= !strcmp(l->word[1], ASKED[i]);
	if (!asked)
		return line_complain(l, "%.20s asks nothing that people must attest: only BAK-03, NET-03 and NET-16 do; see 'waive'", l->word[1]);
	if (strcmp(l->word[2], "until"))
		return line_complain(l, "an attestation ends: attest %.20s until YYYY-MM-DD REASON", l->word[1]);
	return reason_take(&m->attested, l);
}

static const struct manifest_waiver *reason_find(const struct manifest_reasons *all, const char *id)
{
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->reason[i].id, id))
			return &all->reason[i];
	return NULL;
}

const struct manifest_waiver *manifest_waiver(const struct manifest *m, const char *id)
{
	return reason_find(&m->waived, id);
}

const struct manifest_waiver *manifest_attestation(const struct manifest *m, const char *id)
{
	return reason_find(&m->attested, id);
}

bool manifest_waiver_counts(const struct manifest_waiver *w, uint64_t now)
{
	uint64_t end;
	return !w->until || (day_read(w->until, &end) && now < end);
}

bool manifest_attestation_counts(const struct manifest_waiver *w, uint64_t now)
{
	uint64_t end;
	return w->until && day_read(w->until, &end) && now < end && end - now <= MANIFEST_ATTESTED_DAYS * 86400;
}
