#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# redoubt host harden, for real: in network, mount and process namespaces of its own, over a copy of /etc. A ruleset
# with traffic through it, an sshd with log-ins, changes that nobody confirms, a tool that is killed at each step.
# Nothing of it outlives the namespaces.
set -uo pipefail
if [ "${1:-}" != inside ]; then
	. tests/lib.sh
	if [ "$(id -u)" != 0 ] || ! unshare --mount --net --pid --fork --mount-proc true 2>/dev/null; then
		skip "a host made hard" "needs root and namespaces"
		finish
	fi
	exec unshare --mount --net --pid --fork --mount-proc --kill-child --propagation private "$0" inside
fi
. tests/lib.sh
redoubt=$(realpath "$redoubt")
here=$PWD/tests/harden
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# ---- a host: a copy of /etc, with people, keys and a manifest; an outside, behind a cable ----
cp -a /etc "$work/etc"
mount --bind "$work/etc" /etc
for d in /run /home /var/lib /root; do mount -t tmpfs none "$d"; done
mkdir -p /run/netns /run/sshd
rm -f /etc/nftables.conf /etc/ssh/sshd_config.d/* /etc/ssh/ssh_host_*
mkdir -p /etc/redoubt /etc/ssh/sshd_config.d
user() {
	sed -i "/^$1:/d" /etc/passwd /etc/shadow
	echo "$1:x:$2:$2::/home/$1:/bin/bash" >>/etc/passwd
	echo "$1:$3:19000:0:99999:7:::" >>/etc/shadow
	mkdir -p "/home/$1/.ssh" && ssh-keygen -q -t "${4:-ed25519}" -N '' -f "$work/$1.key" </dev/null
	cp "$work/$1.key.pub" "/home/$1/.ssh/authorized_keys"
	chown -R "$2:$2" "/home/$1" && chmod 700 "/home/$1" "/home/$1/.ssh"
}
password=$(openssl passwd -6 correct-horse)
user alice 61990 "$password"
user bob 61991 "$password"
user courier 61992 '*'
user thinker 61993 '*'
mkdir -p /root/.ssh && chmod 700 /root /root/.ssh && cp "$work/alice.key.pub" /root/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
printf 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\n' >/etc/ssh/sshd_config
manifest() {
	cat >/etc/redoubt/host.manifest <<-E
		role test
		listen tcp 10.9.0.2 443 redoubt-gateway
		ssh-port 20022
		ssh-from 198.51.100.0/28
		ssh-from 2001:db8:55::/64
		proxy 203.0.113.0/24
		proxy 2001:db8:7::/48
		admin alice
		engine thinker
		egress courier tcp 192.0.2.200 8080
		egress courier tcp 2001:db8:bad::/48 8080
	E
}
manifest

ip netns add outside
ip link set lo up
ip link add eth0 type veth peer name out0 netns outside
ip link set eth0 address 02:00:00:00:00:02
ip link set eth0 up
ip addr add 10.9.0.2/24 dev eth0
ip addr add 2001:db8:9::2/64 dev eth0 nodad
ip -n outside link set lo up
ip -n outside link set out0 up
for a in 10.9.0.1/24 203.0.113.5/32 192.0.2.77/32 192.0.2.200/32 198.51.100.3/32; do ip -n outside addr add "$a" dev out0; done
for a in 2001:db8:9::1/64 2001:db8:7::5/128 2001:db8:bad::1/128 2001:db8:55::3/128; do ip -n outside addr add "$a" dev out0 nodad; done
ip route add default dev eth0
ip -6 route add default dev eth0
sleep 1 # for the link's own address

outside() { ip netns exec outside "$@"; }
reach() { outside python3 "$here/reach.py" "$@"; }
shut() { ! reach "$@"; }
as() { setpriv --reuid "$1" --regid "$1" --clear-groups python3 "$here/reach.py" - "$2" "$3"; }
as_not() { ! as "$@"; }
harden() { "$redoubt" host harden "$@"; }
rules() { nft list ruleset; }
fails_with() { local expected=$1; shift; "$@"; [ $? = "$expected" ]; }

python3 "$here/listen.py" 80 443 8080 >"$work/ready" &
outside python3 "$here/listen.py" 8080 4444 >"$work/ready2" &
for i in {1..50}; do [ -s "$work/ready" ] && [ -s "$work/ready2" ] && break; sleep 0.1; done

# ---- what it refuses to begin with ----
sed -i 's,^proxy 203.*,proxy 203.0.113.7/24,' /etc/redoubt/host.manifest
refuses "a manifest with a wrong line, by its number" 'host.manifest:6: .203.0.113.7/24. is not a prefix' harden
manifest; sed -i /ssh-from/d /etc/redoubt/host.manifest
refuses "a manifest that lets nobody in over SSH" 'no ssh-from line' harden
manifest; sed -i s/thinker/nobody-knows/ /etc/redoubt/host.manifest
refuses "an engine's user who is not there" 'nobody-knows is not in /etc/passwd' harden
manifest; echo 'egress thinker tcp * 443' >>/etc/redoubt/host.manifest
refuses "an engine that may call out" 'thinker is an engine, which has no network' harden
manifest; sed -i s/alice/root/ /etc/redoubt/host.manifest
refuses "root as an admin" 'admin root says nothing' harden
manifest
refuses "a group that there is not" 'only takes nft, ssh' harden --only nft,fun
echo 'Port 22' >>/etc/ssh/sshd_config
refuses "an sshd that would listen on a second port" 'listen on 2 ports' harden --only ssh
sed -i '/^Port 22/d' /etc/ssh/sshd_config
printf 'Match User alice\n\tPasswordAuthentication yes\n' >/etc/ssh/sshd_config.d/50-other.conf
refuses "a Match block that brings passwords back for somebody" '50-other.conf:2: a Match block sets PasswordAuthentication' harden --only ssh
refuses "which sshd itself confirms" "sshd -T for user alice does not say .PasswordAuthentication no" harden --only ssh
printf 'Match Address 10.0.0.0/8\n\tPermitRootLogin yes\n' >/etc/ssh/sshd_config.d/50-other.conf
refuses "a Match block by address, which no tried user shows" 'a Match block sets PermitRootLogin' harden --only ssh
rm /etc/ssh/sshd_config.d/50-other.conf
sed -i '/^Include/d' /etc/ssh/sshd_config
refuses "an sshd_config that does not read the drop-in" "Include /etc/ssh/sshd_config.d" harden --only ssh
sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config
echo 'Nonsense yes' >/etc/ssh/sshd_config.d/50-other.conf
refuses "an sshd_config that sshd does not read" 'Bad configuration option: Nonsense' harden --only ssh
rm /etc/ssh/sshd_config.d/50-other.conf
ln -s /etc/hostname /etc/nftables.conf
refuses "to write over a link" 'nftables.conf is no regular file' harden --only nft
rm /etc/nftables.conf

# ---- shown and proven, nothing changed ----
everything() { rules | md5sum; find /etc -type f -exec md5sum {} + | sort; find /etc -type l -printf '%p %l\n' | sort; }
before=$(everything)
ok "the plan is shown, and the exit status says that it differs" fails_with 1 harden
ok "nothing was changed by looking" [ "$before" = "$(everything)" ]
ok "the diff is one that patch takes" bash -c '"$1" host harden --only nft,ssh,logs,updates,units | grep -v "^proven\|^by hand\|^Nothing" |
	patch -s --dry-run -p1 -d /' _ "$redoubt"
judged() { # each service of dist/systemd, as it is shipped: at most 2.0 by systemd-analyze
	local unit bad=0
	for unit in dist/systemd/*.service; do
		sed 's,@TOOL@,/bin/true,; s,@PROGRAMS@/redoubt-supervisor,/bin/true,; s,@DIR@,/srv,; s,@[A-Z]*@,,' "$unit" >"$work/${unit##*/}"
		systemd-analyze security --offline=true --threshold=20 "$work/${unit##*/}" >"$work/judged" 2>&1 || { bad=1; echo "$unit"; tail -1 "$work/judged"; }
	done
	return $bad
}
ok "no unit is more exposed than 2.0" judged
ok "each unit's exposure was measured" bash -c '"$1" host harden --only units | grep -qE "exposure redoubt.service [01]\.[0-9], redoubt-backup.service [01]\.[0-9], redoubt-host-watch.service [01]\.[0-9]"' _ "$redoubt"

ok "what is not enabled is shown" bash -c '"$1" host harden --only nft | grep -q "^enable: /etc/systemd/system/sysinit.target.wants/redoubt-host-rollback.service -> "' _ "$redoubt"

# ---- as JSON ----
harden --json --only nft,ssh >"$work/json"
ok "the plan as one JSON object" jq -e '.verdict == "differs" and .exit == 1 and .change == 0 and (.proven.packets > 100) and .proven.sshdUsers == 3' "$work/json"
ok "with each difference" jq -e '[.changes[] | select(.kind == "file" and .path == "/etc/nftables.conf" and (.diff | contains("table inet redoubt")))] | length == 1' "$work/json"
ok "and each link" jq -e '[.changes[] | select(.kind == "link" and .group == "nft") | .path] == ["/etc/systemd/system/sysinit.target.wants/nftables.service"]' "$work/json"
manifest; sed -i '/ssh-port/d; s/alice/nobody-knows/' /etc/redoubt/host.manifest
harden --json >"$work/json" 2>/dev/null
ok "what is wrong, too" jq -e '.verdict == "refused" and .exit == 2 and (.error | length > 0) and ([.wrong[] | select(contains("admin nobody-knows is not in /etc/passwd"))] | length == 1)' "$work/json"
ok "a missing ssh-port is said once" test "$(harden 2>&1 | grep -c 'no ssh-port')" = 1
manifest

# ---- not confirmed ----
nft add table inet former
nft 'add chain inet former input { type filter hook input priority 5; policy accept; }'
nft 'add rule inet former input tcp dport 9 counter drop'
former=$(rules)
ok "before: anybody reaches port 8080" reach 192.0.2.77 10.9.0.2 8080
ok "applied" harden --only nft,ssh --apply --within 4
ok "enabled with it: what loads the rules, and what rolls back" bash -c 'for u in nftables redoubt-host-rollback ssh; do [ "$(systemctl --root=/ is-enabled $u.service)" = enabled ] || exit 1; done'
ok "a second one is refused while the first waits" fails_with 4 harden --only nft,ssh,logs --apply
ok "now a stranger does not" shut 192.0.2.77 10.9.0.2 8080
for i in {1..80}; do [ -e /var/lib/redoubt-harden/pending ] || break; sleep 0.1; done
ok "nobody confirmed: the former ruleset is back" [ "$former" = "$(rules)" ]
ok "and the files are as they were" [ ! -e /etc/nftables.conf -a ! -e /etc/ssh/sshd_config.d/00-redoubt.conf ]
ok "and what was enabled is not any more" [ "$before" = "$(nft delete table inet former; everything)" ]
nft -f <(printf '%s\n' "$former")
ok "and the stranger reaches port 8080 again" reach 192.0.2.77 10.9.0.2 8080
ok "what happened is on record" grep -q "rolled back" /var/lib/redoubt-harden/1/outcome
refuses "to confirm what has gone back" "gone back already" harden --confirm
ok "applied, and undone by hand" bash -c '"$1" host harden --only nft --apply && "$1" host harden --roll-back' _ "$redoubt"
ok "the former ruleset is back at once" [ "$former" = "$(rules)" ]
ok "at a start of the machine the files go back" bash -c '"$1" host harden --only nft --apply && "$1" host harden --roll-back --at-start && [ ! -e /etc/nftables.conf ] && [ ! -e /var/lib/redoubt-harden/pending ]' _ "$redoubt"
ok "and no rules are loaded, for which there is no network yet" [ "$former" != "$(rules)" ]
ok "with nothing unconfirmed a start does nothing" harden --roll-back --at-start
nft flush ruleset && nft -f <(printf '%s\n' "$former")

# ---- killed at each step ----
if command -v strace >/dev/null; then
	echo 'old file' >/etc/nftables.conf
	# empty folders may stay
	files() { find /etc/nftables.conf /etc/ssh /etc/systemd /etc/audit /etc/rsyslog.d -type f -exec md5sum {} + 2>/dev/null | sort
		find /etc/systemd -type l -printf '%p %l\n' | sort; }
	state=$(files)
	kills=0 lost=
	for ((k = 1; k <= 40; k++)); do
		strace -qq -o /dev/null -e trace=renameat -e inject=renameat:signal=KILL:when=$k \
			"$redoubt" host harden --only nft,ssh,logs --apply --within 1 >/dev/null 2>&1 && break # no such step any more
		kills=$((kills + 1))
		for i in {1..80}; do [ -e /var/lib/redoubt-harden/pending ] || break; sleep 0.1; done
		[ "$state" = "$(files)" -a "$former" = "$(rules)" ] || lost+=" $k"
	done 2>/dev/null
	ok "killed at $kills steps: each time what was there came back${lost:+, but not at}$lost" [ "$kills" -ge 6 -a -z "$lost" ]
	harden --roll-back >/dev/null 2>&1
	rm -f /etc/nftables.conf
else
	skip "killed at each step" "strace is not installed"
fi

# ---- who runs it is not shut out ----
printf 'Port 20023\nPermitRootLogin yes\nUsePAM no\nPidFile none\nHostKey /etc/ssh/ssh_host_ed25519_key\n' >"$work/open.conf"
/usr/sbin/sshd -f "$work/open.conf" -E "$work/open.log"
into() { # into FROM USER KEY PORT COMMAND...
	local from=$1 who=$2 key=$3 port=$4
	shift 4
	outside timeout 30 ssh -F none -p "$port" -b "$from" -i "$work/$key" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes -o ConnectTimeout=5 "$who@10.9.0.2" "$@"
}
ok "a log-in from the list may do it" bash -c "$(declare -f into outside); work=$work; into 198.51.100.3 root alice.key 20023 $redoubt host harden --only nft; [ \$? = 1 ]"
refuses "a log-in from elsewhere would shut itself out" 'session that runs this, logged in from 192.0.2.77, could not log in again|the session that runs this, logged in from 192' \
	into 192.0.2.77 root alice.key 20023 "$redoubt host harden --only nft --apply"
refuses "a forged SSH_CONNECTION helps nothing" 'logged in from 192.0.2.77' \
	into 192.0.2.77 root alice.key 20023 "SSH_CONNECTION='198.51.100.3 1 10.9.0.2 20022' $redoubt host harden --only nft --apply"
refuses "nor does leaving the terminal, as in tmux" 'somebody \(perhaps you\), logged in from 192.0.2.77' \
	into 192.0.2.77 root alice.key 20023 "setsid sh -c '(sleep 0.5; $redoubt host harden --only nft --apply >$work/detached 2>&1) &'; sleep 3; cat $work/detached; exit 4"
into6() { sed 's/@10.9.0.2/@2001:db8:9::2/' <<<"$(declare -f into)"; }
refuses "a log-in over IPv6 is seen, too" 'logged in from 2001:db8:bad::1' bash -c "$(declare -f outside); $(into6); work=$work
	into 2001:db8:bad::1 root alice.key 20023 $redoubt host harden --only nft --apply"
ok "one from the list may do it" bash -c "$(declare -f outside); $(into6); work=$work
	into 2001:db8:55::3 root alice.key 20023 $redoubt host harden --only nft; [ \$? = 1 ]"
refuses "one from the host itself, as through a tunnel" 'logged in from this host itself .127.0.0.1.' timeout 30 ssh -F none -p 20023 -i "$work/alice.key" \
	-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes root@127.0.0.1 "$redoubt host harden --only nft --apply"
refuses "root's session would not get in again over sshd's new rules" "is root's, who is no admin" \
	into 198.51.100.3 root alice.key 20023 "$redoubt host harden --only ssh --apply"
ok "nothing was changed by all that" [ "$former" = "$(rules)" ]

# ---- confirmed ----
ok "applied: rules, sshd, logs, updates, units" harden --only nft,ssh,logs,updates,units --apply --within 2
ok "confirmed" harden --confirm
sleep 3
ok "it stays" nft list table inet redoubt
ok "nothing differs any more" harden --only nft,ssh,logs,updates,units
ok "JSON says so" bash -c '"$1" host harden --json --only nft,ssh,logs,updates,units | jq -e ".verdict == \"same\" and .changes == []"' _ "$redoubt"
for u in nftables.service redoubt.socket redoubt.service redoubt-backup.service redoubt-host-watch.service redoubt-host-check.timer redoubt-host-rollback.service; do
	ok "$u is enabled, says systemctl" test "$(systemctl --root=/ is-enabled "$u")" = enabled
done
rm /etc/systemd/system/timers.target.wants/redoubt-host-check.timer
ok "one that is not is a difference" fails_with 1 harden --only units
ln -s /dev/null /etc/systemd/system/timers.target.wants/redoubt-host-check.timer
ok "so is a link that leads nowhere" fails_with 1 harden --only units
ok "which is mended" bash -c '"$1" host harden --only units --apply && "$1" host harden --confirm --json | jq -e ".verdict == \"confirmed\" and .change > 0"' _ "$redoubt"
ok "and led back on a roll-back" bash -c 'ln -sfn /dev/null "$2" && "$1" host harden --only units --apply && "$1" host harden --roll-back && [ "$(readlink "$2")" = /dev/null ]' \
	_ "$redoubt" /etc/systemd/system/timers.target.wants/redoubt-host-check.timer
harden --only units --apply >/dev/null && harden --confirm >/dev/null
ok "the kernel takes the file as it is" nft -c -f /etc/nftables.conf

# ---- traffic ----
while read -r verdict from to port why; do
	ok "$why: $from -> $to:$port" "$([ "$verdict" = in ] && echo reach || echo shut)" "$from" "$to" "$port"
done <<-TRAFFIC
	in  203.0.113.5     10.9.0.2      443  the proxy reaches the site
	in  203.0.113.5     10.9.0.2      80   the proxy reaches the site
	in  2001:db8:7::5   2001:db8:9::2 443  the proxy reaches the site
	out 192.0.2.77      10.9.0.2      443  a stranger does not
	out 192.0.2.77      10.9.0.2      80   a stranger does not
	out 2001:db8:bad::1 2001:db8:9::2 443  a stranger does not
	out 198.51.100.3    10.9.0.2      443  the SSH list does not
	out 203.0.113.5     10.9.0.2      8080 the proxy reaches nothing else
	out 2001:db8:7::5   2001:db8:9::2 8080 the proxy reaches nothing else
	out 192.0.2.77      10.9.0.2      8080 a stranger reaches nothing
	out 2001:db8:bad::1 2001:db8:9::2 8080 a stranger reaches nothing
TRAFFIC
ok "egress: the named user, where it is named" as 61992 192.0.2.200 8080
ok "egress: over IPv6, too" as 61992 2001:db8:bad::1 8080
ok "egress: not to another port" as_not 61992 192.0.2.200 4444
ok "egress: not to another address" as_not 61992 203.0.113.5 8080
ok "egress: nobody else" as_not 61990 192.0.2.200 8080
ok "egress: not root either" as_not 0 192.0.2.200 8080
ok "loopback is free" as 61990 127.0.0.1 8080
ok "but the engine has not even that" as_not 61993 127.0.0.1 8080
ok "nor over IPv6" as_not 61993 ::1 8080
ok "nor anything outside" as_not 61993 192.0.2.200 8080
ping_from() {
	outside python3 -c 'import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); s.bind((sys.argv[1], 0)); s.settimeout(1)
s.sendto(struct.pack("!BBHHH", 8, 0, 0xf7ff, 0, 0), ("10.9.0.2", 0)); s.recv(99)' "$1"
}
no_ping_from() { ! ping_from "$1"; }
ok "a stranger may ping" ping_from 192.0.2.77
nft add element inet redoubt ban4 '{ 203.0.113.5, 192.0.2.77 }'
nft add element inet redoubt ban6 '{ 2001:db8:7::5 }'
ok "a ban of the proxy's address has no effect" reach 203.0.113.5 10.9.0.2 443
ok "nor over IPv6" reach 2001:db8:7::5 2001:db8:9::2 443
ok "a ban of a stranger's has: not even a ping" no_ping_from 192.0.2.77
nft flush set inet redoubt ban4

# ---- the probes through the kernel ----
harden --only nft --probes >"$work/probes"
through_kernel() { python3 "$here/kernel.py" "$work/probes" outside out0 02:00:00:00:00:02 10.9.0.2 2001:db8:9::2; }
ok "the kernel does with each probe what the classifier says" through_kernel
through_kernel 2>&1 | sed 's/^/# /'
nft insert rule inet redoubt input tcp dport 3306 accept
refuses "a hole in the loaded rules shows in the kernel" '3306' through_kernel
nft -f /etc/nftables.conf

# ---- the pace of SSH ----
for i in {1..26}; do reach 198.51.100.3 10.9.0.2 20022 >/dev/null; done # nobody listens there yet
ok "new SSH connections are counted by address" bash -c 'nft list set inet redoubt pace4 | grep -q 198.51.100.3'
ok "and those too fast are dropped" bash -c 'nft list chain inet redoubt input | grep "@pace4" | grep -qE "packets [1-9][0-9]* bytes [0-9]+ drop"'
nft -f /etc/nftables.conf # the sets begin anew

# ---- sshd with the drop-in ----
/usr/sbin/sshd -E "$work/sshd.log"
ok "log-in by key from the list" into 198.51.100.3 alice alice.key 20022 true
refuses "root" 'Permission denied' into 198.51.100.3 root alice.key 20022 true
refuses "a user who is no admin" 'Permission denied' into 198.51.100.3 bob bob.key 20022 true
plain=(outside ssh -F none -p 20022 -b 198.51.100.3 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5)
refuses "a password is not even asked for" 'Permission denied \(publickey\)' "${plain[@]}" -o PubkeyAuthentication=no \
	-o PreferredAuthentications=password,keyboard-interactive alice@10.9.0.2 true
refuses "old key exchange" 'no matching key exchange' "${plain[@]}" -o KexAlgorithms=diffie-hellman-group14-sha256 alice@10.9.0.2 true
into_kex() { "${plain[@]}" -v -i "$work/alice.key" alice@10.9.0.2 true 2>&1 | grep 'kex: algorithm: sntrup761x25519-sha512@openssh.com'; }
ok "the key exchange is the post-quantum one" into_kex
refuses "no tunnel through the host" 'refused|prohibited|failed' "${plain[@]}" -i "$work/alice.key" -W 127.0.0.1:8080 alice@10.9.0.2
ssh-keygen -q -t rsa -b 3072 -N '' -f "$work/rsa.key" && cat "$work/rsa.key.pub" >>/home/alice/.ssh/authorized_keys
refuses "an RSA key, though it is authorized" 'Permission denied' into 198.51.100.3 alice rsa.key 20022 true
ok "the SSH port is shut for a stranger" shut 192.0.2.77 10.9.0.2 20022
ok "and for the proxy" shut 203.0.113.5 10.9.0.2 20022

# ---- a tree instead of the machine: everything, the kernel's settings included ----
tree=$work/tree
mkdir -p "$tree"/{proc/sys/net/ipv4/conf/all,usr/bin,var/lib/redoubt/keys} && cp -a /etc "$tree/etc" && rm -f "$tree/etc/nftables.conf"
cp -a /home "$tree/home"
echo 1 >"$tree/proc/sys/net/ipv4/ip_forward" && echo 0 >"$tree/proc/sys/net/ipv4/conf/all/rp_filter"
echo secret >"$tree/var/lib/redoubt/keys/log.key" && chmod 644 "$tree/var/lib/redoubt/keys/log.key"
digest() { (cd "$tree" && find . -path ./var/lib/redoubt-harden -prune -o -type f -printf '%p %m %u %g ' -exec md5sum {} \; | sort); }
first=$(digest)
ok "a tree: applied" harden --root "$tree" --apply --within 3
ok "a kernel setting has its value" [ "$(cat "$tree/proc/sys/net/ipv4/ip_forward")" = 0 ]
ok "a key's mode is tight" [ "$(stat -c %a "$tree/var/lib/redoubt/keys/log.key")" = 400 ]
ok "the machine's rules were left alone" nft list table inet redoubt
for i in {1..80}; do [ -e "$tree/var/lib/redoubt-harden/pending" ] || break; sleep 0.1; done
ok "not confirmed: every byte, owner and mode is back" [ "$first" = "$(digest)" ]

. "$here/night.sh"

# ---- the exchange under what its unit leaves it ----
. "$here/unit.sh"
finish
