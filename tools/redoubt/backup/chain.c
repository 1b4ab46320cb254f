// SPDX-License-Identifier: Apache-2.0
#include "chain.h"

#include "../command.h"
#include "files.h"

#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CARD_PREFIX "redoubt-backup-card 1 "

void card_format(const struct backup_card *card, char to[CARD_TEXT_MAX])
{
	char exchange[65], signing[65];
	hex_encode(card->exchange, 32, exchange);
	hex_encode(card->signing, 32, signing);
	snprintf(to, CARD_TEXT_MAX, CARD_PREFIX "%s %s\n", exchange, signing);
}

int card_parse(const char *text, size_t size, struct backup_card *ret)
{
	const char *hex = text + sizeof CARD_PREFIX - 1;
	struct backup_card card;
	if (size != sizeof CARD_PREFIX - 1 + 64 + 1 + 64 + 1 || memcmp(text, CARD_PREFIX, sizeof CARD_PREFIX - 1) != 0 ||
	    hex[64] != ' ' || hex[129] != '\n' || hex_decode(hex, 64, card.exchange, 32) ||
	    hex_decode(hex + 65, 64, card.signing, 32))
		return 1;
	*ret = card;
	return 0;
}

struct loaded {
	char *text;
	size_t size;
	struct backup_manifest manifest;
};

static void loaded_free(struct loaded *l)
{
	free(l->text);
	free(l->manifest.items);
	*l = (struct loaded){ 0 };
}

// 0, or 1 after it has complained.
static int load(struct chain *c, const char *source, uint64_t number, struct loaded *ret)
{
	char path[PATH_MAX];
	size_t line = 0;
	*ret = (struct loaded){ 0 };
	ASSERT(manifest_path(path, source, number));
	int r = whole_file_read(path, BACKUP_MANIFEST_SIZE_MAX, &ret->text, &ret->size);
	if (r) {
		complain("%s: %s", path, strerror(-r));
		c->faults++;
		return 1;
	}
	size_t room = ret->size / 64 + 1;
	struct backup_manifest_item *items = calloc(room, sizeof *items);
	enum backup_manifest_refusal refusal = items ? backup_manifest_read(ret->text, ret->size, c->card.signing, items, room,
							      &ret->manifest, &line) : BACKUP_MANIFEST_ITEMS;
	if (!refusal && memcmp(ret->manifest.exchange, c->card.exchange, 32) != 0)
		refusal = BACKUP_MANIFEST_EXCHANGE;
	if (!refusal && ret->manifest.number != number)
		refusal = BACKUP_MANIFEST_GAP;
	if (!refusal)
		return 0;
	complain("%s, line %zu: %s", path, line, backup_manifest_refusal_text(refusal));
	c->faults++;
	if (!ret->manifest.items)
		free(items);
	loaded_free(ret);
	return 1;
}

static int item_order(const void *a, const void *b)
{
	return strcmp(((const struct backup_manifest_item *)a)->name, ((const struct backup_manifest_item *)b)->name);
}

// A later item of the same name replaces the earlier one.
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
	size_t sorted = c->item_count;
	for (size_t i = 0; i < m->item_count; i++) {
		struct backup_manifest_item *known =
			sorted ? bsearch(&m->items[i], c->items, sorted, sizeof *c->items, item_order) : NULL;
		if (known)
			*known = m->items[i];
		else
			c->items[c->item_count++] = m->items[i];
	}
	if (c->item_count)
		qsort(c->items, c->item_count, sizeof *c->items, item_order);
	return 0;
}

// Walks back to the newest full manifest whose successors all hold. 0 with its number, 1 when there is none.
static int full_find(struct chain *c, const char *source, uint64_t first, uint64_t last, uint64_t *ret)
{
	for (uint64_t n = last; n && n >= first; n--) {
		struct loaded l;
		if (load(c, source, n, &l))
			return 1;
		bool full = l.manifest.kind == BACKUP_MANIFEST_FULL;
		loaded_free(&l);
		if (full) {
			*ret = n;
			return 0;
		}
	}
	complain("%s: no full backup is among its manifests", source);
	return 1;
}

static int step(struct chain *c, const char *source, uint64_t number)
{
	struct loaded l;
	if (load(c, source, number, &l))
		return 1;
	enum backup_manifest_refusal refusal =
		number == c->full ? BACKUP_MANIFEST_FINE : backup_manifest_follows(&c->last, c->digest, &l.manifest);
	int r = 0;
	if (refusal) {
		complain("%s: manifest %" PRIu64 ": %s", source, number, backup_manifest_refusal_text(refusal));
		c->faults++;
		r = 1;
	} else if (merge(c, &l.manifest)) {
		complain("%s: out of memory", source);
		r = 1;
	} else {
		backup_manifest_digest(l.text, l.size, c->digest);
		c->last = l.manifest;
		c->last.items = NULL;
		c->newest = number;
	}
	loaded_free(&l);
	return r;
}

static void items_drop(struct chain *c)
{
	free(c->items);
	c->items = NULL;
	c->item_count = c->item_room = 0;
}

// The newest chain of one source; a fault in the middle ends it there, loudly.
static int source_read(struct chain *c, const char *source)
{
	uint64_t first, last;
	int r = manifests_list(source, &first, &last);
	if (r || !last) {
		complain("%s: %s", source, r ? strerror(-r) : "there is no manifest");
		return 1;
	}
	// A damaged newest manifest hides what came before it only until it is taken away: look further back.
	while (last && full_find(c, source, first, last, &c->full))
		last = last > first ? last - 1 : 0;
	if (!last)
		return 1;
	c->newest = 0;
	items_drop(c);
	for (uint64_t n = c->full; n <= last; n++)
		if (step(c, source, n))
			break;
	return c->newest ? 0 : 1;
}

int chain_open(struct chain *c)
{
	size_t best = SOURCES_MAX;
	uint64_t newest = 0;
	for (size_t i = 0; i < c->source_count; i++)
		if (!source_read(c, c->sources[i]) && c->newest > newest) {
			newest = c->newest;
			best = i;
		}
	if (best == SOURCES_MAX) {
		complain("no source has a backup of this exchange that holds");
		return EXIT_DAMAGED;
	}
	if (c->source_count == 1)
		return EXIT_DONE;
	return source_read(c, c->sources[best]) ? EXIT_DAMAGED : EXIT_DONE;
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
