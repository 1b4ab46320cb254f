#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Safes with a timelock and a canceller on an anvil node of its own: tests/custody-evm/anvil.mjs.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
export EVM_PROBE=${EVM_PROBE:-$PWD/build/release/tests/custody-evm/evm-probe}
modules=tests/custody-evm/node_modules
anvil=${ANVIL:-$modules/@foundry-rs/anvil-linux-amd64/bin/anvil}
[ -x "$EVM_PROBE" ] || { echo "anvil: $EVM_PROBE is not there; build it with dev/build release" >&2; exit 1; }
[ -d $modules/ethers ] || { echo "anvil: run dev/setup --tests" >&2; exit 1; }
if [ ! -f "$anvil" ]; then
	skip "Safes on an EVM node" "npm has no anvil for $(uname -sm) here; set ANVIL to one"
	finish
fi
[ -x "$anvil" ] || chmod +x "$anvil"

port=${ANVIL_PORT:-$(free_port)}
"$anvil" --host 127.0.0.1 --port "$port" --chain-id 31337 --quiet --slots-in-an-epoch 4 &
node_pid=$!
trap 'kill $node_pid 2>/dev/null; wait $node_pid 2>/dev/null' EXIT
node tests/custody-evm/anvil.mjs "http://127.0.0.1:$port"
