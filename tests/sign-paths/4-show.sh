# SPDX-License-Identifier: Apache-2.0
# The whole optical way: a payment comes in as photographs of QR codes, and the signed one leaves on the screen.

if ! command -v tmux >/dev/null || [ ! -x "$qr" ]; then
	skip "there and back by QR codes" "tmux or redoubt-qr is not here"
	return 0
fi
keys=() && for n in 1 2 3; do keys+=("$("$lab" key $n)"); vault $n v$n; done
grep '^descriptor ' "$dir/v1/wallets/cold.wallet" | cut -d' ' -f2 >"$dir/wsh"
money pay "$dir/wsh" "$dir/p"
"$qr" show --frames "$dir/frames" --frame-bytes 60 "$dir/p" 2>/dev/null
frames=$(find "$dir/frames" -type f | wc -l)
for frame in "$dir"/frames/*[147].png; do rm -f "$frame"; done
answers 0.50000000 "${payee: -6}" 'passphrase 1' >"$dir/typed"
ok "a payment in $(find "$dir/frames" -type f | wc -l) of $frames images is signed and shown" shown "$dir/s1" crypto-psbt \
	"'$dir/bin/redoubt-sign' sign --scan '$dir/frames' --vault '$dir/v1' --show <'$dir/typed'"
ok "what was photographed holds the signature" says 'signed +1 of|signed.*[^y]$' "$sign" inspect "$dir/s1" --vault "$dir/v2"
ok "the log has the act" grep -q ' signed chain=bitcoin' "$dir/v1/log"
"$qr" show --frames "$dir/frames1" "$dir/s1" 2>/dev/null
answers 0.50000000 "${payee: -6}" 'passphrase 2' >"$dir/typed"
ok "the second signer scans it, signs and shows" shown "$dir/s12" crypto-psbt \
	"'$dir/bin/redoubt-sign' sign --scan '$dir/frames1' --vault '$dir/v2' --show --out '$dir/s12-file' <'$dir/typed'"
ok "screen and file are the same payment" cmp "$dir/s12" <(base64 -d "$dir/s12-file" 2>/dev/null || cat "$dir/s12-file")
ok "it completes" money finish "$dir/tx-a" "$dir/s12"
ok "combined with another signer's, it completes, too" bash -c "$(declare -f money sign_as answers); sign='$sign' dir='$dir' payee='$payee'
	sign_as 3 '$dir/p' '$dir/s3' >/dev/null && money finish '$dir/tx-b' '$dir/s1' '$dir/s3'"

# without a terminal nothing can be shown: the person is told, and signs the same payload again
vault 1 v1
answers 0.50000000 "${payee: -6}" 'passphrase 1' >"$dir/typed"
blind() { "$dir/bin/redoubt-sign" sign "$dir/p" --vault "$dir/v1" --show <"$dir/typed"; }
refuses "without a terminal it says so" 'no terminal' blind
ok "and the same payload is signed again to a file" sign_as 1 "$dir/p" "$dir/s1"
ok "the vault is whole" unharmed "$dir/v1"
rm "$dir/bin/redoubt-qr"
refuses "without redoubt-qr beside it, --show says what is missing" 'must lie beside' blind
cp "$qr" "$dir/bin/redoubt-qr"

# on the terminal as a person: typed there, and the codes ended by q
vault 2 v2
by_hand() {
	local status
	rm -f "$dir/status"
	tmux_ new-session -d -x 120 -y 60 "'$dir/bin/redoubt-sign' sign '$dir/p' --vault '$dir/v2' --show; echo \$? >'$dir/status'"
	local text
	for text in "Type the amount:0.50000000" "last 6 characters:${payee: -6}" "^Passphrase:passphrase 2"; do
		for _ in $(seq 100); do tmux_ capture-pane -p | grep -q "${text%%:*}" && break || sleep 0.1; done
		tmux_ send-keys -l "${text#*:}" && tmux_ send-keys Enter
	done
	photograph "$dir/s2" crypto-psbt
	status=$?
	tmux_ send-keys q
	for _ in $(seq 50); do [ -s "$dir/status" ] && break || sleep 0.1; done
	tmux_ kill-server 2>/dev/null
	[ "$(cat "$dir/status")" = 0 ] && return $status
}
ok "typed at the terminal, shown, photographed, ended by q" by_hand
ok "which completes with the first" money finish "$dir/tx" "$dir/s1" "$dir/s2"
