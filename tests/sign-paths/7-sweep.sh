# SPDX-License-Identifier: Apache-2.0
# The emergency sweep by COMPROMISE.md's own lines: two ceremonies, the old vaults learn the new wallet, the caps are
# raised, everything goes to the new wallet, and the old vaults note the real transaction. Then POLICY.md's example.

export REDOUBT_SIGN=$steps
room=$dir/sweep
people() { python3 tests/ceremony/people.py "$@" </dev/null; }
phrase='correct horse battery staple' # people.py's
ceremony_of() { # DIR NAME
	local i
	people plan "$1" 2 3 wsh --answer "Wallet's name=$2" --answer "Type the wallet's name=$2" &&
		for i in 1 2 3; do
			people key "$1" $i && people shares "$1" $i --arg --read-back --arg 4 && people record "$1" $i || return
		done && people join "$1" && for i in 1 2 3; do people register "$1" $i || return; done
}
mkdir "$room" && old=$room/old new=$room/new
ok "sweep: the old wallet's ceremony" ceremony_of "$old" cold-1
ok "sweep: the new wallet's ceremony" ceremony_of "$new" cold-2
descriptor_of() { sed -n 's/^descriptor //p' "$1"; }
descriptor_of "$old/v1/wallets/cold-1.wallet" >"$room/cold-1"
descriptor_of "$new/v1/wallets/cold-2.wallet" >"$room/cold-2"
guide_step() { # PATTERN: the one line of COMPROMISE.md that has it
	local found
	found=$(grep -E "^ {4,}redoubt-" docs/custody/COMPROMISE.md | sed 's/^ *//' | grep -E -- "$1")
	if [ -n "$found" ] && [ "$(wc -l <<<"$found")" = 1 ]; then echo "$found"; else echo "not one such line in the guide: $1" >&2; return 1; fi
}
mkdir -p "$room/bin" && cp "$steps" "$room/bin/redoubt-sign"
at_vault() { # I PATTERN ANSWERS...: the guide's line, where signer I's vault is ./vault
	local i=$1 line
	line=$(guide_step "$2") || return
	[ -z "${SWAP:-}" ] || line=${line/sweep.psbt --out sweep-1.psbt/$SWAP}
	line=${line/TXID/${txid:-}}
	shift 2
	(cd "$room/table$i" && answers "$@" | PATH=$room/bin:$PATH bash -c "$line")
}
# the day's policy: a sweep of 1.4999 BTC is above its caps
daily() { answers 'redoubt policy 1' 'network regtest' "intent $1" \
	'limit bitcoin payment-max=1.0 fee-max=0.001 fee-rate-max=200' 'window bitcoin seconds=86400 amount-max=1.2'; }
raised() { daily "$1" | sed 's/payment-max=1.0/payment-max=2.0/; s/amount-max=1.2/amount-max=2.0/'; }
policy_end() { sha256sum "$1" | cut -c59-64; }
mkdir "$room/table1" "$room/table2"
for i in 1 2; do
	mv "$old/v$i" "$room/table$i/vault"
	daily optional >"$room/table$i/daily" && raised optional >"$room/table$i/sweep-policy"
	cp "$new/plan" "$room/table$i/NEW-PLAN" && cp "$new/wallet.bsms" "$room/table$i/NEW-wallet.bsms"
	ok "sweep: vault $i has the day's policy" bash -c "printf '%s\n' $(policy_end "$room/table$i/daily") '$phrase' |
		'$steps' policy '$room/table$i/daily' --vault '$room/table$i/vault'"
done
sweep_pay() { money sweep "$room/cold-1" "$room/cold-2" "$1" "${2:-yes}"; }
ok "sweep: the transaction is built" sweep_pay "$room/sweep.psbt"
ok "sweep: and one that leaves out the paths of its output" sweep_pay "$room/bare.psbt" no
for i in 1 2; do cp "$room/sweep.psbt" "$room/bare.psbt" "$room/table$i/"; done
refuses "sweep: before keep rotate the new wallet is a stranger" '\[unregistered-keys\]' at_vault 1 '^redoubt-sign inspect sweep.psbt$'
rotate_step=$(guide_step ' keep rotate ') # its options, in the guide's order
ok "sweep: keep rotate is as the guide writes it" test "$rotate_step" = 'redoubt-sign keep rotate --plan NEW-PLAN --descriptor NEW-wallet.bsms'
cp "$new/papers0" "$old/papers0" # what is on the board now
for i in 1 2; do
	mv "$room/table$i/vault" "$old/v$i" # a vault is no link
	ok "sweep: vault $i learns the new wallet, and says how the funds move" says "Raise the caps" people rotate "$old" $i \
		--arg --plan --arg "$room/table$i/NEW-PLAN" --arg --descriptor --arg "$room/table$i/NEW-wallet.bsms"
	mv "$old/v$i" "$room/table$i/vault"
done
refuses "sweep: the day's caps refuse it" '\[over-cap\]' at_vault 1 '^redoubt-sign inspect sweep.psbt$'
for i in 1 2; do
	ok "sweep: the caps are raised at vault $i" at_vault $i ' policy sweep-policy' "$(policy_end "$room/table$i/sweep-policy")" "$phrase"
done
ok "sweep: the page names the new wallet" says 'another wallet of ours "cold-2"' at_vault 1 '^redoubt-sign inspect sweep.psbt$'
ok "sweep: ... also without the output's paths" says 'another wallet of ours "cold-2" 0/5' \
	bash -c "cd '$room/table1' && '$steps' inspect bare.psbt"
ok "sweep: signer 1 signs with the amount alone" at_vault 1 ' sign sweep.psbt --out' 1.49990000 "$phrase"
cp "$room/table1/sweep-1.psbt" "$room/table2/"
SWAP='sweep-1.psbt --out sweep-2.psbt'
ok "sweep: signer 2 signs what signer 1 signed" at_vault 2 ' sign sweep.psbt --out' 1.49990000 "$phrase"
SWAP=
txid=$(money txid "$room/cold-2" "$room/table2/sweep-2.psbt")
ok "sweep: it completes, and pays the new wallet all" test ${#txid} = 64
ok "sweep: under the id that the signer's log has" grep -q "$txid" "$room/table1/vault/log"
ok "sweep: keep swept is as the guide writes it" test "$(guide_step ' keep swept ')" = 'redoubt-sign keep swept --txid TXID'
for i in 1 2; do ok "sweep: vault $i notes it" at_vault $i ' keep swept ' "$phrase" Sven 'the old wallet is empty'; done
ok "sweep: with the real transaction and the wallet" grep -qx "rotation swept $txid to cold-2" "$room/table1/vault/ceremony"
ok "sweep: late deposits follow to the same wallet" says 'another wallet of ours "cold-2"' bash -c "cd '$room/table1' && '$steps' inspect bare.psbt"

# 'intent required' asks for one, whoever the payee is; and an optional intent frees no other wallet of ours
{ raised required && sed -n '/^approv/p' docs/custody/POLICY.md; } >"$room/required"
ok "sweep: a policy that requires the intent" bash -c "printf '%s\n' $(policy_end "$room/required") '$phrase' |
	'$steps' policy '$room/required' --vault '$room/table1/vault'"
refuses "sweep: ... demands it for the sweep, too" '\[other-own-wallet\]' bash -c "cd '$room/table1' && '$steps' inspect sweep.psbt"

# ---- the example of POLICY.md --------------------------------------------------------
sed -n '/^```policy$/,/^```$/{/^```/d;p}' docs/custody/POLICY.md >"$room/example"
ok "policy: the guide has a whole example" test "$(wc -l <"$room/example")" -gt 8
sed 's/^network main/network regtest/' "$room/example" >"$room/policy" # the tests' wallets are of it
ok "policy: the program takes it, with nothing weak" bash -c "cd '$room' && '$sign' policy --check policy --vault '$room/table2/vault' >shown && ! grep WEAK shown"
ok "policy: ... and puts it in force" bash -c "printf '%s\n' $(policy_end "$room/policy") '$phrase' | '$sign' policy '$room/policy' --vault '$room/table2/vault'"
explained() { # every word of the example's lines is in the table
	local word
	while read -r word; do grep -qE "^\| \`([a-z]* )*$word[ =\`]" docs/custody/POLICY.md || { echo "$word is not explained"; return 1; }; done
}
ok "policy: each of its lines is explained" explained < <(tail -n +2 "$room/example" | tr ' ' '\n' | grep -oE '^[a-z-]+=|^[a-z-]+$' | tr -d = |
	grep -vE '^(main|yes|required|refused)$' | sort -u)
unset REDOUBT_SIGN
