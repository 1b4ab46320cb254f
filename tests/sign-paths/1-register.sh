# SPDX-License-Identifier: Apache-2.0
# Every script of Bitcoin, both versions of PSBT, and what `register` takes.

keys=() && for n in 1 2 3 4 5 6; do keys+=("$("$lab" key $n)"); done
money descriptor wsh "${keys[@]:0:3}" >"$dir/wsh"
money descriptor tr "${keys[@]:0:3}" >"$dir/tr"
money descriptor unvault "${keys[@]}" >"$dir/unvault"
money descriptor tr "${keys[@]:1:2}" "${keys[3]}" >"$dir/strange"

# ---- register ----------------------------------------------------------------
for n in 1 2 3; do ok "signer $n registers a taproot descriptor" register $n "$dir/tr" taproot "$(ending "$dir/tr")"; done
for n in 1 2 3 4 5 6; do ok "signer $n registers the unvault" register $n "$dir/unvault" unvault "$(ending "$dir/unvault")"; done
ok "which the log names" grep -q 'wallet-registered wallet=unvault .*file:wallets/unvault.wallet=' "$dir/v1/log"
refuses "a name is taken once" "a wallet 'unvault' already" register 1 "$dir/unvault" unvault "$(ending "$dir/unvault")"
refuses "one wallet is not registered under two names" 'stands twice' register 1 "$dir/tr" again qqqqqq
sed 's/sortedmulti_a(2/sortedmulti_a(3/; s/#.*//' "$dir/tr" >"$dir/three" && three=$(cat "$dir/three") &&
	echo "$three#$(echo "checksum $three" | "$PROBE" | cut -d' ' -f2)" >"$dir/three"
ok "another address's end declines" exits 3 register 1 "$dir/three" again qqqqqq
ok "and no wallet was written" test ! -e "$dir/v1/wallets/again.wallet"
money bsms "$dir/tr" >"$dir/record"
vault 4 v4
vault 1 v7
bsms() { answers "$(ending "$dir/tr")" 'passphrase 1' | "$sign" register "$1" --name record --vault "$dir/v7"; }
ok "a BIP129 record registers" bsms "$dir/record"
ok "as the same descriptor" cmp <(grep ^descriptor "$dir/v7/wallets/record.wallet") <(grep ^descriptor "$dir/v1/wallets/taproot.wallet")
vault 1 v7
sed '4s/.$/q/' "$dir/record" >"$dir/record-bad"
refuses "a record with another first address is refused" 'first address' bsms "$dir/record-bad"
sed '1s/1.0/9.0/' "$dir/record" >"$dir/record-bad"
refuses "a record of another version is refused" 'BSMS 1.0' bsms "$dir/record-bad"
sed '3s/.*/\/7\/*/' "$dir/record" >"$dir/record-bad"
refuses "a record of other paths is refused" 'is refused' bsms "$dir/record-bad"
sed 's/.$/x/' "$dir/tr" >"$dir/bad"
refuses "a descriptor with a wrong checksum is refused" 'descriptor is refused: .*checksum' register 1 "$dir/bad" bad
sed 's/#.*//' "$dir/tr" >"$dir/bad"
refuses "one without a checksum is refused" 'descriptor is refused: .*checksum' register 1 "$dir/bad" bad
ok "with 4" exits 4 register 1 "$dir/bad" bad
refuses "a wallet in which this signer's key does not occur is refused" "none of its keys is this signer's" \
	register 1 "$dir/strange" strange "$(ending "$dir/strange")"
ok "and is not written" test ! -e "$dir/v1/wallets/strange.wallet"
ok "a signer whose key is in it registers it" register 4 "$dir/strange" strange "$(ending "$dir/strange")"
owners=() && for n in 1 2 3; do owners+=("$("$lab" account $n)"); done
safe_file() { # ADDRESS KEY-LINE
	answers 'redoubt wallet 1' 'kind safe' "name ${3:-third}" 'chain 31337' "address $1" "owner ${owners[0]}" "owner ${owners[1]}" \
		"owner ${owners[2]}" 'threshold 2' "key m/44h/60h/0h/0/0 $2" >"$dir/safe.txt"
}
safe_file 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 "${owners[0]}" second
ok "a Safe's file registers" register 1 "$dir/safe.txt" second c5d359
ok "and is shown" says 'second' "$sign" show wallets --vault "$dir/v1"
safe_file 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB "$("$lab" account 5)"
refuses "a Safe whose key is no owner is refused" 'owner' register 1 "$dir/safe.txt" third C6FB
safe_file 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB "${owners[1]}"
refuses "a Safe with another signer's key as this one's is refused" "a key that is not this signer's" register 1 "$dir/safe.txt" third C8C6FB
safe_file 0xdbf03b407c01e7cd3cbea99509d93f8dddc8c6fb "${owners[0]}"
refuses "an address without EIP-55's capitals is refused" 'line 5' register 1 "$dir/safe.txt" third
ok "what was refused left the vault as it was" unharmed "$dir/v1"

# ---- each script, signed by two, in both versions --------------------------------
for kind in wsh tr; do
	name=$([ $kind = wsh ] && echo cold || echo taproot)
	for version in 0 2; do
		for n in 1 2 3; do vault $n v$n && { [ $kind = wsh ] || register $n "$dir/tr" taproot "$(ending "$dir/tr")" >/dev/null; }; done
		[ $kind = wsh ] && grep '^descriptor ' "$dir/v1/wallets/cold.wallet" | cut -d' ' -f2 >"$dir/wsh"
		ok "$kind, PSBT v$version: a payment" money pay "$dir/$kind" "$dir/p" version=$version
		ok "... is the wallet's, with its change" says "change, ours \"$name\" 1/8" "$sign" inspect "$dir/p" --vault "$dir/v1"
		ok "... signer 1 signs" sign_as 1 "$dir/p" "$dir/s1"
		refuses "... which alone is not enough" 'missing' money finish "$dir/tx" "$dir/s1"
		ok "... signer 3 signs after him" sign_as 3 "$dir/s1" "$dir/s13"
		ok "... and sees that one has signed" says 'signed' "$sign" inspect "$dir/s1" --vault "$dir/v2"
		ok "... which completes" money finish "$dir/tx-a" "$dir/s13"
		ok "... it leaves as v$version" test "$(money version "$dir/s13")" = $version
		ok "... signer 2 signs beside him" sign_as 2 "$dir/p" "$dir/s2"
		ok "... which completes, too" money finish "$dir/tx-b" "$dir/s1" "$dir/s2"
	done
done

# ---- the unvault: called back at once by the first group, paid by the other after 144 blocks --------
for n in 1 2 3 4 5 6; do vault $n v$n && register $n "$dir/unvault" unvault "$(ending "$dir/unvault")" >/dev/null; done
money pay "$dir/unvault" "$dir/now"
money pay "$dir/unvault" "$dir/later" sequence=144
money pay "$dir/unvault" "$dir/early" sequence=143
ok "the unvault's page names its lock" says '144 blocks' "$sign" inspect "$dir/later" --vault "$dir/v1"
ok "canceller 1 signs now" sign_as 1 "$dir/now" "$dir/n1"
ok "canceller 3 signs now" sign_as 3 "$dir/now" "$dir/n3"
ok "two cancellers complete without waiting" money finish "$dir/tx" "$dir/n1" "$dir/n3"
ok "payer 4 signs for after the lock" sign_as 4 "$dir/later" "$dir/l4"
ok "payer 6 signs for after the lock" sign_as 6 "$dir/later" "$dir/l6"
ok "two payers complete" money finish "$dir/tx" "$dir/l4" "$dir/l6"
refuses "one payer and one canceller do not" 'missing' bash -c "
	$(declare -f sign_as answers money); sign='$sign' dir='$dir' payee='$payee'
	sign_as 2 '$dir/later' '$dir/l2' >/dev/null && money finish '$dir/tx' '$dir/l2' '$dir/l4'"
vault 4 v4 && register 4 "$dir/unvault" unvault "$(ending "$dir/unvault")" >/dev/null
vault 5 v5 && register 5 "$dir/unvault" unvault "$(ending "$dir/unvault")" >/dev/null
sign_as 4 "$dir/early" "$dir/e4" >/dev/null 2>&1 && sign_as 5 "$dir/early" "$dir/e5" >/dev/null 2>&1
refuses "a block too early completes nothing" '.' money finish "$dir/tx" "$dir/e4" "$dir/e5"
