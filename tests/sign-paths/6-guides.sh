# SPDX-License-Identifier: Apache-2.0
# The guides' own commands: a refill typed from docs/custody/REFILL.md, and every command of the guides known to the
# program with the options that it is written with. tests/ceremony.sh walks through CEREMONY.md with people.

# ---- a refill, line by line; each line is taken from the guide ----------------------
guide_line() { # PATTERN: the one command line of REFILL.md that has it
	local found
	found=$(grep -E "^ {4,}redoubt-" docs/custody/REFILL.md | sed 's/^ *//' | grep -E -- "$1")
	[ "$(wc -l <<<"$found")" = 1 ] && [ -n "$found" ] && echo "$found"
}
if [ -x "$qr" ]; then
	"$lab" policy required >"$dir/policy-required"
	for n in 1 2; do mkdir "$dir/signer$n" && "$lab" vault "$dir/signer$n/vault" $n "$dir/policy-required"; done
	"$lab" psbt "$dir/online" 50000000 known && base64 -d "$dir/online" >"$dir/online.psbt"
	"$lab" intent "$dir/signer1/intent" 20000 50000000 $(($(date +%s) + 3600)) 1 known && cp "$dir/signer1/intent" "$dir/signer2/"
	"$qr" show --frames "$dir/signer1/IMAGES" "$dir/online.psbt" 2>/dev/null
	run() { # SIGNER PATTERN ANSWERS...: the guide's line, in the signer's directory
		local signer=$1 line
		line=$(guide_line "$2") || { echo "the guide has no such line: $2"; return 1; }
		line=${line/payment.psbt --intent intent --out payment-1.psbt/${SWAP:-payment.psbt --intent intent --out payment-1.psbt}}
		shift 2
		(cd "$dir/signer$signer" && answers "$@" | PATH=$dir/bin:$PATH bash -c "$line")
	}
	ok "refill: the images are scanned" run 1 '^redoubt-qr scan' ''
	ok "refill: looked at without a key" says 'output 1: 0\.50000000 BTC' run 1 ' inspect ' ''
	ok "refill: ... the hot wallet by its label" says 'known payee "Exchange hot"' run 1 ' inspect ' ''
	ok "refill: signed, the labelled payee by the amount alone" run 1 ' sign ' 0.50000000 'passphrase 1'
	ok "refill: ... to the file that the guide names" test -s "$dir/signer1/payment-1.psbt"
	cp "$dir/signer1/payment-1.psbt" "$dir/signer2/"
	second='payment-1.psbt --intent intent --out payment-2.psbt'
	SWAP=$second ok "refill: signer 2 takes it and signs" run 2 ' sign ' 0.50000000 'passphrase 2'
	ok "refill: the last file completes" bash -c "base64 -w0 '$dir/signer2/payment-2.psbt' >'$dir/last' && '$lab' combine '$dir/tx' '$dir/last' '$dir/last'"
	for n in 1 2; do ok "refill: signer $n reads his log's code" says "act [0-9]+|signed" bash -c "cd '$dir/signer$n' && '$sign' log show"; done
fi

# ---- every command of every guide ----------------------------------------------------
# Its words are a command, its help names each of its options or the command takes it.
commands=$(grep -hoE '(^ {4,}|`)(redoubt-sign|keep|ceremony) [a-z][^`]*' docs/custody/*.md | sed -E 's/^ *`?//; s/^redoubt-sign //; s/[.,;:]$//' | sort -u)
ok "the guides have commands" test "$(wc -l <<<"$commands")" -gt 10
known() { # WORDS...: "redoubt-sign WORDS" is a command, and takes the options
	local words=() options=() word help
	for word in "$@"; do
		case $word in
		--*) options+=("${word%%=*}") ;;
		[a-z]*) [ ${#words[@]} -lt 2 ] && [ ${#options[@]} = 0 ] && words+=("$word") ;;
		esac
	done
	help=$("$sign" "${words[@]}" --help 2>&1) || help=$("$sign" "${words[0]}" --help 2>&1) || { echo "$help"; return 1; }
	for word in "${options[@]}"; do
		grep -qF -- "$word" <<<"$help" || { echo "$word is not in the help of '${words[*]}':"; echo "$help"; return 1; }
	done
}
while IFS= read -r line; do
	# shellcheck disable=SC2086
	ok "guides: redoubt-sign $line" known $line
done <<<"$commands"
