// SPDX-License-Identifier: Apache-2.0
// What there is now, as items of a baseline.
#include "watch/watch.h"

#include "base/clock.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENTRIES_MAX 20000000ull

struct observing {
	const struct host *host;
	struct baseline *to;
	struct digest_job *jobs; // files that are still to be hashed
	size_t count, room;
	bool only_setuid;
};

static const char *owner_text(struct baseline *b, const struct stat *s)
{
	char text[64];
	snprintf(text, sizeof text, "%04o.%u.%u", s->st_mode & 07777, (unsigned)s->st_uid, (unsigned)s->st_gid);
	return baseline_text(b, text);
}

int watch_setuid_add(struct baseline *to, const char *path, const struct stat *s)
{
	return baseline_add(to, BASELINE_SETUID, baseline_text(to, path), owner_text(to, s));
}

static int job_add(struct observing *o, const char *encoded)
{
	if (o->count == o->room) {
		size_t room = o->room ? 2 * o->room : 4096;
		struct digest_job *grown = realloc(o->jobs, room * sizeof *grown);
		if (!grown)
			return -ENOMEM;
		o->jobs = grown;
		o->room = room;
	}
	o->jobs[o->count++] = (struct digest_job){ .path = encoded };
	return encoded ? 0 : -ENOMEM;
}

static int link_add(struct observing *o, const struct walk_entry *e, const char *key)
{
	char target[4096];
	ssize_t n = readlinkat(e->directory, e->name, target, sizeof target - 1);
	if (n <= 0)
		return 0; // gone meanwhile
	target[n] = 0;
	return baseline_add(o->to, BASELINE_LINK, key, baseline_text(o->to, target));
}

static int entry_visit(void *context, const struct walk_entry *e)
{
	struct observing *o = context;
	mode_t mode = e->status->st_mode;
	if (o->only_setuid) {
		if (!S_ISREG(mode) || !(mode & (S_ISUID | S_ISGID)))
			return 0;
		return watch_setuid_add(o->to, e->path, e->status);
	}
	const char *key = baseline_text(o->to, e->path);
	if (!key)
		return -ENOMEM;
	if (S_ISREG(mode))
		return job_add(o, key);
	if (S_ISLNK(mode))
		return link_add(o, e, key);
	return baseline_add(o->to, S_ISDIR(mode) ? BASELINE_DIRECTORY : BASELINE_NODE, key, owner_text(o->to, e->status));
}

static int hashed_add(struct baseline *to, const struct digest_job *job, const char *key)
{
	char text[160], hex[2 * SHA256_SIZE + 1] = "unreadable";
	if (job->error == -ENOENT)
		return 0; // gone meanwhile
	if (!job->error)
		hex_encode(job->sha256, SHA256_SIZE, hex);
	snprintf(text, sizeof text, "%04o.%u.%u.%llu.%s", job->status.st_mode & 07777, (unsigned)job->status.st_uid,
		 (unsigned)job->status.st_gid, (unsigned long long)job->status.st_size, hex);
	return baseline_add(to, BASELINE_FILE, key, baseline_text(to, text));
}

// Most paths are spelled as they are; the others get a spelling of their own for the open.
static const char *path_of(struct baseline *to, const char *encoded, char *scratch)
{
	if (!strchr(encoded, '%'))
		return encoded;
	if (!baseline_decode(encoded, scratch))
		return NULL;
	return strdup(scratch);
}

static int jobs_run(struct observing *o, unsigned threads, struct digest_cost *cost)
{
	char scratch[BASELINE_TEXT_MAX];
	const char **key = malloc((o->count + 1) * sizeof *key);
	int r = key ? 0 : -ENOMEM;
	size_t ready = 0;
	for (; !r && ready < o->count; ready++) {
		key[ready] = o->jobs[ready].path;
		o->jobs[ready].path = path_of(o->to, key[ready], scratch);
		if (!o->jobs[ready].path)
			r = -ENOMEM;
	}
	if (!r)
		digest_all(o->host, o->jobs, o->count, threads, cost);
	for (size_t i = 0; !r && i < o->count; i++)
		r = hashed_add(o->to, &o->jobs[i], key[i]);
	for (size_t i = 0; i < ready; i++)
		if (o->jobs[i].path != key[i])
			free((char *)o->jobs[i].path);
	free(key);
	return r;
}

int watch_observe_path(struct host *h, const char *path, struct baseline *to)
{
	struct observing o = { .host = h, .to = to };
	struct digest_cost unused;
	struct stat s;
	char directory[4096];
	const char *slash = strrchr(path, '/');
	if (!slash || (size_t)(slash - path) >= sizeof directory || host_lstat(h, path, &s))
		return 0;
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = 0;
	int fd = host_openat(h, directory, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return 0;
	int r = entry_visit(&o, &(struct walk_entry){ path, fd, slash + 1, &s });
	close(fd);
	if (!r && o.count)
		r = jobs_run(&o, 1, &unused);
	free(o.jobs);
	baseline_sort(to);
	return r;
}

static int files_observe(struct observing *o, uint64_t *entries)
{
	for (size_t i = 0; i < o->to->scope_count; i++) {
		char path[BASELINE_TEXT_MAX];
		struct stat s;
		if (!baseline_decode(o->to->scope[i], path))
			return -EINVAL;
		int r = host_lstat((struct host *)o->host, path, &s);
		if (r == -ENOENT)
			continue; // then everything beneath it is "removed"
		if (!r && !S_ISREG(s.st_mode))
			r = watch_observe_path((struct host *)o->host, path, o->to);
		if (!r && (S_ISDIR(s.st_mode) || S_ISREG(s.st_mode)))
			r = host_walk(o->host, path, entries, entry_visit, o);
		if (r)
			return r;
	}
	return 0;
}

// --- users, keys, listeners --------------------------------------------------------------------------------------

// Fields of a line of /etc/passwd or /etc/group.
static size_t fields_of(char *line, char **field, size_t max)
{
	size_t count = 0;
	for (char *at = line; at && count < max; count++) {
		field[count] = at;
		if ((at = strchr(at, ':')))
			*at++ = 0;
	}
	return count;
}

static int users_observe(struct host *h, struct baseline *to)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	int r = 0;
	for (const char *line; !r && host_line(h, &cursor, &line);) {
		char *f[7];
		if (fields_of((char *)line, f, 7) == 7 && *f[0])
			r = baseline_add(to, BASELINE_USER, baseline_text(to, f[0]),
					 baseline_text(to, host_print(h, "%s:%s:%s:%s", f[2], f[3], f[5], f[6])));
	}
	return r;
}

static int groups_observe(struct host *h, struct baseline *to)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	int r = 0;
	for (const char *line; !r && host_line(h, &cursor, &line);) {
		char *f[4];
		if (fields_of((char *)line, f, 4) == 4 && *f[0])
			r = baseline_add(to, BASELINE_GROUP, baseline_text(to, f[0]),
					 baseline_text(to, host_print(h, "%s:%s", f[2], f[3])));
	}
	return r;
}

// Each line by itself: the key's type is shown, the line's digest (options included) is its name.
static int key_line_observe(struct host *h, struct baseline *to, const char *path, const char *line)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	const char *type = strstr(line, "ssh-"), *other = strstr(line, "ecdsa-"), *sk = strstr(line, "sk-");
	type = sk ? sk : type ? type : other ? other : "unknown";
	sha256_of(line, strlen(line), digest);
	hex_encode(digest, sizeof digest, hex);
	const char *key = host_print(h, "%s:%.32s", path, hex);
	return baseline_add(to, BASELINE_LOGIN_KEY, baseline_text(to, key),
			    baseline_text(to, host_copy(h, type, strcspn(type, " \t"))));
}

static int keys_of_file(struct host *h, struct baseline *to, const char *path)
{
	const struct host_file *f = host_file(h, path);
	struct host_lines cursor = { f->text, 0 };
	int r = 0;
	for (const char *line; !r && host_line(h, &cursor, &line);) {
		line += strspn(line, " \t");
		if (*line && *line != '#' && *line != '\r')
			r = key_line_observe(h, to, path, line);
	}
	return r;
}

static int keys_observe(struct host *h, struct baseline *to)
{
	static const char *const NAMES[] = { "authorized_keys", "authorized_keys2" };
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	const struct host_names *central = host_names(h, "/etc/ssh/authorized_keys.d");
	int r = 0;
	for (size_t i = 0; !r && i < central->count; i++)
		r = keys_of_file(h, to, host_print(h, "/etc/ssh/authorized_keys.d/%s", central->name[i]));
	for (const char *line; !r && host_line(h, &cursor, &line);) {
		char *f[7];
		if (fields_of((char *)line, f, 7) != 7 || f[5][0] != '/')
			continue;
		for (size_t i = 0; !r && i < ARRAY_LEN(NAMES); i++)
			r = keys_of_file(h, to, host_print(h, "%s/.ssh/%s", f[5], NAMES[i]));
	}
	return r;
}

static int listeners_observe(struct host *h, struct baseline *to)
{
	const struct host_sockets *all = host_sockets(h);
	int r = all->error == -ENOENT ? 0 : all->error; // a tree without /proc has no listeners
	for (size_t i = 0; !r && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		char address[INET6_ADDRSTRLEN];
		inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->address, address, sizeof address);
		const char *program = s->owner ? *s->owner->program ? s->owner->program : s->owner->name : "?";
		r = baseline_add(to, BASELINE_LISTENER,
				 baseline_text(to, host_print(h, "%s:%s:%u", s->udp ? "udp" : "tcp", address, s->port)),
				 baseline_text(to, program));
	}
	return r;
}

static int live_observe(struct host *h, struct baseline *to)
{
	int r = users_observe(h, to);
	if (!r)
		r = groups_observe(h, to);
	if (!r)
		r = keys_observe(h, to);
	return r ? r : listeners_observe(h, to);
}

int watch_observe(struct host *h, unsigned parts, unsigned threads, struct baseline *to, struct watch_cost *cost)
{
	struct observing o = { .host = h, .to = to };
	uint64_t left = ENTRIES_MAX, start = clock_monotonic_ns();
	int r = 0;
	if (parts & WATCH_FILES)
		r = files_observe(&o, &left);
	if (!r && (parts & WATCH_SETUID)) {
		o.only_setuid = true;
		r = host_walk(h, "/", &left, entry_visit, &o);
	}
	cost->walk_ns += clock_monotonic_ns() - start;
	cost->entries += (size_t)(ENTRIES_MAX - left);
	if (!r && o.count)
		r = jobs_run(&o, threads, &cost->hash);
	cost->files += o.count;
	free(o.jobs);
	if (!r && (parts & WATCH_LIVE))
		r = live_observe(h, to);
	if (!r)
		baseline_sort(to);
	return r;
}

int watch_observe_owners(struct host *h, struct baseline *to)
{
	struct dpkg *d = dpkg_open(h);
	char path[BASELINE_TEXT_MAX];
	int r = 0;
	for (size_t i = 0, count = to->count; d && !r && i < count; i++) {
		const struct baseline_item *item = &to->items[i];
		bool placed = item->kind == BASELINE_FILE || item->kind == BASELINE_LINK || item->kind == BASELINE_DIRECTORY;
		const char *package = placed && baseline_decode(item->key, path) ? dpkg_owner(d, path) : NULL;
		if (package)
			r = baseline_add(to, BASELINE_OWNER, item->key, baseline_text(to, package));
	}
	if (!r)
		baseline_sort(to);
	return r;
}
