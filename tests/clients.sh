#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unmodified clients over TLS: ccxt and @binance/connector.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

exchange_make && exchange_start >/dev/null || exit 1
export NODE_EXTRA_CA_CERTS=$PWD/$dir/keys/tls.crt
node tests/clients/"${1:-ccxt}".mjs "$url" "$dir/demo-keys.json"
