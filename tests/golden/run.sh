#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The golden journals give the same leaf hashes and the same state hash under gcc and clang, -O0 and -O3, and
# under ASan + UBSan. TAP. `run.sh --make NAME` writes a new golden journal (never change one that is committed).
set -uo pipefail
cd "$(dirname "$0")/../.."
out=build/golden
mkdir -p "$out"
sources=$(ls src/{base,amount,crypto,wire,journal,ledger,market,customers,exchange,fold}/*.c tests/golden/golden.c |
	grep -vE '_test\.c|_fuzz\.c|/test_|journal_lab\.c|pipeline\.c')
newest=$(ls -t $sources src/*/*.h | head -1)
flags="-std=gnu17 -fno-strict-aliasing -fno-strict-overflow -ffp-contract=off -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc"

# build NAME COMPILER FLAGS...: into $out/NAME, unless nothing is newer.
build() {
	local name=$1 compiler=$2
	shift 2
	[ "$out/$name/golden" -nt "$newest" ] && return 0
	rm -rf "${out:?}/$name"
	mkdir -p "$out/$name"
	printf '%s\n' $sources | xargs -P "$(nproc)" -I{} sh -c '
		o='"$out/$name"'/$(echo "$1" | tr / _).o; shift
		exec "$@" -o "$o"' sh {} $compiler $flags "$@" -c {} >"$out/$name/log" 2>&1 &&
		$compiler "$@" "$out/$name"/*.o -o "$out/$name/golden" -lcrypto -lsodium -lpthread >>"$out/$name/log" 2>&1
}

declare -A variants=(
	[gcc-O0]="gcc -O0" [gcc-O3]="gcc -O3" [clang-O0]="clang -O0" [clang-O3]="clang -O3 -march=native"
	[gcc-asan]="gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
)
if [ "${1:-}" = --make ]; then
	build gcc-O3 ${variants[gcc-O3]} || { cat "$out/gcc-O3/log"; exit 1; }
	mkdir "tests/golden/$2" || exit 1
	"$out/gcc-O3/golden" make "tests/golden/$2" && "$out/gcc-O3/golden" check "tests/golden/$2" >"tests/golden/$2/expected"
	exit
fi

run=0 failed=0
tell() { # OK? DESCRIPTION [FILE]
	run=$((run + 1))
	if [ "$1" = 0 ]; then
		echo "ok $run - $2"
	else
		failed=$((failed + 1))
		echo "not ok $run - $2"
		[ -n "${3:-}" ] && tail -n 20 "$3" | sed 's/^/# /'
	fi
}
for name in gcc-O0 gcc-O3 clang-O0 clang-O3 gcc-asan; do
	if [[ $name = clang-* ]] && ! command -v clang >/dev/null; then
		run=$((run + 1))
		echo "ok $run - $name # SKIP clang is not installed"
		continue
	fi
	build $name ${variants[$name]}
	built=$?
	tell $built "$name builds" "$out/$name/log"
	[ $built = 0 ] || continue
	for journal in tests/golden/*/; do
		"$out/$name/golden" check "$journal" >"$out/$name/got" 2>"$out/$name/err"
		cmp -s "$out/$name/got" "$journal/expected"
		same=$?
		diff "$journal/expected" "$out/$name/got" >>"$out/$name/err"
		tell $same "$name reads $(basename "$journal") to the same hashes" "$out/$name/err"
	done
done
echo "1..$run"
exit $((failed > 0))
