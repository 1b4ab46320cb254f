#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# history-rebuild.sh REDOUBT DIR: the rows of a stopped exchange's history before and after a rebuild.
set -euo pipefail
rows() {
	for table in orders trades; do
		sqlite3 "$2/history/history.db" "SELECT * FROM $table ORDER BY 1, 2, 3"
	done | sha256sum
}
before=$(rows "$1" "$2")
"$1" history rebuild --dir "$2"
after=$(rows "$1" "$2")
[ "$before" = "$after" ] || {
	echo "history differs after the rebuild: $before, $after"
	exit 1
}
