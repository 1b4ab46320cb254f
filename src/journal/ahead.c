// SPDX-License-Identifier: Apache-2.0
#include "journal/steps.h"

#include <pthread.h>
#include <stdlib.h>

#define AHEAD_SLOTS 16u

struct slot {
	struct block_view view;
	uint8_t *leaf; // the reader decrypts right into it
};

struct journal_ahead {
	struct journal_reader *reader;
	uint8_t *reader_leaf; // its own buffer, given back at the end
	uint64_t durable;
	struct slot slot[AHEAD_SLOTS];
	uint8_t *memory;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	// under the lock
	uint64_t filled, taken; // blocks
	bool lent, stop, ended;
	int result; // 1 or 2 once ended
	struct journal_error error;
};

// Waits for a free slot. False when nobody wants any more.
static bool slot_wait(struct journal_ahead *a)
{
	pthread_mutex_lock(&a->lock);
	while (!a->stop && a->filled - a->taken == AHEAD_SLOTS)
		pthread_cond_wait(&a->changed, &a->lock);
	bool go_on = !a->stop;
	pthread_mutex_unlock(&a->lock);
	return go_on;
}

static void publish(struct journal_ahead *a, int result, const struct journal_error *error)
{
	pthread_mutex_lock(&a->lock);
	if (result == 0) {
		a->filled++;
	} else {
		a->ended = true;
		a->result = result;
		a->error = *error;
	}
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

static void *ahead_main(void *context)
{
	struct journal_ahead *a = context;
	struct journal_error error = { 0 };
	int result = 0;
	for (uint64_t n = 0; !result && slot_wait(a); n++) {
		struct slot *s = &a->slot[n % AHEAD_SLOTS];
		a->reader->leaf = s->leaf;
		result = journal_reader_next(a->reader, a->durable, &s->view, &error);
		publish(a, result, &error);
	}
	return NULL;
}

int journal_ahead_open(struct journal_reader *reader, uint64_t durable, struct journal_ahead **ret)
{
	struct journal_ahead *a = calloc(1, sizeof *a);
	if (!a)
		return -ENOMEM;
	a->memory = aligned_alloc(BLOCK_ALIGN, (size_t)AHEAD_SLOTS * BLOCK_FRAME_MAX);
	if (!a->memory) {
		free(a);
		return -ENOMEM;
	}
	for (size_t i = 0; i < AHEAD_SLOTS; i++)
		a->slot[i].leaf = a->memory + i * BLOCK_FRAME_MAX;
	a->reader = reader;
	a->reader_leaf = reader->leaf;
	a->durable = durable;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	int error = pthread_create(&a->thread, NULL, ahead_main, a);
	if (error) {
		free(a->memory);
		free(a);
		return -error;
	}
	*ret = a;
	return 0;
}

int journal_ahead_next(struct journal_ahead *a, struct block_view *ret, struct journal_error *ret_error)
{
	int result = 0;
	pthread_mutex_lock(&a->lock);
	if (a->lent) { // the caller is done with the block that it got last
		a->lent = false;
		a->taken++;
		pthread_cond_signal(&a->changed);
	}
	while (a->filled == a->taken && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	if (a->filled != a->taken) {
		*ret = a->slot[a->taken % AHEAD_SLOTS].view;
		a->lent = true;
	} else {
		result = a->result;
		*ret_error = a->error;
	}
	pthread_mutex_unlock(&a->lock);
	return result;
}

struct journal_reader *journal_ahead_close(struct journal_ahead *a)
{
	if (!a)
		return NULL;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	struct journal_reader *reader = a->reader;
	reader->leaf = a->reader_leaf;
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->changed);
	free(a->memory);
	free(a);
	return reader;
}
