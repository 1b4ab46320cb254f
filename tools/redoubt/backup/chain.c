// SPDX-License-Identifier: Apache-2.0
#include "chain.h"

#include "../command.h"
#include "files.h"
#include "heads.h"
#include "stored.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAULTS_MAX 64 // at one source, before nobody reads on there

static int fault(struct chain *c, const char *source, const char *error)
{
	complain("%s: %s", source, error);
	c->faults++;
	return 1;
}

// 0, or 1 after it has complained.
static int load(struct chain *c, const char *source, uint64_t number, struct stored *ret)
{
	char error[256];
	return stored_load(source, number, c->card.signing, c->card.exchange, ret, error) ? fault(c, source, error) : 0;
}

// Where an item of that name is, or belongs.
static size_t item_place(const struct chain *c, const char *name)
{
	size_t low = 0, high = c->item_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(c->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// A later item of the same name replaces the earlier one. Thousands of shipments of two items each follow a full backup:
// each is put in its place, nothing is sorted anew.
static int merge(struct chain *c, const struct backup_manifest *m)
{
	size_t room = c->item_count + m->item_count;
	if (room > c->item_room) {
		struct backup_manifest_item *items = realloc(c->items, 2 * room * sizeof *items);
		if (!items)
			return -ENOMEM;
		c->items = items;
		c->item_room = 2 * room;
	}
	for (size_t i = 0; i < m->item_count; i++) {
		size_t at = item_place(c, m->items[i].name);
		if (at == c->item_count || strcmp(c->items[at].name, m->items[i].name) != 0)
			memmove(&c->items[at + 1], &c->items[at], (c->item_count++ - at) * sizeof *c->items);
		c->items[at] = m->items[i];
	}
	return 0;
}

// What a manifest names is there, at whichever source. 0, or 1 after it has complained of the first that is not.
static int objects_there(struct chain *c, const char *source, const struct backup_manifest *m)
{
	char error[256];
	for (size_t i = 0; i < m->item_count; i++) {
		int fd = chain_object(c, &m->items[i]);
		if (fd >= 0) {
			close(fd);
			continue;
		}
		snprintf(error, sizeof error,
			 "manifest %" PRIu64 ": %s: its object is at no source, or has another size: fetch it from another copy",
			 m->number, m->items[i].name);
		return fault(c, source, error);
	}
	return 0;
}

// Walks down from number[*end - 1] to the newest full manifest whose successors can all be read. 0 with its index; or 1
// with *end below what cannot.
static int full_find(struct chain *c, const char *source, const struct numbers *n, size_t *end, size_t *ret)
{
	for (size_t i = *end; i-- > 0;) {
		struct stored s;
		if (load(c, source, n->number[i], &s)) {
			*end = i;
			return 1;
		}
		bool full = s.manifest.kind == BACKUP_MANIFEST_FULL;
		stored_free(&s);
		if (full) {
			*ret = i;
			return 0;
		}
	}
	complain("%s: no full backup is among its manifests", source);
	*end = 0;
	return 1;
}

static int step(struct chain *c, const char *source, uint64_t number, bool first)
{
	struct stored s;
	char error[256];
	if (load(c, source, number, &s))
		return 1;
	enum backup_manifest_refusal refusal =
		first ? BACKUP_MANIFEST_FINE : backup_manifest_follows(&c->last, c->digest, &s.manifest);
	int r = 0;
	if (refusal) {
		snprintf(error, sizeof error, "manifest %" PRIu64 ": %s", number, backup_manifest_refusal_text(refusal));
		r = fault(c, source, error);
	} else if (objects_there(c, source, &s.manifest)) {
		r = 1;
	} else if (merge(c, &s.manifest)) {
		complain("%s: out of memory", source);
		r = 1;
	} else {
		memcpy(c->digest, s.digest, sizeof c->digest);
		c->last = s.manifest;
		c->last.items = NULL;
		c->newest = number;
	}
	stored_free(&s);
	return r;
}

static void items_drop(struct chain *c)
{
	free(c->items);
	c->items = NULL;
	c->item_count = c->item_room = 0;
}

// The newest chain of one source. What does not hold ends it there, loudly, and hides what came before it only until it is
// passed by: an older full backup is better than none.
static int source_read(struct chain *c, const char *source)
{
	struct numbers n;
	unsigned before = c->faults;
	size_t start;
	int r = numbers_list(source, &n);
	c->newest = 0;
	if (r || !n.count)
		complain("%s: %s", source, r ? strerror(-r) : "there is no manifest");
	for (size_t end = n.count; end && !c->newest;) {
		if (c->faults - before > FAULTS_MAX) {
			complain("%s: more than %u manifests do not hold: the others are not looked at", source, FAULTS_MAX);
			break;
		}
		if (full_find(c, source, &n, &end, &start))
			continue;
		items_drop(c);
		c->full = n.number[start];
		for (size_t i = start; i < end && !step(c, source, n.number[i], i == start); i++)
			;
		end = start;
	}
	numbers_free(&n);
	return c->newest ? 0 : 1;
}

// ---- several sources ----

struct chain_end {
	uint64_t number; // 0 = nothing there holds
	uint8_t digest[SHA256_SIZE];
};

// A source that ends earlier must have the same manifest at its end, as far as the longest still has it. 0, or 1 after it
// has complained: whoever chooses between two chains that this exchange's key signed must be a person.
static int ends_agree(struct chain *c, const struct chain_end end[SOURCES_MAX], size_t best)
{
	for (size_t i = 0; i < c->source_count; i++) {
		struct stored s;
		char error[256];
		if (i == best || !end[i].number)
			continue;
		if (end[i].number < end[best].number)
			fprintf(stderr, "%s ends at manifest %" PRIu64 ", %s at %" PRIu64 "\n", c->sources[i], end[i].number,
				c->sources[best], end[best].number);
		if (stored_load(c->sources[best], end[i].number, c->card.signing, c->card.exchange, &s, error))
			continue;
		bool same = memcmp(s.digest, end[i].digest, SHA256_SIZE) == 0;
		stored_free(&s);
		if (same)
			continue;
		complain("%s and %s have two different manifests %" PRIu64 ", both signed by this exchange: it went on twice from one backup; give one of them alone",
			 c->sources[i], c->sources[best], end[i].number);
		return 1;
	}
	return 0;
}

static void head_take(struct chain *c, const struct backup_head *head, const char *from)
{
	if (c->head_known && !backup_head_further(&c->head, head))
		return;
	c->head = *head;
	c->head_known = true;
	snprintf(c->head_from, sizeof c->head_from, "%s", from);
}

static void heads_take(struct chain *c, const char *seen)
{
	static struct backup_head head;
	char path[PATH_MAX];
	for (size_t i = 0; i < c->source_count; i++) {
		int r = head_newest(c->sources[i], &c->card, &head, path);
		if (r == 0)
			head_take(c, &head, path);
		else if (r == 2)
			(void)fault(c, c->sources[i], "the search for a head was not exhausted: too many files in heads/ are none; remove them, or give another copy");
	}
	if (seen && head_read(seen, &c->card, &head) == 0)
		head_take(c, &head, seen);
}

uint64_t chain_short_of(const struct chain *c)
{
	return c->head_known && c->head.number > c->newest ? c->head.number - c->newest : 0;
}

static void head_compare(struct chain *c)
{
	char error[256];
	if (!c->head_known || c->head.number < c->newest)
		return;
	if (c->head.number > c->newest)
		snprintf(error, sizeof error, "manifest %" PRIu64 " was made and is at no source: the newest that holds is %" PRIu64,
			 c->head.number, c->newest);
	else if (memcmp(c->head.digest, c->digest, SHA256_SIZE) != 0)
		snprintf(error, sizeof error, "manifest %" PRIu64 " is another one than this head's, both signed by this exchange", c->newest);
	else
		return;
	(void)fault(c, c->head_from, error);
}

int chain_open(struct chain *c, const char *seen)
{
	struct chain_end end[SOURCES_MAX] = { 0 };
	size_t best = 0;
	heads_take(c, seen);
	for (size_t i = 0; i < c->source_count; i++) {
		if (source_read(c, c->sources[i]))
			continue;
		end[i].number = c->newest;
		memcpy(end[i].digest, c->digest, SHA256_SIZE);
		if (end[i].number > end[best].number)
			best = i;
	}
	if (!end[best].number) {
		complain("no source has a backup of this exchange that holds");
		return EXIT_DAMAGED;
	}
	if (c->source_count > 1 && (ends_agree(c, end, best) || source_read(c, c->sources[best])))
		return EXIT_DAMAGED;
	head_compare(c);
	return EXIT_DONE;
}

void chain_close(struct chain *c)
{
	items_drop(c);
}

int chain_object(const struct chain *c, const struct backup_manifest_item *item)
{
	for (size_t i = 0; i < c->source_count; i++) {
		char path[PATH_MAX];
		struct stat st;
		int fd = object_path(path, c->sources[i], item->sum.sealed_digest) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
		if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size == item->sum.sealed_size)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}
