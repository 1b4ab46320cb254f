#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The documents are true: every program has its man page, every link and path that they name exists.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

pages() {
	local missing=0
	for program in redoubt.1 redoubt-backup.1 redoubt-host.1 redoubt-verify.1 redoubt-sign.1 redoubt-qr.1 redoubt-{supervisor,gateway,auth,control,engine,replica,audit,history}.8; do
		[ -s "docs/man/$program" ] || { echo "docs/man/$program is missing"; missing=1; }
	done
	return $missing
}
links() {
	local missing=0 file target
	for file in *.md docs/*.md docs/*/*.md; do
		while read -r target; do
			case $target in http*|'#'*) continue ;; esac
			[ -e "$(dirname "$file")/${target%%#*}" ] || { echo "$file links to $target"; missing=1; }
		done < <(grep -oE '\]\([^)]+\)' "$file" | sed 's/^](//; s/)$//')
	done
	return $missing
}
help_texts() {
	local words
	"$redoubt" --help >/dev/null || return 1
	for words in init start status stop "customer add" "key add" deposit-test book "journal verify" "journal dump" \
		"proof inclusion" "proof consistency" "history rebuild" replay "backup init" "backup restore" "host check"; do
		# shellcheck disable=SC2086
		"$redoubt" $words --help | grep -q usage || { echo "redoubt $words --help"; return 1; }
	done
}
# alice, bob, eve and ops are the made-up people of examined hosts; the two files speak of such hosts' own root
paths() {
	! git grep -nE '/(home|root|work)/[a-z]' -- '*.md' '*.c' '*.h' '*.sh' '*.mjs' '*.py' 'dev/*' \
		':!dev/rehearse' ':!src/checks/environment/tools.c' | grep -vE '/home/(alice|bob|eve|ops)\b'
}
ok "every program has a man page" pages
ok "every link leads somewhere" links
ok "every command has its help" help_texts
ok "no path of somebody's machine" paths
finish
