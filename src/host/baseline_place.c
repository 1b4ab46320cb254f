// SPDX-License-Identifier: Apache-2.0
#include "host/baseline_place.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// A baseline may be larger than what host_file reads.
static int text_load(const struct host *h, const char *path, char **ret, size_t *ret_size)
{
	int fd = host_openat(h, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	int r = descriptor_read_file(fd, BASELINE_SIZE_MAX, ret, ret_size);
	close(fd);
	return r;
}

static int one_load(struct host *h, const char *path, const uint8_t key[32], struct baseline *ret, const char **ret_sentence)
{
	char *text;
	size_t size, line;
	int r = text_load(h, path, &text, &size);
	if (r) {
		*ret_sentence = host_print(h, "%s could not be read: %s", path, strerror(-r));
		return r;
	}
	r = baseline_read(text, size, key, ret, &line);
	free(text);
	if (r > 0)
		*ret_sentence = line ? host_print(h, "%s, line %zu: %s", path, line, baseline_refusal_text((enum baseline_refusal)r)) :
				       host_print(h, "%s: %s", path, baseline_refusal_text((enum baseline_refusal)r));
	else if (r)
		*ret_sentence = strerror(-r);
	return r;
}

static int copy_compare(struct host *h, const char *path, const uint8_t key[32], const struct baseline *here,
			const char **ret_sentence)
{
	struct baseline copy = { 0 };
	int r = one_load(h, path, key, &copy, ret_sentence);
	if (r)
		return BASELINE_COPY_UNREADABLE;
	r = baseline_against_copy(here, &copy);
	if (r)
		*ret_sentence = host_print(h, "the baseline has number %llu, the copy %s number %llu: %s",
					   (unsigned long long)here->sequence, path, (unsigned long long)copy.sequence,
					   baseline_refusal_text((enum baseline_refusal)r));
	baseline_free(&copy);
	return r;
}

int baseline_place_load(struct host *h, const struct baseline_place *p, struct baseline *ret, const char **ret_sentence)
{
	uint8_t key[32];
	struct baseline here = { 0 };
	const struct host_file *f = host_file(h, p->key);
	if (f->error || baseline_key_read(f->text, f->size, key)) {
		*ret_sentence = f->error ? host_print(h, "the key %s could not be read: %s", p->key, strerror(-f->error)) :
					   host_print(h, "%s is not a line 'redoubt-baseline-key 1 ...'", p->key);
		return f->error ? f->error : BASELINE_FORMAT;
	}
	int r = one_load(h, p->baseline, key, &here, ret_sentence);
	if (!r && p->copy)
		r = copy_compare(h, p->copy, key, &here, ret_sentence);
	if (r && r != BASELINE_COPY_OLDER) {
		baseline_free(&here);
		return r;
	}
	*ret = here;
	return r;
}
