// SPDX-License-Identifier: Apache-2.0
// The sets behind the rules: the proxy ranges with their published list, and the bans.
#include "checks/network/network.h"

#include "checks/network/firewall.h"

#define WEEK (7 * 86400)
#define SKEW 300 // seconds that two clocks may differ

static void live_set_check(struct examination *e, const struct ruleset *r, const struct ip_prefix *p)
{
	struct set_view v;
	char text[IP_PREFIX_TEXT];
	uint8_t last[16];
	prefix_last(p, last);
	ip_prefix_write(p, text);
	for (size_t i = 0; ruleset_set(r, i, &v); i++)
		if (!strcmp(v.name, p->v6 ? "proxy6" : "proxy4") &&
		    ruleset_set_contains(r, v.family, v.table, v.name, p->v6, p->address) &&
		    ruleset_set_contains(r, v.family, v.table, v.name, p->v6, last))
			return;
	found_fail(e, NULL, "%s of the proxy file is not in the live set %s", text, p->v6 ? "proxy6" : "proxy4");
}

static void net_03_file(struct examination *e, const struct manifest *m, const struct ruleset *r, const char *path)
{
	const struct host_file *f = host_file(e->host, path);
	struct host_lines cursor = { f->text, 0 };
	size_t count = 0;
	if (!found_file(e, f))
		return;
	uint64_t changed = (uint64_t)f->status.st_mtime, now = host_now(e->host);
	if (changed > now + SKEW) // it would look fresh until then, however old the list is
		found_fail(e, "set the clock right, or fetch the list anew", "%s is dated %llu hours in the future: its age is not known", path,
			   (unsigned long long)((changed - now) / 3600));
	if (now > changed + WEEK)
		found_fail(e, NULL, "%s is %llu days old", path, (unsigned long long)((now - changed) / 86400));
	for (const char *line, *word[1]; host_line(e->host, &cursor, &line);) {
		struct ip_prefix p;
		if (!host_words(e->host, line, word, 1) || word[0][0] == '#')
			continue;
		count++;
		if (!ip_prefix_read(word[0], &p))
			found_fail(e, NULL, "%s:%u: '%.60s' is no prefix", path, cursor.number, word[0]);
		else if (!prefixes_contain(&m->proxy, p.v6, p.address))
			found_fail(e, "add it to the manifest after review", "%s:%u: %s is not a proxy line of the manifest", path,
				   cursor.number, word[0]);
		else
			live_set_check(e, r, &p);
	}
	if (!count)
		found_fail(e, NULL, "%s is empty", path);
	found_read(e, "%zu ranges in %s, changed %llu hours ago", count, path,
		   (unsigned long long)(now > changed ? (now - changed) / 3600 : 0));
}

void net_03(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m && m->proxy.count ? firewall_rules(e) : NULL;
	if (m && !m->proxy.count)
		found_not_applicable(e, "the manifest declares no reverse proxy");
	else if (r && !m->proxy_file.count)
		found_fail(e, "add 'proxy-file PATH' to the manifest", "the manifest has proxy ranges, but no proxy-file that they come from");
	for (size_t i = 0; r && i < m->proxy_file.count; i++)
		net_03_file(e, m, r, m->proxy_file.name[i]);
	if (r && m->proxy_file.count) // a list of ranges has no signature, and what it was before is kept nowhere
		found_asked(e, "ask who renews the proxy file: whence, over what, and whether a second person approves when it shrinks by a "
			       "fifth; that is not seen from here");
}

static void ban_members(struct examination *e, const struct ruleset *r, const struct set_view *v, const struct manifest_prefixes *p,
			const char *what)
{
	for (size_t i = 0; i < p->count; i++) {
		uint8_t last[16];
		char text[IP_PREFIX_TEXT];
		prefix_last(&p->prefix[i], last);
		ip_prefix_write(&p->prefix[i], text);
		if (ruleset_set_touches(r, v->family, v->table, v->name, p->prefix[i].v6, p->prefix[i].address, last))
			found_fail(e, host_print(e->host, "nft delete element %s %s %s { the member in %s }", v->family, v->table, v->name, text),
				   "set %s bans a part of %s, which is %s", v->name, text, what);
	}
}

void net_16(struct examination *e)
{
	static const char *const NAMES[] = { "ban4", "ban6" };
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	for (size_t n = 0; r && n < 2; n++) {
		struct set_view v;
		bool there = false;
		for (size_t i = 0; ruleset_set(r, i, &v); i++) {
			if (strcmp(v.name, NAMES[n]))
				continue;
			there = true;
			if (!v.has_timeout)
				found_fail(e, NULL, "set %s has no timeout: a ban never ends", v.name);
			else if (v.lasting)
				found_fail(e, host_print(e->host, "nft list set %s %s %s; give each member a timeout", v.family, v.table, v.name),
					   "%zu members of set %s have no timeout: these bans never end", v.lasting, v.name);
			if (!ruleset_set_drops(r, v.family, v.table, v.name))
				found_fail(e, host_print(e->host, "ip%s saddr @%s drop in the chain input", n ? "6" : "", v.name),
					   "no rule drops who is in set %s: a ban keeps nobody out", v.name);
			ban_members(e, r, &v, &m->proxy, "a proxy range");
			ban_members(e, r, &v, &m->ssh_from, "on the SSH allow-list");
			found_read(e, "set %s %s %s with %zu members", v.family, v.table, v.name, v.elements);
		}
		if (!there)
			found_fail(e, NULL, "there is no set %s", NAMES[n]);
	}
	if (r) // Redoubt has no program that does
		found_asked(e, "ask what puts addresses that failed to log in into the sets ban4 and ban6; that is not seen from here");
}
