// SPDX-License-Identifier: Apache-2.0
#include "settings/debian_version.h"

#include <ctype.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct part { const char *at, *end; };
struct version { struct part epoch, upstream, revision; };

static struct version version_split(const char *text)
{
	const char *end = text + strlen(text), *colon = strchr(text, ':');
	const char *from = colon ? colon + 1 : text, *dash = strrchr(from, '-');
	return (struct version){ { text, colon ? colon : text }, { from, dash ? dash : end }, { dash ? dash + 1 : end, end } };
}

static bool consists(struct part p, const char *of)
{
	for (; p.at < p.end; p.at++)
		if (!strchr(of, *p.at))
			return false;
	return true;
}

bool debian_version_valid(const char *text)
{
	struct version v = version_split(text);
	bool epoch = strchr(text, ':') != NULL, revision = *v.upstream.end == '-';
	if (epoch && (v.epoch.at == v.epoch.end || v.epoch.end - v.epoch.at > 9 || !consists(v.epoch, DIGITS)))
		return false;
	if (v.upstream.at == v.upstream.end || !isdigit((unsigned char)*v.upstream.at))
		return false;
	if (revision && v.revision.at == v.revision.end)
		return false;
	return consists(v.upstream, epoch ? DIGITS LETTERS ".+-~:" : DIGITS LETTERS ".+-~") &&
	       consists(v.revision, DIGITS LETTERS ".+~");
}

static bool digit_at(struct part p)
{
	return p.at < p.end && isdigit((unsigned char)*p.at);
}

// A tilde sorts before the end of a part, letters before everything else.
static int weight(struct part p)
{
	if (p.at == p.end || digit_at(p))
		return 0;
	if (*p.at == '~')
		return -1;
	return isalpha((unsigned char)*p.at) ? *p.at : *p.at + 256;
}

// Numbers of any length: leading zeros do not count, then the longer one is larger.
static int number_compare(struct part *a, struct part *b)
{
	int first = 0;
	while (a->at < a->end && *a->at == '0')
		a->at++;
	while (b->at < b->end && *b->at == '0')
		b->at++;
	for (; digit_at(*a) && digit_at(*b); a->at++, b->at++)
		first = first ? first : *a->at - *b->at;
	return digit_at(*a) ? 1 : digit_at(*b) ? -1 : first;
}

static int part_compare(struct part a, struct part b)
{
	while (a.at < a.end || b.at < b.end) {
		while ((a.at < a.end && !digit_at(a)) || (b.at < b.end && !digit_at(b))) {
			int difference = weight(a) - weight(b);
			if (difference)
				return difference;
			a.at += a.at < a.end;
			b.at += b.at < b.end;
		}
		int difference = number_compare(&a, &b);
		if (difference)
			return difference;
	}
	return 0;
}

int debian_version_compare(const char *a, const char *b)
{
	struct version x = version_split(a), y = version_split(b);
	int difference = number_compare(&x.epoch, &y.epoch);
	if (!difference)
		difference = part_compare(x.upstream, y.upstream);
	return difference ? difference : part_compare(x.revision, y.revision);
}
