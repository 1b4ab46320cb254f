// SPDX-License-Identifier: Apache-2.0
#include "reread.h"

#include "files.h"

#include "base/clock.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATUS_MAX 65536
#define HEX "0123456789abcdef"

// 0, 1 when its bytes are not those of its name, or negative errno.
static int object_read(const char *folder, const char *name, uint64_t *bytes)
{
	static uint8_t buffer[1 << 16];
	uint8_t wanted[SHA256_SIZE], found[SHA256_SIZE];
	char path[PATH_MAX];
	struct sha256 sha;
	struct stat st;
	ssize_t n = 0;
	if (hex_decode(name, 64, wanted, sizeof wanted) || !object_path(path, folder, wanted))
		return -EINVAL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; // pruned meanwhile
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return 1;
	}
	sha256_init(&sha);
	while ((n = read(fd, buffer, sizeof buffer)) > 0) {
		sha256_update(&sha, buffer, (size_t)n);
		*bytes += (uint64_t)n;
	}
	int r = n < 0 ? -errno : 0;
	close(fd);
	sha256_final(&sha, found);
	return r ? r : memcmp(found, wanted, sizeof found) != 0;
}

// The first name after `after` in one of the 256 folders. False when there is none.
static bool folder_next(const char *objects, unsigned prefix, const char *after, char ret[65])
{
	char sub[8], path[PATH_MAX];
	snprintf(sub, sizeof sub, "%02x", prefix & 255);
	DIR *dir = path_join(path, objects, sub) ? opendir(path) : NULL;
	ret[0] = 0;
	for (struct dirent *e; dir && (e = readdir(dir));)
		if (strlen(e->d_name) == 64 && strspn(e->d_name, HEX) == 64 && !memcmp(e->d_name, sub, 2) && strcmp(e->d_name, after) > 0 &&
		    (!ret[0] || strcmp(e->d_name, ret) < 0))
			memcpy(ret, e->d_name, 65);
	if (dir)
		closedir(dir);
	return ret[0] != 0;
}

static bool object_next(const char *objects, const char *after, char ret[65])
{
	uint8_t prefix = 0;
	if (*after && hex_decode(after, 2, &prefix, 1))
		return false;
	for (unsigned at = prefix; at < 256; at++)
		if (folder_next(objects, at, after, ret))
			return true;
	return false;
}

static void round_end(struct reread *s)
{
	s->ended_us = clock_realtime_us();
	s->altered_before = s->altered;
	s->altered = 0;
	s->cursor[0] = 0;
}

// What was altered is gone, or was written anew: what is known of this destination is known no more.
static bool mended(const char *folder, const struct reread *s)
{
	uint8_t digest[SHA256_SIZE];
	char path[PATH_MAX];
	struct stat st;
	if (!s->last[0] || hex_decode(s->last, 64, digest, sizeof digest) || !object_path(path, folder, digest))
		return false;
	if (lstat(path, &st))
		return errno == ENOENT;
	return (uint64_t)st.st_ctim.tv_sec * 1000000 + (uint64_t)st.st_ctim.tv_nsec / 1000 > s->found_us;
}

static void altered_note(const char *objects, const char *name, int r, struct reread *s)
{
	s->altered++;
	memcpy(s->last, name, sizeof s->last);
	s->found_us = clock_realtime_us();
	complain("%s/%.2s/%s: %s", objects, name, name, r > 0 ? "its bytes are not those that were written" : strerror(-r));
}

// False: the round has ended, or none is due.
static bool destination_read(const char *folder, struct reread *s)
{
	char objects[PATH_MAX], name[65];
	uint64_t bytes = 0, now = clock_realtime_us();
	if (!path_join(objects, folder, "objects") || access(objects, R_OK))
		return false;
	if (mended(folder, s))
		*s = (struct reread){ 0 };
	if (!s->cursor[0] && s->begun_us <= now && now - s->begun_us < REREAD_ROUND_US)
		return false;
	if (!s->cursor[0]) {
		s->begun_us = now;
		s->objects = 0;
	}
	for (unsigned i = 0; i < REREAD_TURN_OBJECTS && bytes < REREAD_TURN_BYTES; i++) {
		if (!object_next(objects, s->cursor, name)) {
			round_end(s);
			return false;
		}
		int r = object_read(folder, name, &bytes);
		memcpy(s->cursor, name, sizeof s->cursor);
		s->objects++;
		if (r)
			altered_note(objects, name, r, s);
	}
	return true;
}

bool reread_turn(const struct backup_place *p, struct reread state[DESTINATIONS_MAX], bool all)
{
	bool good = true;
	for (size_t i = 0; i < p->destination_count; i++) {
		if (all)
			state[i] = (struct reread){ 0 };
		while (destination_read(p->destinations[i], &state[i]) && all)
			;
		good &= !state[i].altered && !state[i].altered_before;
	}
	return good;
}

json_t *reread_json(const struct reread *s)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:I}", "cursor", s->cursor, "begun_us", (json_int_t)s->begun_us, "ended_us",
			 (json_int_t)s->ended_us, "objects", (json_int_t)s->objects, "altered", (json_int_t)s->altered, "altered_before",
			 (json_int_t)s->altered_before, "last", s->last, "found_us", (json_int_t)s->found_us);
}

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));
	return n > 0 ? (uint64_t)n : 0;
}

static void name_of(const json_t *object, const char *key, char to[65])
{
	const char *text = json_string_value(json_object_get(object, key));
	if (text && strlen(text) == 64 && strspn(text, HEX) == 64)
		memcpy(to, text, 65);
}

static void state_read(const json_t *r, struct reread *s)
{
	*s = (struct reread){ .begun_us = number_of(r, "begun_us"), .ended_us = number_of(r, "ended_us"), .objects = number_of(r, "objects"),
			      .altered = number_of(r, "altered"), .altered_before = number_of(r, "altered_before"), .found_us = number_of(r, "found_us") };
	name_of(r, "cursor", s->cursor);
	name_of(r, "last", s->last);
}

void reread_load(const struct backup_place *p, struct reread state[DESTINATIONS_MAX])
{
	char *text;
	size_t size, k;
	json_t *d;
	if (whole_file_read(backup_path("status").text, STATUS_MAX, &text, &size))
		return;
	json_t *status = json_loadb(text, size, 0, NULL);
	free(text);
	json_array_foreach(json_object_get(status, "destinations"), k, d)
		for (size_t i = 0; i < p->destination_count; i++)
			if (json_string_value(json_object_get(d, "folder")) &&
			    !strcmp(json_string_value(json_object_get(d, "folder")), p->destinations[i]))
				state_read(json_object_get(d, "reread"), &state[i]);
	json_decref(status);
}
