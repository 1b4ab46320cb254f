// SPDX-License-Identifier: Apache-2.0
// Security updates without anybody's hand; the exchange itself is never restarted by them.
#include "harden/harden.h"

static const char PERIODIC[] = "// Made by `redoubt host harden`.\n"
			       "APT::Periodic::Update-Package-Lists \"1\";\n"
			       "APT::Periodic::Unattended-Upgrade \"1\";\n"
			       "APT::Periodic::AutocleanInterval \"7\";\n"
			       "APT::Periodic::Verbose \"1\";\n";

static const char UPGRADES[] = "// Made by `redoubt host harden`.\n"
			       "#clear Unattended-Upgrade::Origins-Pattern;\n"
			       "Unattended-Upgrade::Origins-Pattern {\n"
			       "\t\"origin=Debian,codename=${distro_codename},label=Debian-Security\";\n"
			       "\t\"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\";\n"
			       "};\n"
			       "Unattended-Upgrade::AutoFixInterruptedDpkg \"true\";\n"
			       "Unattended-Upgrade::MinimalSteps \"true\";\n"
			       "Unattended-Upgrade::Remove-Unused-Kernel-Packages \"true\";\n"
			       "Unattended-Upgrade::SyslogEnable \"true\";\n"
			       "// people restart an exchange; `redoubt host check` (PKG-04, SVC-06) says when it is due\n"
			       "Unattended-Upgrade::Automatic-Reboot \"false\";\n"
			       "APT::Get::AllowUnauthenticated \"false\";\n"
			       "Acquire::AllowInsecureRepositories \"false\";\n"
			       "Acquire::AllowDowngradeToInsecureRepositories \"false\";\n";

void plan_updates(struct plan *p, struct complaints *c)
{
	struct stat unused;
	plan_add(p, HARDEN_UPDATES, "/etc/apt/apt.conf.d/60redoubt-periodic", 0644, PERIODIC);
	plan_add(p, HARDEN_UPDATES, "/etc/apt/apt.conf.d/60redoubt-upgrades", 0644, UPGRADES);
	if (host_stat(p->host, "/usr/bin/unattended-upgrade", &unused))
		complaint_add(p->host, &p->advice, "unattended-upgrades is not installed: apt-get install unattended-upgrades");
}
