// SPDX-License-Identifier: Apache-2.0
// sshd's drop-in. Its name begins with 00: sshd takes the first value that it meets.
#include "harden/enable.h"

static const char TEXT[] =
	"PermitRootLogin no\n"
	"AuthenticationMethods publickey\n"
	"PubkeyAuthentication yes\n"
	"PasswordAuthentication no\n"
	"KbdInteractiveAuthentication no\n"
	"PermitEmptyPasswords no\n"
	"HostbasedAuthentication no\n"
	"GSSAPIAuthentication no\n"
	"KerberosAuthentication no\n"
	"MaxAuthTries 3\n"
	"LoginGraceTime 30\n"
	"MaxStartups 10:30:60\n"
	"ClientAliveInterval 300\n"
	"ClientAliveCountMax 2\n"
	"\n# no tunnels through this host\n"
	"DisableForwarding yes\n"
	"AllowTcpForwarding no\n"
	"AllowAgentForwarding no\n"
	"AllowStreamLocalForwarding no\n"
	"GatewayPorts no\n"
	"PermitTunnel no\n"
	"X11Forwarding no\n"
	"PermitUserEnvironment no\n"
	"PermitUserRC no\n"
	"\nLogLevel VERBOSE\n"
	"StrictModes yes\n"
	"VersionAddendum none\n"
	"DebianBanner no\n"
	"\n# sntrup761 first: what is recorded today is to stay secret when there are quantum computers\n"
	"KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org\n"
	"Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com\n"
	"MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com\n"
	"HostKeyAlgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com,rsa-sha2-512\n"
	"PubkeyAcceptedAlgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com\n";

static bool name_plain(const char *name)
{
	return *name && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

void plan_ssh(struct plan *p, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	struct text t = { .host = p->host };
	text_add(&t, "# Made by `redoubt host harden` from /etc/redoubt/host.manifest.\n");
	if (!m->admin.count)
		complaint_add(p->host, c, "the manifest names no admin; sshd would let nobody in: add 'admin USER'");
	text_add(&t, "Port %u\nAllowUsers", m->ssh_port);
	for (size_t i = 0; i < m->admin.count; i++) {
		uid_t uid;
		if (!name_plain(m->admin.name[i])) // sshd would take * ? ! and @ for a pattern
			complaint_add(p->host, c, "admin %.60s is no plain user name", m->admin.name[i]);
		else if (!user_find(p->host, m->admin.name[i], &uid, NULL))
			complaint_add(p->host, c, "admin %.60s is not in /etc/passwd; make the user or take the line out", m->admin.name[i]);
		else if (uid == 0)
			complaint_add(p->host, c, "admin %.60s is root, who never logs in over SSH; name people", m->admin.name[i]);
		text_add(&t, " %s", m->admin.name[i]);
	}
	text_add(&t, "\n\n%s", TEXT);
	plan_add(p, HARDEN_SSH, SSHD_PATH, 0600, text_end(&t));
	plan_enable_packaged(p, HARDEN_SSH, "ssh.service", "/sshd -D", c);
}
