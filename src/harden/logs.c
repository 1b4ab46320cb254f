// SPDX-License-Identifier: Apache-2.0
// Logs: kept, sent away, and the changes that matter recorded by the kernel.
#include "harden/harden.h"

#include <arpa/inet.h>

static const char JOURNALD[] = "# Made by `redoubt host harden`.\n"
			       "[Journal]\n"
			       "Storage=persistent\n"
			       "Compress=yes\n"
			       "Seal=yes\n"
			       "SplitMode=uid\n"
			       "MaxRetentionSec=120day\n"
			       "SystemKeepFree=15%\n"
			       "SystemMaxUse=20G\n"
			       "ForwardToSyslog=yes\n"
			       "SyncIntervalSec=30s\n"
			       "RateLimitIntervalSec=30s\n"
			       "RateLimitBurst=10000\n";

// auditctl -R reads it line by line. The keys are what an alarm matches.
static const char AUDIT[] =
	"## Made by `redoubt host harden`. 32-bit calls are rules of their own: they have other numbers.\n"
	"-w /etc/ssh/ -p wa -k redoubt-ssh\n"
	"-w /root/.ssh/ -p wa -k redoubt-ssh\n"
	"-w /etc/sudoers -p wa -k redoubt-sudo\n"
	"-w /etc/sudoers.d/ -p wa -k redoubt-sudo\n"
	"-w /etc/passwd -p wa -k redoubt-users\n"
	"-w /etc/shadow -p wa -k redoubt-users\n"
	"-w /etc/group -p wa -k redoubt-users\n"
	"-w /etc/pam.d/ -p wa -k redoubt-users\n"
	"-w /etc/nftables.conf -p wa -k redoubt-firewall\n"
	"-w /etc/redoubt/ -p wa -k redoubt-host\n"
	"-w /etc/systemd/system/ -p wa -k redoubt-units\n"
	"-w /etc/ld.so.preload -p wa -k redoubt-preload\n"
	"-w /etc/audit/ -p wa -k redoubt-audit\n"
	"-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k redoubt-modules\n"
	"-a always,exit -F arch=b32 -S init_module,finit_module,delete_module -k redoubt-modules\n"
	"-a always,exit -F arch=b64 -S clock_settime,settimeofday,adjtimex -F auid!=unset -k redoubt-clock\n"
	"-a always,exit -F arch=b64 -S execve -F euid=0 -F auid>=1000 -F auid!=unset -k redoubt-root\n"
	"-a always,exit -F arch=b32 -S execve -F euid=0 -F auid>=1000 -F auid!=unset -k redoubt-root\n";

static void audit_write(struct plan *p)
{
	struct text t = { .host = p->host };
	text_add(&t, "%s", AUDIT);
	text_add(&t, "-w %s/keys/ -p rwa -k redoubt-keys\n", p->exchange);
	text_add(&t, "-w %s/redoubt.conf -p wa -k redoubt-host\n", p->exchange);
	text_add(&t, "# the cold-address table is not built yet; this is its place, and of the staff's keys\n"
		     "-w %s/cold/ -p wa -k redoubt-cold\n", p->exchange);
	plan_add(p, HARDEN_LOGS, "/etc/audit/rules.d/60-redoubt.rules", 0640, text_end(&t));
}

// TLS with the log host's name checked; the queue on disk bridges a log host that is away.
static void forward_write(struct plan *p)
{
	const struct manifest_address *a = &p->manifest->log_to;
	char address[INET6_ADDRSTRLEN];
	struct text t = { .host = p->host };
	if (!a->given) {
		complaint_add(p->host, &p->advice, "logs stay on this host: the manifest has no log-to line (log-to ADDRESS PORT)");
		return;
	}
	inet_ntop(a->v6 ? AF_INET6 : AF_INET, a->address, address, sizeof address);
	text_add(&t, "# Made by `redoubt host harden`. Needs rsyslog-gnutls, and the log host's CA in /etc/redoubt/log-ca.pem.\n"
		     "global(DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"/etc/redoubt/log-ca.pem\"\n"
		     "       WorkDirectory=\"/var/spool/rsyslog\")\n"
		     "*.* action(type=\"omfwd\" target=\"%s\" port=\"%u\" protocol=\"tcp\" template=\"RSYSLOG_SyslogProtocol23Format\"\n"
		     "           StreamDriver=\"gtls\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/certvalid\"\n"
		     "           action.resumeRetryCount=\"-1\" queue.type=\"LinkedList\" queue.filename=\"redoubt-forward\"\n"
		     "           queue.maxDiskSpace=\"1g\" queue.saveOnShutdown=\"on\")\n", address, a->port);
	plan_add(p, HARDEN_LOGS, "/etc/rsyslog.d/60-redoubt.conf", 0644, text_end(&t));
	complaint_add(p->host, &p->advice, "the log host's answer is not checked from here: look there for a line of `logger redoubt`");
}

void plan_logs(struct plan *p, struct complaints *c)
{
	plan_add(p, HARDEN_LOGS, "/etc/systemd/journald.conf.d/00-redoubt.conf", 0644, JOURNALD);
	audit_write(p);
	forward_write(p);
}
