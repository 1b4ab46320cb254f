#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attack list against redoubt-sign itself: each loss that passed through a signature is played, and must be refused
# with exit code 4 and a sentence that names it, with one line in the log and nothing written. Beside each kind an
# honest payment passes, so that a refusal means something. tests/sign-attacks/ writes the payloads without our code.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
export ASAN_OPTIONS=detect_leaks=0 # the leak check wants /proc, which the sandbox closes
built=${SIGN_BUILD:-$PWD/build/release/tools/redoubt-sign}
sign=${REDOUBT_SIGN:-$built/redoubt-sign}
steps=${REDOUBT_SIGN_STEPS:-$built/redoubt-sign-steps}
lab=${SIGN_LAB:-$built/sign-lab}
dir=$(mktemp -d -p "${TEST_DISK:-build}" sign-attacks.XXXXXX)
trap 'rm -rf -- "$dir"' EXIT
files=$dir/files
now=$(date +%s)

"$lab" policy optional >"$dir/policy" && "$lab" policy required >"$dir/policy-required"
for n in 1 2; do "$lab" vault "$dir/made$n" $n "$dir/policy"; done
"$lab" vault "$dir/strict" 1 "$dir/policy-required"
mkdir "$files"
python3 tests/sign-attacks/make.py "$files" "$dir/made1/wallets/cold.wallet" "$now" || {
	echo "sign-attacks: the payloads could not be made" >&2
	exit 1
}
fresh() { rm -rf -- "$dir/v" && cp -rp "$dir/${1:-made1}" "$dir/v"; }
signs() { # TYPED PAYLOAD OUT [OPTIONS]: as a person does
	local typed=$1 payload=$2 out=$3
	shift 3
	printf "%b\n%s\n" "$typed" 'passphrase 1' | "$sign" sign "$payload" --vault "$dir/v" --out "$out" "$@"
}
said() { tr -s ' \n' ' ' <"$dir/said"; } # without the wrapping of lines
exits() { # CODE COMMAND...: what it says goes to $dir/said
	local want=$1 got=0
	shift
	"$@" >"$dir/said" 2>&1 || got=$?
	[ "$got" = "$want" ] && return
	cat "$dir/said"
	echo "exit code $got, not $want"
	return 1
}
says() { said | grep -qF -- "$1" || { echo "it does not say: $1"; said | tail -c 1500; return 1; }; }

# refused TAG SENTENCE PAYLOAD [OPTIONS]: by inspect without a trace; by sign with one line that names the reason,
# no other file changed, nothing out; and a person who types everything does not get past it.
refused() {
	local tag=$1 sentence=$2 payload=$3 before
	shift 3
	rm -f "$dir/out"
	before=$(cd "$dir/v" && sha256sum keystore labels log policy state wallets/*)
	exits 4 "$sign" inspect "$payload" --vault "$dir/v" "$@" </dev/null || return
	says "[$tag]" && says "$sentence" || return
	[ "$before" = "$(cd "$dir/v" && sha256sum keystore labels log policy state wallets/*)" ] || { echo "inspect left a trace"; return 1; }
	local lines
	lines=$(wc -l <"$dir/v/log")
	exits 4 signs '0.50000000\n0.50000000' "$payload" "$dir/out" "$@" || return
	says "[$tag]" && says "$sentence" || return
	[ ! -e "$dir/out" ] || { echo "something was written"; return 1; }
	[ "$(wc -l <"$dir/v/log")" = $((lines + 1)) ] || { echo "not one line in the log"; return 1; }
	tail -n 1 "$dir/v/log" | grep -qE " refused payload=[0-9a-f]{64} reasons=[^ ]*$tag(%20[^ ]*)? previous=[0-9a-f]{64} signature=-\$" || {
		echo "the log's line does not name the reason"; tail -n 1 "$dir/v/log"; return 1; }
	[ "$(grep -v ' log$' <<<"$before")" = "$(cd "$dir/v" && sha256sum keystore labels policy state wallets/*)" ] || { echo "a file of the vault changed"; return 1; }
}

# ---- honest payments of each kind ---------------------------------------------
passes() { fresh && rm -f "$dir/out" && signs "$2" "$1" "$dir/out" && [ -s "$dir/out" ] && tail -n 1 "$dir/v/log" | grep -q ' signed '; }
while IFS=$'\t' read -r name typed; do
	ok "honest: $name is signed" passes "$files/$name" "$typed"
done <"$files/clean"

# ---- the list --------------------------------------------------------------------
fresh
while IFS=$'\t' read -r name tag sentence; do
	ok "$name: refused as [$tag], \"$sentence\"" refused "$tag" "$sentence" "$files/$name"
done <"$files/attacks"

# ---- DMM: what the quorum agreed to, and something else --------------------------------
fresh strict
ok "DMM: without an intent" refused no-intent 'DMM 2024' "$files/half"
while IFS=$'\t' read -r name tag sentence; do
	ok "$name: refused as [$tag], \"$sentence\"" refused "$tag" "$sentence" "$files/half" --intent "$files/$name"
done <"$files/intents"
ok "DMM: the payload pays another than the quorum agreed to" refused intent-other-payee 'DMM 2024' "$files/half-elsewhere" --intent "$files/intent-good"
ok "DMM: the payload pays one satoshi more" refused intent-other-amount 'DMM 2024' "$files/half-and-more" --intent "$files/intent-good"
damaged_intent() {
	sed 5d "$files/intent-good" >"$dir/intent-damaged"
	exits 4 signs 0.50000000 "$files/half" "$dir/out" --intent "$dir/intent-damaged" && says 'damaged or altered' && [ ! -e "$dir/out" ]
}
rm -f "$dir/out"
ok "DMM: an intent with a line left out is none" damaged_intent
ok "honest: with the quorum's intent it is signed" signs 0.50000000 "$files/half" "$dir/out" --intent "$files/intent-good"
ok "BitGrail: the same intent does not pay another transaction" refused intent-replayed 'BitGrail 2018' "$files/half-again" --intent "$files/intent-good"
ok "honest: the same payment under the next intent counts anew" signs 0.50000000 "$files/half" "$dir/out" --intent "$files/intent-good-2"
ok "and uses that intent up, too" refused intent-replayed 'BitGrail 2018' "$files/half-again" --intent "$files/intent-good-2"
fresh strict
ok "honest: the next intent does" signs 0.50000000 "$files/half-again" "$dir/out" --intent "$files/intent-good-2"

# ---- payments to ourselves: nothing is paid, and each burns a fee ----------------------------------------
fresh strict
ok "to ourselves without an intent" refused no-intent 'Money would leave' "$files/to-ourselves-0"
ok "to ourselves under an intent for another payment" refused intent-unpaid 'DMM 2024' "$files/to-ourselves-0" --intent "$files/intent-good"
ok "a payment under an intent to ourselves alone" refused intent-other-payee 'DMM 2024' "$files/half" --intent "$files/intent-nobody"
ok "to ourselves for a higher fee than was agreed" refused intent-fee 'above the one' "$files/to-ourselves-0" --intent "$files/intent-nobody-cheap"
ok "honest: to ourselves with an intent that names nobody" signs 0.00010000 "$files/to-ourselves-0" "$dir/out" --intent "$files/intent-nobody"
ok "that intent is used up by it" refused intent-replayed 'BitGrail 2018' "$files/to-ourselves-1" --intent "$files/intent-nobody"
# Two fees fill the day's window, whoever is paid.
sed 's/^window bitcoin.*/window bitcoin seconds=86400 amount-max=0.0002/' "$dir/policy" >"$dir/policy-fees"
"$lab" vault "$dir/fees" 1 "$dir/policy-fees" && fresh fees
ok "honest: one fee" signs 0.00010000 "$files/to-ourselves-0" "$dir/out"
ok "honest: a second" signs 0.00010000 "$files/to-ourselves-1" "$dir/out"
ok "the third is over what a day lets out" refused over-velocity 'Bitfinex 2016' "$files/to-ourselves-2"

# ---- our own addresses, poisoned -----------------------------------------------------------------------------
fresh
for name in like-ours-0 like-ours-1; do
	ok "an address that begins as one of ours does ($name)" refused look-alike 'address poisoning' "$files/$name"
done

# ---- signed today, valid next month: counted today only --------------------------------------------------------
ok "a lock by height, with a window" refused late-locktime 'counted today' "$files/locked-height"
ok "a lock a month ahead" refused late-locktime 'counted today' "$files/locked-month"
ok "honest: a lock of an hour" signs 0.50000000 "$files/locked-hours" "$dir/out"
{ cat "$dir/policy"; echo 'locktime allowed'; } >"$dir/policy-locks"
"$lab" vault "$dir/locks" 1 "$dir/policy-locks" && fresh locks
ok "honest: a policy may allow both" signs 0.50000000 "$files/locked-height" "$dir/out"
locks_said() { "$sign" show policy --vault "$dir/v" >"$dir/said" 2>&1 && says "WEAK: 'locktime allowed'"; }
ok "and says what that leaves open" locks_said

# ---- one person opens the change of owners under two names -------------------------------------------------------
opens() { # SECOND PAYLOAD [OPTIONS]
	local second=$1 payload=$2
	shift 2
	printf '%s\n' 'passphrase 1' 'another owner joins the board' "$second" 'owners may change' |
		"$sign" ceremony open "$payload" --vault "$dir/v" "$@"
}
not_opened() { # REASON TEXT SECOND PAYLOAD [OPTIONS]: refused with a line in the log, and nothing is open
	local reason=$1 text=$2
	shift 2
	exits 4 opens "$@" && says "$text" && tail -n 1 "$dir/v/log" | grep -q " refused payload=[0-9a-f]* reasons=$reason " &&
		[ ! -e "$dir/v/ceremony-mode" ]
}
fresh strict
ok "opening: with any second name" not_opened opening-without-approvals 'asks for its quorum' Sven "$files/owner-change"
while IFS=$'\t' read -r name sentence; do
	reason=opening-not-approved
	[ "$sentence" = 'damaged or altered' ] && reason=opening-unreadable
	ok "opening: $name, \"$sentence\"" not_opened $reason "$sentence" Sven "$files/owner-change" --approvals "$files/$name"
done <"$files/openings"
sed 3d "$files/opening-good" >"$dir/opening-damaged"
ok "opening: with a line left out" not_opened opening-unreadable 'damaged or altered' Sven "$files/owner-change" --approvals "$dir/opening-damaged"
ok "opening: an intent is none" not_opened opening-unreadable 'damaged or altered' Sven "$files/owner-change" --approvals "$files/intent-good"
ok "opening: the signer under his own name" not_opened opening-alone 'own signer' Anna "$files/owner-change" --approvals "$files/opening-good"
ok "opening: in small letters" not_opened opening-alone 'own signer' anna "$files/owner-change" --approvals "$files/opening-good"
ok "the change is still refused" refused owner-change 'Parity 2017' "$files/owner-change"
ok "honest: with the quorum's approvals it opens" opens Sven "$files/owner-change" --approvals "$files/opening-good"
ok "the log says who began and how many approved" bash -c "tail -n 1 '$dir/v/log' | grep -q ' ceremony-opened .*second=Sven begun-by=Person%201 approvals=1 '"
ok "and it is signed, without a second quorum" "$sign" inspect "$files/owner-change" --vault "$dir/v"
ok "another payload stays refused" refused owner-change 'Parity 2017' "$files/owner-change-other"
fresh
ok "opening: the own name, where no quorum is asked for" not_opened opening-alone 'own signer' Anna "$files/owner-change"
ok "honest: without a quorum another name opens it" exits 0 opens Sven "$files/owner-change"
ok "and the page says that it is weak" says "WEAK: no quorum is asked for, so that 'ceremony open'"

# ---- typed before it was asked ----------------------------------------------------------------------------------------
fresh
typed_ahead() { python3 tests/sign-attacks/typeahead.py "$1" "$2" "$sign" sign "$files/half" --vault "$dir/v" --out "$dir/out"; }
ok "an amount typed ahead is no answer" typed_ahead '0.50000000\n' 'all eight places'

# ---- nonces from one session to the next --------------------------------------------------
fresh
ok "honest: a payment that another signed with some nonce" signs 0.12500000 "$files/nonce-seen" "$dir/out"
ok "the same nonce in a later payment: the key can be computed" refused repeated-nonce 'PlayStation 3 2010' "$files/nonce-again"
ok "and the payment that was seen is no repetition of itself" "$sign" inspect "$files/nonce-seen" --vault "$dir/v"

# ---- Bitfinex: a co-signer that approves everything ----------------------------------------
fresh
ok "honest: half a bitcoin" signs 0.50000000 "$files/part-1" "$dir/out"
ok "honest: half a bitcoin more" signs 0.50000001 "$files/part-2" "$dir/out"
ok "Bitfinex: split into several, the day's cap holds" refused over-velocity 'Bitfinex 2016' "$files/part-3"
at() { # SECONDS: the tests' own program has a clock that can be set
	printf '0.50000002\npassphrase 1\n' | REDOUBT_SIGN_NOW=$1 "$steps" sign "$files/part-3" --vault "$dir/v" --out "$dir/out"
}
ok "still a second before the day is over" exits 4 at $((now + 86399))
ok "a clock set back is refused (4)" exits 4 at $((now - 86400))
ok "and says so" says 'set back'
ok "a clock set back by a second is refused (4)" exits 4 at $((now - 1))
ok "honest: after a day it passes" at $((now + 86500))
ok "a clock behind a signed act is refused (4)" exits 4 "$sign" inspect "$files/part-1" --vault "$dir/v"
ok "with the ways out" says 'wait until that time, or recover the key from its shares'
fresh
ahead() { REDOUBT_SIGN_NOW=$((now + 5000000)) "$steps" sign "$files/$1" --vault "$dir/v" --out "$dir/out" </dev/null; }
ok "a refusal that is dated ahead (4)" exits 4 ahead btc-high-s
ok "honest: nobody signed that line, and it stops no payment" signs 0.50000000 "$files/half" "$dir/out"

# ---- one withdrawal through a timelock: agreed on once, counted once ---------------------------
timelock_setup() { # a Safe with a timelock, whose owner is this vault's key
	sed 's/^name .*/name delayed/; s/^address .*/address 0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb/; s/^owner .*//; s/^threshold .*/threshold 1/; /^$/d' \
		"$dir/made1/wallets/vaultsafe.wallet" >"$dir/delayed"
	local own
	own=$(sed -n 's/^key [^ ]* //p' "$dir/delayed")
	sed -i "s/^threshold/owner $own\\n&/; s/^key/timelock 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB 86400\\n&/" "$dir/delayed"
	printf '7b9aDb\npassphrase 1\n' | "$sign" register "$dir/delayed" --name delayed --vault "$dir/v"
}
timelock_file() { # FUNCTION SALT NONCE
	(cd tests/sign-attacks && python3 -c 'import sys, evm_attacks as e
name, salt, nonce = sys.argv[1], int(sys.argv[2]), sys.argv[3]
values = [e.SUPPLIER, 15 * e.ETHER // 10, b"", 0, salt] + [86400] * (name == "schedule")
types = "address,uint256,bytes,bytes32,bytes32" + ",uint256" * (name == "schedule")
text = e.safe("dbf03b407c01e7cd3cbea99509d93f8dddc8c6fb", 0, e.call(name + "(" + types + ")", *values), of="d1220a0cf47c7b9be7a2e6ba89f429762e7b9adb")
print(text.replace("nonce 4", "nonce " + nonce), end="")' "$@") >"$dir/$1-$2"
}
timelock_policy() { sed -i 's/^window 31337 .*/window 31337 seconds=86400 amount-max=2.0/' "$1"; }
cp "$dir/policy" "$dir/policy-once" && timelock_policy "$dir/policy-once"
"$lab" vault "$dir/once" 1 "$dir/policy-once" && fresh once
for n in 1 2; do timelock_file schedule $n $n && timelock_file execute $n 1$n; done
ok "a Safe with a timelock is registered" timelock_setup
ok "an execution of what was never scheduled here counts as a payment" exits 0 "$sign" inspect "$dir/execute-1" --vault "$dir/v"
ok "and does not say otherwise" bash -c "! grep -q 'signed the schedule' '$dir/said'"
ok "honest: the schedule is signed" signs 1.5 "$dir/schedule-1" "$dir/out"
ok "honest: its execution is signed in the same window: one payment, counted once" exits 0 signs 1.5 "$dir/execute-1" "$dir/out"
ok "and the page says why" says 'this vault has signed the schedule of'
ok "another's execution is another payment, over the day" refused over-velocity 'Bitfinex 2016' "$dir/execute-2"
ok "so is another schedule" refused over-velocity 'Bitfinex 2016' "$dir/schedule-2"

# ---- the vault, exchanged by somebody who has no passphrase ------------------------------------
damaged() { # DESCRIPTION TEXT COMMANDS, run in $dir
	rm -f "$dir/out" && fresh && (cd "$dir" && eval "$3") >/dev/null
	vault_refused() { exits 5 signs 0.50000000 "$files/half" "$dir/out" && says "$2" && [ ! -e "$dir/out" ]; }
	ok "vault: $1 (5)" vault_refused "$1" "$2"
}
fresh && signs 0.50000000 "$files/part-1" "$dir/out" >/dev/null && cp -rp "$dir/v" "$dir/spent"
damaged "an attacker's key in the wallet" 'cold.wallet' "sed -i 's/tpubDEuU4/tpubDEuU5/' v/wallets/cold.wallet"
damaged "another quorum in the wallet" 'cold.wallet' "sed -i 's/multi(2/multi(1/' v/wallets/cold.wallet"
damaged "a policy raised" 'policy' "sed -i 's/payment-max=1.2/payment-max=100/' v/policy"
damaged "a policy that wants no intent" 'policy' "cp policy-required v/policy"
damaged "a policy removed" 'policy' "rm v/policy"
damaged "labels exchanged" 'labels' "sed -i 's/Exchange hot/Exchange HOT/' v/labels"
damaged "labels removed" 'labels' "rm v/labels"
damaged "the state removed" 'state' "rm v/state"
damaged "the state emptied" 'state' ": >v/state"
damaged "a symbolic link for the policy" 'policy' "mv v/policy p && ln -s ../p v/policy"
damaged "the log removed" 'log' "rm v/log"
damaged "the log emptied" 'log' ": >v/log"
damaged "a state rolled back" 'state' "rm -r v && cp -rp spent v && cp made1/state v/state"
damaged "state and log of another signer" 'is not the file' "cp made2/state v/state; cp made2/log v/log"
damaged "a keystore of the attacker's" 'keystore' "cp made2/keystore v/keystore"
damaged "a directory put there" 'does not know it' "mkdir v/more"
damaged "a key put into the log by an unsigned line" 'log was altered' "printf '1 2026-11-22T23:00:00Z rotated log-key=%064d previous=%s signature=-\n' 7 \"\$(head -c -1 v/log | sha256sum | cut -c1-64)\" >>v/log"
damaged "a file named by an unsigned line" 'log was altered' "printf '1 2026-11-22T23:00:00Z x file:policy=%064d previous=%s signature=-\n' 7 \"\$(head -c -1 v/log | sha256sum | cut -c1-64)\" >>v/log"
whole() { # everything made anew by an attacker around the real keystore, under a log key of his own
	rm -rf "$dir/v" && cp -rp "$dir/made2" "$dir/v" && cp "$dir/made1/keystore" "$dir/v/keystore"
	exits 5 signs 0.50000000 "$files/half" "$dir/out" && [ ! -e "$dir/out" ]
}
rm -f "$dir/out"
ok "vault: another's with the real keystore in it (5)" whole

# ---- two at once --------------------------------------------------------------------------------------
fresh
two_at_once() { # the first waits for its amount; the second must not get in
	local code=0
	rm -f "$dir/pipe" "$dir/out" "$dir/out2" && mkfifo "$dir/pipe"
	"$sign" sign "$files/part-1" --vault "$dir/v" --out "$dir/out" <"$dir/pipe" >"$dir/first" 2>&1 &
	local first=$!
	exec 7>"$dir/pipe"
	for _ in $(seq 100); do grep -q 'Last act' "$dir/first" && break; sleep 0.05; done
	signs 0.50000001 "$files/part-2" "$dir/out2" >"$dir/said" 2>&1 || code=$?
	printf '0.50000000\npassphrase 1\n' >&7
	exec 7>&-
	wait $first && [ "$code" = 6 ] && [ ! -e "$dir/out2" ] && says 'in use' && [ -s "$dir/out" ]
}
ok "two at once: the second is refused (6), the first signs" two_at_once
ok "one act is in the log" bash -c "[ \"\$(grep -c ' signed ' '$dir/v/log')\" = 1 ]"

fresh
without_lock() { # the lock is taken away, and both go on with one record: only one may sign
	local code=0
	rm -f "$dir/pipe" "$dir/out" "$dir/out2" && mkfifo "$dir/pipe"
	"$sign" sign "$files/part-1" --vault "$dir/v" --out "$dir/out" <"$dir/pipe" >"$dir/first" 2>&1 &
	local first=$!
	exec 7>"$dir/pipe"
	for _ in $(seq 100); do grep -q 'Last act' "$dir/first" && break; sleep 0.05; done
	rm "$dir/v/lock"
	signs 0.50000001 "$files/part-2" "$dir/out2" >"$dir/said" 2>&1
	printf '0.50000000\npassphrase 1\n' >&7
	exec 7>&-
	wait $first || code=$?
	[ "$code" = 1 ] && [ -s "$dir/out2" ] && [ ! -e "$dir/out" ] && "$sign" log check "$dir/v/log"
}
ok "two at once although the lock was taken away: one signs, and the log is whole" without_lock

# ---- policies that leave something open say so ------------------------------------------------------------
remarks() { "$sign" policy --check "$dir/$1" --vault "$dir/v" >"$dir/said" 2>&1 && says "$2"; }
quiet() { "$sign" policy --check "$dir/$1" --vault "$dir/v" >"$dir/said" 2>&1 && ! grep -q WEAK "$dir/said"; }
fresh
grep -v '^window bitcoin' "$dir/policy" >"$dir/policy-no-window"
{ cat "$dir/policy-required"; echo 'window 31337:DAI seconds=86400 amount-max=2000.0'; } >"$dir/policy-whole"
ok "a policy without a window says that any number passes" remarks policy-no-window "'bitcoin' has a limit but no window"
ok "a token's, too" remarks policy "'31337:DAI' has a limit but no window"
ok "a policy without a quorum says that one person signs alone" remarks policy 'no quorum is asked for'
ok "a policy with all of them is quiet" quiet policy-whole
shown_policy() { "$sign" show policy --vault "$dir/v" >"$dir/said" 2>&1 && says 'no quorum is asked for'; }
ok "and whoever looks at the policy is told, too" shown_policy

# ---- the terminal, and sizes ------------------------------------------------------------------------------
no_escapes() { ! LC_ALL=C grep -q "[$(printf '\001')-$(printf '\011')$(printf '\013')-$(printf '\037')$(printf '\177')-$(printf '\377')]" "$1"; }
escapes() {
	"$sign" inspect "$files/escapes" --vault "$dir/v" >"$dir/said" 2>&1 && no_escapes "$dir/said"
}
fresh
ok "escape sequences in proprietary fields do not reach the terminal" escapes
sneaky=$'\e]0;owned\a\e[2J'
named() { "$sign" inspect "$dir/$sneaky" --vault "$dir/v" >"$dir/said" 2>&1; no_escapes "$dir/said"; }
ok "nor from a file's name" named
noise() { { printf 'redoubt safe transaction 1\nchain 1\e[31m\n'; } >"$dir/noise"; exits 4 "$sign" inspect "$dir/noise" --vault "$dir/v" && no_escapes "$dir/said"; }
ok "nor from a Safe transaction that is refused" noise
escape_label() { printf '5zpjvn\npassphrase 1\n' | "$sign" label bitcoin bcrt1qqypqxpqqqqqqqqqqqqqqqqqqqqqqqqqq5zpjvn "$sneaky" --vault "$dir/v"; }
ok "a label with escape sequences is not taken (4)" exits 4 escape_label
quickly() { timeout 10 "$sign" inspect "$1" --vault "$dir/v" >"$dir/said" 2>&1 </dev/null; }
ok "60,000 fields are refused within seconds (4)" exits 4 quickly "$files/huge-many-fields"
ok "three megabytes in one unknown field are passed over within seconds" quickly "$files/huge-one-field"
head -c 40000000 /dev/zero >"$dir/zeros"
ok "forty megabytes are not read at all (1)" exits 1 "$sign" inspect "$dir/zeros" --vault "$dir/v"
ok "a device is not read" exits 1 "$sign" inspect /dev/zero --vault "$dir/v"

# ---- what cannot even be read is in the log, too -------------------------------------------------------------
fresh
logged() { # REASONS PAYLOAD [OPTIONS]
	local reasons=$1 payload=$2
	shift 2
	exits 4 signs 0.50000000 "$payload" "$dir/never" "$@" || return
	tail -n 1 "$dir/v/log" | grep -qE " refused payload=[0-9a-f]{64} reasons=$reasons previous=[0-9a-f]{64} signature=-\$" && [ ! -e "$dir/never" ]
}
head -c 300 /dev/zero >"$dir/nothing"
ok "bytes that are no payload" logged unreadable "$dir/nothing"
ok "a Safe transaction that is none" logged unreadable "$dir/noise"
ok "an intent that is none" logged unreadable "$files/half" --intent "$dir/intent-damaged"
ok "a transaction that no account of ours sends" logged unreadable "$files/evm-over-cap" --account nobody
ok "and the log is whole" "$sign" log check "$dir/v/log"

# ---- where the signed payload goes -------------------------------------------------------------------------
fresh
echo untouched >"$dir/victim" && ln -s victim "$dir/link"
ok "a symbolic link at --out is replaced, not followed" signs 0.50000000 "$files/half" "$dir/link"
ok "what it named is untouched" grep -qx untouched "$dir/victim"
fresh && ln -f "$dir/victim" "$dir/hard.new"
ok "a hard link at the file beside it is not written through" signs 0.50000000 "$files/half" "$dir/hard"
ok "what it named is untouched" grep -qx untouched "$dir/victim"
fresh && mkdir "$dir/directory"
foreign() { exits 1 signs 0.50000000 "$files/half" "$dir/$1" && says 'left alone' && cmp "$dir/v/log" "$dir/made1/log"; }
ok "another's file at --out stops it before anything is done" foreign victim
ok "and is untouched" grep -qx untouched "$dir/victim"
ok "a directory at --out, too" foreign directory
carry() { "$sign" log carry "$dir/$1" --vault "$dir/v"; }
ok "log carry leaves another's file alone" bash -c "! '$sign' log carry '$dir/victim' --vault '$dir/v' && grep -qx untouched '$dir/victim'"
ok "honest: it carries onto nothing" carry carried
"$sign" sign "$files/btc-high-s" --vault "$dir/v" --out "$dir/never" </dev/null >/dev/null 2>&1
ok "and onto an older copy of this log" carry carried
ok "which then is the log" cmp "$dir/carried" "$dir/v/log"
ok "but not onto another vault's" bash -c "cp '$dir/made2/log' '$dir/carried' && ! '$sign' log carry '$dir/carried' --vault '$dir/v'"
onto() {
	fresh && exits 1 signs 0.50000000 "$files/half" "$dir/$1" && says 'vault' && cmp "$dir/v/log" "$dir/made1/log" &&
		"$sign" inspect "$files/half" --vault "$dir/v"
}
ln -s v "$dir/also-v"
for place in v/policy v/log v/state v/lock v/keystore v/wallets/cold.wallet v/new also-v/policy v/../v/policy; do
	ok "--out $place, in the vault itself, is refused before anything is done" onto $place
done
ok "log carry onto the vault is refused" bash -c "! '$sign' log carry '$dir/v/policy' --vault '$dir/v' && '$sign' inspect '$files/half' --vault '$dir/v'"

# ---- the companion: a program that shares the terminal with the passphrase's prompt ----------------------------
mkdir "$dir/bin" && cp "$sign" "$dir/bin/redoubt-sign"
printf '#!/bin/sh\n: >"%s/started"\ncat >"%s/shown"\n' "$dir" "$dir" >"$dir/bin/redoubt-qr" && chmod +x "$dir/bin/redoubt-qr"
showing() { printf "$1" | "$dir/bin/redoubt-sign" sign "$2" --vault "$dir/v" --show; } # ANSWERS PAYLOAD
not_started() { # CODE ANSWERS PAYLOAD
	rm -f "$dir/started"
	exits "$1" showing "$2" "$3" && [ ! -e "$dir/started" ]
}
fresh
ok "it is not started for a refused payload" not_started 4 '' "$files/btc-high-s"
ok "nor for one that nobody confirms" not_started 3 '' "$files/half"
ok "nor beside the passphrase's prompt" not_started 6 '0.50000000\nwrong\n' "$files/half"
ok "honest: it is, once the payload is signed" showing '0.50000000\npassphrase 1\n' "$files/half"
ok "and gets the codes" grep -q '^ur:crypto-psbt/' "$dir/shown"
slow_qr() { # the act is in the log although what shows the codes fails, and the payload may be signed again
	printf '#!/bin/sh\nexit 9\n' >"$dir/bin/redoubt-qr"
	fresh && exits 1 showing '0.50000000\npassphrase 1\n' "$files/half" && tail -n 1 "$dir/v/log" | grep -q ' signed ' &&
		says 'Sign the same payload again' && says 'Write on your paper: act 1, '
}
ok "one that fails is said (1)" slow_qr

# ---- what the program is started with ------------------------------------------------------------------------
closed() { "$sign" inspect "$1" --vault "$dir/v" <&- >&- 2>&-; cmp "$dir/v/log" "$dir/made1/log" && [ ! -s "$dir/v/lock" ]; }
fresh
for name in half huge-many-fields btc-high-s ../noise; do
	ok "started without descriptors 0, 1 and 2, nothing is printed into the vault ($name)" closed "$files/$name"
done
inherited() { # a descriptor that somebody left open, as the open program sees it
	mkfifo "$dir/wait" && "$sign" sign "$files/half" --vault "$dir/v" --out "$dir/out" <"$dir/wait" 9>"$dir/left-open" >"$dir/said" 2>&1 &
	sleep 0.2
	exec 7>"$dir/wait"
	for _ in $(seq 100); do grep -q 'Last act' "$dir/said" && break; sleep 0.05; done
	ls -l "/proc/$!/fd" >"$dir/fds"
	exec 7>&-
	wait $!
	[ -s "$dir/fds" ] && ! grep -q left-open "$dir/fds"
}
ok "a descriptor that was left open is closed" inherited

# ---- a token draws its nonces itself --------------------------------------------------------------------------------------
softhsm=
for at in /usr/lib/softhsm /usr/lib/*/softhsm /usr/lib64/pkcs11 /usr/local/lib/softhsm; do
	[ -r "$at/libsofthsm2.so" ] && softhsm=$at/libsofthsm2.so && break
done
token_sign=${REDOUBT_SIGN_TOKEN:-$built/redoubt-sign-token}
token_setup() { # a vault whose key lies in a token, and that key's account registered
	local place=(--module "$softhsm" --token cold --key evm) key account
	mkdir "$dir/tokens" && printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$(realpath "$dir")/tokens" >"$dir/softhsm2.conf"
	softhsm2-util --init-token --free --label cold --pin 4711 --so-pin 08150815 >/dev/null || return
	key=$(printf '4711\nnonsen\n' | "$token_sign" token bind "${place[@]}" --generate --vault "$dir/v" 2>&1 |
		sed -n '/Public key/{N;s/[^0-9a-f]//g;s/^bce//;p}' | grep -o '0[23][0-9a-f]\{64\}')
	printf '4711\n%s\npassphrase 1\n' "${key: -6}" | "$token_sign" token bind "${place[@]}" --vault "$dir/v" || return
	account=$(cd tests/sign-attacks && python3 -c 'import sys, curve, evm_attacks as e
key = bytes.fromhex(sys.argv[1]); p = 2**256 - 2**32 - 977; x = int.from_bytes(key[1:], "big"); y = pow(x**3 + 7, (p + 1) // 4, p)
y = y if y % 2 == key[0] % 2 else p - y
print(e.address(curve.keccak256(key[1:] + y.to_bytes(32, "big"))[-20:].hex()))' "$key")
	printf 'redoubt wallet 1\nkind account\nname hot\nchain 31337\naddress %s\nkey m %s\n' "$account" "$account" >"$dir/hot"
	printf '%s\npassphrase 1\n4711\n' "${account: -6}" | "$token_sign" register "$dir/hot" --name hot --vault "$dir/v"
}
token_signs() { # PAYLOAD
	printf '1.5\npassphrase 1\n4711\n' | "$token_sign" sign "$1" --account hot --vault "$dir/v" --out "$dir/out"
}
nonces() { sed -n 's/^nonces 52444e4f4e434553\(........\).*/\1/p' "$dir/v/state"; } # how many are in the record
if [ -z "$softhsm" ] || ! command -v softhsm2-util >/dev/null || [ ! -x "$token_sign" ]; then
	skip "a token's nonces" "softhsm2 or redoubt-sign-token is not here"
else
	fresh
	export SOFTHSM2_CONF=$(realpath "$dir")/softhsm2.conf # softhsm is started from elsewhere
	ok "a token's account is registered" token_setup
	"$lab" transaction 31337 >"$dir/evm-pays"
	ok "honest: the token pays" token_signs "$dir/evm-pays"
	ok "its r is in the record" test "$(nonces)" = 01000000
	fresh && printf '1.5\npassphrase 1\n' | "$sign" sign "$dir/evm-pays" --account gas --vault "$dir/v" --out "$dir/out" >/dev/null
	ok "of a file's key, which draws none, it is not" test "$(nonces)" = 00000000
fi
finish
