#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# src/evm against ethers and viem: tests/custody-evm/differential.mjs. Arguments go there.
set -uo pipefail
cd "$(dirname "$0")/.."
export EVM_PROBE=${EVM_PROBE:-$PWD/build/release/tests/custody-evm/evm-probe}
[ -x "$EVM_PROBE" ] || { echo "evm-peers: $EVM_PROBE is not there; build it with dev/build release" >&2; exit 1; }
[ -d tests/custody-evm/node_modules/viem ] || { echo "evm-peers: run dev/setup --tests" >&2; exit 1; }
node tests/custody-evm/differential.mjs "$@"
