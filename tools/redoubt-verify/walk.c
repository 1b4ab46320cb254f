// SPDX-License-Identifier: Apache-2.0
#include "walk.h"

#include "crypto/sha256.h"
#include "opener.h"
#include "segment.h"
#include "tail.h"

#include <stdlib.h>

enum step { STEP_ON, STEP_NEXT_SEGMENT, STEP_TAIL, STEP_STOP };

struct walk {
	const struct walk_options *o;
	struct walked *done;
	struct opener *opener;
	struct segment_file file;
	struct place place;
	uint32_t segments; // files
	struct mark note;
	uint64_t time_us, digest; // of the last block
	uint64_t batch_first;
	const char *wrong; // with the frame that ends the walk
	uint8_t plain[LEAF_MAX];
};

static enum step damaged(struct walk *w, const char *what)
{
	finding_add(w->o->report, "segment %u, offset %llu: block %llu %s", w->place.segment,
		    (unsigned long long)w->place.offset, (unsigned long long)w->done->blocks, what);
	return STEP_STOP;
}

// ---- segment headers ----

static const char *head_check(struct walk *w, const struct segment_head *h, const uint8_t *bytes)
{
	if (h->index != w->place.segment)
		return "says that it is another segment";
	if (h->size != w->file.size)
		return "has another size than its header says";
	if (w->place.segment == 0)
		memcpy(w->done->exchange, h->exchange, 32);
	else if (memcmp(w->done->exchange, h->exchange, 32) != 0)
		return "belongs to another exchange";
	if (!header_key_fits(w->o->master, h->exchange, bytes, KEY_CHECKED, h->key_check))
		return "was not written with this key";
	if (h->first_block != w->done->blocks || h->first_sequence != w->done->sequence + 1 ||
	    h->time_us != w->time_us || h->digest != w->digest ||
	    memcmp(h->previous, w->done->leaf_hash, 32) != 0)
		return "does not continue where the segment before it ends";
	return NULL;
}

static enum step segment_begin(struct walk *w)
{
	struct segment_head head;
	size_t size = 0;
	int error = segment_open(&w->file, w->o->dir_fd, w->place.segment);
	const uint8_t *bytes = error ? NULL : segment_bytes(&w->file, 0, &size, &error);
	if (!bytes) {
		finding_add(w->o->report, "segment %u cannot be read: %s", w->place.segment, strerror(-error));
		return STEP_STOP;
	}
	const char *wrong = size < SEGMENT_HEAD ? "is shorter than its header" : segment_head_parse(bytes, &head);
	w->place.offset = SEGMENT_HEAD;
	if (!wrong && head.unused) {
		w->wrong = "is not there";
		return STEP_TAIL;
	}
	if (!wrong)
		wrong = head_check(w, &head, bytes);
	if (wrong) {
		finding_add(w->o->report, "segment %u %s", w->place.segment, wrong);
		return STEP_STOP;
	}
	w->done->segments++;
	return STEP_ON;
}

// ---- frames ----

static const char *leaf_check(const struct walk *w, const struct leaf *l, const struct frame *f)
{
	const struct walked *d = w->done;
	if (l->number != d->blocks || f->number != d->blocks)
		return "has another number";
	if (l->first_sequence != d->sequence + 1)
		return "does not begin with the sequence that follows the block before";
	if (memcmp(l->previous, d->leaf_hash, 32) != 0)
		return "does not carry the hash of the block before";
	if (l->time_us < w->time_us)
		return "has a time before that of the block before";
	if (f->batch_first > f->number || f->number - f->batch_first >= 64 || f->batch_first < w->batch_first)
		return "names an impossible first block of its batch";
	return NULL;
}

static void leaf_hash(const uint8_t *leaf, size_t size, uint8_t hash[32])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, "\0", 1);
	sha256_update(&s, leaf, size);
	sha256_final(&s, hash);
}

static enum step block_take(struct walk *w, const struct frame *f)
{
	struct leaf leaf;
	uint8_t hash[32];
	struct walked *d = w->done;
	const char *wrong = leaf_parse(w->plain, f->plain_size, &leaf);
	if (!wrong)
		wrong = leaf_check(w, &leaf, f);
	if (wrong)
		return damaged(w, wrong);
	leaf_hash(w->plain, f->plain_size, hash);
	if (!w->o->block(w->o->context, &leaf, hash, &w->place))
		return STEP_STOP;
	d->blocks++;
	d->sequence += leaf.count;
	memcpy(d->leaf_hash, hash, 32);
	w->time_us = leaf.time_us;
	w->digest = leaf.digest;
	w->batch_first = f->batch_first;
	if (w->note.present && w->note.blocks == d->blocks && memcmp(w->note.leaf_hash, hash, 32) != 0) {
		w->done->blocks--;
		return damaged(w, "is another one than the durable note says");
	}
	return STEP_ON;
}

// A seal or a close: says where the journal stands.
static const char *mark_check(const struct walk *w, const struct frame *f)
{
	struct reader r = reader_over(w->plain, f->plain_size);
	uint64_t sequence = read_u64(&r);
	const uint8_t *hash = read_bytes(&r, 32);
	if (f->number != w->done->blocks || sequence != w->done->sequence || memcmp(hash, w->done->leaf_hash, 32) != 0)
		return "follows a mark that does not fit what is before it";
	return NULL;
}

static enum step rest_is_zero(struct walk *w)
{
	for (uint64_t at = w->place.offset; at < w->file.size; at += FRAME_ALIGN) {
		size_t size = 0;
		int error = 0;
		const uint8_t *bytes = segment_bytes(&w->file, at, &size, &error);
		for (size_t i = 0; bytes && i < u64_min(size, FRAME_ALIGN); i++) {
			if (bytes[i] == 0)
				continue;
			finding_add(w->o->report, "segment %u, offset %llu: a byte behind the end of the segment is not zero",
				    w->place.segment, (unsigned long long)(at + i));
			return STEP_STOP;
		}
	}
	return STEP_ON;
}

static enum step seal_take(struct walk *w)
{
	if (rest_is_zero(w) == STEP_STOP)
		return STEP_STOP;
	// The writer may have made another since they were counted.
	uint32_t now = 0;
	bool gap = true;
	if (w->place.segment + 1 == w->segments && !segments_count(w->o->dir_fd, &now, &gap) && !gap)
		w->segments = now;
	if (w->place.segment + 1 < w->segments)
		return STEP_NEXT_SEGMENT;
	finding_add(w->o->report, "segment %u is missing: segment %u ends with a seal, so there is another",
		    w->place.segment + 1, w->place.segment);
	return STEP_STOP;
}

// The frame at the place, whole or not.
static const char *frame_read(struct walk *w, struct frame *ret, int *ret_error)
{
	size_t size = 0;
	*ret_error = 0;
	if (w->place.offset >= w->file.size)
		return "is not there";
	const uint8_t *bytes = segment_bytes(&w->file, w->place.offset, &size, ret_error);
	if (!bytes)
		return "cannot be read";
	const char *wrong = frame_parse(bytes, size, ret);
	if (wrong)
		return wrong;
	return opener_open(w->opener, ret, w->plain) == 0 ? NULL : "has a wrong tag";
}

static enum step frame_take(struct walk *w)
{
	struct frame f;
	int error;
	const char *wrong = frame_read(w, &f, &error);
	if (wrong && !error) {
		// The writer may just have been writing it: look at the disk once more.
		segment_forget(&w->file);
		wrong = frame_read(w, &f, &error);
	}
	if (error)
		return damaged(w, strerror(-error));
	if (wrong) {
		w->wrong = wrong;
		return STEP_TAIL;
	}
	if (!opener_note(w->opener, f.incarnation))
		return damaged(w, "was written by an opening that had ended before: its key and nonce may have been used twice");
	enum step step = STEP_ON;
	if (f.kind == FRAME_BLOCK)
		step = block_take(w, &f);
	else if ((wrong = mark_check(w, &f)))
		step = damaged(w, wrong);
	if (step != STEP_ON)
		return step;
	w->done->closed = f.kind == FRAME_CLOSE;
	w->done->bytes += f.size;
	w->place.offset += f.size;
	return f.kind == FRAME_SEAL ? seal_take(w) : STEP_ON;
}

static enum step segment_walk(struct walk *w)
{
	enum step step = segment_begin(w);
	for (unsigned frames = 0; step == STEP_ON; frames++) {
		step = frame_take(w);
		if (w->o->progress && frames % 64 == 0)
			w->o->progress(w->o->context, w->place.segment * w->file.size + w->place.offset,
					w->segments * w->file.size);
	}
	segment_close(&w->file);
	return step;
}

static bool tail_check(struct walk *w)
{
	struct tail t = { .dir_fd = w->o->dir_fd, .segment = w->place.segment, .segments = w->segments,
			  .offset = w->place.offset, .block = w->done->blocks, .note = w->note,
			  .opener = w->opener, .report = w->o->report, .wrong = w->wrong };
	bool whole = end_judge(&t);
	w->done->torn_bytes = t.torn_bytes;
	return whole;
}

static bool segments_walk(struct walk *w)
{
	bool gap;
	int error = segments_count(w->o->dir_fd, &w->segments, &gap);
	if (error) {
		finding_add(w->o->report, "the journal's directory cannot be read: %s", strerror(-error));
		return false;
	}
	if (gap || w->segments == 0) {
		finding_add(w->o->report, "segment %u is missing", w->segments);
		return false;
	}
	w->note = note_read(w->o->dir_fd);
	for (; w->place.segment < w->segments; w->place.segment++) {
		enum step step = segment_walk(w);
		if (step == STEP_TAIL)
			return tail_check(w);
		if (step == STEP_STOP)
			return false;
	}
	return true;
}

bool journal_walk(const struct walk_options *options, struct walked *ret)
{
	struct walk *w = calloc(1, sizeof *w);
	*ret = (struct walked){ 0 };
	ASSERT(w);
	w->o = options;
	w->done = ret;
	w->file.fd = -1;
	w->opener = opener_new(options->master);
	ASSERT(w->opener);
	bool whole = segments_walk(w);
	ret->openings = opener_count(w->opener);
	opener_free(w->opener);
	free(w);
	return whole;
}

bool journal_exchange(int dir_fd, uint8_t ret[32])
{
	struct segment_file f;
	struct segment_head head;
	size_t size = 0;
	int error;
	if (segment_open(&f, dir_fd, 0))
		return false;
	const uint8_t *bytes = segment_bytes(&f, 0, &size, &error);
	bool good = bytes && size >= SEGMENT_HEAD && !segment_head_parse(bytes, &head) && !head.unused;
	if (good)
		memcpy(ret, head.exchange, 32);
	segment_close(&f);
	return good;
}
