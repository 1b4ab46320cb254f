#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# redoubt host check --journal: the digest of an examination becomes an entry that the operator signed, the dump shows
# it, and the second implementation finds the journal whole with it.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/lib.sh

tree=$(mktemp -d)
trap 'rm -rf -- "$tree"' EXIT
mkdir -p "$tree/etc/redoubt"
printf 'role test\n' >"$tree/etc/redoubt/host.manifest"

exchange_make || exit 1
trap 'exchange_remove; rm -rf -- "$tree"' EXIT

recorded() {
	"$redoubt" --json --dir "$dir" host check --root "$tree" --journal >"$dir/report.json"
	[ $? = 1 ] || [ $? = 3 ] || { cat "$dir/report.json"; return 1; }
}
dumped() { "$redoubt" --dir "$dir" journal dump | grep '"HOST_REPORT"' >"$dir/entry.json"; }
same() { # the entry says what the report said
	jq -e --slurpfile r "$dir/report.json" --arg manifest "$(sha256sum <"$tree/etc/redoubt/host.manifest" | cut -d' ' -f1)" \
		'.fields | .digest == $r[0].digest and .failed == $r[0].fail and .unknown == $r[0].unknown and .passed == $r[0].pass
		and .manifest == $manifest and .timeUs > 1700000000000000' "$dir/entry.json" ||
		{ cat "$dir/entry.json"; jq 'del(.findings)' "$dir/report.json"; return 1; }
}
head_of() { "$redoubt" --dir "$dir" journal dump | jq -s '[.[] | .number // 0] | max'; }
nothing_else() { # a statement behind it finds its place in the chain
	local before after
	before=$(head_of)
	"$redoubt" --dir "$dir" customer add --label after-the-report >/dev/null || return 1
	after=$(head_of)
	[ "$after" = $((before + 1)) ]
}

ok "the exchange starts" exchange_start
ok "an examination is recorded" recorded
ok "the journal's dump shows it" dumped
ok "with the digest, the counts and the manifest's digest of the report" same
ok "the chain of control entries goes on behind it" nothing_else
refuses "a part of an examination is not recorded" "whole examination" "$redoubt" --dir "$dir" host check --root "$tree" --only SSH --journal

# ---- alarms of the watch ----
small=$PWD/$dir/small key=$PWD/$dir/base
case $dir in /*) small=$dir/small key=$dir/base ;; esac
mkdir -p "$small"/{etc,usr/bin,proc,copy} && echo one >"$small/usr/bin/tool"
baseline_made() {
	"$redoubt" host baseline keygen "$key" && cp "$key.pub" "$small/etc/pub" &&
		"$redoubt" host baseline make --root "$small" --scope /usr --out "$key.draft" --first &&
		"$redoubt" host baseline sign "$key.draft" --key "$key" --out "$small/base" && cp "$small/base" "$small/copy/base"
}
watched() {
	"$redoubt" --json --dir "$dir" host watch --root "$small" --baseline /base --key /etc/pub --copy /copy/base --once --journal >"$dir/watched.json"
}
alarmed() {
	echo two >"$small/usr/bin/tool"
	watched
	[ $? = 1 ] || { cat "$dir/watched.json"; return 1; }
}
fixed() { # the newest entry holds the digest of the file of alerts, and how many alarms it was
	"$redoubt" --dir "$dir" journal dump | grep '"HOST_REPORT"' | tail -1 | jq -e \
		--arg digest "$(sha256sum <"$dir/run/alerts.jsonl" | cut -d' ' -f1)" '.fields | .digest == $digest and .failed >= 1'
}
reports() { "$redoubt" --dir "$dir" journal dump | grep -c '"HOST_REPORT"'; }
ok "a baseline is signed" baseline_made
before=$(reports)
ok "a host without alarms records nothing" bash -c "$(declare -f watched reports); redoubt=$redoubt dir=$dir small=$small; watched; [ \"\$(reports)\" = $before ]"
ok "an alarm of the watch is recorded" alarmed
ok "by the digest of the file of alerts" fixed
ok "the exchange stops" exchange_stop
ok "redoubt-verify replays it, and finds the journal whole" "$verify" --dir "$dir" --replay
refuses "without an exchange nothing is recorded" "." "$redoubt" --dir "$dir" host check --root "$tree" --journal
finish
