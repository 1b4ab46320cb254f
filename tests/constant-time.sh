#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Secrets decide no branch and no address: the debug build of the test, under valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
dev/build debug test-bitcoin-constant-time >&2
exec env CMOCKA_MESSAGE_OUTPUT=TAP build/debug/test-bitcoin-constant-time
