#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verify.sh LOG_MAKE VERIFY_GO: has Go's sumdb check a log that the auditor wrote. TAP;
# skipped by name where Go or Debian's golang-golang-x-mod-dev is not installed.
set -eu
gopath=/usr/share/gocode
if ! command -v go >/dev/null 2>&1 || [ ! -d "$gopath/src/golang.org/x/mod/sumdb/tlog" ]; then
	echo "1..0 # SKIP audit-go: needs go and golang-golang-x-mod-dev (an independent verifier)"
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" "$dir"
export GO111MODULE=off GOPATH="$gopath" GOCACHE="${GOCACHE:-$dir/cache}" GOFLAGS=
go build -o "$dir/verify" "$2"
"$dir/verify" "$dir"
