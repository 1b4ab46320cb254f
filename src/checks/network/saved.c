// SPDX-License-Identifier: Apache-2.0
// The file that the firewall comes back from after a reboot.
#include "checks/network/network.h"

#include <jansson.h>

// Takes out what changes by itself: handles, counters, and the members of sets that programs fill.
static void canonicalise(json_t *j)
{
	static const char *const VOLATILE[] = { "handle", "metainfo", "packets", "bytes", "expires", "index" };
	const char *key;
	json_t *v;
	size_t i;
	for (i = 0; i < ARRAY_LEN(VOLATILE); i++)
		json_object_del(j, VOLATILE[i]);
	json_t *flags = json_object_get(j, "flags");
	for (i = 0; i < json_array_size(flags); i++) {
		const char *flag = json_string_value(json_array_get(flags, i));
		if (flag && (!strcmp(flag, "timeout") || !strcmp(flag, "dynamic")))
			json_object_del(j, "elem");
	}
	json_object_foreach (j, key, v)
		canonicalise(v);
	json_array_foreach (j, i, v)
		canonicalise(v);
}

static bool same_rules(const struct host_file *a, const struct host_file *b)
{
	json_t *x = json_loadb(a->text, a->size, 0, NULL), *y = json_loadb(b->text, b->size, 0, NULL);
	canonicalise(x);
	canonicalise(y);
	bool same = x && y && json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}

void net_09(struct examination *e)
{
	static const char *const WANTS[] = { "/etc/systemd/system/sysinit.target.wants/nftables.service",
					     "/etc/systemd/system/multi-user.target.wants/nftables.service" };
	const struct host_file *live = host_ruleset(e->host), *text = host_file(e->host, "/etc/nftables.conf");
	struct stat unused;
	if (text->error == -ENOENT) {
		found_fail(e, NULL, "there is no /etc/nftables.conf");
		return;
	}
	if (!found_file(e, live) || !found_file(e, text))
		return;
	const struct host_file *loaded = host_ruleset_of_file(e->host, "/etc/nftables.conf");
	if (loaded->error == -EINVAL)
		found_fail(e, NULL, "/etc/nftables.conf does not load");
	else if (found_file(e, loaded) && !same_rules(live, loaded))
		found_fail(e, NULL, "/etc/nftables.conf, once loaded, is not what is live");
	if (host_lstat(e->host, WANTS[0], &unused) && host_lstat(e->host, WANTS[1], &unused))
		found_fail(e, "systemctl enable nftables.service", "nftables.service is not enabled");
	found_read(e, "/etc/nftables.conf (%zu bytes) loaded into an empty namespace and compared with the live ruleset", text->size);
}
