// SPDX-License-Identifier: Apache-2.0
// The drop-in, staged among the other files of this host's /etc/ssh in a mount namespace: `sshd -t`, then `sshd -T -C`
// for root, for each admin and for a stranger. That its values are in force is read from sshd, not assumed.
#include "harden/prove.h"
#include "harden/stage_sshd.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER SSHD_FOLDER

// The next line of an answer that begins with the keyword; its value up to the line's end is a copy. NULL: no more.
static const char *value_next(struct host *h, const char **at, const char *keyword)
{
	size_t size = strlen(keyword);
	while (*at && **at) {
		const char *line = *at, *end = strchrnul(line, '\n');
		*at = *end ? end + 1 : end;
		if (!strncasecmp(line, keyword, size) && line[size] == ' ')
			return host_copy(h, line + size + 1, (size_t)(end - line) - size - 1);
	}
	return NULL;
}

static bool value_is(struct host *h, const char *output, const char *keyword, const char *value)
{
	for (const char *at = output, *one; (one = value_next(h, &at, keyword));)
		if (!strcasecmp(one, value))
			return true;
	return false;
}

// Every line of the drop-in must come back from sshd: an earlier file, a Match block or a missing Include shows so.
static void lines_judge(struct plan *p, const char *output, const char *user, struct complaints *c)
{
	struct host_lines cursor = { plan_find(p, SSHD_PATH)->text, 0 };
	for (const char *line; host_line(p->host, &cursor, &line);) {
		size_t size = strcspn(line, " ");
		const char *keyword = host_copy(p->host, line, size);
		// these add up over all files and are judged by what they amount to; the two last are not told by sshd -T
		if (!*line || *line == '#' || !strcmp(keyword, "Port") || !strcmp(keyword, "AllowUsers") || !strcmp(keyword, "PermitUserRC") ||
		    !strcmp(keyword, "DebianBanner"))
			continue;
		const char *at = output;
		if (!value_next(p->host, &at, keyword))
			continue; // an sshd that was built without it has nothing to switch off
		if (!value_is(p->host, output, keyword, line + size + 1))
			complaint_add(p->host, c, "sshd -T for user %s does not say '%s %s': a file that sorts before 00-redoubt.conf, a Match block, or an "
				      "sshd_config that does not begin with 'Include " FOLDER "/*.conf', overrides the drop-in", user, keyword, line + size + 1);
	}
}

// What adds up over all files.
static void sums_judge(struct plan *p, const char *output, struct complaints *c)
{
	const char *port = host_print(p->host, "%u", p->manifest->ssh_port), *one;
	size_t ports = 0;
	for (const char *at = output; value_next(p->host, &at, "port");)
		ports++;
	if (ports != 1 || !value_is(p->host, output, "port", port))
		complaint_add(p->host, c, "sshd would listen on %zu ports, or not on %s: take the Port lines out of sshd_config and its other drop-ins", ports, port);
	for (const char *at = output; (one = value_next(p->host, &at, "allowusers"));)
		if (!manifest_has(&p->manifest->admin, one))
			complaint_add(p->host, c, "sshd would let %s in, too, by an AllowUsers line of another file, and those lines add up: take it out, or "
				      "make %s an admin of the manifest", one, one);
	static const char *const SHUTTING[] = { "denyusers", "denygroups", "allowgroups" };
	for (size_t i = 0; i < ARRAY_LEN(SHUTTING); i++)
		for (const char *at = output; (one = value_next(p->host, &at, SHUTTING[i]));)
			complaint_add(p->host, c, "a line '%s %s' of another file could shut admins out: take it out, AllowUsers names them", SHUTTING[i], one);
}

static bool is_loopback(const char *address)
{
	return !strncmp(address, "127.", 4) || !strncmp(address, "[::1]", 5);
}

static bool session_reached(struct host *h, const char *output, const struct session *s)
{
	char local[INET6_ADDRSTRLEN];
	inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->local, local, sizeof local);
	const char *own = host_print(h, s->v6 ? "[%s]:" : "%s:", local), *any = s->v6 ? "[::]:" : "0.0.0.0:", *one;
	for (const char *at = output; (one = value_next(h, &at, "listenaddress"));)
		if (!strncmp(one, own, strlen(own)) || !strncmp(one, any, strlen(any)))
			return true;
	return false;
}

// The home of a user, or NULL.
static const char *home_of(struct host *h, const char *user)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	size_t size = strlen(user);
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *field = line;
		if (strncmp(line, user, size) || line[size] != ':')
			continue;
		for (int i = 0; field && i < 5; i++)
			field = strchr(field, ':') ? strchr(field, ':') + 1 : NULL;
		return field ? host_copy(h, field, strcspn(field, ":")) : NULL;
	}
	return NULL;
}

// "%h/.ssh/authorized_keys" as sshd expands it.
static const char *expanded(struct host *h, const char *pattern, const char *home, const char *user)
{
	struct text t = { .host = h };
	if (*pattern != '/' && strncmp(pattern, "%h", 2))
		text_add(&t, "%s/", home);
	for (const char *at = pattern; *at; at++) {
		if (*at != '%')
			text_add(&t, "%c", *at);
		else if (*++at == 'h' || *at == 'u')
			text_add(&t, "%s", *at == 'h' ? home : user);
		else if (*at == '%')
			text_add(&t, "%%");
		else
			return "";
	}
	return text_end(&t);
}

// An entry of a kind that the drop-in lets through, in one of the files that sshd would read.
static bool keys_there(struct host *h, const char *user, const char *patterns)
{
	static const char *const KINDS[] = { "ssh-ed25519 ", "sk-ssh-ed25519@openssh.com ", "sk-ecdsa-sha2-nistp256@openssh.com " };
	const char *home = home_of(h, user), *word[8];
	size_t count = home ? host_words(h, patterns, word, ARRAY_LEN(word)) : 0;
	for (size_t i = 0; i < count && i < ARRAY_LEN(word); i++) {
		struct host_lines cursor = { host_file(h, expanded(h, word[i], home, user))->text, 0 };
		for (const char *line; host_line(h, &cursor, &line);)
			for (size_t k = 0; k < ARRAY_LEN(KINDS); k++)
				if (line[strspn(line, " \t")] != '#' && strstr(line, KINDS[k]))
					return true;
	}
	return false;
}

#define KEYS_USUAL ".ssh/authorized_keys"

// What could let an admin's log-in fail, or bring him somewhere else.
static void admin_judge(struct plan *p, const char *output, const char *user, struct complaints *c)
{
	static const struct { const char *keyword, *harmless; } LINES[] = {
		{ "forcecommand", "none" }, { "chrootdirectory", "none" }, { "permittty", "yes" }, { "revokedkeys", "none" },
		{ "trustedusercakeys", "none" }, { "authorizedkeyscommand", "none" }, { "authorizedprincipalscommand", "none" },
	};
	const char *one, *at = output;
	for (size_t i = 0; i < ARRAY_LEN(LINES); i++, at = output)
		if ((one = value_next(p->host, &at, LINES[i].keyword)) && strcasecmp(one, LINES[i].harmless))
			complaint_add(p->host, c, "sshd -T for admin %s says '%s %s', by another file: take it out, keys of files alone let admins in, to a shell", user,
				      LINES[i].keyword, one);
	one = value_next(p->host, &at, "authorizedkeysfile");
	if (one && !keys_there(p->host, user, one) && keys_there(p->host, user, KEYS_USUAL))
		complaint_add(p->host, c, "admin %s has a key in " KEYS_USUAL ", but sshd would read '%s' ('authorizedkeysfile'): put it there, or take that line out",
			      user, one);
}

// "listenaddress 0.0.0.0:20022": one that has a port of its own wins over Port, and one address is not every address.
static void listens_judge(struct plan *p, const char *output, const struct sessions *s, struct complaints *c)
{
	const char *port = host_print(p->host, ":%u", p->manifest->ssh_port), *one;
	bool outside = false, any = false;
	for (const char *at = output; (one = value_next(p->host, &at, "listenaddress")); any = true) {
		const char *colon = strrchr(one, ':');
		outside |= !is_loopback(one);
		if (!colon || strcmp(colon, port))
			complaint_add(p->host, c, "sshd would listen on %s by a ListenAddress line, not on port %s: take the port out of that line", one, port + 1);
	}
	if (any && !outside)
		complaint_add(p->host, c, "sshd would listen on loopback alone, by its ListenAddress lines: nobody could log in from outside");
	for (size_t i = 0; any && s && s->own && i < s->count; i++)
		if (!s->session[i].mosh && !session_reached(p->host, output, &s->session[i]))
			complaint_add(p->host, c, "sshd would no longer listen on the address to which the session that runs this is connected: add a ListenAddress "
				      "line for it, or take them all out");
}

static void tuple_judge(struct plan *p, const struct staging *st, const char *user, const struct sessions *s, struct proven *ret, struct complaints *c)
{
	struct host *h = p->host;
	const char *where = host_print(h, "user=%s,host=peer,addr=192.0.2.77,laddr=198.51.100.200,lport=%u", user, p->manifest->ssh_port);
	const char *const arguments[] = { "-T", "-C", where, NULL };
	struct answer a = sshd_run(h, st, arguments);
	ret->tuples++;
	if (a.exit_status) {
		complaint_add(h, c, "sshd -T for user %s: %.300s", user, a.text);
		return;
	}
	lines_judge(p, a.text, user, c);
	sums_judge(p, a.text, c);
	listens_judge(p, a.text, s, c);
	if (manifest_has(&p->manifest->admin, user))
		admin_judge(p, a.text, user, c);
}

// The keyword of a line as sshd reads it: blanks before it, quotes around it, a blank or '=' behind it.
static const char *keyword_of(struct host *h, const char *line, const char **ret_rest)
{
	line += strspn(line, " \t\f\"");
	size_t size = strcspn(line, " \t\f\"=\r");
	*ret_rest = line + size + strspn(line + size, " \t\f\"=");
	return host_copy(h, line, size);
}

// What a Match block may not say: everything that the drop-in says, and what decides on who gets in, and where to.
static bool guarded(struct plan *p, const char *keyword)
{
	static const char *const OTHERS[] = { "ChallengeResponseAuthentication", "KeyboardInteractiveAuthentication", "AllowGroups", "DenyUsers", "DenyGroups",
					      "Include", "ForceCommand", "ChrootDirectory", "AuthorizedKeysFile", "AuthorizedKeysCommand",
					      "AuthorizedPrincipalsFile", "AuthorizedPrincipalsCommand", "TrustedUserCAKeys", "RevokedKeys", "PermitTTY",
					      "PermitOpen", "PermitListen", "MaxSessions", "RefuseConnection" };
	struct host_lines cursor = { plan_find(p, SSHD_PATH)->text, 0 };
	for (const char *line, *rest; host_line(p->host, &cursor, &line);)
		if (!strcasecmp(keyword_of(p->host, line, &rest), keyword) && *keyword)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
		if (!strcasecmp(OTHERS[i], keyword))
			return true;
	return false;
}

// A Match block overrides the global part, wherever it stands, and for addresses that no tuple here tried.
static void matches_judge(struct plan *p, const char *path, bool main, struct complaints *c)
{
	struct host_lines cursor = { host_file(p->host, path)->text, 0 };
	bool match = false;
	for (const char *line, *rest; host_line(p->host, &cursor, &line);) {
		const char *keyword = keyword_of(p->host, line, &rest);
		match |= !strcasecmp(keyword, "Match");
		if (match && guarded(p, keyword))
			complaint_add(p->host, c, "%s:%u: a Match block sets %s, which overrides the drop-in: take it out", path, cursor.number, keyword);
		bool usual = main && (!strncmp(rest, FOLDER "/*.conf", sizeof FOLDER "/*.conf" - 1) || !strncmp(rest, "sshd_config.d/*.conf", 20));
		if (!strcasecmp(keyword, "Include") && !usual)
			complaint_add(p->host, c, "%s:%u: Include %.100s: its Match blocks would not be seen here; move what it names into " FOLDER, path,
				      cursor.number, rest);
	}
}

// sshd started other than by ssh.service does not go by sshd_config's Port: ssh.socket has one of its own, and options of
// its command line win over every file.
static void starter_judge(struct plan *p, struct complaints *c)
{
	static const char *const LINKS[] = { "sockets.target.wants/ssh.socket", "sockets.target.wants/sshd.socket", "ssh.service.requires/ssh.socket",
					     "ssh.service.wants/ssh.socket", "multi-user.target.wants/ssh.socket" };
	struct host *h = p->host;
	struct stat st;
	for (size_t i = 0; i < ARRAY_LEN(LINKS); i++)
		if (host_lstat(h, host_print(h, "/etc/systemd/system/%s", LINKS[i]), &st) == 0)
			complaint_add(h, c, "%s starts sshd on the port of its own socket, whatever Port says: systemctl disable --now %s && systemctl enable --now ssh.service",
				      host_basename(LINKS[i]), host_basename(LINKS[i]));
	struct host_lines cursor = { host_file(h, "/etc/default/ssh")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *value = line + strspn(line, " \t");
		if (!strncmp(value, "SSHD_OPTS=", 10) && value[10 + strspn(value + 10, "\"' \t")])
			complaint_add(h, c, "/etc/default/ssh:%u: options of sshd's command line (%.100s) win over every file: take them out", cursor.number, value);
	}
	const struct host_sockets *all = host_is_live(h) ? host_sockets(h) : NULL;
	for (size_t i = 0; all && i < all->count; i++)
		if (!all->socket[i].udp && all->socket[i].owner && all->socket[i].owner->pid == 1 &&
		    (all->socket[i].port == 22 || all->socket[i].port == p->manifest->ssh_port))
			complaint_add(h, c, "systemd itself listens on %s (a .socket unit), whatever sshd's Port says: systemctl disable --now ssh.socket && systemctl "
				      "enable --now ssh.service", host_socket_text(h, &all->socket[i]));
}

// What sshd will let in: whoever is logged in must be named, and somebody named must have a key of an accepted kind.
static void lock_out_judge(struct plan *p, const struct sessions *s, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	bool somebody = false;
	for (size_t i = 0; i < m->admin.count; i++)
		somebody |= keys_there(p->host, m->admin.name[i], KEYS_USUAL);
	if (!somebody)
		complaint_add(p->host, c, "no admin of the manifest has an ed25519 or security-key entry in .ssh/authorized_keys: nobody could log in");
	for (size_t i = 0; s && i < s->count; i++) {
		const char *user = s->session[i].user;
		if (s->own && user && !manifest_has(&m->admin, user))
			complaint_add(p->host, c, "the session that runs this is %s's, who is no admin of the manifest and could not log in again", user);
		else if (s->own && user && !keys_there(p->host, user, KEYS_USUAL))
			complaint_add(p->host, c, "the session that runs this is %s's, who has no ed25519 or security key and could not log in again", user);
	}
}

void prove_sshd(struct plan *p, const struct sessions *s, struct proven *ret, struct complaints *c)
{
	static const char *const TEST[] = { "-t", NULL };
	struct stat folder;
	struct staging st;
	staging_make(p, &st, c);
	if (host_names(p->host, FOLDER)->error) {
		complaint_add(p->host, c, "there is no folder " FOLDER ": install openssh-server, or make it and include it in sshd_config");
		return;
	}
	if (host_lstat(p->host, FOLDER, &folder) || !S_ISDIR(folder.st_mode) || folder.st_uid != 0 || (folder.st_mode & 0022))
		complaint_add(p->host, c, FOLDER " is a link, or others than root may write to it: make it a folder of root's, mode 0755");
	struct answer a = sshd_run(p->host, &st, TEST);
	if (a.exit_status == 0) {
		tuple_judge(p, &st, "root", s, ret, c);
		tuple_judge(p, &st, "stranger", s, ret, c);
		for (size_t i = 0; i < p->manifest->admin.count; i++)
			tuple_judge(p, &st, p->manifest->admin.name[i], s, ret, c);
	} else {
		complaint_add(p->host, c, a.exit_status == 125 ? "sshd could not be tried: no mount namespace may be made (run it as root)" :
								 "sshd -t refuses the configuration: %s", a.text);
	}
	matches_judge(p, "/etc/ssh/sshd_config", true, c);
	for (size_t i = 0; i < st.count; i++)
		matches_judge(p, host_print(p->host, FOLDER "/%s", st.names[i]), false, c);
	starter_judge(p, c);
	lock_out_judge(p, s, c);
}
