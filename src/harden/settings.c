// SPDX-License-Identifier: Apache-2.0
// The kernel's settings: a file for the next start, and the values of now.
#include "harden/harden.h"

#define INTERFACES_MAX 100u // a server has a few, one that runs containers some dozens

static const struct setting {
	const char *name, *value, *why;
	bool final; // the kernel takes it back only at a start: it is left to the file, since a roll-back could not undo it
} SETTINGS[] = {
	{ "net.ipv4.tcp_syncookies", "1", "a flood of SYNs fills no table" },
	{ "net.ipv4.conf.all.rp_filter", "1", "a source address must be one that the host would answer there" },
	{ "net.ipv4.conf.default.rp_filter", "1", NULL },
	{ "net.ipv4.conf.*.rp_filter", "1", "systemd's own file sets 2 for each interface, and the larger counts" },
	{ "net.ipv4.conf.all.accept_redirects", "0", "nobody else decides on routes" },
	{ "net.ipv4.conf.default.accept_redirects", "0", NULL },
	{ "net.ipv4.conf.*.accept_redirects", "0", "on a host that does not forward either of it and all is enough" },
	{ "net.ipv4.conf.all.secure_redirects", "0", NULL },
	{ "net.ipv4.conf.all.send_redirects", "0", NULL },
	{ "net.ipv4.conf.default.send_redirects", "0", NULL },
	{ "net.ipv4.conf.all.accept_source_route", "0", NULL },
	{ "net.ipv4.conf.default.accept_source_route", "0", NULL },
	{ "net.ipv4.conf.all.log_martians", "1", NULL },
	{ "net.ipv4.icmp_echo_ignore_broadcasts", "1", NULL },
	{ "net.ipv4.ip_forward", "0", "the host is no router" },
	{ "net.ipv6.conf.all.forwarding", "0", NULL },
	{ "net.ipv6.conf.all.accept_redirects", "0", NULL },
	{ "net.ipv6.conf.default.accept_redirects", "0", NULL },
	{ "net.ipv6.conf.*.accept_redirects", "0", "IPv6 does not ask all: each interface that is there already has its own" },
	{ "net.ipv6.conf.*.forwarding", "0", NULL },
	{ "net.ipv4.conf.*.forwarding", "0", NULL },
	{ "net.ipv6.conf.all.accept_source_route", "0", NULL },
	{ "kernel.kptr_restrict", "2", "addresses of the kernel help only those who attack it" },
	{ "kernel.dmesg_restrict", "1", NULL },
	{ "kernel.yama.ptrace_scope", "2", "no process looks into another of its user" },
	{ "kernel.unprivileged_bpf_disabled", "2", NULL },
	{ "net.core.bpf_jit_harden", "2", NULL },
	{ "kernel.kexec_load_disabled", "1", NULL, .final = true },
	{ "kernel.sysrq", "0", NULL },
	{ "kernel.randomize_va_space", "2", NULL },
	{ "kernel.perf_event_paranoid", "3", NULL },
	{ "fs.suid_dumpable", "0", "no core of a program that had more rights" },
	{ "kernel.core_pattern", "|/bin/false", "no cores: a core of a daemon holds its keys" },
	{ "fs.protected_hardlinks", "1", "a link in /tmp leads no program astray" },
	{ "fs.protected_symlinks", "1", NULL },
	{ "fs.protected_fifos", "2", NULL },
	{ "fs.protected_regular", "2", NULL },
	{ "vm.swappiness", "1", NULL },
};

static const char *setting_path(struct host *h, const char *name)
{
	char *path = host_print(h, "/proc/sys/%s", name);
	for (char *at = path + strlen("/proc/sys/"); *at; at++)
		if (*at == '.')
			*at = '/';
	return path;
}

static void value_add(struct plan *p, const char *path, const char *value)
{
	struct stat unused;
	if (host_stat(p->host, path, &unused))
		return; // the kernel has no such setting
	plan_add(p, HARDEN_SYSCTL, path, 0, host_print(p->host, "%s\n", value));
	p->artefact[p->count - 1].kind = ARTEFACT_SETTING;
}

// "net.ipv6.conf.*.forwarding": of each interface that there is now. Its name may have points, which are no separators.
// "all" and "default" have rows of their own, and come first: what is written to "all" goes to every interface.
static void values_of_interfaces(struct plan *p, const char *name, const char *value)
{
	const char *star = strchr(name, '*');
	const char *folder = setting_path(p->host, host_copy(p->host, name, (size_t)(star - name) - 1));
	const struct host_names *names = host_names(p->host, folder);
	if (names->count > INTERFACES_MAX)
		complaint_add(p->host, &p->advice, "%s: there are more than %u interfaces; the others have their settings at the next start", folder,
			      INTERFACES_MAX);
	for (size_t i = 0; i < names->count && i < INTERFACES_MAX; i++)
		if (strcmp(names->name[i], "all") && strcmp(names->name[i], "default"))
			value_add(p, host_print(p->host, "%s/%s/%s", folder, names->name[i], star + 2), value);
}

// A value of now is written only where it differs and the kernel has it; some can only be raised, which is reported then.
void plan_sysctl(struct plan *p, struct complaints *c)
{
	struct text t = { .host = p->host };
	text_add(&t, "# Made by `redoubt host harden`.\n");
	for (size_t i = 0; i < ARRAY_LEN(SETTINGS); i++) {
		const struct setting *s = &SETTINGS[i];
		if (s->why)
			text_add(&t, "\n# %s\n", s->why);
		text_add(&t, "%s = %s\n", s->name, s->value);
	}
	plan_add(p, HARDEN_SYSCTL, "/etc/sysctl.d/60-redoubt.conf", 0644, text_end(&t));
	for (size_t i = 0; i < ARRAY_LEN(SETTINGS); i++) {
		const struct setting *s = &SETTINGS[i];
		if (strchr(s->name, '*'))
			values_of_interfaces(p, s->name, s->value);
		else if (!s->final)
			value_add(p, setting_path(p->host, s->name), s->value);
	}
}
