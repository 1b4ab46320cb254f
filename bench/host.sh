#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dev/bench host [--json] [--lynis] [--backup] [--root DIR]: what an examination of this machine costs, how fast its files are
# hashed, and how fast an exchange is backed up and brought back.
#   --lynis    beside lynis, when it is installed: it takes a minute of CPU (run at nice 19)
#   --root DIR also the check of another root (a plain Debian's, made by debootstrap), by chroot in a mount namespace; its
#              directories /mnt and /proc are mounted over there, and nothing is written into it
#   --backup   makes an exchange with 600,000 orders in its journal first: a minute or two
set -uo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build/release}
redoubt=$PWD/$build/tools/redoubt/redoubt
json='' lynis='' backup='' root=''
while [ $# -gt 0 ]; do
	case $1 in
	--json) json=1 ;;
	--lynis) lynis=1 ;;
	--backup) backup=1 ;;
	--root) root=${2:?--root DIR}; shift ;;
	*) echo "usage: dev/bench host [--json] [--lynis] [--backup] [--root DIR]" >&2; exit 2 ;;
	esac
	shift
done
mkdir -p build
work=$(mktemp -d -p "$PWD/build" bench-host.XXXXXX)
trap 'rm -rf -- "$work"' EXIT

# say CASE NAME VALUE...: one line for people, or one JSON object.
say() {
	local what=$1 i
	shift
	if [ -n "$json" ]; then
		printf '{"bench":"host","case":"%s"' "$what"
		for ((i = 1; i < $#; i += 2)); do printf ',"%s":%s' "${!i}" "${@:i+1:1}"; done
		printf '}\n'
	else
		printf '%-22s' "$what"
		for ((i = 1; i < $#; i += 2)); do printf '  %s %s' "${!i}" "${@:i+1:1}"; done
		printf '\n'
	fi
}
# cost COMMAND...: its CPU and wall seconds, and the processes that the machine started meanwhile, in $cpu, $wall, $processes.
cost() {
	local before after
	before=$(awk '/^processes/ { print $2 }' /proc/stat)
	TIMEFORMAT='%U %S %R'
	{ time "$@" >"$work/out" 2>"$work/err"; } 2>"$work/time"
	after=$(awk '/^processes/ { print $2 }' /proc/stat)
	read -r cpu wall < <(awk '{ printf "%.3f %.3f\n", $1 + $2, $3 }' "$work/time")
	processes=$((after - before))
}
megabytes() { du -sm --apparent-size "$1" | cut -f1; }
rate() { awk -v m="$1" -v s="$2" 'BEGIN { printf "%.1f", (s > 0 ? m / s : 0) }'; }

# --- the examination ---
# check_say NAME: of what `cost` ran. The walk is most of it and grows with the files, so it is said by entry, and what the
# same check would cost here with 100,000 of them, as an ordinary server has.
check_say() {
	if ! jq -e .cost "$work/out" >/dev/null 2>&1; then
		echo "bench: the check said nothing: $(tail -n 1 "$work/err")" >&2
		return
	fi
	say "$1" cpu_s "$cpu" wall_s "$wall" programs "$(jq .cost.programsStarted "$work/out")" failed "$(jq .fail "$work/out")" \
		unknown "$(jq .unknown "$work/out")" passed "$(jq .pass "$work/out")"
	if jq -e .cost.walk "$work/out" >/dev/null; then
		read -r entries walk < <(jq -r '.cost.walk | "\(.entries) \(.cpuSeconds)"' "$work/out")
		say "$1-walk" cpu_s "$(printf %.3f "$walk")" entries "$entries" ns_per_entry "$(awk -v s="$walk" -v n="$entries" 'BEGIN { printf "%d", n ? 1e9 * s / n : 0 }')" \
			rest_cpu_s "$(awk -v c="$cpu" -v w="$walk" 'BEGIN { printf "%.3f", c - w }')" \
			with_100000_entries_cpu_s "$(awk -v c="$cpu" -v w="$walk" -v n="$entries" 'BEGIN { printf "%.3f", c - w + (n ? 1e5 * w / n : 0) }')"
	fi
	awk -v c="$cpu" 'BEGIN { exit !(c >= 1) }' && echo "bench: the check took more than a second of CPU" >&2
	[ "$(jq .cost.programsStarted "$work/out")" -le 50 ] || echo "bench: the check started more than 50 programs" >&2
}
"$redoubt" host manifest --learn >"$work/manifest" 2>/dev/null # without one, half of the checks have nothing to do
cost "$redoubt" --json host check --manifest "$work/manifest"
check_say check
if [ -n "$root" ]; then
	mkdir "$work/lib"
	cp "$redoubt" "$work/"
	ldd "$redoubt" | awk '$3 ~ /^\// { print $3 }' | xargs cp -L -t "$work/lib"
	cost unshare -m sh -c 'mount --bind "$2" "$1/mnt" && mount -t proc none "$1/proc" && exec chroot "$1" env LD_LIBRARY_PATH=/mnt/lib \
		/mnt/redoubt --json host check --manifest /mnt/manifest' sh "$root" "$work"
	check_say root
fi
# the yardstick, beside it and over the same files: what finds setuid files alone
cost find / -xdev -perm /6000
say find-setuid cpu_s "$cpu" wall_s "$wall" found "$(wc -l <"$work/out")"
if [ -n "$lynis" ] && command -v lynis >/dev/null; then
	cost nice -n 19 lynis audit system --quick --no-colors --quiet --logfile "$work/lynis.log" --report-file "$work/lynis.dat"
	say lynis cpu_s "$cpu" wall_s "$wall" processes "$processes" # of the whole machine: run it on a quiet one
elif [ -n "$lynis" ]; then
	echo "bench: lynis is not installed" >&2
fi

# --- integrity ---
integrity() {
	"$redoubt" host baseline keygen "$work/key" >/dev/null 2>"$work/err" &&
		"$redoubt" host baseline make --first --out "$work/draft" >/dev/null 2>"$work/err" &&
		"$redoubt" host baseline sign "$work/draft" --key "$work/key" --out "$work/baseline" >/dev/null 2>"$work/err" || return 1
	cost "$redoubt" --json host watch --once --measure --baseline "$work/baseline" --key "$work/key.pub"
	tail -n 1 "$work/out" >"$work/watch.json"
	jq -e .measure "$work/watch.json" >/dev/null 2>&1 || cat "$work/out" >"$work/watch.json"
}
if integrity; then
	say integrity cpu_s "$cpu" wall_s "$wall" said "$(jq -sc '[.[] | select(type == "object" and (has("sha256PerSecond") or has("bytes")))][0]' "$work/out" 2>/dev/null || echo null)"
else
	echo "bench: the baseline could not be made: $(tail -n 1 "$work/err")" >&2
fi

# --- backups ---
filled() {
	BENCH_KEEP="$work/exchange" "$build/bench/bench-order" >"$work/order.log" 2>&1
	[ -f "$work/exchange/founding" ] || [ -d "$work/exchange/journal" ]
}
backed_up() {
	mkdir -p "$work/to" "$work/off"
	"$redoubt" backup keygen "$work/off/recovery" >/dev/null &&
		"$redoubt" --dir "$work/exchange" backup init --recovery "$work/off/recovery.pub" "$work/to" >/dev/null &&
		cp "$work/exchange/backup/card" "$work/off/card" || return 1
	cost "$redoubt" --dir "$work/exchange" backup run --once --full
}
brought_back() {
	cost "$redoubt" backup restore --into "$work/back" --card "$work/off/card" --recovery-key "$work/off/recovery" \
		--operator-key "$work/exchange/keys/operator.key" "$work/to"
	[ -d "$work/back/journal" ]
}
if [ -n "$backup" ]; then
	if filled && backed_up; then
		size=$(megabytes "$work/exchange")
		say backup exchange_mb "$size" sealed_mb "$(megabytes "$work/to")" cpu_s "$cpu" wall_s "$wall" mb_per_s "$(rate "$size" "$wall")"
		if brought_back; then
			say restore restored_mb "$(megabytes "$work/back")" cpu_s "$cpu" wall_s "$wall" mb_per_s "$(rate "$size" "$wall")"
		else
			echo "bench: the exchange did not come back: $(tail -n 1 "$work/err")" >&2
		fi
	else
		echo "bench: no exchange was made or backed up: $(tail -n 1 "$work/err" "$work/order.log" 2>/dev/null)" >&2
	fi
fi
