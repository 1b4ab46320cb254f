#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The blast-radius table, played: what a row promises is tried against the running exchange.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

flip=${FLIP:-$PWD/build/release/tests/flip}
roles="gateway auth control engine replica audit history"
exchange_make && exchange_start >/dev/null || exit 1
export NODE_EXTRA_CA_CERTS=$PWD/$dir/keys/tls.crt

status() { "$redoubt" status --json --dir "$dir"; }
pid_of() { status | jq -r --arg role "$1" '[.roles[] | select(.name | startswith($role))][0].pid'; }

# ---- every daemon in its sandbox ----
field() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }
sandboxed() {
	local pid
	pid=$(pid_of "$1")
	[ "$(field "$pid" NoNewPrivs)" = 1 ] || { echo "$1 may gain privileges"; return 1; }
	[ "$(field "$pid" Seccomp)" = 2 ] || { echo "$1 has no seccomp filter"; return 1; }
	[ "$(field "$pid" CapEff)" = 0000000000000000 ] || { echo "$1 has capabilities"; return 1; }
	grep -q '^Max core file size *0 *0' "/proc/$pid/limits" || { echo "$1 may dump core"; return 1; }
}
own_user() { [ "$(stat -c %U "/proc/$(pid_of "$1")")" = "redoubt-$1" ] || [ "$(field "$(pid_of "$1")" Uid)" = "$(id -u "redoubt-$1")" ]; }
for role in $roles; do
	ok "$role cannot gain privileges, is filtered, dumps no core" sandboxed "$role"
	if [ "$(id -u)" = 0 ]; then
		ok "$role runs as its own user" own_user "$role"
	else
		skip "$role runs as its own user" "not started as root"
	fi
done

# ---- what the edge holds: no file, no secret ----
only_these() { # ROLE PATTERN: every open descriptor matches
	local pid bad
	pid=$(pid_of "$1")
	bad=$(find "/proc/$pid/fd" -type l -printf '%l\n' | grep -vE "$2")
	[ -z "$bad" ] || { echo "$1 holds: $bad"; return 1; }
}
ok "the gateway holds sockets, rings and its own TLS files only" only_these gateway \
	'^(socket:|anon_inode:|pipe:|/memfd:|/dev/null|/dev/urandom|.*/keys/tls\.(key|crt)|.*/state/log/|.*/supervisor\.log|.*\.log)'
ok "the engine holds no socket to the world" only_these engine '^(socket:|anon_inode:|pipe:|/memfd:|/dev/null|.*/(journal|snapshots|log)(/.*)?|.*/founding|.*/keys/journal\.key|.*\.log)'
no_listener() { ! ss -Hltnp 2>/dev/null | grep -v gateway | grep -E "pid=($(for r in $roles; do pid_of "$r"; done | paste -sd'|')),"; }
ok "nobody but the gateway listens on TCP" no_listener
no_secret() {
	local secret pid role
	cat "$dir"/run/*.log | grep -q . || { echo "there is no log in $dir/run to look at"; return 1; }
	while read -r secret; do
		for role in $roles; do
			pid=$(pid_of "$role")
			! tr '\0' '\n' <"/proc/$pid/environ" | grep -qF "$secret" || return 1
			! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qF "$secret" || return 1
		done
		! grep -qF "$secret" "$dir"/run/*.log || return 1
		! grep -rqF "$secret" "$dir"/log 2>/dev/null || return 1
	done < <(jq -r '.keys[].secret // empty' "$dir/demo-keys.json")
}
ok "no API secret in argv, environment or logs" no_secret

# ---- control: evidence or nothing ----
cp "$dir/keys/operator.key" "$dir/operator.saved"
head -c 32 /dev/urandom >"$dir/keys/operator.key"
refuses "the CLI says so when its key is not the operator's" "not one that genesis names" \
	"$redoubt" customer add --label eve --dir "$dir"
cp "$dir/operator.saved" "$dir/keys/operator.key"
ok "forged and malformed requests at the operator's socket are refused, the chain does not move" \
	tests/attack/forge.py "$dir/run/control.sock"
ok "the operator's own is accepted" "$redoubt" customer add --label carol --dir "$dir"

# ---- rest: gateway and auth die while 1,000 orders rest ----
engine_before=$(pid_of engine)
ok "1,000 orders rest, gateway and auth die, the engine does not notice; a replay across auth's restart is refused" \
	node tests/clients/rest-on.mjs "$url" "$dir/demo-keys.json" "$redoubt" "$dir"
same_engine() { [ "$(pid_of engine)" = "$engine_before" ]; }
ok "the engine is the same process" same_engine

# ---- the engine's memory is damaged: the replica finds it ----
customer=$("$redoubt" customer add --label victim --json --dir "$dir" | jq -r '.customer // .index')
"$redoubt" deposit-test "$customer" USDT 1234567.89012345 --dir "$dir" >/dev/null
if [ "$(id -u)" = 0 ]; then
	ok "one bit of one balance is flipped in the running engine" "$flip" "$(pid_of engine)" 123456789012345
	found() {
		local i
		for i in $(seq 100); do
			[ "$(status | jq '[.roles[] | select(.name == "replica")][0].counters.diverged // 0')" != 0 ] && return 0
			# orders of other customers: only the scrub can see the victim's line
			NODE_NO_WARNINGS=1 node tests/clients/stir.mjs "$url" "$dir/demo-keys.json" 60 || return 1
		done
		status
		return 1
	}
	ok "the replica finds it, although the customer does nothing" found
	alarmed() {
		local said
		said=$("$redoubt" status --dir "$dir")
		[ $? = 5 ] && head -n 2 <<<"$said" | grep -i diverge
	}
	ok "status says so first, in words, and is exit 5" alarmed
else
	skip "one bit of one balance is flipped in the running engine" "not root"
fi
finish
