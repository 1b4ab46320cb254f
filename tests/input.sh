#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad input of every kind, with two keys more than the demo has: one that may only read, and one for another address.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

exchange_make && exchange_start >/dev/null || exit 1
# key_make LABEL OPTION...: adds a key of alice's and writes it among the demo's.
key_make() {
	local label=$1 made
	shift
	made=$("$redoubt" --json key add 0 --dir "$dir" "$@") || return 1
	jq --argjson made "$made" --arg name "$label" '.keys += [$made + {label: $name}]' "$dir/demo-keys.json" >"$dir/keys.new" &&
		mv "$dir/keys.new" "$dir/demo-keys.json"
}
key_make reader --scopes read && key_make elsewhere --scopes read,trade --ip 10.1.2.3 || exit 1
export NODE_EXTRA_CA_CERTS=$PWD/$dir/keys/tls.crt
node tests/clients/input.mjs "$url" "$dir/demo-keys.json"
