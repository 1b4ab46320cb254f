#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# 200 seeds of the simulator, and each planted bug found.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

ok "200 seeds hold" dev/sim --seeds 200
for bug in ack-before-sync double-release skip-crc; do
	refuses "the planted bug $bug is found" "^seed [0-9]+ failed: " dev/sim --seeds 2000 --plant $bug
done
finish
