// SPDX-License-Identifier: Apache-2.0
#include "settings/nginx.h"
#include "base/text.h"
#include "settings/nginx_reader.h"

#include <fnmatch.h>
#include <stdio.h>

struct reading {
	struct host *h;
	struct nginx *to;
	const char *folder;                      // of the main file: what is not absolute is meant from here
	const char *open[NGINX_INCLUDES_MAX];    // files that are being read, to see a circle
	size_t files_open;
	unsigned blocks;
};

static void trouble_put(struct reading *g, const char *file, unsigned line, const char *what)
{
	if (g->to->troubles < NGINX_TROUBLES_MAX)
		g->to->trouble[g->to->troubles++] = (struct nginx_trouble){ file, line, what };
}

static bool refuse(struct reading *g, const struct nginx_reader *r, const char *what)
{
	trouble_put(g, r->file, r->line, what);
	return false;
}

static struct nginx_directive *directive_put(struct reading *g, const struct nginx_reader *r, const struct nginx_words *w,
					     const struct nginx_directive *in, bool block)
{
	struct nginx *n = g->to;
	if (n->count == NGINX_DIRECTIVES_MAX)
		return NULL;
	if (n->count == n->room) {
		size_t room = n->room ? 2 * n->room : 128;
		const struct nginx_directive **grown = host_alloc(g->h, room * sizeof *grown);
		if (n->count)
			memcpy(grown, n->directive, n->count * sizeof *grown);
		n->directive = grown;
		n->room = room;
	}
	struct nginx_directive *d = host_alloc(g->h, sizeof *d);
	const char **word = host_alloc(g->h, w->count * sizeof *word);
	memcpy(word, w->word, w->count * sizeof *word);
	*d = (struct nginx_directive){ in, r->file, w->line, block, w->count, word, n->count + 1, n->count + 1 };
	n->directive[n->count++] = d;
	return d;
}

// --- includes ------------------------------------------------------------------------------------------------------

static bool file_read(struct reading *g, const char *path, const struct nginx_directive *from, const struct nginx_directive *in);

// glob(3) beneath the root, part by part: a * matches no dot at the beginning, what matches nothing is no trouble.
static bool glob_read(struct reading *g, const char *base, const char *rest, const struct nginx_directive *from, const struct nginx_directive *in)
{
	rest += strspn(rest, "/");
	size_t size = strcspn(rest, "/");
	const char *part = host_copy(g->h, rest, size), *more = rest + size;
	bool last = !more[strspn(more, "/")];
	const struct host_names *names = strpbrk(part, "*?[") ? host_names(g->h, *base ? base : "/") : NULL;
	if (names && names->error && names->error != -ENOENT && names->error != -ENOTDIR)
		trouble_put(g, from->file, from->line, host_print(g->h, "%s could not be read: %s", base, strerror(-names->error)));
	for (size_t i = 0; i < (names ? names->count : 1); i++) {
		const char *name = names ? names->name[i] : part;
		struct stat s;
		if (names && fnmatch(part, name, FNM_PERIOD))
			continue;
		const char *path = host_print(g->h, "%s/%s", base, name);
		if (host_stat(g->h, path, &s) == -ENOENT && !(last && names)) // a link that leads nowhere is a file that is missing
			continue;
		if (!(last ? file_read(g, path, from, in) : glob_read(g, path, more, from, in)))
			return false;
	}
	return true;
}

static bool include_read(struct reading *g, const struct nginx_directive *d, const struct nginx_directive *in)
{
	const char *path = d->word[1];
	if (*path != '/')
		path = host_print(g->h, "%s/%s", g->folder, path);
	return strpbrk(path, "*?[") ? glob_read(g, "", path, d, in) : file_read(g, path, d, in);
}

// --- blocks --------------------------------------------------------------------------------------------------------

// Blocks whose lines are no directives but entries, and hold no block.
static bool entries_alone(const struct nginx_directive *in)
{
	static const char *const NAMES[] = { "types", "map", "geo", "split_clients", "charset_map" };
	for (size_t i = 0; in && i < ARRAY_LEN(NAMES); i++)
		if (!strcmp(in->word[0], NAMES[i]))
			return true;
	return false;
}

static bool block_read(struct reading *g, struct nginx_reader *r, const struct nginx_directive *in, bool whole_file);

static bool directive_read(struct reading *g, struct nginx_reader *r, const struct nginx_words *w, const struct nginx_directive *in, bool block)
{
	if (block && entries_alone(in))
		return refuse(g, r, "unexpected \"{\"");
	struct nginx_directive *d = directive_put(g, r, w, in, block);
	if (!d)
		return refuse(g, r, "there are more directives than are read");
	if (!block && !strcmp(d->word[0], "include"))
		return d->count == 2 ? include_read(g, d, in) : refuse(g, r, "invalid number of arguments in \"include\" directive");
	if (!block)
		return true;
	if (text_ends(d->word[0], "_by_lua_block"))
		return nginx_lua_skip(r) || refuse(g, r, "a block of Lua does not end");
	if (g->blocks == NGINX_BLOCKS_MAX)
		return refuse(g, r, "blocks are nested deeper than is read");
	g->blocks++;
	bool read = block_read(g, r, d, false);
	g->blocks--;
	d->end = g->to->count;
	return read;
}

// To the end of the block, or of the file that may not end a block which another file began.
static bool block_read(struct reading *g, struct nginx_reader *r, const struct nginx_directive *in, bool whole_file)
{
	struct nginx_words w = { 0 };
	for (;;) {
		enum nginx_stop stop = nginx_words_take(r, &w);
		if (stop == NGINX_REFUSED)
			return refuse(g, r, r->error);
		if (stop == NGINX_BLOCK_END)
			return !whole_file || refuse(g, r, "unexpected \"}\"");
		if (stop == NGINX_FILE_END)
			return whole_file || refuse(g, r, "unexpected end of file, expecting \"}\"");
		if (!directive_read(g, r, &w, in, stop == NGINX_BLOCK_START))
			return false;
	}
}

static bool text_read(struct reading *g, const char *path, const char *text, size_t size, const struct nginx_directive *in)
{
	struct nginx_reader r = { .h = g->h, .file = path, .at = text, .end = text + size, .line = 1 };
	g->to->files++;
	g->open[g->files_open++] = path;
	bool read = block_read(g, &r, in, true);
	g->files_open--;
	return read;
}

// A file that is missing stops nginx; the others are read all the same, for what they give away.
static bool file_read(struct reading *g, const char *path, const struct nginx_directive *from, const struct nginx_directive *in)
{
	const struct host_file *f = host_file(g->h, path);
	const char *file = from ? from->file : path, *trouble = NULL;
	for (size_t i = 0; i < g->files_open; i++)
		if (!strcmp(g->open[i], path))
			trouble = host_print(g->h, "%s includes itself", path);
	if (f->error)
		trouble = host_print(g->h, "%s could not be read: %s", path, strerror(-f->error));
	else if (g->files_open == NGINX_INCLUDES_MAX)
		trouble = host_print(g->h, "%s is included by more than %d files in files", path, NGINX_INCLUDES_MAX);
	if (trouble) {
		trouble_put(g, file, from ? from->line : 0, trouble);
		return true;
	}
	if (g->to->files == NGINX_FILES_MAX) {
		trouble_put(g, file, from ? from->line : 0, "there are more included files than are read");
		return false;
	}
	return text_read(g, f->path, f->text, f->size, in);
}

static struct reading reading_begin(struct host *h, const char *path)
{
	const char *slash = strrchr(path, '/');
	return (struct reading){ .h = h, .to = host_alloc(h, sizeof(struct nginx)), .folder = host_copy(h, path, slash ? (size_t)(slash - path) : 0) };
}

const struct nginx *nginx_read(struct host *h, const char *path)
{
	struct reading g = reading_begin(h, path);
	(void)file_read(&g, path, NULL, NULL); // a trouble is noted
	return g.to;
}

const struct nginx *nginx_read_text(struct host *h, const char *path, const char *text, size_t size)
{
	struct reading g = reading_begin(h, path);
	(void)text_read(&g, path, text, size, NULL);
	return g.to;
}

// --- questions -----------------------------------------------------------------------------------------------------

const struct nginx_directive *nginx_own(const struct nginx *n, const struct nginx_directive *block, const char *name)
{
	size_t end = block ? block->end : n->count;
	for (size_t i = block ? block->first : 0; i < end; i = n->directive[i]->end)
		if (!strcmp(n->directive[i]->word[0], name))
			return n->directive[i];
	return NULL;
}

const struct nginx_directive *nginx_effective(const struct nginx *n, const struct nginx_directive *block, const char *name)
{
	for (;; block = block->in) {
		const struct nginx_directive *own = nginx_own(n, block, name);
		if (own || !block)
			return own;
	}
}

const char *nginx_place(struct host *h, const struct nginx_directive *d)
{
	return host_print(h, "%s:%u", d->file, d->line);
}
