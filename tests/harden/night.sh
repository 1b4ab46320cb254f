# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/harden.sh: what goes wrong at three in the morning. A current that fails between --apply and --confirm,
# two tools at once, a full disk, an sshd that goes by other files than the drop-in, rules that could not come back.
drop=/etc/ssh/sshd_config.d
refuses_ssh() { refuses "$1" "$2" harden --only ssh; }
with_drop_in() { # NAME TEXT DESCRIPTION PATTERN
	printf "$2" >"$drop/$1"
	refuses_ssh "$3" "$4"
	rm -f -- "$drop/$1"
}

# ---- sshd by other ways ----
with_drop_in 00-0.conf 'MaxAuthTries 50\n' "a drop-in that sorts before ours" "sshd -T for user root does not say 'MaxAuthTries 3'"
with_drop_in 00-0.conf 'HostbasedAuthentication yes\n' "and a value that no list of a few names" "does not say 'HostbasedAuthentication no'"
with_drop_in 50-other.conf 'AllowUsers eve\n' "a second AllowUsers line, which adds to ours" 'let eve in, too'
with_drop_in 50-other.conf 'DenyUsers al*\n' "a DenyUsers line that could shut admins out" "'denyusers al\*'"
with_drop_in 50-other.conf 'AllowGroups nobody-knows\n' "an AllowGroups line, too" "'allowgroups nobody-knows'"
with_drop_in 50-other.conf 'ListenAddress 0.0.0.0:22\n' "a ListenAddress with a port of its own" '0.0.0.0:22 by a ListenAddress line'
with_drop_in 50-other.conf 'ListenAddress 127.0.0.1\n' "a ListenAddress that nobody outside reaches" 'loopback alone'
with_drop_in 50-other.conf '"Match" user nobody-knows\n "PermitRootLogin"=yes\n' "a Match block in quotes" 'a Match block sets PermitRootLogin'
with_drop_in 50-other.conf 'Match=user nobody-knows\n ForceCommand /bin/false\n' "a Match block that takes the shell" 'a Match block sets ForceCommand'
with_drop_in 50-other.conf 'Match LocalPort 20022\n LogLevel QUIET\n' "a Match block over anything that the drop-in says" 'a Match block sets LogLevel'
with_drop_in 50-other.conf 'Include /etc/ssh/more.conf\n' "an Include, whose Match blocks nobody would see" 'Include /etc/ssh/more.conf'
with_drop_in 50-other.conf 'AuthorizedKeysFile /etc/ssh/keys/%%u\n' "keys that are looked for elsewhere" "'/etc/ssh/keys/%u'"
with_drop_in 50-other.conf 'ForceCommand /bin/false\n' "a command for everybody" "admin alice says 'forcecommand /bin/false'"
ln -s /nowhere "$drop/50-other.conf"
refuses_ssh "a drop-in that is a link to nothing" '50-other.conf cannot be read'
rm "$drop/50-other.conf" && mkfifo "$drop/50-other.conf"
refuses_ssh "one that is a pipe" '50-other.conf cannot be read .it is no regular file'
rm "$drop/50-other.conf"
mv "$drop" /etc/ssh/elsewhere && ln -s elsewhere "$drop"
refuses_ssh "a folder of drop-ins that is a link" 'sshd_config.d is a link'
rm "$drop" && mv /etc/ssh/elsewhere "$drop" && chmod 777 "$drop"
refuses_ssh "one that anybody may write to" 'others than root may write to it'
chmod 755 "$drop"
mkdir -p /etc/systemd/system/sockets.target.wants && ln -s /lib/systemd/system/ssh.socket /etc/systemd/system/sockets.target.wants/ssh.socket
refuses_ssh "an ssh.socket, whose port is its own" 'ssh.socket starts sshd on the port of its own socket.*disable --now ssh.socket'
rm /etc/systemd/system/sockets.target.wants/ssh.socket
[ -e /etc/default/ssh ] && cp /etc/default/ssh "$work/default-ssh"
echo 'SSHD_OPTS="-p 22"' >/etc/default/ssh
refuses_ssh "options on sshd's command line" '/etc/default/ssh:1: options of sshd'
rm /etc/default/ssh && [ -e "$work/default-ssh" ] && cp "$work/default-ssh" /etc/default/ssh
ln -s /dev/null /etc/systemd/system/nftables.service
refuses "rules that nothing would load, since the unit is masked" 'nftables.service is masked' harden --only nft
rm /etc/systemd/system/nftables.service
mkdir -p /etc/systemd/system/nftables.service.d && printf '[Service]\nExecStart=\nExecStart=/usr/sbin/nft -f /etc/other\n' >/etc/systemd/system/nftables.service.d/x.conf
refuses "a unit that loads other rules" 'x.conf changes what nftables.service starts' harden --only nft
rm -r /etc/systemd/system/nftables.service.d
ok "nothing differs when all that is gone" harden --only nft,ssh

# ---- the current fails ----
echo '# changed by hand' >>/etc/nftables.conf
state() { find /etc -type f -exec md5sum {} + | sort; find /etc -type l -printf '%p %l\n' | sort; }
was=$(state)
ok "applied" harden --only nft --apply --within 600
guard=$(pgrep -f 'host harden --only nft --apply' | head -1)
ok "the guard ends with the machine" kill -9 "$guard"
ok "the change is there" bash -c '! grep -q "changed by hand" /etc/nftables.conf'
start=$(sed -n 's/^ExecStart=//p' /etc/systemd/system/redoubt-host-rollback.service)
ok "what the next start of the machine runs is enabled" test -L /etc/systemd/system/sysinit.target.wants/redoubt-host-rollback.service
# shellcheck disable=SC2086
ok "and puts it back" $start
ok "file by file, link by link" [ "$was" = "$(state)" ]
rm /etc/systemd/system/redoubt-host-rollback.service /etc/systemd/system/sysinit.target.wants/redoubt-host-rollback.service
ok "a host that has no such guard gets it with any change" harden --only nft --apply --within 600
ok "before the change itself" bash -c '[ "$(sed -n 3p /var/lib/redoubt-harden/$1/record | grep -c redoubt-host-rollback.service)" = 1 ]' _ \
	"$(cut -d' ' -f1 /var/lib/redoubt-harden/pending)"
harden --roll-back >/dev/null
ok "and loses it with the roll-back" test ! -e /etc/systemd/system/redoubt-host-rollback.service
harden --only nft,units --apply >/dev/null && harden --confirm >/dev/null

# ---- two at once ----
echo '# changed by hand' >>/etc/nftables.conf
pids=()
for i in 1 2 3 4; do
	harden --only nft --apply --within 600 >"$work/at-once.$i" 2>&1 &
	pids+=($!)
done
wait "${pids[@]}"
ok "of four tools at once one changes the host" test "$(grep -lE '^Change [0-9]+ is in place' "$work"/at-once.* | wc -l)" = 1
harden --confirm >/dev/null
ok "and it is as it should be" harden --only nft

# ---- a full disk ----
small=$work/small
mkdir -p "$small"/{proc,usr/bin} && cp -a /etc "$small/etc" && rm -rf "$small"/etc/{systemd/system/redoubt*,apt/apt.conf.d,nftables.conf}
mkdir -p "$small/etc/apt/apt.conf.d" && mount -t tmpfs -o size=4k none "$small/etc/apt/apt.conf.d" && head -c 4096 /dev/zero >"$small/etc/apt/apt.conf.d/full"
echo 'former' >"$small/etc/nftables.conf" && cp -a /home "$small/home"
of_small() { (cd "$small" && find etc -type f -printf '%p %m %u %g ' -exec md5sum {} \; -o -type l -printf '%p %l\n' | sort); }
was=$(of_small)
refuses "a disk that is full in the middle of it" 'what was there has been put back' harden --root "$small" --only nft,logs,updates --apply
ok "leaves everything as it was" [ "$was" = "$(of_small)" ]
ok "and nothing waits" test ! -e "$small/var/lib/redoubt-harden/pending"
umount "$small/etc/apt/apt.conf.d"
mkdir -p "$small/var/lib" && mount -t tmpfs -o size=64k none "$small/var/lib"
was=$(of_small)
refuses "a disk without room for the way back" 'nothing was changed.*No space left' harden --root "$small" --only nft,logs --apply
ok "changes nothing" [ "$was" = "$(of_small)" ]
umount "$small/var/lib"

# ---- rules that could not come back ----
if command -v iptables-nft >/dev/null && nft flush ruleset && iptables-nft -A INPUT -m addrtype --dst-type LOCAL -m statistic --mode random --probability 0.5 -j ACCEPT 2>/dev/null; then
	refuses "rules of iptables-nft that nft lists and cannot load" 'no way back' harden --only nft,logs --apply
	iptables-nft -F
else
	skip "rules of iptables-nft" "iptables-nft is not installed"
fi
nft -f /etc/nftables.conf
