# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/harden.sh: the exchange, started with the capabilities, the empty network and the socket that
# redoubt.service and redoubt.socket give it. (The system-call filter of the unit is not part of this.)
capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' dist/systemd/redoubt.service | tr 'A-Z' 'a-z' | sed 's/cap_/+/g; s/ /,/g')
supervisor=$(dirname "$redoubt")/../../daemons/supervisor/redoubt-supervisor
nft flush ruleset
if ! TEST_DISK=$work exchange_make; then
	skip "the exchange under its unit's privileges" "no exchange could be made here"
else
	trap 'rm -rf -- "$work"' EXIT
	chmod 755 "$work"
	python3 "$here/hand.py" 127.0.0.1 "$port" unshare --net setpriv --no-new-privs --bounding-set "-all,$capabilities" \
		"$supervisor" --dir "$dir" 2>"$work/supervisor.log" &
	exchange=$!
	answers() { for i in {1..150}; do curl -skf -m 2 "$url/api/v3/ping" && return; sleep 0.2; done; cat "$work/supervisor.log"; return 1; }
	role() { pgrep -P "$exchange" -x "redoubt-$1" | head -1; }
	ok "the exchange starts with its unit's capabilities and answers through the socket handed over" answers
	apart() { local its; its=$(readlink "/proc/$(role engine)/ns/net") && [ "$its" != "$(readlink /proc/self/ns/net)" ]; }
	ok "its engine is in a network that is not the host's" apart
	ok "where there is nothing but a loopback that is down" bash -c '[ "$(nsenter --net="/proc/$1/ns/net" ip -br link | wc -l)" = 1 ] &&
		! nsenter --net="/proc/$1/ns/net" ip link show lo up | grep -q lo' _ "$(role engine)"
	together() { local its; its=$(readlink "/proc/$(role gateway)/ns/net") && [ "$its" = "$(readlink "/proc/$(role engine)/ns/net")" ]; }
	ok "its gateway is there, too" together
	ok "the engine is a user of its own, without capabilities" bash -c 'grep -qE "^CapEff:\s+0+$" "/proc/$1/status" && ! grep -qE "^Uid:\s+0" "/proc/$1/status"' _ "$(role engine)"
	kill "$exchange"
	wait "$exchange"
	ended=$?
	ok "it stops in order" [ "$ended" = 0 ]
	refuses "a socket that is not gateway.listen" 'one that listens on gateway.listen' timeout 20 python3 "$here/hand.py" 127.0.0.1 \
		"$(free_port)" "$supervisor" --dir "$dir"
fi
