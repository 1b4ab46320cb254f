# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/host.sh, with the clean host in $work/tree: what the manifest may say, and what it says of SSH.
echo 'waive ACC-06 until 2020-01-31 the console has no password' >"$work/late"
sed -i '/^waive/d' "$work/tree/etc/redoubt/host.manifest"
cat "$work/late" >>"$work/tree/etc/redoubt/host.manifest"
sed -i '/pam_faillock/d' "$work/tree/etc/pam.d/common-auth"
ok "a waiver counts no more behind its last day" bash -c '! "$1" host check --root "$2" --only ACC-06 >/dev/null' _ "$redoubt" "$work/tree"
sed -i '/^waive/d' "$work/tree/etc/redoubt/host.manifest"
refuses "a waiver of a check that is not there" "there is no check 'ACC-99'" bash -c \
	'echo "waive ACC-99 for no reason at all" >"$1/wrong.manifest"; cd "$1" && "$2" host check --manifest wrong.manifest --only ACC-01' _ "$work" "$redoubt"
refuses "a proxy range that is the internet" "2: proxy 0.0.0.0/0 is too wide" bash -c \
	'printf "role test\nproxy 0.0.0.0/0\n" >"$1/wide.manifest"; cd "$1" && "$2" host manifest --manifest wide.manifest' _ "$work" "$redoubt"
ok "the operator's manifest is taken from the current directory" bash -c \
	'printf "role test\nproxy 203.0.113.0/24\n" >"$1/my.manifest"; cd "$1" && "$2" host manifest --manifest my.manifest' _ "$work" "$redoubt"
refuses "with another root a manifest that is not there says where it was looked for" "beneath that folder" \
	"$redoubt" host check --root "$work/tree" --manifest my.manifest

# What nobody can see from the host is unknown until people attest it, and then said as declared; for a year at most.
asked() { (check --only "$1" || true) | jq -e --arg s "$2" --arg t "$3" 'any(.findings[]; .state == $s and (.read | contains($t)))'; }
cp "$work/tree/etc/redoubt/host.manifest" "$work/attested"
for id in BAK-03 NET-03 NET-16; do
	ok "$id passes as declared" asked "$id" pass "declared until 2027-01-31, not seen"
	sed -i "/^attest $id/d" "$work/tree/etc/redoubt/host.manifest"
	ok "$id is unknown without a declaration" asked "$id" unknown "is not seen from here; who has looked writes"
	for day in 2026-01-31 2031-01-31; do
		echo "attest $id until $day seen there by alice" >"$work/declared"
		cat "$work/attested" "$work/declared" | sed "/^attest $id until 2027/d" >"$work/tree/etc/redoubt/host.manifest"
		ok "$id is unknown with a declaration until $day" asked "$id" unknown "is over, or longer than a year"
	done
	cp "$work/attested" "$work/tree/etc/redoubt/host.manifest"
done

# An authority for SSH certificates is trusted as declared, and only so.
ssh-keygen -q -t ed25519 -N '' -C authority -f "$work/authority"
install -m 644 "$work/authority.pub" "$work/tree/etc/ssh/authority.pub"
echo 'TrustedUserCAKeys /etc/ssh/authority.pub' >"$work/tree/etc/ssh/sshd_config.d/10-authority.conf"
authority_is() { (check --only SSH-07 || true) | jq -e --arg s "$1" 'any(.findings[]; .state == $s)'; }
ok "an authority that the manifest does not name is found" authority_is fail
echo "ssh-user-ca $(ssh-keygen -lf "$work/authority.pub" | cut -d' ' -f2)" >>"$work/tree/etc/redoubt/host.manifest"
ok "the one that it names passes" authority_is pass
rm "$work/tree/etc/ssh/sshd_config.d/10-authority.conf"

mkfifo "$work/tree/etc/ssh/sshd_config.d/20-pipe.conf"
pipe_is_named() { (timeout 5 "$redoubt" --json host check --root "$work/tree" --only SSH || true) | jq -e 'any(.findings[]; .state == "unknown" and (.read | contains("20-pipe.conf is no regular file")))'; }
ok "a FIFO among sshd's files is named before sshd would wait for it" pipe_is_named
rm "$work/tree/etc/ssh/sshd_config.d/20-pipe.conf"

# A unit that is masked cannot start, whatever wants it: masking is the remedy that SVC-01 names.
ln -s /lib/systemd/system/telnetd.service "$work/tree/etc/systemd/system/multi-user.target.wants/telnetd.service"
ok "an enabled unit is found" bash -c '! "$1" host check --root "$2" --only SVC-01 >/dev/null' _ "$redoubt" "$work/tree"
ln -s /dev/null "$work/tree/etc/systemd/system/telnetd.service"
ok "and is none once it is masked" "$redoubt" host check --root "$work/tree" --only SVC-01
rm "$work/tree/etc/systemd/system/telnetd.service"
: >"$work/tree/etc/systemd/system/telnetd.service"
ok "an empty file masks as well" "$redoubt" host check --root "$work/tree" --only SVC-01
rm "$work/tree/etc/systemd/system/telnetd.service" "$work/tree/etc/systemd/system/multi-user.target.wants/telnetd.service"

# The draft of a manifest is read by people: names that are not plain cannot add a line to it or drive the terminal.
ln -s /x "$work/tree/etc/systemd/system/multi-user.target.wants/"$'a\nadmin mallory\e[2J.service'
draft_is_plain() { "$redoubt" host manifest --learn --root "$work/tree" >"$work/draft" && ! grep -q '^admin mallory' "$work/draft" && ! grep -q $'\e' "$work/draft"; }
ok "a hostile name adds no line to the draft of a manifest" draft_is_plain
rm "$work/tree/etc/systemd/system/multi-user.target.wants/"a*mallory*
