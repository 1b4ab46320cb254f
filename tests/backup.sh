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
refuses "the newest manifests taken away, when a checkpoint is known" "blocks are missing" drill --checkpoint "$dir/log/checkpoint" "$house/bad"
spoilt; rm "$house/bad"/manifests/*
refuses "no manifest at all" "there is no manifest" drill "$house/bad"
ok "another key" "$redoubt" backup keygen "$house/off/other"
refuses "the wrong recovery key" "not sealed to this recovery key" "$redoubt" backup drill --into "$house/drill2" --card "$house/off/card" --recovery-key "$house/off/other" --verdict "$house/off/v2" "$house/one"
sed 's/ [0-9a-f]/ 0/2' "$house/off/card" >"$house/off/strange" && sed -i "s/\(card 1 \)[0-9a-f]\{4\}/\10000/" "$house/off/strange"
refuses "the card of another exchange" "belongs to another exchange" "$redoubt" backup drill --into "$house/drill2" --card "$house/off/strange" --recovery-key "$house/off/recovery" --verdict "$house/off/v2" "$house/one"
refuses "a verdict of failure is signed, too" "outcome" bash -c 'grep "outcome fail" "$1"; exit 1' _ "$house/off/verdict"
refuses "a folder that is not empty" "it is not empty" "$redoubt" backup restore --into "$house/off" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one"

# ---- shares instead of a file ----
ok "a second exchange's key as 2-of-3 shares" bash -c '"$1" backup keygen --shares 2-of-3 "$2/off/shared" >"$2/off/shares"; [ "$(wc -l <"$2/off/shares")" = 3 ] && ! [ -e "$2/off/shared" ]' _ "$redoubt" "$house"
cat "$house/off/recovery.pub" "$house/off/shared.pub" >"$dir/backup/recovery.pub"
ok "backups are sealed to both" backup run --once --full
ok "two shares of three open it" bash -c 'sed -n 1p "$2/off/shares"; sed -n 3p "$2/off/shares"' _ _ "$house"
rm -rf "$house/drill"
ok "a drill by shares" bash -c 'sed -n "1p;3p" "$2/off/shares" | "$1" backup drill --shares --into "$2/drill" --card "$2/off/card" --verdict "$2/off/verdict" "$2/one"' _ "$redoubt" "$house"
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
for ms in 005 015 030 050; do # killed half-way, a restore leaves nothing that starts
	rm -rf "$house/half"
	"$redoubt" backup restore --into "$house/half" --card "$house/off/card" --recovery-key "$house/off/recovery" "$house/one" >/dev/null 2>&1 & pid=$!
	sleep 0.$ms; kill -9 $pid; wait $pid 2>/dev/null
	[ ! -e "$house/half/founding" ] || refuses "a restore killed after $ms ms does not start" "has not ended" "$redoubt" --dir "$house/half" start
done
ok "one command brings it back" restore --checkpoint "$house/off/witnessed" "$house/one" "$house/two"
restored=$("$redoubt" --json backup restore --into "$house/again" --card "$house/off/card" --recovery-key "$house/off/recovery" --checkpoint "$house/off/witnessed" "$house/one" 2>/dev/null)
ok "nothing that was shipped is missing" [ "$(jq .entries <<<"$restored")" = "$shipped" ]
ok "the gap is stated: three blocks" [ "$(jq .missing_blocks <<<"$restored")" = 3 ]
ok "which is what the witness counts beyond it" [ "$(jq '.blocks + .missing_blocks' <<<"$restored")" = "$blocks" ]
dir=$house/back
port=$(free_port)
sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$port/" "$dir/redoubt.conf"
ok "the restored exchange starts" exchange_start
halted() { curl -sk "https://127.0.0.1:$port/api/v3/exchangeInfo" | jq -e '[.symbols[].status] | all(. == "HALT" or . == "BREAK")'; }
ok "every market is halted" halted
ok "the operator resumes one" r market set "$(curl -sk "https://127.0.0.1:$port/api/v3/exchangeInfo" | jq -r '.symbols[0].symbol')" --status trading
ok "backups go on in the same chain" backup run --once
ok "status: all destinations have all" backup status
ok "a drill of the new epoch passes" drill "$house/one"
exchange_stop >/dev/null
ok "redoubt-verify finds the restored journal whole" "$verify" --dir "$dir" --replay
ok "old backups are removed where that is allowed" backup prune --keep 1 1
ok "and what stays is whole" drill "$house/one"
dir=$house/state # for the trap
mkdir -p "$dir"
finish
