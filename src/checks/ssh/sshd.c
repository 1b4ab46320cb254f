// SPDX-License-Identifier: Apache-2.0
#include "checks/ssh/sshd.h"
#include "checks/ssh/sshd_groups.h"

#include "checks/network/firewall.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define CONFIG "/etc/ssh/sshd_config"
#define VALUES_MAX 64
#define INCLUDES_MAX 16
#define WORDS_MAX 64

// Representatives of each criterion: one for each pattern, and one that no pattern names.
struct values {
	size_t count;
	const char *value[VALUES_MAX];
};

enum criterion { BY_USER, BY_HOST, BY_ADDRESS, BY_LOCAL_ADDRESS, BY_LOCAL_PORT, BY_DOMAIN, CRITERIA };
static const char *const OPTION[CRITERIA] = { "user", "host", "addr", "laddr", "lport", "rdomain" };

struct survey {
	struct host *h;
	struct values of[CRITERIA];
	unsigned depth;
	bool unclear; // a pattern that has no representative we can name
	const char *irregular; // an included file that sshd would wait for
	size_t groups;
	const char *group[SSHD_GROUPS_MAX];
	struct sshd_answers *answers;
};

static void value_add(struct survey *s, enum criterion c, const char *value)
{
	struct values *v = &s->of[c];
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->value[i], value))
			return;
	if (v->count == VALUES_MAX)
		s->unclear = true;
	else
		v->value[v->count++] = value;
}

// "dev-*" -> "dev-x": a text that the pattern matches.
static const char *pattern_instance(struct host *h, const char *pattern)
{
	char *text = host_copy(h, pattern, strlen(pattern));
	for (char *at = text; *at; at++)
		if (*at == '*' || *at == '?')
			*at = 'x';
	return text;
}

// A prefix's first and last address: where one prefix lies in another, at least one of them is in the outer alone
// (unless inner ones cover both ends).
static void prefix_add(struct survey *s, enum criterion c, const char *pattern)
{
	struct ip_prefix p;
	char text[IP_PREFIX_TEXT];
	if (!ip_prefix_read(pattern, &p)) {
		if (strpbrk(pattern, "*?"))
			s->unclear = true;
		value_add(s, c, pattern_instance(s->h, pattern));
		return;
	}
	uint8_t last[16];
	prefix_last(&p, last);
	inet_ntop(p.v6 ? AF_INET6 : AF_INET, p.address, text, sizeof text);
	value_add(s, c, host_copy(s->h, text, strlen(text)));
	inet_ntop(p.v6 ? AF_INET6 : AF_INET, last, text, sizeof text);
	value_add(s, c, host_copy(s->h, text, strlen(text)));
}

// Groups that Match blocks name are kept until all are known: see sshd_groups.c.
static void group_add(struct survey *s, const char *pattern)
{
	if (s->groups == SSHD_GROUPS_MAX)
		s->unclear = true;
	else
		s->group[s->groups++] = pattern;
}

static void criterion_take(struct survey *s, const char *name, const char *list)
{
	bool known = !strcasecmp(name, "group");
	static const struct { const char *name; enum criterion criterion; } NAMES[] = {
		{ "user", BY_USER }, { "host", BY_HOST }, { "address", BY_ADDRESS }, { "localaddress", BY_LOCAL_ADDRESS },
		{ "localport", BY_LOCAL_PORT }, { "rdomain", BY_DOMAIN } };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		known |= !strcasecmp(NAMES[i].name, name);
	s->unclear |= !known; // a newer sshd's criterion
	for (const char *at = list; *at;) {
		size_t size = strcspn(at, ",");
		const char *pattern = host_copy(s->h, at + (*at == '!'), size - (*at == '!'));
		at += size + (at[size] == ',');
		if (!strcasecmp(name, "group")) {
			group_add(s, pattern);
			continue;
		}
		for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
			if (strcasecmp(NAMES[i].name, name))
				continue;
			if (NAMES[i].criterion == BY_ADDRESS || NAMES[i].criterion == BY_LOCAL_ADDRESS)
				prefix_add(s, NAMES[i].criterion, pattern);
			else
				value_add(s, NAMES[i].criterion, pattern_instance(s->h, pattern));
		}
	}
}

static void survey_file(struct survey *s, const char *path);

// Include takes patterns; those of one directory with a wildcard in the last part are what is written.
static void include_take(struct survey *s, const char *pattern)
{
	if (*pattern != '/')
		pattern = host_print(s->h, "/etc/ssh/%s", pattern);
	const char *slash = strrchr(pattern, '/'), *star = strpbrk(pattern, "*?[");
	if (!star) {
		survey_file(s, pattern);
		return;
	}
	const char *directory = host_copy(s->h, pattern, (size_t)(slash - pattern));
	if (star < slash || *star != '*') {
		s->unclear = true;
		return;
	}
	const struct host_names *names = host_names(s->h, directory);
	size_t before = (size_t)(star - slash - 1), after = strlen(star + 1);
	for (size_t i = 0; i < names->count; i++) {
		size_t size = strlen(names->name[i]);
		if (size >= before + after && !strncmp(names->name[i], slash + 1, before) && !strcmp(names->name[i] + size - after, star + 1))
			survey_file(s, host_print(s->h, "%s/%s", directory, names->name[i]));
	}
}

static void survey_line(struct survey *s, const char *line)
{
	const char *word[WORDS_MAX];
	char *plain = host_copy(s->h, line, strlen(line));
	for (char *at = plain; *at; at++)
		if (*at == '=' || *at == '"')
			*at = ' ';
	size_t words = host_words(s->h, plain, word, WORDS_MAX);
	if (!words || word[0][0] == '#')
		return;
	if (words > WORDS_MAX) {
		s->unclear = true;
		words = WORDS_MAX;
	}
	for (size_t i = 1; !strcasecmp(word[0], "include") && i < words; i++)
		include_take(s, word[i]);
	for (size_t i = 1; !strcasecmp(word[0], "match") && i + 1 < words; i += 2)
		criterion_take(s, word[i], word[i + 1]);
}

static void survey_file(struct survey *s, const char *path)
{
	const struct host_file *f = host_file(s->h, path);
	struct host_lines cursor = { f->text, 0 };
	if (f->error == -EINVAL)
		s->irregular = path;
	s->unclear |= f->error && f->error != -EINVAL && f->error != -ENOENT;
	if (s->answers->files == SSHD_FILES_MAX)
		s->unclear = true;
	else
		s->answers->file[s->answers->files++] = path;
	if (s->depth == INCLUDES_MAX) {
		s->unclear = true;
		return;
	}
	s->depth++;
	for (const char *line; host_line(s->h, &cursor, &line);)
		survey_line(s, line);
	s->depth--;
}

static void ask(struct host *h, const struct survey *s, struct sshd_answers *a, size_t index)
{
	const char *text = "";
	for (size_t c = 0; c < CRITERIA; c++) {
		const char *value = s->of[c].value[index % s->of[c].count];
		index /= s->of[c].count;
		if (*value)
			text = host_print(h, "%s%s%s=%s", text, *text ? "," : "", OPTION[c], value);
	}
	const char *const arguments[] = { "-T", "-C", text, NULL };
	struct sshd_tuple *t = &a->tuple[a->count++];
	*t = (struct sshd_tuple){ text, host_run(h, HOST_SSHD, arguments) };
	if (t->output->error)
		a->error = host_print(h, "sshd could not be asked: %s", strerror(-t->output->error));
	else if (t->output->exit_status)
		a->error = host_print(h, "sshd -T -C %s: %.300s", text, t->output->text);
}

// A user for each set of the named groups that somebody is in.
static void representatives_add(struct survey *s)
{
	const char *users[SSHD_USERS_MAX];
	size_t count = sshd_group_users(s->h, s->group, s->groups, users, SSHD_USERS_MAX);
	s->unclear |= count > SSHD_USERS_MAX;
	for (size_t i = 0; i < count && i < SSHD_USERS_MAX; i++)
		value_add(s, BY_USER, users[i]);
}

static void defaults_add(struct survey *s)
{
	value_add(s, BY_USER, "nobody-in-particular");
	value_add(s, BY_USER, "root");
	value_add(s, BY_HOST, "host.invalid");
	value_add(s, BY_ADDRESS, "192.0.2.77");
	if (s->of[BY_LOCAL_ADDRESS].count)
		value_add(s, BY_LOCAL_ADDRESS, "198.51.100.9");
	if (s->of[BY_LOCAL_PORT].count)
		value_add(s, BY_LOCAL_PORT, "1");
	for (size_t c = 0; c < CRITERIA; c++)
		if (!s->of[c].count)
			value_add(s, (enum criterion)c, "");
}

const struct sshd_answers *sshd_answers(struct examination *e)
{
	struct host *h = e->host;
	if (e->sshd)
		return e->sshd;
	struct sshd_answers *a = host_alloc(h, sizeof *a);
	struct survey *s = host_alloc(h, sizeof *s);
	e->sshd = a;
	const struct host_file *f = host_file(h, CONFIG);
	a->absent = f->error == -ENOENT;
	if (f->error) {
		a->error = host_print(h, CONFIG " could not be read: %s", strerror(-f->error));
		return a;
	}
	s->h = h;
	s->answers = a;
	survey_file(s, CONFIG);
	if (s->irregular) {
		a->error = host_print(h, "%s is no regular file, and sshd would wait for what it says: take it away (sshd was not asked)",
				      s->irregular);
		return a;
	}
	representatives_add(s);
	defaults_add(s);
	a->wanted = 1;
	for (size_t c = 0; c < CRITERIA; c++)
		a->wanted *= s->of[c].count;
	for (size_t i = 0; i < a->wanted && i < SSHD_TUPLES_MAX && !a->error; i++)
		ask(h, s, a, i);
	a->exhausted = !a->error && a->count == a->wanted && !s->unclear;
	return a;
}

const char *sshd_value(struct host *h, const struct sshd_tuple *t, const char *keyword, size_t index)
{
	struct host_lines cursor = { t->output->text, 0 };
	size_t size = strlen(keyword);
	for (const char *line; host_line(h, &cursor, &line);)
		if (!strncmp(line, keyword, size) && line[size] == ' ' && !index--)
			return line + size + 1;
	return NULL;
}
