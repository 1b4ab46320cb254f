// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct config {
	config_t parsed;
	const struct config_key *keys;
	size_t count;
};

// One reading of a file: where to complain, and under which name.
struct reading {
	const char *name;
	const struct config *config;
	char *error;
};

static int complain(const struct reading *r, unsigned line, const char *format, ...) PRINTF_LIKE(3, 4);
static int complain(const struct reading *r, unsigned line, const char *format, ...)
{
	char text[CONFIG_ERROR_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	snprintf(r->error, CONFIG_ERROR_MAX, "%s:%u: %.400s", r->name, line, text);
	return 1;
}

static const struct config_key *key_find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->keys[i].name, name) == 0)
			return &c->keys[i];
	return NULL;
}

// The number of a setting of either integer width, or false (a text, a fraction, a minus).
static bool number_of(const config_setting_t *s, uint64_t *ret)
{
	int type = config_setting_type(s);
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return false;
	long long n = config_setting_get_int64(s);
	if (n < 0)
		return false;
	*ret = (uint64_t)n;
	return true;
}

static int number_check(const struct reading *r, const config_setting_t *s, const struct config_key *key)
{
	uint64_t n;
	if (!number_of(s, &n))
		return complain(r, config_setting_source_line(s), "%s must be a whole number (%s), such as %s", key->name,
				key->help, key->fallback);
	if (n < key->min || n > key->max)
		return complain(r, config_setting_source_line(s), "%s = %llu is out of range: %llu to %llu (%s)",
				key->name, (unsigned long long)n, (unsigned long long)key->min,
				(unsigned long long)key->max, key->help);
	return 0;
}

static int text_check(const struct reading *r, const config_setting_t *s, const struct config_key *key)
{
	const char *text = config_setting_get_string(s);
	if (!text)
		return complain(r, config_setting_source_line(s), "%s must be a text in quotes (%s), such as \"%s\"",
				key->name, key->help, key->fallback);
	size_t length = strlen(text);
	if (length < key->min || length > key->max)
		return complain(r, config_setting_source_line(s), "%s = \"%.64s\" has %zu bytes: %llu to %llu (%s)",
				key->name, text, length, (unsigned long long)key->min, (unsigned long long)key->max,
				key->help);
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			return complain(r, config_setting_source_line(s), "%s holds a control character (%s)", key->name,
					key->help);
	return 0;
}

static int flag_check(const struct reading *r, const config_setting_t *s, const struct config_key *key)
{
	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		return 0;
	return complain(r, config_setting_source_line(s), "%s must be true or false (%s)", key->name, key->help);
}

static int (*const checks[])(const struct reading *r, const config_setting_t *s, const struct config_key *key) = {
	[CONFIG_NUMBER] = number_check,
	[CONFIG_TEXT] = text_check,
	[CONFIG_FLAG] = flag_check,
};

static bool group_known(const struct config *c, const char *group)
{
	size_t length = strlen(group);
	for (size_t i = 0; i < c->count; i++)
		if (strncmp(c->keys[i].name, group, length) == 0 && c->keys[i].name[length] == '.')
			return true;
	return false;
}

// The keys that there are, for whoever mistyped one.
static void keys_list(const struct config *c, char *to, size_t size)
{
	size_t used = 0;
	to[0] = '\0';
	for (size_t i = 0; i < c->count && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : "", c->keys[i].name);
}

static int unknown(const struct reading *r, const config_setting_t *s, const char *name)
{
	char list[320];
	keys_list(r->config, list, sizeof list);
	return complain(r, config_setting_source_line(s), "there is no setting '%.64s'; there are: %s", name, list);
}

static int setting_check(const struct reading *r, const config_setting_t *s, const char *group)
{
	char name[128];
	const char *own = config_setting_name(s);
	snprintf(name, sizeof name, "%s%s%s", group ? group : "", group ? "." : "", own ? own : "?");
	const struct config_key *key = key_find(r->config, name);
	return key ? checks[key->type](r, s, key) : unknown(r, s, name);
}

static int group_check(const struct reading *r, const config_setting_t *group)
{
	const char *name = config_setting_name(group);
	if (!name || !group_known(r->config, name))
		return unknown(r, group, name ? name : "?");
	for (int i = 0; i < config_setting_length(group); i++) {
		int bad = setting_check(r, config_setting_get_elem(group, (unsigned)i), name);
		if (bad)
			return bad;
	}
	return 0;
}

static int settings_check(const struct reading *r)
{
	const config_setting_t *root = config_root_setting(&r->config->parsed);
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
		int bad = config_setting_is_group(s) ? group_check(r, s) : setting_check(r, s, NULL);
		if (bad)
			return bad;
	}
	return 0;
}

// libconfig takes a string that ends at its NUL, and would follow @include anywhere.
static int text_check_raw(const struct reading *r, const char *text, size_t size)
{
	if (size > CONFIG_FILE_MAX)
		return complain(r, 1, "the file has %zu bytes; at most %d are read", size, CONFIG_FILE_MAX);
	if (memchr(text, 0, size))
		return complain(r, 1, "the file holds a NUL byte: it is not a text");
	if (size >= 8 && memmem(text, size, "@include", 8))
		return complain(r, 1, "@include is not taken: all settings stand in this one file");
	return 0;
}

int config_parse(const char *name, const char *text, size_t size, const struct config_key *keys, size_t count,
		 struct config **ret, char ret_error[CONFIG_ERROR_MAX])
{
	ASSERT(count <= CONFIG_KEYS_MAX);
	struct config *c = calloc(1, sizeof *c);
	char *copy = c ? malloc(size + 1) : NULL;
	if (!copy) {
		free(c);
		return -ENOMEM;
	}
	memcpy(copy, text, size);
	copy[size] = '\0';
	config_init(&c->parsed);
	c->keys = keys;
	c->count = count;
	struct reading r = { .name = name, .config = c, .error = ret_error };
	int bad = text_check_raw(&r, text, size);
	if (!bad && !config_read_string(&c->parsed, copy))
		bad = complain(&r, (unsigned)config_error_line(&c->parsed), "%s; settings look like: gateway : { listen = \"127.0.0.1:8443\"; };",
			       config_error_text(&c->parsed));
	if (!bad)
		bad = settings_check(&r);
	free(copy);
	if (bad) {
		config_free(c);
		return bad;
	}
	*ret = c;
	return 0;
}

int config_load(int fd, const char *name, const struct config_key *keys, size_t count, struct config **ret,
		char ret_error[CONFIG_ERROR_MAX])
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	if (!text)
		return -ENOMEM;
	size_t size = 0;
	ssize_t n;
	while (size <= CONFIG_FILE_MAX && (n = pread(fd, text + size, CONFIG_FILE_MAX + 1 - size, (off_t)size)) != 0) {
		if (n < 0) {
			int error = -errno;
			free(text);
			return error;
		}
		size += (size_t)n;
	}
	int r = config_parse(name, text, size, keys, count, ret, ret_error);
	free(text);
	return r;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	config_destroy(&c->parsed);
	free(c);
}

static const struct config_key *key_of(const struct config *c, const char *name, enum config_type type)
{
	const struct config_key *key = key_find(c, name);
	ASSERT(key && key->type == type);
	return key;
}

uint64_t config_number(const struct config *c, const char *name)
{
	const struct config_key *key = key_of(c, name, CONFIG_NUMBER);
	const config_setting_t *s = config_lookup(&c->parsed, name);
	uint64_t n;
	return s && number_of(s, &n) ? n : strtoull(key->fallback, NULL, 10);
}

const char *config_text(const struct config *c, const char *name)
{
	const struct config_key *key = key_of(c, name, CONFIG_TEXT);
	const config_setting_t *s = config_lookup(&c->parsed, name);
	const char *text = s ? config_setting_get_string(s) : NULL;
	return text ? text : key->fallback;
}

bool config_flag(const struct config *c, const char *name)
{
	const struct config_key *key = key_of(c, name, CONFIG_FLAG);
	const config_setting_t *s = config_lookup(&c->parsed, name);
	return s ? config_setting_get_bool(s) : strcmp(key->fallback, "true") == 0;
}
