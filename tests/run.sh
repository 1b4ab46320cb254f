#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./run as a user has it, in a copy of the tree with this build: the first start,
# the order, the market makers, Ctrl-C, and a second start that finds its state.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

if ss -Hltn 'sport = :8443' 2>/dev/null | grep -q .; then
	skip "./run shows the exchange working" "something listens on 127.0.0.1:8443"
	finish
fi
here=$PWD
copy=$(mktemp -d -p build run.XXXXXX)
chmod 755 "$copy"
trap 'rm -rf -- "$here/$copy"' EXIT
git ls-files run dev examples | xargs cp --parents -t "$copy"
# The build is the one that is tested; dev/build would make the same once more.
mkdir -p "$copy/build" && ln -s "$here/build/release" "$copy/build/release"
printf '#!/bin/sh\nexit 0\n' >"$copy/dev/build" && chmod +x "$copy/dev/build"

# life SECONDS LOG [ARGUMENT...]: runs ./run for so long, then Ctrl-C.
life() {
	local seconds=$1 log=$2 status=0
	shift 2
	(cd "$copy" && exec timeout --foreground --signal=INT --kill-after=30 "$seconds" ./run "$@") >"$log" 2>&1 || status=$?
	[ $status = 124 ] || [ $status = 0 ] || { echo "./run ended with status $status"; tail -n 30 "$log"; return 1; }
}
says() { grep -qE "$1" "$2" || { echo "$2 does not say /$1/:"; tail -n 30 "$2"; return 1; }; }
moved() { # the market makers' orders are in the journal
	local entries
	entries=$("$redoubt" journal verify --json --dir "$copy/state" | jq '.entries')
	[ "$entries" -gt 60 ] || { echo "only $entries entries"; return 1; }
}

ok "./run runs until Ctrl-C" life 12 "$copy/first.log"
ok "it prints the demo keys" says 'apiKey [A-Za-z0-9]{64}' "$copy/first.log"
ok "it shows a signed order's answer" says '"symbol":"BTCUSDT","orderId":1,' "$copy/first.log"
ok "it says how it stopped" says '^Stopped' "$copy/first.log"
ok "the market makers moved the book" moved
ok "the second start finds its state" life 8 "$copy/second.log"
ok "and goes on from it: order ids go up" says '"symbol":"BTCUSDT","orderId":([2-9]|[1-9][0-9]+),' "$copy/second.log"
flow="$here/../shared/data/orderflow/lobster_AMZN_2012-06-21_message.csv.gz"
if [ -r "$flow" ]; then
	ok "--flow replays recorded flow" life 10 "$copy/flow.log" --flow "$flow"
	ok "and its orders are accepted" says '[1-9][0-9]{2,} accepted, 0 refused|[1-9][0-9]{2,} accepted' "$copy/flow.log"
else
	skip "--flow replays recorded flow" "the recorded flow is not here"
fi
refuses "a flow file that is not there is named" "no-such-flow" ./run --flow no-such-flow
finish
