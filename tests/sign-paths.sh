#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The less trodden ways through redoubt-sign: every script and both versions of PSBT, what `register` takes and
# refuses, tokens, QR codes there and back, EIP-712 and EIP-4527, an owner change by ceremony, and the guides' own
# commands. Arguments name the parts to run; without any, all.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
export ASAN_OPTIONS=detect_leaks=0 # the leak check wants /proc, which the sandbox closes
built=${SIGN_BUILD:-$PWD/build/release/tools/redoubt-sign}
sign=${REDOUBT_SIGN:-$built/redoubt-sign}
steps=${REDOUBT_SIGN_STEPS:-$built/redoubt-sign-steps}
token_sign=${REDOUBT_SIGN_TOKEN:-$built/redoubt-sign-token}
lab=${SIGN_LAB:-$built/sign-lab}
qr=${REDOUBT_QR:-${built%redoubt-sign}redoubt-qr/redoubt-qr}
export PROBE=${PROBE:-${built%tools/redoubt-sign}tests/custody/probe-bitcoin}
dir=$(mktemp -d -p "${TEST_DISK:-build}" sign-paths.XXXXXX)
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac # redoubt-qr and SoftHSM are started from elsewhere
trap '[ -n "${KEEP:-}" ] || rm -rf -- "$dir"' EXIT
money() { python3 tests/sign-paths/money.py "$@"; }
answers() { printf '%s\n' "$@"; }
exits() { # CODE COMMAND...: standard input is the command's
	local want=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" = "$want" ] || { echo "exit code $got, not $want"; return 1; }
}
says() { # PATTERN COMMAND...: it succeeds and prints that
	local pattern=$1 output
	shift
	output=$("$@" 2>&1) && grep -qE -- "$pattern" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}
unharmed() { "$sign" show wallets --vault "$1" >/dev/null && "$sign" log check "$1/log" >/dev/null; }

"$lab" policy optional >"$dir/policy"
payee=$(money payee)
vault() { rm -rf -- "${dir:?}/$2" && cp -a "$dir/made$1" "$dir/$2"; } # N NAME: signer N's, as it was made
for n in 1 2 3 4 5 6; do "$lab" vault "$dir/made$n" "$n" "$dir/policy" && vault $n v$n; done
# register N FILE NAME [BRANCH-0 ADDRESS'S END]
register() {
	answers "${4:-}" "passphrase $1" | "$sign" register "$2" --name "$3" --vault "$dir/v$1"
}
ending() { local a; a=$(money address "$1" 0 0) && echo "${a: -6}"; }
sign_as() { # N IN OUT [OPTIONS]: the half bitcoin to somebody
	local n=$1 in=$2 out=$3
	shift 3
	answers 0.50000000 "${payee: -6}" "passphrase $n" | "$sign" sign "$in" --vault "$dir/v$n" --out "$out" "$@"
}

. tests/sign-paths/screen.sh
for part in tests/sign-paths/[0-9]*.sh; do
	name=${part##*/[0-9]-} name=${name%.sh}
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	# shellcheck source=/dev/null
	. "$part"
done
finish
