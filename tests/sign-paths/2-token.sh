# SPDX-License-Identifier: Apache-2.0
# Tokens, played by SoftHSM: a co-signer's key that never leaves one, and a keystore sealed under one's key.

softhsm=
for at in /usr/lib/softhsm /usr/lib/*/softhsm /usr/lib64/pkcs11 /usr/local/lib/softhsm; do
	[ -r "$at/libsofthsm2.so" ] && softhsm=$at/libsofthsm2.so && break
done
if [ -z "$softhsm" ] || ! command -v softhsm2-util >/dev/null || [ ! -x "$token_sign" ]; then
	skip "tokens" "softhsm2 or redoubt-sign-token is not here"
	return 0
fi
mkdir "$dir/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir/tokens" >"$dir/softhsm2.conf"
export SOFTHSM2_CONF=$dir/softhsm2.conf
softhsm2-util --init-token --free --label cold --pin 4711 --so-pin 08150815 >/dev/null
keys=() && for n in 1 2 3; do keys+=("$("$lab" key $n)"); done
place=(--module "$softhsm" --token cold)
bind() { "$token_sign" token bind "${place[@]}" --key "$1" --vault "$dir/t1" "${@:2}"; }
vault 1 t1

# ---- a key in a token ------------------------------------------------------------
refuses "a key that is not there is named" 'the token has no such key' bind nobody <<<4711
ok "declining at the key's page ends with 3" exits 3 bind signer-1 --generate < <(answers 4711 nonsen)
key=$(answers 4711 nonsen | bind signer-1 2>&1 | sed -n '/Public key/{N;s/[^0-9a-f]//g;s/^bce//;p}' | grep -o '0[23][0-9a-f]\{64\}')
ok "the key is there all the same, with its public half" test ${#key} = 66
refuses "making it twice is refused" 'a key of that label already' bind signer-1 --generate <<<4711
refuses "a wrong passphrase binds nothing" 'not the passphrase' bind signer-1 < <(answers 4711 "${key: -6}" wrong)
ok "... the vault has no token yet" test ! -e "$dir/t1/token"
ok "the key is bound" bind signer-1 < <(answers 4711 "${key: -6}" 'passphrase 1')
ok "... in the log, by its public half" grep -q " token-bound public-key=$key .*file:token=" "$dir/t1/log"
refuses "a second token is refused" 'has a token already' bind signer-1 <<<4711
money descriptor wsh "$key" "${keys[@]:1:2}" >"$dir/mixed"
end=$(ending "$dir/mixed")
register_token() { answers "$end" 'passphrase 1' 4711 | "$token_sign" register "$1" --name mixed --vault "$dir/t1"; }
money descriptor tr "${keys[@]}" >"$dir/tr"
without() { answers "$(ending "$dir/tr")" 'passphrase 1' 4711 | "$token_sign" register "$dir/tr" --name other --vault "$dir/t1"; }
refuses "a wallet without the token's key is refused, though the log's is in it" "none of its keys is this signer's" without
ok "a wallet with it is registered" register_token "$dir/mixed"
for n in 2 3; do vault $n v$n && ok "... by file signer $n, too" register $n "$dir/mixed" mixed "$end"; done
money pay "$dir/mixed" "$dir/p"
token_pays() { # PIN PASSPHRASE [PROGRAM]
	answers 0.50000000 "${payee: -6}" "$2" "$1" | "${3:-$token_sign}" sign "$dir/p" --vault "$dir/t1" --out "$dir/st"
}
refuses "a wrong PIN signs nothing" 'the token refused the PIN' token_pays 9999 'passphrase 1'
ok "... with 6" exits 6 token_pays 9999 'passphrase 1'
refuses "a wrong passphrase signs nothing" 'not the passphrase' token_pays 4711 wrong
refuses "the static program says which one opens it" 'redoubt-sign-token opens it' token_pays 4711 'passphrase 1' "$sign"
mv "$dir/tokens" "$dir/elsewhere" && mkdir "$dir/tokens"
refuses "an absent token is named" 'no token of that name is there: plug it in' token_pays 4711 'passphrase 1'
ok "... with 1" exits 1 token_pays 4711 'passphrase 1'
rmdir "$dir/tokens" && mv "$dir/elsewhere" "$dir/tokens"
mv "$dir/softhsm2.conf" "$dir/away"
refuses "a module that does not start is named" 'PKCS#11 module|no token of that name' token_pays 4711 'passphrase 1'
mv "$dir/away" "$dir/softhsm2.conf"
ok "nothing left, and the vault is whole" bash -c "[ ! -e '$dir/st' ] && '$sign' log check '$dir/t1/log'"
ok "the token signs" token_pays 4711 'passphrase 1'
ok "... with its own key" money seal-of "$dir/st" "$key"
ok "file signer 2 signs beside it" sign_as 2 "$dir/p" "$dir/s2"
ok "file signer 3 signs after it" sign_as 3 "$dir/st" "$dir/st3"
ok "token and file complete" money finish "$dir/tx" "$dir/st" "$dir/s2"
ok "in the other order, too" money finish "$dir/tx" "$dir/st3"
refuses "the token alone is not enough" 'missing' money finish "$dir/tx" "$dir/st"
ok "signing twice is not counted twice" token_pays 4711 'passphrase 1'

# ---- a keystore under a token's key ------------------------------------------------
vault 1 t2
wraps() { "$token_sign" token wrap "${place[@]}" --key vault-1 --vault "$dir/t2" "$@"; }
"$lab" psbt "$dir/pw" 50000000
end=5zpjvn # of whom the lab pays
wrapped_pays() { # PIN PASSPHRASE [PROGRAM]
	 answers 0.50000000 "$end" "$1" "$2" | "${3:-$token_sign}" sign "$dir/pw" --vault "$dir/t2" --out "$dir/sw"; }
new='another passphrase'
cp "$dir/t2/keystore" "$dir/keystore-before"
refuses "two passphrases that differ wrap nothing" '.' wraps --generate < <(answers 'passphrase 1' 4711 "$new" other "$new" other "$new" other)
refuses "a short passphrase wraps nothing" 'at least 12' wraps < <(answers 'passphrase 1' 4711 short short)
refuses "another name typed wraps nothing" '.' wraps < <(answers 'passphrase 1' 4711 "$new" "$new" vault-2)
ok "the keystore is as it was" cmp "$dir/keystore-before" "$dir/t2/keystore"
ok "the keystore is sealed under the token's key" wraps < <(answers 'passphrase 1' 4711 "$new" "$new" vault-1)
ok "... in the log" grep -q ' keystore-wrapped token=cold wrap=vault-1 file:keystore=.*file:token=' "$dir/t2/log"
ok "the old passphrase does not open it (6)" exits 6 wrapped_pays 4711 'passphrase 1'
ok "a wrong PIN does not (6)" exits 6 wrapped_pays 9999 "$new"
refuses "the static program says which one opens it" 'redoubt-sign-token opens it' wrapped_pays 4711 "$new" "$sign"
mv "$dir/tokens" "$dir/elsewhere" && mkdir "$dir/tokens"
refuses "without the token it does not open" 'no token of that name is there' wrapped_pays 4711 "$new"
softhsm2-util --init-token --free --label cold --pin 4711 --so-pin 08150815 >/dev/null
refuses "another token of that name has not its key" 'the token has no such key' wrapped_pays 4711 "$new"
vault 2 t3
answers 'passphrase 2' 4711 "$new" "$new" vault-1 | "$token_sign" token wrap "${place[@]}" --key vault-1 --generate --vault "$dir/t3" >/dev/null
refuses "nor does a key of the same name in it" 'not the passphrase' wrapped_pays 4711 "$new"
rm -rf "$dir/tokens" && mv "$dir/elsewhere" "$dir/tokens"
ok "nothing left, and the log is whole" bash -c "[ ! -e '$dir/sw' ] && '$sign' log check '$dir/t2/log'"
ok "passphrase and token sign" wrapped_pays 4711 "$new"
vault 2 v2
ok "... beside a file signer" bash -c "$(declare -f answers); answers 0.50000000 $end 'passphrase 2' | '$sign' sign '$dir/pw' --vault '$dir/v2' --out '$dir/s2'"
ok "... to a whole transaction" "$lab" combine "$dir/tx" "$dir/sw" "$dir/s2"
ok "the vault that was copied before still opens by its passphrase alone" bash -c "rm -rf '$dir/t4' && cp -a '$dir/made1' '$dir/t4' && cmp '$dir/t4/keystore' '$dir/keystore-before'"

# ---- removed while in use: at the passphrase, after the PIN ---------------------------
vault 1 t5
removed() {
	mkfifo "$dir/keyboard"
	exec 9<>"$dir/keyboard" # both ends: a program that ends early must not keep its writer waiting
	"$token_sign" token wrap "${place[@]}" --key vault-5 --generate --vault "$dir/t5" <"$dir/keyboard" >"$dir/said" 2>&1 9>&- &
	local pid=$! status=0
	answers 'passphrase 1' 4711 >&9
	for _ in $(seq 100); do grep -q 'from now on' "$dir/said" && break || sleep 0.1; done
	mv "$dir/tokens" "$dir/elsewhere"
	answers "$new" "$new" vault-5 >&9
	exec 9>&-
	wait $pid || status=$?
	mv "$dir/elsewhere" "$dir/tokens"
	cat "$dir/said"
	return $status
}
refuses "a token removed in between is named" 'the token (was removed|failed)|no such key' removed
ok "... and the keystore is the old one" cmp "$dir/t5/keystore" "$dir/made1/keystore"
ok "... the vault opens" unharmed "$dir/t5"
