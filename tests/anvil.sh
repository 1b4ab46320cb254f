#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/anvil.sh [library | signer [K-of-N]]: Safes with a timelock and a canceller on an anvil node of its own.
#   library (the default)  signed by src/evm: tests/custody-evm/anvil.mjs
#   signer                 signed by redoubt-sign, each owner in a vault of his own: tests/custody-evm/signer.mjs
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
export EVM_PROBE=${EVM_PROBE:-$PWD/build/release/tests/custody-evm/evm-probe}
export REDOUBT_SIGN=${REDOUBT_SIGN:-$PWD/build/release/tools/redoubt-sign/redoubt-sign}
modules=tests/custody-evm/node_modules
anvil=${ANVIL:-$modules/@foundry-rs/anvil-linux-amd64/bin/anvil}
for program in "$EVM_PROBE" "$REDOUBT_SIGN"; do
	[ -x "$program" ] || { echo "anvil: $program is not there; build it with dev/build release" >&2; exit 1; }
done
[ -d $modules/ethers ] || { echo "anvil: run dev/setup --tests" >&2; exit 1; }
if [ ! -f "$anvil" ]; then
	skip "Safes on an EVM node" "npm has no anvil for $(uname -sm) here; set ANVIL to one"
	finish
fi
[ -x "$anvil" ] || chmod +x "$anvil"

dir=$(mktemp -d -p "${TEST_DISK:-build}" anvil.XXXXXX)
port=${ANVIL_PORT:-$(free_port)}
"$anvil" --host 127.0.0.1 --port "$port" --chain-id 31337 --quiet --slots-in-an-epoch 4 &
node_pid=$!
trap 'kill $node_pid 2>/dev/null; wait $node_pid 2>/dev/null; rm -rf -- "$dir"' EXIT
case ${1:-library} in
library) node tests/custody-evm/anvil.mjs "http://127.0.0.1:$port" ;;
signer) node tests/custody-evm/signer.mjs "http://127.0.0.1:$port" "$dir" ${2:+"$2"} ;;
*) echo "anvil: library or signer, not '$1'" >&2; exit 2 ;;
esac
