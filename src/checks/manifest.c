// SPDX-License-Identifier: Apache-2.0
#include "checks/manifest.h"

#include "checks/manifest_line.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int line_complain(const struct line *l, const char *format, ...)
{
	char text[MANIFEST_ERROR_MAX - 80];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	snprintf(l->error, MANIFEST_ERROR_MAX, "%.64s:%u: %s", l->name, l->number, text);
	return 1;
}

// --- lines -----------------------------------------------------------------------------------------------------

static bool port_read(const char *text, uint16_t *ret)
{
	size_t size = strlen(text);
	if (!size || size > 5 || text[strspn(text, "0123456789")] || *text == '0')
		return false;
	unsigned long n = strtoul(text, NULL, 10);
	*ret = (uint16_t)n;
	return n <= 65535;
}

static int take_role(struct manifest *m, const struct line *l, size_t unused)
{
	static const char *const ROLES[] = { "production", "test", "development" };
	for (size_t i = 0; i < ARRAY_LEN(ROLES); i++) {
		if (!strcmp(l->word[1], ROLES[i])) {
			m->role = (enum host_role)i;
			return 0;
		}
	}
	return line_complain(l, "role is production, test or development, not '%.40s'", l->word[1]);
}

static int take_port(struct manifest *m, const struct line *l, size_t unused)
{
	if (m->ssh_port)
		return line_complain(l, "ssh-port was given before");
	if (!port_read(l->word[1], &m->ssh_port))
		return line_complain(l, "ssh-port is a number from 1 to 65535, not '%.40s'", l->word[1]);
	return 0;
}

static int take_listen(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_listen n = { .udp = !strcmp(l->word[1], "udp"), .any = !strcmp(l->word[2], "*"),
				     .v6 = strchr(l->word[2], ':') != NULL, .program = l->word[4] };
	if (m->listens == MANIFEST_LISTEN_MAX)
		return line_complain(l, "there is room for %d listen lines", MANIFEST_LISTEN_MAX);
	if (!n.udp && strcmp(l->word[1], "tcp"))
		return line_complain(l, "listen takes tcp or udp, not '%.40s'", l->word[1]);
	if (!n.any && inet_pton(n.v6 ? AF_INET6 : AF_INET, l->word[2], n.address) != 1)
		return line_complain(l, "'%.60s' is not an address; write * for any", l->word[2]);
	if (!port_read(l->word[3], &n.port))
		return line_complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[3]);
	m->listen[m->listens++] = n;
	return 0;
}

static int take_egress(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_egress n = { .udp = !strcmp(l->word[2], "udp"), .any = !strcmp(l->word[3], "*"), .user = l->word[1] };
	if (m->egresses == MANIFEST_EGRESS_MAX)
		return line_complain(l, "there is room for %d egress lines", MANIFEST_EGRESS_MAX);
	if (!n.udp && strcmp(l->word[2], "tcp"))
		return line_complain(l, "egress takes tcp or udp, not '%.40s'", l->word[2]);
	if (!n.any && !ip_prefix_read(l->word[3], &n.to))
		return line_complain(l, "'%.60s' is not a prefix (no bits behind it); write * for any", l->word[3]);
	if (!port_read(l->word[4], &n.port))
		return line_complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[4]);
	if (manifest_has(&m->engine, n.user))
		return line_complain(l, "%.40s is an engine, which has no network at all: take the egress line out", n.user);
	m->egress[m->egresses++] = n;
	return 0;
}

static int take_log_to(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_address n = { .given = true, .v6 = strchr(l->word[1], ':') != NULL };
	if (m->log_to.given)
		return line_complain(l, "log-to was given before");
	if (inet_pton(n.v6 ? AF_INET6 : AF_INET, l->word[1], n.address) != 1)
		return line_complain(l, "'%.60s' is not an address (a name would need a resolver to log)", l->word[1]);
	if (!port_read(l->word[2], &n.port))
		return line_complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[2]);
	m->log_to = n;
	return 0;
}

static int prefix_add(struct manifest_prefixes *to, const struct line *l, const struct prefix_limits *limits)
{
	struct ip_prefix *p = &to->prefix[to->count];
	if (to->count == MANIFEST_PREFIX_MAX)
		return line_complain(l, "there is room for %d lines of '%s'", MANIFEST_PREFIX_MAX, l->word[0]);
	if (!ip_prefix_read(l->word[1], p))
		return line_complain(l, "'%.60s' is not a prefix such as 203.0.113.0/24 or 2001:db8::/32 (no bits behind it)",
				l->word[1]);
	if (ip_prefix_is_mapped(p))
		return line_complain(l, "%s %.60s is IPv4 written as IPv6, which no packet has; write the IPv4 prefix", l->word[0], l->word[1]);
	to->count++;
	if (!ip_prefixes_bounded(to, limits))
		return line_complain(l, "%s %.60s is too wide, or all of them together are: at most /%u and /%u (IPv6) each, /%u and /%u in all; "
				"name the ranges that are meant", l->word[0], l->word[1], limits->bits_min[0], limits->bits_min[1],
				limits->sum_bits_min[0], limits->sum_bits_min[1]);
	return 0;
}

static int take_proxy(struct manifest *m, const struct line *l, size_t unused)
{
	return prefix_add(&m->proxy, l, &(struct prefix_limits)MANIFEST_PROXY_LIMITS);
}

static int take_ssh_from(struct manifest *m, const struct line *l, size_t unused)
{
	return prefix_add(&m->ssh_from, l, &(struct prefix_limits)MANIFEST_SSH_LIMITS);
}

// As ssh-keygen -l prints it: SHA-256 in base64 without padding.
static int take_authority(struct manifest *m, const struct line *l, size_t offset)
{
	static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *print = l->word[1];
	if (strncmp(print, "SHA256:", 7) || strlen(print) != 7 + 43 || strspn(print + 7, LETTERS) != 43)
		return line_complain(l, "'%.60s' is no fingerprint such as SHA256:... (43 characters); ssh-keygen -lf FILE shows it", print);
	return take_name(m, l, offset);
}

#define PATHS(word, field) { word, 2, 2, take_path, offsetof(struct manifest, field) }

static const struct fact {
	const char *word;
	size_t words_min, words_max;
	int (*take)(struct manifest *m, const struct line *l, size_t offset);
	size_t offset;
} FACTS[] = {
	{ "role", 2, 2, take_role, 0 },
	{ "listen", 5, 5, take_listen, 0 },
	{ "egress", 5, 5, take_egress, 0 },
	{ "log-to", 3, 3, take_log_to, 0 },
	{ "ssh-port", 2, 2, take_port, 0 },
	{ "proxy", 2, 2, take_proxy, 0 },
	{ "ssh-from", 2, 2, take_ssh_from, 0 },
	{ "ssh-user-ca", 2, 2, take_authority, offsetof(struct manifest, ssh_user_ca) },
	{ "waive", 3, WORDS_MAX, take_waiver, 0 },
	{ "engine", 2, 2, take_engine, offsetof(struct manifest, engine) },
	{ "attest", 5, WORDS_MAX, take_attestation, 0 },
	{ "service", 2, 2, take_unit, offsetof(struct manifest, service) },
	{ "root-service", 2, 2, take_unit, offsetof(struct manifest, root_service) },
	{ "admin", 2, 2, take_person, offsetof(struct manifest, admin) },
	{ "daemon", 2, 2, take_person, offsetof(struct manifest, daemon) },
	{ "web-root", 2, 2, take_web_root, offsetof(struct manifest, web_root) },
	PATHS("backup-catalogue", backup_catalogue),
	PATHS("proxy-file", proxy_file),
	PATHS("setuid", setuid_program),
	PATHS("baseline-copy", baseline_copy),
};

static int line_take(struct manifest *m, const struct line *l)
{
	for (size_t i = 0; i < ARRAY_LEN(FACTS); i++) {
		const struct fact *f = &FACTS[i];
		if (strcmp(f->word, l->word[0]))
			continue;
		if (l->words < f->words_min)
			return line_complain(l, "'%s' needs %zu more", f->word, f->words_min - l->words);
		if (l->words > f->words_max)
			return line_complain(l, "'%.40s' is too much behind '%s'", l->word[f->words_max < WORDS_MAX ? f->words_max : WORDS_MAX - 1],
					f->word);
		return f->take(m, l, f->offset);
	}
	return line_complain(l, "there is no fact '%.40s'; the manual page redoubt-host(1) lists them", l->word[0]);
}

static int line_split(struct line *l, char *text)
{
	l->words = 0;
	for (char *at = text;;) {
		at += strspn(at, " \t\r");
		size_t size = strcspn(at, " \t\r");
		if (!size || *at == '#')
			return 0;
		if (l->words == WORDS_MAX)
			return line_complain(l, "a line has at most %d words", WORDS_MAX);
		l->word[l->words++] = at;
		at += size;
		if (*at)
			*at++ = 0;
	}
}

// Bytes from 0x80 on: valid UTF-8 that neither controls a terminal nor turns the direction of writing. Its size, or 0.
static size_t letter_size(const unsigned char *at)
{
	size_t size = *at >= 0xc2 && *at < 0xe0 ? 2 : (*at & 0xf0) == 0xe0 ? 3 : *at >= 0xf0 && *at < 0xf5 ? 4 : 0;
	uint32_t c = size ? *at & (0xffu >> (size + 1)) : 0;
	for (size_t i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	static const uint32_t LEAST[] = { 0, 0, 0xa0, 0x800, 0x10000 }; // below 0xa0 stand controls
	bool turns = (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x61c;
	return size && c >= LEAST[size] && c < 0x110000 && (c & 0xfffff800) != 0xd800 && !turns ? size : 0;
}

// Comments and reasons may have letters of any language; nothing may have what drives a terminal.
static int line_clean(const struct line *l, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t word = strspn(text, " \t");
	const char *free = !strncmp(text + word, "waive", 5) || !strncmp(text + word, "attest", 6) ? text : strchr(text, '#');
	while (*at) {
		size_t size = *at < 0x80 ? (*at >= ' ' && *at != 127) || *at == '\t' || (*at == '\r' && !at[1]) : letter_size(at);
		if (!size)
			return line_complain(l, "byte 0x%02x at column %zu is a control character or not UTF-8; take it out", *at,
					(size_t)((const char *)at - text) + 1);
		if (size > 1 && (!free || (const char *)at < free))
			return line_complain(l, "column %zu is no ASCII, which names must be; only comments and reasons may have other letters",
					(size_t)((const char *)at - text) + 1);
		at += size;
	}
	return 0;
}

static int lines_take(struct manifest *m, struct line *l, size_t size)
{
	bool role = false;
	char *at = m->text, *end = m->text + size;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *next = newline ? newline + 1 : end;
		if (newline)
			*newline = 0;
		l->number++;
		int r = line_clean(l, at);
		if (!r)
			r = line_split(l, at);
		if (!r && l->words)
			r = line_take(m, l);
		if (r)
			return r;
		if (l->words && !strcmp(l->word[0], "role") && role)
			return line_complain(l, "role was given before: a host has one");
		role |= l->words && !strcmp(l->word[0], "role");
		at = next;
	}
	return role ? 0 : line_complain(l, "it does not say what the host is for: 'role production | test | development'");
}

int manifest_parse(const char *name, const char *text, size_t size, struct manifest **ret,
		   char ret_error[MANIFEST_ERROR_MAX])
{
	char error[MANIFEST_ERROR_MAX] = "";
	struct line l = { .name = name, .error = error };
	int r = 0;
	if (size > MANIFEST_SIZE_MAX)
		r = line_complain(&l, "it has %zu bytes; at most %d are read", size, MANIFEST_SIZE_MAX);
	else if (memchr(text, 0, size))
		r = line_complain(&l, "it holds a zero byte");
	struct manifest *m = r ? NULL : calloc(1, sizeof *m);
	if (m && (m->text = malloc(size + 1))) {
		memcpy(m->text, text, size);
		m->text[size] = 0;
		r = lines_take(m, &l, size);
	} else if (!r) {
		r = -ENOMEM;
	}
	if (r) {
		manifest_free(m);
		memcpy(ret_error, error, sizeof error);
		return r;
	}
	*ret = m;
	return 0;
}

void manifest_free(struct manifest *m)
{
	if (!m)
		return;
	free(m->text);
	free(m);
}

bool manifest_has(const struct manifest_names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (!strcmp(n->name[i], name))
			return true;
	return false;
}
