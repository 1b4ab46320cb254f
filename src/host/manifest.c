// SPDX-License-Identifier: Apache-2.0
#include "host/manifest.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS_MAX 32

struct line {
	const char *name; // of the file
	unsigned number;
	size_t words;
	char *word[WORDS_MAX];
	char *error;
};

static int complain(const struct line *l, const char *format, ...) PRINTF_LIKE(2, 3);
static int complain(const struct line *l, const char *format, ...)
{
	char text[MANIFEST_ERROR_MAX - 80];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	snprintf(l->error, MANIFEST_ERROR_MAX, "%.64s:%u: %s", l->name, l->number, text);
	return 1;
}

// --- prefixes --------------------------------------------------------------------------------------------------

static bool bits_behind(const struct ip_prefix *p)
{
	size_t size = p->v6 ? 16 : 4;
	for (size_t i = p->bits; i < 8 * size; i++)
		if (p->address[i / 8] & (0x80 >> i % 8))
			return true;
	return false;
}

bool ip_prefix_read(const char *text, struct ip_prefix *ret)
{
	char address[INET6_ADDRSTRLEN];
	struct ip_prefix p = { .v6 = strchr(text, ':') != NULL };
	size_t size = strcspn(text, "/");
	unsigned full = p.v6 ? 128 : 32, bits = full;
	if (size >= sizeof address)
		return false;
	memcpy(address, text, size);
	address[size] = 0;
	if (inet_pton(p.v6 ? AF_INET6 : AF_INET, address, p.address) != 1)
		return false;
	if (text[size] == '/') {
		const char *digits = text + size + 1;
		size_t count = strlen(digits);
		if (!count || count > 3 || digits[strspn(digits, "0123456789")] || (count > 1 && *digits == '0'))
			return false;
		bits = (unsigned)strtoul(digits, NULL, 10);
	}
	p.bits = (uint8_t)bits;
	if (bits > full || bits_behind(&p))
		return false;
	*ret = p;
	return true;
}

bool ip_prefix_contains(const struct ip_prefix *p, bool v6, const uint8_t *address)
{
	if (p->v6 != v6)
		return false;
	size_t whole = p->bits / 8, rest = p->bits % 8;
	if (memcmp(p->address, address, whole))
		return false;
	return !rest || ((p->address[whole] ^ address[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

void ip_prefix_write(const struct ip_prefix *p, char to[IP_PREFIX_TEXT])
{
	char address[INET6_ADDRSTRLEN];
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->address, address, sizeof address);
	snprintf(to, IP_PREFIX_TEXT, "%s/%u", address, p->bits);
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
	return complain(l, "role is production, test or development, not '%.40s'", l->word[1]);
}

static int take_port(struct manifest *m, const struct line *l, size_t unused)
{
	if (m->ssh_port)
		return complain(l, "ssh-port was given before");
	if (!port_read(l->word[1], &m->ssh_port))
		return complain(l, "ssh-port is a number from 1 to 65535, not '%.40s'", l->word[1]);
	return 0;
}

static int take_listen(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_listen n = { .udp = !strcmp(l->word[1], "udp"), .any = !strcmp(l->word[2], "*"),
				     .v6 = strchr(l->word[2], ':') != NULL, .program = l->word[4] };
	if (m->listens == MANIFEST_LISTEN_MAX)
		return complain(l, "there is room for %d listen lines", MANIFEST_LISTEN_MAX);
	if (!n.udp && strcmp(l->word[1], "tcp"))
		return complain(l, "listen takes tcp or udp, not '%.40s'", l->word[1]);
	if (!n.any && inet_pton(n.v6 ? AF_INET6 : AF_INET, l->word[2], n.address) != 1)
		return complain(l, "'%.60s' is not an address; write * for any", l->word[2]);
	if (!port_read(l->word[3], &n.port))
		return complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[3]);
	m->listen[m->listens++] = n;
	return 0;
}

static int take_egress(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_egress n = { .udp = !strcmp(l->word[2], "udp"), .any = !strcmp(l->word[3], "*"), .user = l->word[1] };
	if (m->egresses == MANIFEST_EGRESS_MAX)
		return complain(l, "there is room for %d egress lines", MANIFEST_EGRESS_MAX);
	if (!n.udp && strcmp(l->word[2], "tcp"))
		return complain(l, "egress takes tcp or udp, not '%.40s'", l->word[2]);
	if (!n.any && !ip_prefix_read(l->word[3], &n.to))
		return complain(l, "'%.60s' is not a prefix (no bits behind it); write * for any", l->word[3]);
	if (!port_read(l->word[4], &n.port))
		return complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[4]);
	m->egress[m->egresses++] = n;
	return 0;
}

static int take_log_to(struct manifest *m, const struct line *l, size_t unused)
{
	struct manifest_address n = { .given = true, .v6 = strchr(l->word[1], ':') != NULL };
	if (m->log_to.given)
		return complain(l, "log-to was given before");
	if (inet_pton(n.v6 ? AF_INET6 : AF_INET, l->word[1], n.address) != 1)
		return complain(l, "'%.60s' is not an address (a name would need a resolver to log)", l->word[1]);
	if (!port_read(l->word[2], &n.port))
		return complain(l, "a port is a number from 1 to 65535, not '%.40s'", l->word[2]);
	m->log_to = n;
	return 0;
}

static int take_prefix(struct manifest *m, const struct line *l, size_t offset)
{
	struct manifest_prefixes *to = (void *)((char *)m + offset);
	if (to->count == MANIFEST_PREFIX_MAX)
		return complain(l, "there is room for %d lines of '%s'", MANIFEST_PREFIX_MAX, l->word[0]);
	if (!ip_prefix_read(l->word[1], &to->prefix[to->count]))
		return complain(l, "'%.60s' is not a prefix such as 203.0.113.0/24 or 2001:db8::/32 (no bits behind it)",
				l->word[1]);
	to->count++;
	return 0;
}

static int take_name(struct manifest *m, const struct line *l, size_t offset)
{
	struct manifest_names *to = (void *)((char *)m + offset);
	if (to->count == MANIFEST_NAME_MAX)
		return complain(l, "there is room for %d lines of '%s'", MANIFEST_NAME_MAX, l->word[0]);
	if (manifest_has(to, l->word[1]))
		return complain(l, "%s %.60s was given before", l->word[0], l->word[1]);
	to->name[to->count++] = l->word[1];
	return 0;
}

static int take_path(struct manifest *m, const struct line *l, size_t offset)
{
	if (l->word[1][0] != '/' || strstr(l->word[1], "/../"))
		return complain(l, "'%.60s' is not an absolute path", l->word[1]);
	return take_name(m, l, offset);
}

// The reason is the rest of the line, its words joined by one blank each (they stand in one buffer).
static int take_waiver(struct manifest *m, const struct line *l, size_t unused)
{
	if (m->waivers == MANIFEST_NAME_MAX)
		return complain(l, "there is room for %d waivers", MANIFEST_NAME_MAX);
	if (manifest_waived(m, l->word[1]))
		return complain(l, "%.20s was waived before", l->word[1]);
	for (size_t i = 2; i + 1 < l->words; i++)
		for (char *gap = l->word[i] + strlen(l->word[i]); gap < l->word[i + 1]; gap++)
			*gap = ' ';
	m->waiver[m->waivers++] = (struct manifest_waiver){ l->word[1], l->word[2] };
	return 0;
}

#define NAMES(word, field) { word, 2, 2, take_name, offsetof(struct manifest, field) }
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
	{ "proxy", 2, 2, take_prefix, offsetof(struct manifest, proxy) },
	{ "ssh-from", 2, 2, take_prefix, offsetof(struct manifest, ssh_from) },
	{ "waive", 3, WORDS_MAX, take_waiver, 0 },
	NAMES("service", service),
	NAMES("root-service", root_service),
	NAMES("admin", admin),
	NAMES("daemon", daemon),
	NAMES("engine", engine),
	PATHS("web-root", web_root),
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
			return complain(l, "'%s' needs %zu more", f->word, f->words_min - l->words);
		if (l->words > f->words_max)
			return complain(l, "'%.40s' is too much behind '%s'", l->word[f->words_max < WORDS_MAX ? f->words_max : WORDS_MAX - 1],
					f->word);
		return f->take(m, l, f->offset);
	}
	return complain(l, "there is no fact '%.40s'; manifest.h and the manual list them", l->word[0]);
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
			return complain(l, "a line has at most %d words", WORDS_MAX);
		l->word[l->words++] = at;
		at += size;
		if (*at)
			*at++ = 0;
	}
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
		int r = line_split(l, at);
		if (!r && l->words)
			r = line_take(m, l);
		if (r)
			return r;
		role |= l->words && !strcmp(l->word[0], "role");
		at = next;
	}
	return role ? 0 : complain(l, "it does not say what the host is for: 'role production | test | development'");
}

int manifest_parse(const char *name, const char *text, size_t size, struct manifest **ret,
		   char ret_error[MANIFEST_ERROR_MAX])
{
	char error[MANIFEST_ERROR_MAX] = "";
	struct line l = { .name = name, .error = error };
	int r = 0;
	if (size > MANIFEST_SIZE_MAX)
		r = complain(&l, "it has %zu bytes; at most %d are read", size, MANIFEST_SIZE_MAX);
	else if (memchr(text, 0, size))
		r = complain(&l, "it holds a zero byte");
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

const char *manifest_waived(const struct manifest *m, const char *id)
{
	for (size_t i = 0; i < m->waivers; i++)
		if (!strcmp(m->waiver[i].id, id))
			return m->waiver[i].reason;
	return NULL;
}
