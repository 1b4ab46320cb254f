#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The air gap's optical path: payload -> frames -> what a camera makes of them -> payload. Then
# src/ur against other implementations, and images that attack the reader.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
redoubt_qr=${REDOUBT_QR:-$PWD/build/release/tools/redoubt-qr/redoubt-qr}
parts=${QR_PARTS:-$(dirname "$redoubt_qr")/qr-parts}
images=tests/qr/images.py
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

psbt() { # psbt SIZE SEED: bytes that begin as a PSBT does
	python3 -c 'import random, sys
size, dice = int(sys.argv[1]), random.Random(int(sys.argv[2]))
sys.stdout.buffer.write(b"psbt\xff" + dice.randbytes(size - 5))' "$1" "$2"
}

# arrives SIZE SEED LOST [SHOW OPTION...]: with so large a share of the frames lost, in random order, some twice.
arrives() {
	local size=$1 seed=$2 lost=$3 at=$work/$1-$2-$3
	shift 3
	psbt "$size" "$seed" >"$at.psbt"
	"$redoubt_qr" show --frames "$at.frames" --scale 2 "$@" "$at.psbt" &&
		python3 $images keep "$seed" "$lost" "$at.frames" "$at.kept" &&
		"$redoubt_qr" scan --out "$at.out" "$at.kept" && cmp "$at.psbt" "$at.out"
	local status=$?
	rm -rf -- "$at".*
	return $status
}

for size in 200 1000 5000 20000 60000; do
	for seed in 1 2 3; do
		[ "$size" = 60000 ] && [ "$seed" -gt 1 ] && continue
		[ "$size" = 200 ] && more="--frame-bytes 20" || more=
		# shellcheck disable=SC2086
		ok "$size bytes arrive with a third of the frames lost (seed $seed)" arrives $size $seed 0.333 $more
	done
done
ok "a payload of one frame arrives" arrives 150 1 0
ok "the largest frames arrive" arrives 9000 4 0.333 --frame-bytes 1200

spoiled() { # spoiled HOW SCALE
	local at=$work/$1
	psbt 1500 7 >"$at.psbt"
	"$redoubt_qr" show --frames "$at.frames" --pgm --scale "$2" --count 16 "$at.psbt" &&
		python3 $images spoil 5 "$1" "$at.frames" "$at.spoiled" &&
		"$redoubt_qr" scan "$at.spoiled" >"$at.out" && cmp "$at.psbt" "$at.out"
}
ok "turned frames arrive" spoiled rotated 3
ok "slanted frames arrive" spoiled sheared 4
ok "blurred frames arrive" spoiled blurred 4
ok "noisy frames of low contrast arrive" spoiled noisy 4
ok "frames of light on dark arrive" spoiled inverted 3

# As the signer uses it: a pipe at both ends, words on standard error alone.
psbt 700 9 >"$work/pipe.psbt"
through_pipes() {
	"$redoubt_qr" show --frames "$work/pipe" - <"$work/pipe.psbt" 2>/dev/null && "$redoubt_qr" scan --with-type "$work/pipe" 2>/dev/null |
		cmp - <(printf 'crypto-psbt\n' && cat "$work/pipe.psbt")
}
ok "standard input and output are clean" through_pipes
base64_too() {
	base64 -w0 "$work/pipe.psbt" | "$redoubt_qr" show --frames "$work/base64" - && "$redoubt_qr" scan "$work/base64" | cmp - "$work/pipe.psbt"
}
ok "a PSBT in base64 is shown as the binary one" base64_too
lines_too() {
	head -c 300 /dev/zero | "$parts" write bytes 60 9 >"$work/lines" && "$redoubt_qr" show --frames "$work/lines.d" "$work/lines" &&
		"$redoubt_qr" scan "$work/lines.d" | cmp - <(head -c 300 /dev/zero)
}
ok "lines of ur:... are shown as they are" lines_too
typed() {
	printf '\xa1\x02\x58\x41' >"$work/signature" && head -c 65 /dev/urandom >>"$work/signature"
	"$redoubt_qr" show --type eth-signature --frames "$work/signature.d" "$work/signature" &&
		"$redoubt_qr" scan --with-type "$work/signature.d" | cmp - <(printf 'eth-signature\n' && cat "$work/signature")
}
ok "an eth-signature arrives with its type" typed
watched() {
	mkdir "$work/watched"
	(sleep 0.5 && for f in "$work"/pipe/*; do head -c 90 "$f" >"$work/watched/${f##*/}" && sleep 0.25 && cp "$f" "$work/watched/"; done) &
	"$redoubt_qr" scan --watch --timeout 20 "$work/watched" | cmp - "$work/pipe.psbt"
	local status=$?
	wait
	return $status
}
ok "a folder is watched, and images half written are looked at again" watched

status_is() { # status_is STATUS COMMAND...
	local wanted=$1
	shift
	"$@"
	local status=$?
	[ $status = "$wanted" ] || { echo "status $status" && return 1; }
}
mkdir "$work/some" "$work/none" && cp "$work"/pipe/frame-00001.png "$work/some/"
refuses "missing parts are counted" "2 of 3 parts are still missing" "$redoubt_qr" scan "$work/some"
ok "missing parts end with status 3" status_is 3 "$redoubt_qr" scan "$work/some"
ok "a watch ends when its time is up" status_is 3 timeout 10 "$redoubt_qr" scan --watch --timeout 1 "$work/some"
refuses "an empty folder is named" "no part was found, nor any image" "$redoubt_qr" scan "$work/none"
refuses "an image that is not there is named" "nowhere.png: No such file" "$redoubt_qr" scan "$work/nowhere.png"
refuses "wrong use is named" "scan needs images" "$redoubt_qr" scan
ok "wrong use ends with status 2" status_is 2 "$redoubt_qr" show --fps 0 x
refuses "frames are never mixed with older ones" "exists already" "$redoubt_qr" show --frames "$work/some" "$work/pipe.psbt"
refuses "a payload never replaces a file" "exists already" "$redoubt_qr" scan --out "$work/pipe.psbt" "$work/pipe"
refuses "what is no PSBT needs its type" "neither a PSBT" "$redoubt_qr" show --frames "$work/x" tests/qr.sh
refuses "showing needs a terminal" "no terminal" "$redoubt_qr" show "$work/pipe.psbt"

psbt 700 10 >"$work/second.psbt"
"$redoubt_qr" show --frames "$work/second" "$work/second.psbt" 2>/dev/null
mkdir "$work/mixed" && cp "$work/pipe/frame-00001.png" "$work/mixed/a.png" && cp "$work/second/frame-00002.png" "$work/mixed/b.png"
refuses "parts of two messages are refused, and the image is named" "b.png: .*another message" "$redoubt_qr" scan "$work/mixed"
ok "which ends with status 1" status_is 1 "$redoubt_qr" scan "$work/mixed"
foreign() { # a QR code that is no part lies among the frames
	python3 - "$work" <<'P'
import sys, pathlib
pathlib.Path(sys.argv[1], "url").write_text("UR:BYTES/NOTAPART\n")
P
	"$redoubt_qr" show --frames "$work/foreign" "$work/url" && cp "$work"/pipe/frame-0000?.png "$work/foreign.png" 2>/dev/null
	mkdir "$work/among" && cp "$work/foreign/frame-00001.png" "$work/among/0.png" && cp "$work"/pipe/*.png "$work/among/"
	"$redoubt_qr" scan "$work/among" 2>"$work/among.log" | cmp - "$work/pipe.psbt" && grep -q '0.png: a QR code in it is refused' "$work/among.log"
}
ok "a QR code that is no part is refused by name, and the others arrive" foreign

# Images that attack the reader: each refused with a sentence, none takes the others with it.
python3 $images hostile "$work/hostile"
hostile_among() {
	cp "$work"/pipe/*.png "$work/hostile/" && "$redoubt_qr" scan "$work"/hostile/[!f]* "$work"/hostile/frame-* 2>"$work/hostile.log" |
		cmp - "$work/pipe.psbt"
}
ok "the payload arrives from among hostile images" hostile_among
for name in truncated.png magic-only.png no-data.png huge.png wide.png zero.png many-pixels.png palette-missing.png short.pgm huge.pgm \
	overflow.pgm negative.pgm deep.pgm comment.pgm plain.pgm empty.png text.png; do
	ok "$name is refused by name" grep -E "$name: it is (damaged|larger|neither)" "$work/hostile.log"
done
for name in wide.png many-pixels.png huge.pgm; do
	ok "$name is refused for its size" grep "$name: it is larger" "$work/hostile.log"
done
ok "no image made the reader die" bash -c '[ -s "$1" ] && ! grep -E "died|too long" "$1"' - "$work/hostile.log"
confined() { # every process that reads an image is confined before it reads a byte of it
	command -v strace >/dev/null || return 0
	strace -f -o "$work/trace" "$redoubt_qr" scan "$work/some" 2>/dev/null
	[ "$(grep -c 'seccomp(SECCOMP_SET_MODE_FILTER.*= 0\|prctl(PR_SET_SECCOMP' "$work/trace")" -ge 1 ]
}
if command -v strace >/dev/null; then
	ok "the process that reads images is under seccomp" confined
else
	skip "the process that reads images is under seccomp" "strace is not installed"
fi

# The animation, in a terminal that tmux emulates: its blocks are read as an image.
screen() {
	local name=qr-$$ status
	tmux -L "$name" -f /dev/null new-session -d -x "$1" -y "$2" "$redoubt_qr show --fps 10 $work/pipe.psbt 2>$work/screen.err; echo \$? >$work/screen.status" || return 1
	sleep 1
	tmux -L "$name" capture-pane -p -e >"$work/screen.txt"
	tmux -L "$name" send-keys q 2>/dev/null
	for _ in $(seq 30); do [ -s "$work/screen.status" ] && break || sleep 0.1; done
	tmux -L "$name" kill-server 2>/dev/null
	status=$(cat "$work/screen.status" && rm "$work/screen.status")
	[ "$status" = "$3" ] || { echo "status $status: $(cat "$work/screen.err")" && return 1; }
}
if command -v tmux >/dev/null; then
	ok "the animation runs in a terminal of 120 by 60, and q ends it" screen 120 60 0
	psbt 120 11 >"$work/pipe.psbt"
	ok "a payload of one frame is shown" screen 120 60 0
	on_screen() { python3 $images screen "$work/screen.txt" "$work/screen.pgm" && "$redoubt_qr" scan "$work/screen.pgm" | cmp - "$work/pipe.psbt"; }
	ok "and is on the screen" on_screen
	ok "a terminal of 80 by 24 does" screen 80 24 0
	ok "a terminal of 40 by 12 is told what to do" screen 40 12 1
	ok "in words" grep "enlarge the window" "$work/screen.err"
else
	skip "the animation runs in a terminal" "tmux is not installed"
fi

if [ -d tests/qr/node_modules ]; then
	while IFS= read -r line; do
		case $line in
		ok*) ok "${line#*- }" true ;;
		not*) ok "${line#*- }" false ;;
		'#'*) echo "$line" ;;
		esac
	done < <(node tests/qr/peer.mjs "${SEED:-1}" "${MESSAGES:-200}" "$parts")
else
	skip "other implementations of Uniform Resources" "run npm ci in tests/qr"
fi
finish
