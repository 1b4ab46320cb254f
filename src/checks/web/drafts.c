// SPDX-License-Identifier: Apache-2.0
// WEB-02: test copies in production, as folders and as hosts.
#include "checks/web/web.h"

#include <ctype.h>

static bool draft_word(const char *word, size_t size)
{
	static const char *const NAMES[] = { "new", "test", "tests", "testing", "tst", "dev", "devel", "develop", "development", "tmp", "temp", "beta",
					     "alpha", "demo", "old", "uat", "qa", "preprod", "sandbox", "draft", "wip" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (strlen(NAMES[i]) == size && !strncasecmp(word, NAMES[i], size))
			return true;
	return (size == 3 && !strncasecmp(word, "stg", 3)) || (size >= 4 && !strncasecmp(word, "stag", 4)); // stag, stage, staging
}

// The first word of a name or its last one: "test-2", "new.site", "exchange_dev", "app-staging"; but not "what-new-york".
static bool draft_name(const char *name, size_t size)
{
	size_t first = 0, last = size;
	while (first < size && !isalpha((unsigned char)name[first]))
		first++;
	while (last > first && !isalpha((unsigned char)name[last - 1]))
		last--;
	size_t head = first, tail = last;
	while (head < last && isalpha((unsigned char)name[head]))
		head++;
	while (tail > first && isalpha((unsigned char)name[tail - 1]))
		tail--;
	return draft_word(name + first, head - first) || draft_word(name + tail, last - tail);
}

static int draft_visit(struct web_walk *w, const struct walk_entry *entry)
{
	struct stat s;
	bool folder = !host_stat(w->e->host, entry->path, &s) && S_ISDIR(s.st_mode); // a link to one counts
	if (!folder || !draft_name(entry->name, strlen(entry->name)))
		return 0;
	found_fail(w->e, host_print(w->e->host, "move %s out of the web root", entry->path), "the directory %s", entry->path);
	return 1;
}

// "dev" and "new" are top-level domains; "test" and "local" are not given to anybody.
static bool draft_label(const char *label, size_t size, bool last)
{
	if (last && ((size == 3 && !strncasecmp(label, "dev", 3)) || (size == 3 && !strncasecmp(label, "new", 3))))
		return false;
	return draft_name(label, size);
}

static bool draft_host(const char *name)
{
	if (*name == '~') { // a regular expression: every word in it
		for (name++; *name; name += strcspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
			size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
			if (draft_word(name, size) && strcmp(name + size, "$"))
				return true;
			name += size;
		}
		return false;
	}
	bool dots = strchr(name, '.');
	for (size_t size; *name; name += size + (name[size] == '.')) {
		size = strcspn(name, ".:");
		if (name[size] == ':')
			return draft_label(name, size, dots);
		if (draft_label(name, size, dots && !strchr(name + size, '.')))
			return true;
	}
	return false;
}

static void host_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d, void *more)
{
	if (!web_named(d, "server_name"))
		return;
	for (size_t i = 1; i < d->count; i++) {
		const char *name = d->word[i];
		if (!strcmp(name, "$hostname")) {
			const char *text = host_file(e->host, "/etc/hostname")->text;
			name = host_copy(e->host, text, strcspn(text, " \t\r\n"));
		}
		if (draft_host(name))
			found_fail(e, host_print(e->host, "take '%s' out of %s", d->word[i], nginx_place(e->host, d)), "the host %s in %s", name,
				   nginx_place(e->host, d));
	}
}

static void line_draft(struct examination *e, const char *path, const char *line, void *more)
{
	const char *word[16];
	size_t count = host_words(e->host, line, word, 16);
	if (!count || (strcasecmp(word[0], "ServerName") && strcasecmp(word[0], "ServerAlias")))
		return;
	for (size_t i = 1; i < count && i < 16; i++)
		if (draft_host(word[i]))
			found_fail(e, NULL, "the host %s in %s", word[i], path);
}

void web_02(struct examination *e)
{
	if (e->manifest && e->manifest->role != ROLE_PRODUCTION) {
		found_not_applicable(e, "the manifest says that this host is not production");
		return;
	}
	web_roots_walk(e, draft_visit, NULL);
	web_each_directive(e, host_judge, NULL);
	web_nginx_say(e);
	web_others(e, line_draft, NULL);
}
