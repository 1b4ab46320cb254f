#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The packet classifier against the kernel: 100 random rulesets, 10,000 random packets over a veth pair in network
# namespaces. SEED=N chooses others; what the generator covered is printed, and checked over all rulesets of all seeds.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/lib.sh
kernel=${PACKET_KERNEL:-$PWD/build/release/src/packet/packet-kernel}

if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
	skip "the classifier agrees with the kernel" "network namespaces need root"
	finish
fi
covered=
for seed in ${SEED:-1 2}; do
	output=$("$kernel" "$seed" 100 100 2>&1)
	status=$?
	printf '%s\n' "$output"
	covered+=$(grep ' expressions and statements covered: ' <<<"$output" | sed 's/.*covered: //; s/, /\n/g')$'\n'
	ok "verdicts equal the kernel's for 10,000 packets through 100 rulesets, seed $seed" test $status = 0
done
echo "# over all seeds: $(sort -u <<<"$covered" | grep -c .) expressions and statements"
for name in "ct state" "ct mark" "meta iifname" "meta mark" "meta l4proto" "meta nfproto" "named set" "named verdict map" "named map" \
	concatenation "anonymous set" goto jump return reject limit notrack "tcp flags" "icmpv6 type" "ip saddr" "ip6 saddr" \
	"fib daddr type" "bitwise &" "comparison !=" "icmp code" "anonymous verdict map" "anonymous map" "meta length" "meta skuid"; do
	ok "the generator covered: $name" grep -qxF "$name" <<<"$covered"
done
finish
