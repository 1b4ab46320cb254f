#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Backups: shipped, drilled, restored after a total loss; and every way in which
# a destination can lie, each found by name.
set -uo pipefail
. tests/lib.sh
export TEST_DISK=${TEST_DISK:-build}
CONFIGURATION='journal : { segment_bytes = 1048576; };'
exchange_make || exit 1
dir=$PWD/$dir # a destination is an absolute path
house=${dir%/state}
mkdir -p "$house"/{one,two,off}

r() { "$redoubt" --dir "$dir" "$@"; }
backup() { r backup "$@"; }
# stir N: that many entries, each in a block of its own.
stir() { for ((i = 0; i < $1; i++)); do r deposit-test 0 USDT 1 >/dev/null || return 1; done; }
entries() { r status --json | jq .journal.entries 2>/dev/null || true; }
drill() { rm -rf "$house/drill" && "$redoubt" backup drill --into "$house/drill" --card "$house/off/card" \
	--recovery-key "$house/off/recovery" --verdict "$house/off/verdict" "$@"; }
restore() { rm -rf "$house/back" && "$redoubt" backup restore --into "$house/back" --card "$house/off/card" \
	--recovery-key "$house/off/recovery" "$@"; }
newest() { ls "$1/manifests" | tail -1; }
sequence() { awk '$1 == "journal" { print $3 }' "$1/manifests/$(newest "$1")"; }
# object DESTINATION NAME: the file of an item, by the newest manifest that names it.
object() {
	local digest
	digest=$(grep -h "^item $2 " "$1"/manifests/* | tail -1 | cut -d' ' -f4)
	echo "$1/objects/${digest:0:2}/$digest"
}
# spoilt NAME: a fresh copy of destination one, to be spoilt.
spoilt() { rm -rf "$house/bad" && cp -r "$house/one" "$house/bad" && chmod -R u+w "$house/bad"; }

# By openssl, with the key's public half as the exchange has it: over the domain, a NUL and the text before the last line.
verdict_verifies() {
	python3 - "$1" "$house/off/recovery.pub" "$house" <<'END'
import pathlib, subprocess, sys
text = pathlib.Path(sys.argv[1]).read_bytes()
head, line = text[:text.rindex(b"signature ")], text[text.rindex(b"signature "):].split()
work = pathlib.Path(sys.argv[3])
key = bytes.fromhex(pathlib.Path(sys.argv[2]).read_text().split()[3])
(work / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
(work / "signed").write_bytes(b"redoubt/backup/drill/v1\0" + head)
(work / "signature").write_bytes(bytes.fromhex(line[1].decode()))
sys.exit(subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", work / "key.der", "-rawin",
                         "-in", work / "signed", "-sigfile", work / "signature"]).returncode)
END
}

# ---- beginning ----
refuses "init without a recovery key" "recovery FILE.pub is missing" backup init "$house/one"
ok "a recovery key is made elsewhere" "$redoubt" backup keygen "$house/off/recovery"
refuses "a recovery key is not made twice at one place" "File exists" "$redoubt" backup keygen "$house/off/recovery"
refuses "a destination that is not there" "is not a folder" backup init --recovery "$house/off/recovery.pub" "$house/nowhere"
ok "init" backup init --recovery "$house/off/recovery.pub" "$house/one" "$house/two"
cp "$dir/backup/card" "$house/off/card"
ok "the exchange starts" exchange_start
ok "the first backup is a full one" backup run --once
ok "status: all destinations have all" backup status
secret_absent() { # no file of the exchange's directory holds the seed's bytes
	python3 - "$house/off/recovery" "$dir" <<'END'
import pathlib, sys
seed = pathlib.Path(sys.argv[1]).read_bytes()
files = [p for p in pathlib.Path(sys.argv[2]).rglob("*") if p.is_file() and p.stat().st_size < 1 << 26]
assert len(seed) == 32 and len(files) > 10 and not any(seed in p.read_bytes() for p in files)
END
}
ok "the secret is not on the machine" secret_absent

# ---- shipping beside a live exchange ----
"$redoubt" --dir "$dir" backup run 2>"$house/run.err" &
shipper=$!
ok "money moves" stir 300
sleep 8 # two turns and the push
ok "the journal is shipped within seconds" bash -c '[ "$(awk "/^journal/ { print \$3 }" "$1/manifests/$(ls "$1/manifests" | tail -1)")" -ge 300 ]' _ "$house/one"
refuses "a second shipper" "another 'redoubt backup' is at work" backup run --once
kill "$shipper"
wait "$shipper" 2>/dev/null
ok "it complained of nothing" bash -c '! [ -s "$1" ]' _ "$house/run.err"
ok "a drill passes" drill "$house/one"
ok "its verdict is taken" backup verdict "$house/off/verdict"
sed 's/outcome pass/outcome fail/' "$house/off/verdict" >"$house/off/forged"
refuses "a verdict that was altered" "not signed by a recovery key" backup verdict "$house/off/forged"

# ---- killed half-way ----
ok "killed in the middle of a full backup twelve times, the next one is whole" bash -c '
	for ms in 5 10 15 20 30 40 50 70 90 120 150 200; do
		"$1" --dir "$2" deposit-test 0 USDT 1 >/dev/null || exit 1
		"$1" --dir "$2" backup run --full >/dev/null 2>&1 & pid=$!
		sleep "$(printf "0.%03d" $ms)"; kill -9 $pid; wait $pid 2>/dev/null
	done
	"$1" --dir "$2" backup run --once --full' _ "$redoubt" "$dir"
ok "and a drill passes" drill "$house/two"

# ---- a destination that is away, or full ----
mv "$house/two" "$house/away"
refuses "a destination that is away is named" "two is behind" backup run --once --full
refuses "status says it" "BEHIND" backup status
ok "the other one has it" drill "$house/one"
mv "$house/away" "$house/two"
ok "it catches up by itself" backup run --once
ok "status: caught up" backup status
if mkdir "$house/small" && mount -t tmpfs -o size=128k tmpfs "$house/small" 2>/dev/null; then
	cp "$dir/backup/backup.conf" "$house/backup.conf"
	sed -i "s|destination2 = .*|destination2 = \"$house/small\";|" "$dir/backup/backup.conf"
	refuses "a destination that is full is named" "No space left" backup run --once --full
	ok "what is there is no half object" bash -c 'for f in $(find "$1/objects" -type f -not -name "*.new"); do [ "$(sha256sum <"$f" | cut -d" " -f1)" = "$(basename "$f")" ] || exit 1; done' _ "$house/small"
	cp "$house/backup.conf" "$dir/backup/backup.conf"
	umount "$house/small"
else
	skip "a destination that is full is named" "tmpfs cannot be mounted here"
fi
ok "money moves on" stir 120
ok "a full backup takes the segments that have ended from the former one" backup run --once --full
ok "there are such segments" grep -q "^item journal/00000000/closed " "$house/one/manifests/$(newest "$house/one")"
ok "more is shipped after it" bash -c '"$1" --dir "$2" deposit-test 0 BTC 1 && "$1" --dir "$2" backup run --once' _ "$redoubt" "$dir"
ok "a drill passes over full and shipped" drill "$house/one"

# ---- every way to lie ----
last_piece=$(grep -h "^item journal/" "$house/one/manifests/$(newest "$house/one")" | tail -1 | cut -d' ' -f2)
spoilt; truncate -s -1 "$(object "$house/bad" founding)"
refuses "an object that was cut off" "founding: its object is at no source, or has another size" drill "$house/bad"
spoilt; f=$(object "$house/bad" keys/tls.key); printf x | dd of="$f" bs=1 seek=200 conv=notrunc 2>/dev/null
refuses "a flipped byte" "keys/tls.key: it was altered" drill "$house/bad"
spoilt; cp "$(object "$house/bad" keys/journal.key)" "$(object "$house/bad" keys/auth.key)"
refuses "an object in another's place" "keys/auth.key: it is not the one" drill "$house/bad"
spoilt; rm "$(object "$house/bad" "$last_piece")"
refuses "a missing piece of the journal" "$last_piece: its object is at no source" drill "$house/bad"
ok "the other destination has it" drill "$house/bad" "$house/two"
spoilt; rm "$(object "$house/bad" journal/00000000/closed)"
refuses "a missing segment" "journal/00000000/closed: its object" drill "$house/bad"
spoilt; rm "$house/bad/manifests/$(newest "$house/bad")"; (cd "$house/bad/manifests" && cp "$(ls | head -1)" "$(newest "$house/one")")
refuses "an old manifest under a new number" "does not follow the manifest before it" drill "$house/bad"
spoilt; sed -i 's/^time 1/time 2/' "$house/bad/manifests/$(newest "$house/bad")"
refuses "an altered manifest" "not signed by this exchange's backup key" drill "$house/bad"
spoilt; f=$(object "$house/bad" founding); rm "$f"; mkfifo "$f"
refuses "a pipe in an object's place" "founding: its object is at no source" timeout 20 "$redoubt" backup drill --into "$house/drill4" --card "$house/off/card" --recovery-key "$house/off/recovery" --verdict "$house/off/v4" "$house/bad"
spoilt; f=$house/bad/manifests/$(newest "$house/bad"); rm "$f"; mkfifo "$f"
refuses "a pipe in a manifest's place" "Invalid argument" timeout 20 "$redoubt" backup drill --into "$house/drill5" --card "$house/off/card" --recovery-key "$house/off/recovery" --verdict "$house/off/v4" "$house/bad"
spoilt; for _ in 1 2; do rm "$house/bad/manifests/$(newest "$house/bad")"; done
refuses "the newest manifests taken away, when a checkpoint is known" "entries are missing" drill --checkpoint "$dir/log/checkpoint" "$house/bad"
spoilt; cp "$house/bad/manifests/$(newest "$house/bad")" "$house/bad/manifests/18446744073709551615"
refuses "a manifest under the highest number there is" "does not follow the manifest before it" timeout 60 "$redoubt" backup drill --into "$house/drill6" --card "$house/off/card" --recovery-key "$house/off/recovery" --verdict "$house/off/v6" "$house/bad"

# ---- the gap, to the entry ----
gap_of() { "$redoubt" --json backup drill --into "$house/gap" --card "$house/off/card" --recovery-key "$house/off/recovery" --verdict "$house/off/gap.$RANDOM$RANDOM" "$@" 2>/dev/null | jq -s -c '.[-1] | [.outcome, .entries, .gap.missing_entries, .gap.missing_first, .gap.missing_last]'; rm -rf "$house/gap"; }
is() { [ "$2" = "$1" ] || { echo "$2, not $1"; return 1; }; }
before=$(sequence "$house/one")
r deposit-test 0 USDT 1 >/dev/null; r deposit-test 0 USDT 1 >/dev/null; sleep 1
ok "two more entries are shipped" backup run --once
after=$(sequence "$house/one")
ok "nothing deleted: the gap is 0" is "[\"pass\",$after,0,0,0]" "$(gap_of "$house/one")"
last_piece=$(grep -h "^item journal/" "$house/one/manifests/$(newest "$house/one")" | tail -1 | cut -d' ' -f2)
spoilt; rm "$(object "$house/bad" "$last_piece")"
exact="[\"fail\",$before,$((after - before)),$((before + 1)),$after]"
ok "the last segment's last piece deleted: the exact gap" is "$exact" "$(gap_of "$house/bad")"
refuses "in words" "$((after - before)) entries are missing: numbers $((before + 1)) to $after" drill "$house/bad"
refuses "a restore does not give up what was shipped by itself" "$((after - before)) entries that were shipped are not here" restore "$house/bad"
ok "and has written nothing" [ ! -e "$house/back" ]
rm "$house/bad/manifests/$(newest "$house/bad")"
ok "its manifest deleted, too: the head knows" is "$exact" "$(gap_of "$house/bad")"
mkdir "$house/heads"; cp -r "$house/bad/heads" "$house/heads/one"; rm "$house/bad"/heads/*
ok "its heads deleted, too: another destination's head knows" is "[\"pass\",$after,0,0,0]" "$(gap_of "$house/bad" "$house/two")"
refuses "or the drill before does" "$((after - before)) entries are missing: numbers $((before + 1)) to $after" drill "$house/bad"
cp -r "$house/heads/one/." "$house/bad/heads"
(cd "$house/bad/heads" && cp "$(ls | head -1)" "99999999999999999999-99999999999999999999" && head -c 100000 /dev/urandom >"77777777777777777777-00000000000000000000" && mkfifo "66666666666666666666-00000000000000000000")
ok "heads that are none, or an old one under a new name, hide nothing" is "$exact" "$(gap_of "$house/bad")"
for i in {10..50}; do : >"$house/bad/heads/999999999999999999$i-99999999999999999999"; done
ok "nor do forty-one names of a stranger's that sort last" is "$exact" "$(gap_of "$house/bad")"
for i in {1000..5200}; do : >"$house/bad/heads/9999999999999999$i-99999999999999999999"; done
refuses "more of them than are looked at is no pass" "the search for a head was not exhausted" drill "$house/bad"

# ---- what rots is read again ----
ok "everything that lies there is what was written" backup run --once --reread
f=$(object "$house/one" founding); chmod u+w "$f"; printf x | dd of="$f" bs=1 seek=200 conv=notrunc 2>/dev/null
refuses "a byte that was flipped at rest is found" "its bytes are not those that were written" backup run --once --reread
refuses "status says it" "ALTERED .*1 objects" backup status
refuses "and goes on to say it" "ALTERED" bash -c '"$1" --dir "$2" backup run --once; "$1" --dir "$2" backup status' _ "$redoubt" "$dir"
rm -f "$f"
ok "removed, it is brought again from the other copy" backup run --once
ok "and status is good again" backup status
ok "so is what lies there" backup run --once --reread

# ---- what a destination has lost is brought to it again ----
chmod -R u+w "$house/one"; rm "$(object "$house/one" "$last_piece")" "$house/one/manifests/$(newest "$house/one")"
ok "what one destination lost, the next run brings from the other" backup run --once
ok "and it is whole" is "[\"pass\",$after,0,0,0]" "$(gap_of "$house/one")"
for d in one two; do chmod -R u+w "$house/$d"; rm "$(object "$house/$d" "$last_piece")" "$house/$d/manifests/$(newest "$house/$d")"; done
ok "what every destination lost is nowhere: a full backup is made at once" bash -c '"$1" --dir "$2" backup run --once 2>&1 | grep "a full backup is made now"' _ "$redoubt" "$dir"
ok "status: all destinations have all" backup status
ok "and both are whole" drill "$house/two"
for d in one two; do chmod -R u+w "$house/$d"; rm "$(object "$house/$d" journal/00000000/closed)"; done
ok "a segment that every destination lost is sealed anew" backup run --once
ok "and both are whole again" drill "$house/one"

spoilt; rm "$house/bad"/manifests/*
refuses "no manifest at all" "there is no manifest" drill "$house/bad"
ok "another key" "$redoubt" backup keygen "$house/off/other"
refuses "the wrong recovery key" "not sealed to this recovery key" "$redoubt" backup drill --into "$house/drill2" --card "$house/off/card" --recovery-key "$house/off/other" --verdict "$house/off/v2" "$house/one"
sed 's/ [0-9a-f]/ 0/2' "$house/off/card" >"$house/off/strange" && sed -i "s/\(card 1 \)[0-9a-f]\{4\}/\10000/" "$house/off/strange"
refuses "the card of another exchange" "belongs to another exchange" "$redoubt" backup drill --into "$house/drill2" --card "$house/off/strange" --recovery-key "$house/off/recovery" --verdict "$house/off/v2" "$house/one"
spoilt; rm "$(object "$house/bad" founding)"; drill "$house/bad" >/dev/null 2>&1
ok "a verdict of failure" grep -q "^outcome fail$" "$house/off/verdict"
ok "is signed, too" verdict_verifies "$house/off/verdict"
sed 's/outcome fail/outcome pass/' "$house/off/verdict" >"$house/off/forged"
refuses "and does not become a pass" "" verdict_verifies "$house/off/forged"
refuses "a folder that is not empty" "it is not empty" "$redoubt" backup restore --into "$house/off" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one"

# ---- shares instead of a file ----
ok "a second exchange's key as 2-of-3 shares" bash -c '"$1" backup keygen --shares 2-of-3 "$2/off/shared" >"$2/off/shares"; [ "$(wc -l <"$2/off/shares")" = 3 ] && ! [ -e "$2/off/shared" ]' _ "$redoubt" "$house"
cat "$house/off/recovery.pub" "$house/off/shared.pub" >"$dir/backup/recovery.pub"
ok "backups are sealed to both" backup run --once --full
rm -rf "$house/drill"
ok "a drill by two shares of three" bash -c 'sed -n "1p;3p" "$2/off/shares" | "$1" backup drill --shares --into "$2/drill" --card "$2/off/card" --verdict "$2/off/verdict" "$2/one"' _ "$redoubt" "$house"
refuses "one share alone" "share 2 is missing" bash -c 'sed -n 1p "$2/off/shares" | "$1" backup drill --shares --into "$2/drill3" --card "$2/off/card" --verdict "$2/off/v3" "$2/one"' _ "$redoubt" "$house"

# ---- total loss ----
ok "the last money moves and is shipped" bash -c '"$1" --dir "$2" deposit-test 0 BTC 7 && "$1" --dir "$2" backup run --once' _ "$redoubt" "$dir"
shipped=$(sequence "$house/one")
for i in 1 2 3; do r deposit-test 0 ETH 1 >/dev/null; done # not shipped: the gap
sleep 3
cp "$dir/log/checkpoint" "$house/off/witnessed"
blocks=$(sed -n 2p "$house/off/witnessed")
pkill -9 -f "redoubt-supervisor --dir $dir" # every process of it ends with its supervisor
sleep 1
rm -rf "$dir"
halfway=0
for part in founding journal/segment-00000000 keys/tls.key log/checkpoint backup/shipped-checkpoint; do # killed as soon as that is there
	rm -rf "$house/half"
	"$redoubt" backup restore --into "$house/half" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one" >/dev/null 2>&1 & pid=$!
	for ((i = 0; i < 2000; i++)); do [ ! -e "$house/half/$part" ] || break; sleep 0.001; done
	kill -9 $pid; wait $pid 2>/dev/null
	[ -e "$house/half/$part" ] && [ -e "$house/half/restore-unfinished" ] || continue
	halfway=$((halfway + 1))
	refuses "a restore killed when $part is there does not start" "has not ended|cannot open .*/founding|founding does not start with a genesis" "$redoubt" --dir "$house/half" start
done
ok "at least one of them was killed half-way" [ "$halfway" -ge 1 ]
if mkdir "$house/tight" && mount -t tmpfs -o size=600k tmpfs "$house/tight" 2>/dev/null; then
	refuses "a disk that is full in the middle of a restore" "No space left" "$redoubt" backup restore --into "$house/tight/half" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one"
	refuses "and what is there does not start" "has not ended" "$redoubt" --dir "$house/tight/half" start
	umount "$house/tight"
else
	skip "a disk that is full in the middle of a restore" "tmpfs cannot be mounted here"
fi
ok "one command brings it back" restore --checkpoint "$house/off/witnessed" "$house/one" "$house/two"
restored=$("$redoubt" --json backup restore --into "$house/again" --card "$house/off/card" --recovery-key "$house/off/recovery" --checkpoint "$house/off/witnessed" "$house/one" 2>/dev/null)
ok "nothing that was shipped is missing" [ "$(jq .entries <<<"$restored")" = "$shipped" ]
ok "the gap is stated: three blocks" [ "$(jq .missing_blocks <<<"$restored")" = 3 ]
ok "which is what the witness counts beyond it" [ "$(jq '.blocks + .missing_blocks' <<<"$restored")" = "$blocks" ]
witnessed=$(sed -n 's/^entries //p' "$house/off/witnessed")
ok "and to the entry, as the witness's checkpoint counts them" [ "$(jq -c '[.entries + .gap.missing_entries, .gap.missing_first, .gap.missing_last]' <<<"$restored")" = "[$witnessed,$((shipped + 1)),$witnessed]" ]
sed "s/^entries .*/entries $((witnessed + 5))/" "$house/off/witnessed" >"$house/off/forged"
rm -rf "$house/again"
refuses "a witness's checkpoint with another count is no checkpoint" "is not a checkpoint that this exchange's log signed" "$redoubt" backup restore --into "$house/again" --card "$house/off/card" --recovery-key "$house/off/recovery" --checkpoint "$house/off/forged" "$house/one"
dir=$house/back
port=$(free_port)
sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$port/" "$dir/redoubt.conf"
ok "the restored exchange starts" exchange_start
halted() { curl -sk "https://127.0.0.1:$port/api/v3/exchangeInfo" | jq -e '[.symbols[].status] | all(. == "HALT" or . == "BREAK")'; }
ok "every market is halted" halted
ok "the operator resumes one" r market set "$(curl -sk "https://127.0.0.1:$port/api/v3/exchangeInfo" | jq -r '.symbols[0].symbol')" --status trading
cp -r "$house/one" "$house/before"
ok "backups go on in the same chain" backup run --once
ok "status: all destinations have all" backup status
ok "a drill of the new epoch passes" drill "$house/one"
refuses "a restore over an exchange that runs" "it is not empty" "$redoubt" backup restore --into "$dir" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one"

# ---- two pasts: the same backup restored twice, both go on ----
rm -rf "$house/again"
ok "the same backup is restored once more" "$redoubt" backup restore --into "$house/again" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/before"
sed -i "s|destination1 = .*|destination1 = \"$house/before\";|; /destination2/d" "$house/again/backup/backup.conf"
ok "and goes on at a destination of its own" "$redoubt" --dir "$house/again" backup run --once
refuses "a drill does not choose between two pasts" "went on twice from one backup" "$redoubt" backup drill --into "$house/drill7" --card "$house/off/card" --recovery-key "$house/off/recovery" --verdict "$house/off/v7" "$house/one" "$house/before"
refuses "nor does a restore" "went on twice from one backup" "$redoubt" backup restore --into "$house/third" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/before" "$house/one"
sed -i "s|destination1 = .*|destination1 = \"$house/two\";|" "$house/again/backup/backup.conf"
refuses "nor does the second write over the first's destination" "it was restored elsewhere in between" "$redoubt" --dir "$house/again" backup run --once
exchange_stop >/dev/null
ok "redoubt-verify finds the restored journal whole" "$verify" --dir "$dir" --replay
ok "the first's destination is as it was" drill "$house/two"
ok "old backups are removed where that is allowed" backup prune --keep 1 1
ok "and what stays is whole" drill "$house/one"
dir=$house/state # for the trap
mkdir -p "$dir"
finish
