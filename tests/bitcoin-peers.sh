#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# src/bitcoin against @scure/btc-signer, bitcoinjs-lib, @bitcoinerlab/descriptors,
# wallycore and bcoin. Two halves beside each other, one line of TAP a test.
# SEED=n repeats a run; CASES, ROUNDS and KEYS change its length.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

export PROBE=${PROBE:-$PWD/build/release/tests/custody/probe-bitcoin}
export SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
half=$(mktemp -d) || exit 1
trap 'rm -rf -- "$half"' EXIT
node tests/custody/differential.mjs segwit >"$half/one" 2>&1 &
second=$!
node tests/custody/differential.mjs taproot keys transactions ceremonies >"$half/two" 2>&1
status=$?
wait $second || status=1
# numbered anew, with one plan
cat "$half/one" "$half/two" | awk '
	/^(not )?ok [0-9]+/ { count++; not = sub(/^not ok [0-9]+/, "") ? "not " : ""; sub(/^ok [0-9]+/, ""); print not "ok " count $0; next }
	/^1\.\./ { plans++; next }
	{ print }
	END { if (plans != 2) print "not ok " ++count " - both halves came to their end"; print "1.." count }'
exit $status
