// SPDX-License-Identifier: Apache-2.0
// FS-05: keys, seeds and passwords, by the names of their files and by what is in them.
#include "checks/files/files.h"

#include "checks/files/survey.h"
#include "checks/files/key_search.h"
#include "checks/look.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SCAN_TOTAL_MAX (256ull << 20) // bytes of web roots, logs and readable configuration that one examination looks into
#define PIECE_SIZE ((size_t)256 << 10)

// --- by name -------------------------------------------------------------------------------------------------------

bool files_secret_name(const char *name)
{
	static const char *const ENDS[] = { ".key", ".pem", ".p12", ".pfx", ".jks", ".seed", ".env", ".kdbx" };
	static const char *const WHOLE[] = { "id_rsa", "id_ed25519", "id_ecdsa", "wallet.dat", ".pgpass", ".netrc", ".my.cnf",
					     "credentials.json", ".htpasswd", "secrets.yml", "secrets.yaml" };
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (text_ends(name, ENDS[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(WHOLE); i++)
		if (!strcmp(name, WHOLE[i]))
			return true;
	return text_begins(name, ".env.") && strcmp(name, ".env.example");
}

// Certificates and public keys go by the same names.
static bool public_content(struct host *h, const char *path)
{
	const struct host_file *f = host_file(h, path);
	return !f->error && !strstr(f->text, "PRIVATE KEY") &&
	       (strstr(f->text, "-----BEGIN CERTIFICATE") || strstr(f->text, "PUBLIC KEY-----"));
}

static bool repository(struct host *h, const char *path)
{
	char *folder = host_copy(h, path, strlen(path));
	struct stat s;
	for (char *slash; (slash = strrchr(folder, '/')) && slash != folder;) {
		*slash = 0;
		if (!host_lstat(h, host_print(h, "%s/.git", folder), &s))
			return true;
	}
	return false;
}

static const char *bad_place(struct host *h, const struct survey_file *f, bool named)
{
	return f->marks & SURVEY_WEB ? "beneath a web root" : f->marks & SURVEY_LOG ? "among the logs" :
	       named && repository(h, f->path) ? "in a repository" : NULL;
}

// --- by content ----------------------------------------------------------------------------------------------------

struct scanning { struct host *host; char *piece; uint64_t bytes; size_t files, packed; };

// Compressed files and journald's own hold their text in another form: what is in them cannot be seen here.
static bool packed(const char *bytes, size_t size)
{
	static const struct { const char *magic; size_t size; } MAGIC[] = {
		{ "\x1f\x8b", 2 }, { "\xfd" "7zXZ", 5 }, { "\x28\xb5\x2f\xfd", 4 }, { "BZh", 3 }, { "LPKSHHRH", 8 },
	};
	for (size_t i = 0; i < ARRAY_LEN(MAGIC); i++)
		if (size >= MAGIC[i].size && !memcmp(bytes, MAGIC[i].magic, MAGIC[i].size))
			return true;
	return false;
}

static const char *pieces_search(struct scanning *s, int fd, uint64_t left)
{
	size_t kept = 0;
	for (bool first = true; left; first = false) {
		size_t want = left < PIECE_SIZE ? (size_t)left : PIECE_SIZE;
		ssize_t n = read(fd, s->piece + kept, want);
		if (n <= 0)
			return NULL;
		left -= (uint64_t)n;
		s->bytes += (uint64_t)n;
		size_t size = kept + (size_t)n;
		if (first && packed(s->piece, size)) {
			s->packed++;
			return NULL;
		}
		const char *what = key_search(s->piece, size);
		if (what)
			return what;
		kept = size < KEY_SEARCH_OVERLAP ? size : KEY_SEARCH_OVERLAP;
		memmove(s->piece, s->piece + size - kept, kept);
	}
	return NULL;
}

static const char *content_search(struct scanning *s, const struct survey_file *f)
{
	struct stat st;
	int fd = host_openat(s->host, f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL; // gone meanwhile: the survey has said what cannot be read
	const char *what = fstat(fd, &st) || !S_ISREG(st.st_mode) ? NULL : pieces_search(s, fd, (uint64_t)st.st_size);
	close(fd);
	s->files++;
	return what;
}

// --- FS-05 ---------------------------------------------------------------------------------------------------------

static void suspect_judge(struct examination *e, const struct survey_file *f, bool named, const char *what)
{
	struct host *h = e->host;
	const char *where = bad_place(h, f, named);
	const char *is = what ? host_print(h, "%s holds %s and", f->path, what) : f->path;
	if (where)
		found_fail(e, NULL, "%s lies %s", is, where);
	else if (f->mode & (S_IRWXG | S_IRWXO))
		found_fail(e, host_print(h, "chmod 400 %s", f->path), "%s is %s %04o", is, look_user(h, f->uid), f->mode & 07777);
}

static int smaller_first(const void *a, const void *b)
{
	const struct survey_file *x = *(const struct survey_file *const *)a, *y = *(const struct survey_file *const *)b;
	return x->size != y->size ? x->size < y->size ? -1 : 1 : strcmp(x->path, y->path);
}

static bool looked_into(const struct survey_file *f)
{
	return f->marks & (SURVEY_WEB | SURVEY_LOG) || (f->marks & SURVEY_OPEN && f->mode & S_IROTH);
}

// The small ones first: one huge log must not keep everything else from being looked at.
static void contents_judge(struct examination *e, struct scanning *s, const struct survey_file **file, size_t count)
{
	size_t at = 0;
	qsort(file, count, sizeof *file, smaller_first);
	for (; at < count && s->bytes + file[at]->size <= SCAN_TOTAL_MAX; at++) {
		const char *what = content_search(s, file[at]);
		if (what)
			suspect_judge(e, file[at], false, what);
	}
	if (at < count)
		found_unknown(e, "not exhausted: %llu MiB of the smaller files were searched for keys; %zu were not, the first is %s",
			      (unsigned long long)(s->bytes >> 20), count - at, file[at]->path);
}

void fs_05(struct examination *e)
{
	const struct survey *survey = files_survey(e);
	const struct survey_list *l = &survey->suspect;
	struct scanning s = { .host = e->host, .piece = host_alloc(e->host, KEY_SEARCH_OVERLAP + PIECE_SIZE) };
	const struct survey_file **rest = host_alloc(e->host, (l->count + 1) * sizeof *rest);
	size_t named = 0, count = 0;
	for (size_t i = 0; i < l->count; i++) {
		const struct survey_file *f = &l->file[i];
		if (files_secret_name(host_basename(f->path)) && !public_content(e->host, f->path)) {
			suspect_judge(e, f, true, NULL);
			named++;
		} else if (looked_into(f)) {
			rest[count++] = f;
		}
	}
	contents_judge(e, &s, rest, count);
	survey_gap_tell(e, &survey->searched_gap);
	if (!survey->places)
		found_unknown(e, "none of the directories that are searched is there");
	else
		found_read(e, "%zu files named like secrets; no key in %zu others, %llu KiB (%zu compressed ones and journals apart)", named,
			   s.files, (unsigned long long)(s.bytes >> 10), s.packed);
}
