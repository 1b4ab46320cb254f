#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The recorded flows give the fills that six public engines gave.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
flows=../shared/data/orderflow

# flow FORMAT FILE COMMANDS FILLS
flow() {
	local answer
	answer=$("$redoubt" replay --format "$1" --json "$flows/$2") || return 1
	echo "$answer"
	grep -q "\"commands\":$3,\"fills\":$4,\"state_hash\":\"[0-9a-f]\{64\}\"" <<<"$answer"
}
for row in "bitstamp-l3 bitstamp_btcusd_2026-05-02_orders.csv.gz 313778 12112" \
	"lobster lobster_AMZN_2012-06-21_message.csv.gz 50662 19751"; do
	read -r format file commands fills <<<"$row"
	if [ -r "$flows/$file" ]; then
		ok "$format: $commands commands, $fills fills" flow "$format" "$file" "$commands" "$fills"
	else
		skip "$format: $fills fills" "$file is not here"
	fi
done
refuses "a file that is not there is named" "no-such-file" "$redoubt" replay --format lobster --json no-such-file
refuses "an unknown format is named" "morse" "$redoubt" replay --format morse --json README.md
finish
