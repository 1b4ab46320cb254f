// SPDX-License-Identifier: Apache-2.0
#include "host/places.h"

#include "base/text.h"

#include <stdlib.h>

const struct place places[] = {
	// time
	{ "/etc/cron*", "cron runs its lines, and the scripts in its folders" },
	{ "/etc/anacrontab", "anacron runs its lines after a boot" },
	{ "/var/spool/cron", "cron runs every user's own table, at its jobs" },
	{ "/var/spool/at", "atd runs its jobs" },
	// boot and services
	{ "/etc/systemd", "units, and settings of what starts them" },
	{ "/run/systemd/system", "units until the next boot" },
	{ "/run/systemd/user", "users' units until the next boot" },
	{ "/run/systemd/system-generators", "run at boot and at every daemon-reload" },
	{ "/run/systemd/generator", "units that a generator made" },
	{ "/run/systemd/generator.early", "units that a generator made, before all others" },
	{ "/run/systemd/generator.late", "units that a generator made" },
	{ "/usr/lib/systemd/system", "units of packages" },
	{ "/usr/lib/systemd/system-generators", "run at boot and at every daemon-reload" },
	{ "/usr/lib/systemd/system-environment-generators", "run at boot: the environment of every service" },
	{ "/usr/lib/systemd/system-preset", "decides which units are enabled" },
	{ "/usr/lib/systemd/system-shutdown", "run at shutdown" },
	{ "/usr/lib/systemd/system-sleep", "run at sleep and after it" },
	{ "/usr/lib/systemd/user", "users' units, root's among them" },
	{ "/usr/lib/systemd/user-generators", "run when root's own manager starts" },
	{ "/usr/lib/systemd/user-environment-generators", "run when root's own manager starts" },
	{ "/lib/systemd/system", "units of packages, where /lib is no link" },
	{ "/lib/systemd/system-generators", "run at boot, where /lib is no link" },
	{ "/usr/local/lib/systemd", "units, and generators, in front of those of packages" },
	{ "/usr/share/systemd", "units of users" },
	{ "/etc/xdg/systemd", "users' units" },
	{ "/etc/init.d", "scripts that a generator makes units of" },
	{ "/etc/rc*", "rc.local, and the links that start init.d's scripts" },
	{ "/etc/inittab", "what the first process starts, where it is no systemd" },
	{ "/etc/default", "shell text that services and scripts read as root" },
	{ "/etc/tmpfiles.d", "files made at boot with any owner and mode" },
	{ "/run/tmpfiles.d", "files made at boot with any owner and mode" },
	{ "/usr/lib/tmpfiles.d", "files made at boot with any owner and mode" },
	{ "/etc/sysusers.d", "users made at boot" },
	{ "/usr/lib/sysusers.d", "users made at boot" },
	{ "/etc/sysctl.conf", "core_pattern and modprobe name programs that the kernel runs" },
	{ "/etc/sysctl.d", "core_pattern and modprobe name programs that the kernel runs" },
	{ "/run/sysctl.d", "core_pattern and modprobe name programs that the kernel runs" },
	{ "/usr/lib/sysctl.d", "core_pattern and modprobe name programs that the kernel runs" },
	{ "/usr/local/lib/sysctl.d", "core_pattern and modprobe name programs that the kernel runs" },
	{ "/etc/binfmt.d", "interpreters, which may carry root's rights over" },
	{ "/usr/lib/binfmt.d", "interpreters, which may carry root's rights over" },
	{ "/etc/fstab", "what is mounted, and helpers that mount it" },
	{ "/etc/crypttab", "keyscript= runs at boot" },
	{ "/etc/cloud", "cloud-init runs it at boot" },
	{ "/var/lib/cloud/scripts", "cloud-init runs them at boot" },
	// devices and the kernel
	{ "/etc/udev", "RUN+= of a rule runs with every device" },
	{ "/run/udev/rules.d", "RUN+= of a rule runs with every device" },
	{ "/usr/lib/udev/rules.d", "RUN+= of a rule runs with every device" },
	{ "/usr/local/lib/udev", "RUN+= of a rule runs with every device" },
	{ "/lib/udev/rules.d", "the same, where /lib is no link" },
	{ "/etc/modules", "modules that are loaded at boot" },
	{ "/etc/modules-load.d", "modules that are loaded at boot" },
	{ "/run/modules-load.d", "modules that are loaded at boot" },
	{ "/usr/lib/modules-load.d", "modules that are loaded at boot" },
	{ "/usr/local/lib/modules-load.d", "modules that are loaded at boot" },
	{ "/etc/modprobe.d", "install= runs a command in a module's place" },
	{ "/run/modprobe.d", "install= runs a command in a module's place" },
	{ "/usr/lib/modprobe.d", "install= runs a command in a module's place" },
	{ "/usr/local/lib/modprobe.d", "install= runs a command in a module's place" },
	{ "/etc/depmod.d", "which module of a name is loaded" },
	{ "/etc/kernel", "hooks that run when a kernel is installed" },
	{ "/usr/share/kernel", "hooks that run when a kernel is installed" },
	{ "/usr/lib/kernel/install.d", "hooks that run when a kernel is installed" },
	{ "/etc/initramfs-tools", "hooks, and scripts that run before the disk is open" },
	{ "/usr/share/initramfs-tools", "hooks, and scripts that run before the disk is open" },
	{ "/etc/dracut*", "what goes into the first disk" },
	{ "/usr/lib/dracut", "hooks, and scripts that run before the disk is open" },
	{ "/etc/grub.d", "scripts that write the boot menu" },
	{ "/boot/grub/grub.cfg", "the kernel's command line: init= is the first process" },
	{ "/boot/grub/custom.cfg", "the same, read behind it" },
	{ "/boot/loader", "the kernel's command line, of systemd-boot" },
	// libraries that every program loads
	{ "/etc/ld.so*", "libraries loaded into every program, and where they are looked for" },
	{ "/etc/nsswitch.conf", "names libraries that every program loads" },
	{ "/etc/ssl/openssl.cnf", "names libraries that every program with TLS loads" },
	{ "/etc/gss", "names libraries that sshd loads" },
	{ "/etc/pkcs11", "names libraries that programs with TLS load" },
	{ "/etc/perl", "modules that root's perl programs find first" },
	{ "/etc/python3*", "sitecustomize.py runs in every python program" },
	{ "/usr/local/lib/python3*", "modules that root's python programs find first" },
	{ "/etc/alternatives", "links behind names that root calls" },
	// log-in
	{ "/etc/pam*", "modules and programs (pam_exec) at every log-in, and who may" },
	{ "/usr/lib/pam.d", "the same, of packages" },
	{ "/usr/share/pam-configs", "what pam-auth-update writes into pam.d" },
	{ "/etc/security", "pam_env, and namespace.init, which runs as root" },
	{ "/etc/ssh", "commands, environment and keys of log-ins" },
	{ "/etc/sudo*", "who becomes root, and plug-ins that sudo loads" },
	{ "/etc/doas.conf", "who becomes root" },
	{ "/etc/polkit-1", "who may ask root's services" },
	{ "/usr/share/polkit-1", "who may ask root's services" },
	{ "/var/lib/polkit-1", "who may ask root's services" },
	{ "/etc/profile*", "root's shell runs it" },
	{ "/etc/bash*", "root's shell runs it" },
	{ "/etc/zsh*", "root's shell runs it" },
	{ "/etc/environment*", "LD_PRELOAD and PATH of log-ins and of services" },
	{ "/usr/lib/environment.d", "the environment of users' units" },
	{ "/etc/update-motd.d", "run as root at every log-in" },
	{ "~/.bash*", "root's shell runs it" },
	{ "~/.bashrc", "root's shell runs it" },
	{ "~/.bash_profile", "root's shell runs it" },
	{ "~/.bash_login", "root's shell runs it" },
	{ "~/.bash_logout", "root's shell runs it" },
	{ "~/.bash_aliases", "root's shell runs it" },
	{ "~/.profile", "root's shell runs it" },
	{ "~/.zshenv", "root's shell runs it" },
	{ "~/.zshrc", "root's shell runs it" },
	{ "~/.zprofile", "root's shell runs it" },
	{ "~/.zlogin", "root's shell runs it" },
	{ "~/.pam_environment", "the environment of root's log-in" },
	{ "~/.ssh", "rc runs at log-in; keys carry commands" },
	{ "~/.forward", "a pipe runs for every message to root" },
	{ "~/.config/systemd", "root's own units" },
	{ "~/.config/environment.d", "the environment of root's own units" },
	{ "~/.local/share/systemd", "root's own units" },
	// packages
	{ "/etc/apt", "hooks in apt.conf.d run at every update; sources and keys say from whom" },
	{ "/etc/dpkg", "hooks in dpkg.cfg.d run at every installation" },
	{ "/var/lib/dpkg/info", "packages' scripts run when they are upgraded or removed" },
	{ "/etc/needrestart", "hooks and perl that run after every installation" },
	// network
	{ "/etc/network", "if-up.d and up lines run with every interface" },
	{ "/etc/NetworkManager", "dispatcher.d runs with every interface" },
	{ "/usr/lib/NetworkManager/dispatcher.d", "run with every interface" },
	{ "/etc/networkd-dispatcher", "run with every interface" },
	{ "/usr/lib/networkd-dispatcher", "run with every interface" },
	{ "/etc/dhcp*", "hooks run with every lease" },
	{ "/etc/ppp", "ip-up runs with every connection" },
	{ "/etc/resolvconf", "hooks run when name servers change" },
	{ "/etc/netplan", "makes units and interfaces at boot" },
	{ "/etc/wireguard", "PostUp= runs with the interface" },
	{ "/etc/openvpn", "up scripts run with the connection" },
	{ "/etc/nftables*", "the firewall" },
	{ "/etc/iptables", "the firewall" },
	{ "/etc/ufw", "the firewall" },
	{ "/etc/fail2ban", "actions run as root" },
	{ "/etc/keepalived", "notify scripts" },
	{ "/etc/inetd.conf", "a program for every connection" },
	{ "/etc/xinetd*", "a program for every connection" },
	// what daemons run for events
	{ "/etc/logrotate*", "prerotate and postrotate run every day" },
	{ "/etc/rsyslog*", "where the log goes; omprog runs a program for it" },
	{ "/etc/audit", "which changes are recorded; plug-ins run as root" },
	{ "/etc/audisp", "plug-ins run as root" },
	{ "/etc/dbus-1", "who may ask root's services" },
	{ "/usr/share/dbus-1/system-services", "programs that a message starts as root" },
	{ "/usr/share/dbus-1/system.d", "who may ask root's services" },
	{ "/etc/acpi", "scripts for keys and lids" },
	{ "/etc/pm", "scripts at sleep" },
	{ "/etc/aliases", "a pipe runs for every message" },
	{ "/etc/smart*", "-M exec of smartd" },
	{ "/etc/mdadm*", "PROGRAM runs with every event of a disk" },
	{ "/etc/docker", "runtimes that run as root" },
	{ "/etc/containerd", "runtimes that run as root" },
	{ "/etc/redoubt", "what this host is for" },
	// names that are found first in the PATH of cron, of services and of root's shell
	{ "/usr/local/sbin", "the first folder of root's PATH" },
	{ "/usr/local/bin", "the second folder of root's PATH" },
};
const size_t place_count = ARRAY_LEN(places);

#define HOMES_MAX 8
#define LISTED_MAX 1024

struct listing { struct host *h; struct place *to; size_t count; };

static void listed_add(struct listing *l, const char *path, const char *why)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->to[i].path, path))
			return;
	if (l->count < LISTED_MAX)
		l->to[l->count++] = (struct place){ path, why };
}

// "/etc/cron*": the names that begin so, as they are now.
static void star_add(struct listing *l, const char *path, const char *why)
{
	const char *name = host_basename(path);
	size_t size = strlen(name) - 1;
	const char *folder = host_copy(l->h, path, (size_t)(name - path));
	const struct host_names *names = host_names(l->h, folder);
	for (size_t i = 0; i < names->count; i++)
		if (!strncmp(names->name[i], name, size) && strcmp(names->name[i], ".bash_history"))
			listed_add(l, host_print(l->h, "%s%s", folder, names->name[i]), why);
}

static void path_add(struct listing *l, const char *path, const char *why)
{
	if (text_ends(path, "*"))
		star_add(l, path, why);
	else
		listed_add(l, path, why);
}

// The homes of all who are root, whatever they are called.
static size_t homes_find(struct host *h, const char *home[HOMES_MAX])
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	size_t count = 0;
	home[count++] = "/root";
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *field[6] = { line };
		size_t fields = 1;
		for (const char *at = line; fields < 6 && (at = strchr(at, ':')); fields++)
			field[fields] = ++at;
		if (fields < 6 || strtoul(field[2], NULL, 10) || count == HOMES_MAX)
			continue;
		const char *path = host_copy(h, field[5], strcspn(field[5], ":"));
		bool known = *path != '/' || !strcmp(path, "/");
		for (size_t i = 0; i < count; i++)
			known |= !strcmp(home[i], path);
		if (!known)
			home[count++] = path;
	}
	return count;
}

size_t places_list(struct host *h, const struct place **ret)
{
	struct listing l = { h, host_alloc(h, LISTED_MAX * sizeof *l.to), 0 };
	const char *home[HOMES_MAX];
	size_t homes = homes_find(h, home);
	for (size_t i = 0; i < place_count; i++) {
		const struct place *p = &places[i];
		for (size_t k = 0; *p->path == '~' && k < homes; k++)
			path_add(&l, host_print(h, "%s%s", home[k], p->path + 1), p->why);
		if (*p->path != '~')
			path_add(&l, p->path, p->why);
	}
	*ret = l.to;
	return l.count;
}

static bool covered(const char *const *scope, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (path_beneath(path, scope[i]))
			return true;
	return false;
}

size_t places_scope(struct host *h, const char **ret, size_t max)
{
	static const char *const TREES[] = { "/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/opt", "/sbin", "/usr" };
	const struct place *all;
	size_t listed = places_list(h, &all), count = 0;
	for (size_t i = 0; i < ARRAY_LEN(TREES) && count < max; i++)
		ret[count++] = TREES[i];
	for (size_t i = 0; i < listed && count < max; i++)
		if (!covered(ret, count, all[i].path))
			ret[count++] = all[i].path;
	return count;
}

bool places_generated(const char *path)
{
	static const char *const GENERATED[] = {
		"/etc/ld.so.cache", "/etc/alternatives/", "/etc/ssl/certs/", "/usr/lib/locale/locale-archive", "/boot/initrd.img", "/boot/grub/",
		"/usr/share/mime/", "/usr/share/icons/", "/etc/mailcap", "/usr/share/info/dir", "/usr/lib/modules/", "/var/lib/dpkg/info/",
		"/run/systemd/generator",
	};
	if (strstr(path, "/__pycache__") && text_begins(path, "/usr/"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(GENERATED); i++)
		if (text_begins(path, GENERATED[i]))
			return true;
	return false;
}
