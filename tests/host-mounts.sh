#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a tree cannot show: the walk over mounts. A root of its own, in a mount namespace, with bind mounts in each other,
# a tmpfs where nobody looks and a web root that is a view of another directory.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/lib.sh

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
	skip "host checks over mounts" "namespaces need root"
	finish
fi
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/root"

# inside SETUP: makes the root, runs SETUP in it, checks FS-02, FS-05 and ENV-01, and prints the findings and the cost.
inside() {
	unshare -m bash -c '
		root=$1/root
		mount -t tmpfs -o mode=755 none "$root" && cd "$root" && mkdir -p usr proc sys dev run tmp etc/redoubt srv/www data var/log mnt tool
		for link in bin sbin lib lib64; do [ ! -L "/$link" ] || ln -s "usr/$link" "$link"; done
		mount --bind /usr usr && mount -t proc none proc && mount -t sysfs none sys
		install -m 755 "$2" tool/redoubt
		printf "role production\nweb-root /srv/www\n" >etc/redoubt/host.manifest
		mkdir -p var/lib && [ ! -d /var/lib/dpkg ] || cp -a /var/lib/dpkg var/lib/
		eval "$3"
		chroot . /tool/redoubt --json host check --only FS-02; chroot . /tool/redoubt --json host check --only FS-05
		chroot . /tool/redoubt --json host check --only ENV-01' \
		inside "$work" "$redoubt" "$1" | jq -r '(.findings[] | .id + " " + .state + " " + .read), "entries \(.cost.walk.entries)"'
}
says() { # PATTERN SETUP
	local output
	output=$(inside "$2")
	grep -qE -- "$1" <<<"$output" || { printf '%s\n' "$output" | cut -c 1-300; return 1; }
}
says_not() { # PATTERN SETUP
	local output
	output=$(inside "$2")
	grep -qE '^FS-02' <<<"$output" && ! grep -qE -- "$1" <<<"$output" || { printf '%s\n' "$output" | cut -c 1-300; return 1; }
}
entries() { inside "$1" | awk '$1 == "entries" { print $2; exit }'; }
not_longer() { # SETUP: it adds no more than a hundredth to the walk
	local plain more
	plain=$(entries true)
	more=$(entries "$1")
	echo "$plain entries, with it $more"
	[ -n "$more" ] && [ "$more" -gt 1000 ] && [ "$more" -lt $((plain + plain / 100 + 100)) ]
}

ok "the walk sees this root and no fault in it" says '^FS-02 pass [0-9]+ setuid' true
ok "found: a setuid program on a tmpfs in /sys" says '^FS-02 fail /sys/kernel/[a-z/]*x is (root|uid 0) 4755' \
	'mount -t tmpfs none sys/kernel; mkdir sys/kernel/a; touch sys/kernel/a/x; chmod 4755 sys/kernel/a/x'
ok "found: one in /dev and one in /run" says '^FS-02 fail /run/.x/y is (root|uid 0) 2755' 'mkdir run/.x; touch run/.x/y dev/z; chmod 2755 run/.x/y dev/z'
ok "found: one on a tmpfs that is mounted nosuid, which somebody may remount" says '^FS-02 fail /mnt/x is (root|uid 0) 4755' \
	'mount -t tmpfs -o nosuid none mnt; touch mnt/x; chmod 4755 mnt/x'
ok "found: one behind a directory that a mount hides, by another way in" says '^FS-02 fail /mnt/x is (root|uid 0) 4755' \
	'mkdir tmp/a; touch tmp/a/x; chmod 4755 tmp/a/x; mount --bind tmp/a mnt; mount -t tmpfs none tmp/a'
ok "twenty views of everything in each other make the walk no longer" not_longer \
	'for i in $(seq 10); do mkdir mnt/$i data/$i; done; for i in $(seq 10); do mount --bind . mnt/$i; mount --bind usr data/$i; done'
ok "a view of /usr makes no package's program a stranger" says_not '^FS-02 fail' 'mkdir -p bound/usr; mount --bind usr bound/usr'
ok "found: a key in a view of another directory, beneath a web root" says '^FS-05 fail .*beneath a web root' \
	'mkdir data/up; printf -- "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx5Jf0CwmT3v8Zr1yUq6nLh2bXo9kVd4s\n" >data/up/notes; mkdir srv/www/up; mount --bind data/up srv/www/up'
ok "found: the same when the web root itself is the view" says '^FS-05 fail .*beneath a web root' \
	'printf -- "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx5Jf0CwmT3v8Zr1yUq6nLh2bXo9kVd4s\n" >data/notes; mount --bind data srv/www'
ok "found: a link to a compiler on a mount of its own" says '^ENV-01 fail /tmp/m/helper is there: it leads to /opt/gcc-12' \
	'mkdir tmp/m; mount -t tmpfs none tmp/m; ln -s /opt/gcc-12 tmp/m/helper'
ok "found: a compiler behind a second view, where the first is one where nobody looks" says '^ENV-01 fail (/tmp/m|/data/up)/gcc-12 is there' \
	'mkdir -p data/up tmp/m; touch data/up/gcc-12; chmod 755 data/up/gcc-12; mount --bind data/up tmp/m'
finish
