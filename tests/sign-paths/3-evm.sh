# SPDX-License-Identifier: Apache-2.0
# A Safe transaction as EIP-712's JSON, and EIP-4527 requests, written by other people's libraries.

if [ ! -d tests/custody-evm/node_modules ]; then
	skip "EIP-712 and EIP-4527 by other libraries" "run npm ci in tests/custody-evm and tests/qr"
	return 0
fi
peer() { node tests/sign-paths/evm.mjs "$@"; }
vault 3 v3
owner=$("$lab" account 3)
evm_sign() { answers 1.5 'passphrase 3' | "$sign" sign "$1" --vault "$dir/v3" --out "$2"; }
inspect() { "$sign" inspect "$1" --vault "$dir/v3"; }

# ---- EIP-712 --------------------------------------------------------------------
"$lab" safe >"$dir/safe.text"
for library in ethers viem; do
	peer json "$dir/$library.json" $library
	ok "the JSON of $library is signed" evm_sign "$dir/$library.json" "$dir/$library.signed"
	ok "... with its digest, by the owner" peer signed "$dir/$library.signed" "$owner"
done
ok "the text envelope is signed" evm_sign "$dir/safe.text" "$dir/text.signed"
ok "... to the same digest and signature" cmp "$dir/text.signed" "$dir/ethers.signed"
inspect "$dir/safe.text" | grep -v Clock >"$dir/page.text"
ok "the page is the same, too" cmp "$dir/page.text" <(inspect "$dir/ethers.json" | grep -v Clock)
base=$(cat "$dir/viem.json")
altered() { # WHAT PATTERN FROM TO
	printf '%s' "${base/"$3"/"$4"}" >"$dir/altered.json"
	if cmp -s "$dir/altered.json" "$dir/viem.json"; then
		ok "$1: the document is altered" false
	fi
	refuses "$1 is refused" "$2" inspect "$dir/altered.json"
}
same_digest() { # WHAT FROM TO
	printf '%s' "${base/"$2"/"$3"}" >"$dir/altered.json"
	same() { evm_sign "$dir/altered.json" "$dir/altered.signed" >/dev/null && cmp "$dir/altered.signed" "$dir/ethers.signed"; }
	ok "$1 says the same" same
}
same_digest "a chain id in hexadecimal" '"chainId":31337' '"chainId":"0x7a69"'
same_digest "a value in hexadecimal" '"1500000000000000000"' '"0x14d1120d7b160000"'
same_digest "an operation in quotes" '"operation":0' '"operation":"0"'
same_digest "blanks and line ends" '"message":{' '"message" : {
	'
altered "another type" "the type SafeTx must have 'uint256 value' here" '"type":"uint256","name":"value"' '"type":"uint128","name":"value"'
altered "a field of the type left out" "the type SafeTx must have" '{"type":"uint256","name":"value"},' ''
altered "a type more" "'Mail' does not belong into the types" '"types":{' '"types":{"Mail":[],'
altered "a field of the domain more" "'name' does not belong into the domain" '"domain":{' '"domain":{"name":"Safe",'
altered "a field of the message more" "'delegate' does not belong into the message" '"message":{' '"message":{"delegate":1,'
altered "a member twice" "'to' stands twice in the message" '"message":{' '"message":{"to":"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",'
altered "a member missing" "'nonce' is missing in the message" ',"nonce":"4"' ''
altered "a member of the document more" "'extra' does not belong into the document" '{' '{"extra":{},'
altered "another primary type" "must be SafeTx" '"primaryType":"SafeTx"' '"primaryType":"Permit"'
altered "a negative number" "must be a whole number" '"operation":0' '"operation":-0'
altered "a fraction" "whole number" '"operation":0' '"operation":0.0'
altered "an exponent" "whole number" '"operation":0' '"operation":0e1'
altered "a zero in front" "whole number" '"nonce":"4"' '"nonce":"04"'
altered "2^256" "below 2\^256" '"nonce":"4"' '"nonce":"115792089237316195423570985008687907853269984665640564039457584007913129639936"'
altered "an operation that is none" "must be 0" '"operation":0' '"operation":2'
altered "a wrong EIP-55 checksum" "wrong checksum" 0xfb6916095c 0xFb6916095c
altered "half a byte of data" "pairs of hexadecimal" '"data":"0x"' '"data":"0x1"'
altered "an escape" "escape" '"nonce"' '"non\u0063e"'
altered "a comment" "expected|quotes" '"message"' '/* */"message"'
printf '%s{}' "$base" >"$dir/altered.json"
refuses "a second document behind it is refused" 'stands after the document' inspect "$dir/altered.json"
for size in 1 20 200 600; do
	head -c $size "$dir/viem.json" >"$dir/altered.json"
	refuses "a document cut off at $size is refused" 'line 1: ' inspect "$dir/altered.json"
done
ok "... with 4" exits 4 inspect "$dir/altered.json"
printf '%s' "${base/'"operation":0'/'"operation":1'}" >"$dir/altered.json"
refuses "a delegatecall by JSON is the review's to refuse" '\[delegatecall\]' inspect "$dir/altered.json"
printf '%s' "${base/'"chainId":31337'/'"chainId":1'}" >"$dir/altered.json"
refuses "another chain by JSON, too" 'chain' inspect "$dir/altered.json"

# ---- EIP-4527 -----------------------------------------------------------------------
if [ ! -d tests/qr/node_modules ]; then
	skip "EIP-4527 requests" "run npm ci in tests/qr"
	return 0
fi
path="44'/60'/0'/0/0"
ask() { peer request "$dir/request" "$@"; }
for kind in legacy 1559 safe; do
	ask $kind "$path" 31337 "$owner"
	ok "a request ($kind) as UR with a third of its parts missing is signed" evm_sign "$dir/request" "$dir/answer"
done
ok "a Safe's, to the digest of the JSON" cmp "$dir/answer" "$dir/ethers.signed"
ask 1559 "44'/60'/0'/0/1" 31337
refuses "a request for another path is refused" 'another chain or another key' inspect "$dir/request"
ask safe "44'/60'/0'/0/1" 31337
refuses "a Safe's for another path, too" 'another chain or another key' inspect "$dir/request"
ask safe "$path" 1
refuses "a Safe's that says another chain, too" 'another chain or another key' inspect "$dir/request"
ask safe "$path" 31337 "$("$lab" account 1)"
refuses "a Safe's for another owner, too" 'another chain or another key' inspect "$dir/request"
ask 1559 "$path" 31337 "$("$lab" account 1)"
refuses "a request for another's account is refused" 'no registered account' inspect "$dir/request"
ask 1559 "$path" 1 "$owner"
refuses "a request for another chain is refused" 'chain' inspect "$dir/request"
ask personal "$path" 31337 "$owner"
refuses "a text to sign blindly is refused" 'REFUSED' inspect "$dir/request"
ask typed "$path" 31337 "$owner"
refuses "typed data that is no Safe transaction is refused by name" "'Permit' does not belong into the types" inspect "$dir/request"
refuses "... and on the page" 'REFUSED' inspect "$dir/request"
ask 1559 "$path" 31337 "$owner"
head -n 1 "$dir/request" >"$dir/part"
refuses "too few parts are counted" 'of [0-9]* fragments are there' inspect "$dir/part"

# The answer leaves as a QR code on the terminal; what is on the screen is scanned, and Keystone's library reads it.
if command -v tmux >/dev/null && [ -x "$qr" ]; then
	for kind in legacy 1559 safe; do
		ask $kind "$path" 31337 "$owner"
		answers 1.5 'passphrase 3' >"$dir/typed"
		ok "the answer ($kind) is shown" shown "$dir/answer.cbor" eth-signature "'$dir/bin/redoubt-sign' sign '$dir/request' --vault '$dir/v3' --show <'$dir/typed'"
		ok "... and recovers to the owner" peer answer "$dir/answer.cbor" $kind 31337 "$owner"
	done
else
	skip "the answers' QR codes" "tmux or redoubt-qr is not here"
fi
