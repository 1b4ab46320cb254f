#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Killed processes under load, through the public API; then the journal is judged from outside.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

rounds=${1:-20}
# Twenty kills in a few seconds are the test's doing: nobody is to be left down for them.
CONFIGURATION='supervisor : { deaths_per_minute = 1000; };'
exchange_make && exchange_start >/dev/null || exit 1
export NODE_EXTRA_CA_CERTS=$PWD/$dir/keys/tls.crt
node tests/clients/faults.mjs "$url" "$dir/demo-keys.json" "$redoubt" "$dir" "$rounds" >"$dir/faults.tap"
status=$?
grep -v '^1\.\.' "$dir/faults.tap"
tests_run=$(grep -cE '^(not )?ok' "$dir/faults.tap")
[ $status = 0 ] || tests_failed=1
ok "the exchange stops cleanly" exchange_stop
ok "every block of the journal is whole" "$redoubt" journal verify --dir "$dir"
ok "the second implementation agrees; folding from zero gives the state hash of the newest snapshot" "$verify" --dir "$dir" --replay
ok "history rebuilt from the journal is the same" tests/history-rebuild.sh "$redoubt" "$dir"

# ---- the journal is lost, or set back: no second life beside the old log and snapshots ----
rm -rf "$dir/journal.whole" && cp -a "$dir/journal" "$dir/journal.whole"
rm -f "$dir"/journal/*
began=$SECONDS
refuses "a lost journal is not founded anew" "has 0 blocks, but .* counts [0-9]+.*restore the journal from a backup" exchange_start
ok "start said so at once" test $((SECONDS - began)) -le 10
ok "nothing was written in its place" test -z "$(find "$dir/journal" -name 'segment-*')"
exchange_stop >/dev/null
rm -rf "$dir/journal" && mv "$dir/journal.whole" "$dir/journal"
ok "restored, it starts" exchange_start
finish
