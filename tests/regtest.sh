#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Wallets of 2-of-3, 3-of-5, 4-of-7 and the unvault on a regtest chain (bcoin):
# they receive and spend, with each signer in a directory of its own: first the
# probe of src/bitcoin, then redoubt-sign with vaults out of whole ceremonies. As TAP.
# SEED=n repeats a run; KEEP=1 keeps the directories.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh

export PROBE=${PROBE:-$PWD/build/release/tests/custody/probe-bitcoin}
export REDOUBT_SIGN=${REDOUBT_SIGN:-$PWD/build/release/tools/redoubt-sign/redoubt-sign}
node tests/custody/regtest.mjs "${REGTEST_PORT:-$(free_port)}" probe program
