#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# examples/order.sh URL CA API_KEY PRIVATE_KEY.pem [SIDE QUANTITY PRICE]
# One signed order with curl and openssl alone. The private key is an Ed25519
# key in a file; the exchange knows only its public half. Nothing secret is in argv.
set -euo pipefail
if [ $# -lt 4 ]; then
	echo "usage: order.sh URL CA API_KEY PRIVATE_KEY.pem [SIDE QUANTITY PRICE]" >&2
	exit 2
fi
url=$1 ca=$2 api_key=$3 private_key=$4
side=${5:-BUY} quantity=${6:-0.001} price=${7:-50000}

query="symbol=BTCUSDT&side=$side&type=LIMIT&timeInForce=GTC&quantity=$quantity&price=$price&timestamp=$(date +%s%3N)"
request=$(mktemp)
trap 'rm -f "$request"' EXIT
printf %s "$query" >"$request"
signature=$(openssl pkeyutl -sign -rawin -inkey "$private_key" -in "$request" | base64 -w0 |
	sed 's/+/%2B/g; s/\//%2F/g; s/=/%3D/g')
curl --silent --show-error --cacert "$ca" -H "X-MBX-APIKEY: $api_key" \
	-X POST "$url/api/v3/order?$query&signature=$signature"
echo
