#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Ceremonies and keeping, with people played by a script: whole ones of each quorum, every way in which they are
# refused, kill -9 at each named step, and the terminal's screens.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh

built=${SIGN_BUILD:-$PWD/build/release/tools/redoubt-sign}
shipped=${REDOUBT_SIGN:-$built/redoubt-sign}
export REDOUBT_SIGN=${REDOUBT_SIGN_STEPS:-$built/redoubt-sign-steps} # the same, but for its named steps
where=$(mktemp -d -p "${TEST_DISK:-build}" ceremony.XXXXXX)
trap '[ -n "${KEEP:-}" ] || rm -rf -- "$where"' EXIT
people() { python3 tests/ceremony/people.py "$@"; }
says() { # PATTERN COMMAND...: it succeeds and prints that
	local pattern=$1 output
	shift
	output=$("$@") || { printf '%s\n' "$output"; return 1; }
	grep -qE -- "$pattern" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}
copy() { rm -rf -- "$where/$2" && cp -a -- "$where/$1" "$where/$2"; }
# every COMMAND DIR COUNT [MORE...]: for each signer
every() {
	local command=$1 dir=$2 count=$3 i
	shift 3
	for i in $(seq "$count"); do people "$command" "$dir" "$i" "$@" || return; done
}
paper() { python3 -c "import json,sys; print(' '.join(json.load(open('$1'))['shares'][$2]['words']))"; }

# ---- whole ceremonies --------------------------------------------------------
whole() { # NAME K N SCRIPT SIGNERS
	local dir=$where/$1 signers=$5
	ok "$1: the plan" people plan "$dir" "$2" "$3" "$4"
	ok "$1: $signers keys" every key "$dir" "$signers"
	ok "$1: shares given and read back" every shares "$dir" "$signers" --arg --read-back --arg 6
	ok "$1: key records" every record "$dir" "$signers"
	ok "$1: records joined" people join "$dir"
	ok "$1: every signer registers it" every register "$dir" "$signers"
	ok "$1: protocols" every protocol "$dir" "$signers"
	ok "$1: one descriptor in all vaults" bash -c "[ \$(cat $dir/v*/wallets/cold-1.wallet | grep ^descriptor | sort -u | wc -l) = 1 ]"
	ok "$1: nothing is left to do" says 'now +nothing' people status "$dir" 1
	ok "$1: the wallet comes back from shares" says 'recovered' people recover "$dir" "$signers" --arg --ceremony --arg "$dir/v$signers/ceremony"
	ok "$1: and it says what did not come back" bash -c "rm -rf $dir/recovered$signers; python3 tests/ceremony/people.py recover $dir $signers --arg --ceremony --arg $dir/v$signers/ceremony |
		tr '\n' ' ' | tr -s ' ' | grep -q 'did NOT come back.*NO LIMITS.*Intent counters.*nonces.*Before anything is signed'"
	ok "$1: as the same key" says "^  fingerprint +$(sed -n 's/^fingerprint //p' "$dir/v$signers/ceremony")" \
		people status "$dir" "$signers" --arg --vault --arg "$dir/recovered$signers"
}
whole two-of-three 2 3 wsh 3
whole three-of-five 3 5 tr 5
whole four-of-seven 4 7 wsh 7
steps=$REDOUBT_SIGN REDOUBT_SIGN=$shipped
whole unvault 2 3 unvault 6 # as it is shipped
REDOUBT_SIGN=$steps
ok "the unvault descriptor lets the others cancel" grep -qE '^descriptor wsh\(or_d\(multi\(2,.*\),and_v\(v:multi\(2,.*\),older\(144\)\)\)\)#' "$where/unvault/v1/wallets/cold-1.wallet"
ok "the taproot wallet has nobody's key as its key path" grep -qE '^descriptor tr\(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,sortedmulti_a\(3,' "$where/three-of-five/v1/wallets/cold-1.wallet"
done=$where/two-of-three

protocol_names() { local word; for word in 'witness +Wim' 'signer 2' 'KEY CODE +([0-9a-f]{4} ?){5}' 'program, SHA-256 +[0-9a-f]{64}' 'fingerprint +[0-9a-f]{8}' \
	'Holder 5 of 1' 'first address +bcrt1q' '_{20}'; do grep -qE "$word" "$done/protocol1.txt" || { echo "no $word"; return 1; }; done; }
ok "the protocol names people, digests and lines to sign" protocol_names
ok "its last line is the digest of all above" bash -c "head -n -2 $done/protocol1.txt | sha256sum | cut -c1-64 | grep -qf - <(tail -n 1 $done/protocol1.txt)"
ok "the program's digest in it is the program's" grep -q "$(sha256sum "$REDOUBT_SIGN" | cut -c1-64)" "$done/protocol1.txt"
ok "the share files hold no word of a share" bash -c "! grep -rqF '$(paper "$done/papers1" 0 | cut -d' ' -f5-9)' $done/v1 $done/protocol1.txt"

probe=${PROBE_BITCOIN:-$PWD/build/release/tests/custody/probe-bitcoin}
if [ -x "$probe" ]; then
	copy two-of-three spend
	ok "two of the three vaults sign a payment of the wallet, with change that they know" python3 tests/ceremony/spend.py "$where/spend" "$probe"
else
	skip "the wallet pays" "probe-bitcoin was not built"
fi
safe() { # registers a Safe of which this signer's EVM account is an owner
	local own
	own=$(sed -n 's/^evm //p' "$where/spend/v3/ceremony")
	printf 'redoubt policy 1\nnetwork regtest\nchain 31337\nintent optional\n' >"$where/spend/policy"
	cat >"$where/spend/safe" <<-END
		redoubt wallet 1
		kind safe
		name treasury
		chain 31337
		address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
		owner $own
		owner 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359
		owner 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB
		threshold 2
		timelock 0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb 86400 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359
		key m/44h/60h/0h/0/0 $own
	END
	printf '%s\ncorrect horse battery staple\n' "$(sha256sum "$where/spend/policy" | cut -c59-64)" |
		"$REDOUBT_SIGN" policy "$where/spend/policy" --vault "$where/spend/v3" &&
		printf '1BeAed\ncorrect horse battery staple\n' |
		"$REDOUBT_SIGN" register "$where/spend/safe" --name treasury --vault "$where/spend/v3"
}
copy two-of-three spend
ok "a Safe with its timelock and canceller is registered" safe

ok "README's commands of a ceremony work in an empty directory" python3 tests/ceremony/readme.py "$where/readme"

# ---- entropy ------------------------------------------------------------------
people plan "$where/base" 2 3 wsh >"$where/plan.log"
refused() { # DESCRIPTION PATTERN COMMAND...: like refuses, in a copy of the state before
	local what=$1 pattern=$2
	shift 2
	copy base try
	refuses "$what" "$pattern" "$@"
}
refused "too few throws are refused, and the input's end ends it" '99 throws of a die' people key "$where/try" 1 --answer 'Line 1=12345 62134 12365 41235' --answer 'Line 2='
refused "a wrong plan code is refused" 'not the plan' people key "$where/try" 1 --answer 'Type the PLAN CODE=00000000'
ok "a plan code in capital letters is the same" bash -c "rm -rf $where/try && cp -a $where/base $where/try &&
	python3 tests/ceremony/people.py key $where/try 1 --answer 'Type the PLAN CODE=$(python3 -c "import json; print(json.load(open('$where/base/papers0'))['PLAN CODE'].upper())")'"
refused "an unknown witness is refused" 'no witness of this plan' people key "$where/try" 1 --answer 'Witness at=Nobody'
refused "an altered plan is another plan" 'not the plan' bash -c "sed -i 's/^quorum 2 3/quorum 2 3/; s/^signer Signer 3/signer Mallory/' $where/try/plan; python3 tests/ceremony/people.py key $where/try 1"
refused "a plan with another quorum is no plan" 'quorum must be' bash -c "sed -i 's/^quorum 2 3/quorum 1 3/' $where/try/plan; python3 tests/ceremony/people.py key $where/try 1"
refused "one person as two signers is no plan" 'one person has two roles' bash -c "sed -i 's/^signer Signer 3/signer Signer 2/' $where/try/plan; python3 tests/ceremony/people.py key $where/try 1"
refused "passphrases that differ make nothing" 'no passphrase was given' people key "$where/try" 1 --answer 'The same once more=something else here'
refused "a short passphrase makes nothing" 'no passphrase was given' people key "$where/try" 1 --answer 'Passphrase=short' --answer 'The same once more=short'
ok "what was refused left no key" bash -c "! test -e $where/try/v1/keystore"
opened() { # the seed that is laid open is what openssl and sha256sum compute
	copy base try
	python3 tests/ceremony/opened.py "$where/try"
}
ok "a seed that is laid open computes by other programs, and is not used" opened

# ---- the steps one by one, each refused in its wrong ways ---------------------------
people key "$where/base" 1 >"$where/key.log"
refused "a second ceremony in a vault is refused" 'a vault already' people key "$where/try" 1
refused "a step out of order is refused" 'another step comes before' people record "$where/try" 1
refused "a word read back wrong: the share is not given" 'word 7 was not the one' people shares "$where/try" 1 --answer 'Word 7=academic'
ok "and it was not counted" says 'give each holder' people status "$where/try" 1
refused "one holder of two shares is refused" 'holds share 1 already' people shares "$where/try" 1 --arg --read-back --arg 4 --answer 'Holder of=Hanna'
ok "the first share of that try counts" says '1  Hanna' people status "$where/try" 1
refused "a wrong passphrase is refused" 'not the passphrase' people shares "$where/try" 1 --answer 'Passphrase=wrong one'
people shares "$where/base" 1 --arg --read-back --arg 4 >"$where/shares.log"
refused "a fingerprint read back wrong is refused" 'not what the page says' people record "$where/try" 1 --answer 'The fingerprint=00000000'
refused "another's file is not overwritten" 'another file' bash -c "echo notes >$where/try/key1.bsms; python3 tests/ceremony/people.py record $where/try 1"
people record "$where/base" 1 >"$where/record.log"
for i in 2 3; do for step in key shares record; do
	people $step "$where/base" $i $([ $step = shares ] && echo --arg --read-back --arg 4) >"$where/$step$i.log" || cat "$where/$step$i.log"
done; done
refused "two of three records are refused" '2 key records were named; the plan has 3' bash -c "rm $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
refused "an altered key record is refused" 'signature|key record .* is refused' bash -c "sed -i '3{s/tpub\(.\{40\}\)x/tpub\1y/;t;s/tpub\(.\{40\}\)./tpub\1x/}' $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
refused "an altered origin in a key record is refused" 'is refused' bash -c "sed -i '3s/^\[......../[deadbeef/' $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
refused "a record with another token is refused" 'token' bash -c "sed -i '2s/.*/0123456789abcdef/' $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
refused "a record of another ceremony is refused" 'token' bash -c "cp $done/key2.bsms $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
refused "a record of another network is refused" 'network|is refused' bash -c "sed -i 's/^network .*/network main/' $where/try/plan; python3 tests/ceremony/people.py join $where/try"
refused "one signer's record twice is refused" 'second record of signer 1' bash -c "cp $where/try/key1.bsms $where/try/key2.bsms; python3 tests/ceremony/people.py join $where/try"
people join "$where/base" >"$where/join.log"
refused "a wallet with one's own key replaced is refused" 'your own key is not at its place' \
	people register "$where/try" 1 --arg --descriptor --arg "$done/wallet.bsms"
stranger() { # signer 3's key in base's wallet replaced by one from elsewhere, joined anew: all signatures hold
	copy base try && copy base strange && rm -rf "$where/strange/v3" "$where/strange/papers3" "$where/strange/key3.bsms" &&
		people key "$where/strange" 3 && people shares "$where/strange" 3 --arg --read-back --arg 4 && people record "$where/strange" 3 &&
		cp "$where/base/papers0" "$where/board" && people join "$where/strange" && cp "$where/strange/wallet.bsms" "$where/try/wallet.bsms"
}
ok "a wallet with another signer's key exchanged is made" stranger
refuses "it is refused beside his record" 'another key for signer 3' people register "$where/try" 1
refuses "and without the record by the KEY CODE on his paper" 'has another KEY CODE' \
	bash -c "rm $where/try/key*.bsms; python3 tests/ceremony/people.py register $where/try 1"
key_code() { python3 -c "import json; print(json.load(open('$1'))['KEY CODE'])"; }
shows_no_address() { # the end of the expected address is nowhere on the page
	local output end
	end=$(sed -n 4p "$where/try/wallet.bsms" | tail -c 9)
	output=$(people register "$where/try" 1 --answer "The KEY CODE of signer 3=$(key_code "$where/strange/papers3")" 2>&1) && return 1
	output=$(tr -d ' \n' <<<"$output") # it may be wrapped, or in groups
	grep -q 'liketheoneontheboard' <<<"$output" && ! grep -qF "$end" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}
ok "and by the address on the board, which is not told" shows_no_address
forged() { # signer 3's record forged: his fingerprint, his number, the token, another key, and its signature
	copy base try && python3 tests/ceremony/forge.py "$where/try/key3.bsms" && rm -f "$where/try/wallet.bsms"
}
ok "a key record is forged under a true fingerprint" forged
refuses "it is refused at joining" 'signer 3.*has another KEY CODE' people join "$where/try"
ok "and nothing was joined" bash -c "! test -e $where/try/wallet.bsms"
forged_code() { # whoever believed the record at joining: the code of the key in it
	python3 - "$where/try/key3.bsms" <<-'P'
		import hashlib, sys
		key = open(sys.argv[1]).read().split("\n")[2].split("]")[1]
		print(hashlib.sha256(b"redoubt key code 1\n" + key.encode()).hexdigest()[:20].upper())
	P
}
ok "a KEY CODE is what sha256sum computes, in capital letters too" people join "$where/try" --answer "The KEY CODE of signer 3=$(forged_code)"
refuses "a forged record is refused at registering, too" 'signer 3.*has another KEY CODE' people register "$where/try" 1
refused "an altered descriptor is refused" 'is refused' bash -c "sed -i '2s/sortedmulti(2/sortedmulti(1/' $where/try/wallet.bsms; python3 tests/ceremony/people.py register $where/try 1"
refused "an altered first address is refused" 'address' bash -c "sed -i '4s/.\$/q/' $where/try/wallet.bsms; python3 tests/ceremony/people.py register $where/try 1"
refused "a KEY CODE without its last digit is refused" 'has another KEY CODE' people register "$where/try" 1 \
	--answer "The KEY CODE of signer 2=$(key_code "$where/base/papers2" | sed 's/.$//')"
refused "eight characters of the address are not enough" 'like the one on the board' people register "$where/try" 1 \
	--answer "The last 16=$(sed -n 4p "$where/base/wallet.bsms" | tail -c 9)"
people register "$where/base" 1 >"$where/register.log"

# ---- kill -9 at each named step: the old state or the new one ------------------------
# killed FROM COMMAND STEP [MORE...]: killed there, then once more without: it is done, or was done.
killed() {
	local from=$1 command=$2 step=$3 status=0 output
	shift 3
	copy "$from" try
	REDOUBT_SIGN_STEP=$step people "$command" "$where/try" 1 "$@" >"$where/killed.log" 2>&1 || status=$?
	[ $status = 137 ] || { cat "$where/killed.log"; echo "not killed: $status"; return 1; }
	status=0
	output=$(people "$command" "$where/try" 1 "$@" 2>&1) || status=$?
	case $status in
	0) ;;
	4) grep -qE 'this step was done|a vault already|no rotation is under way' <<<"$output" || { printf '%s\n' "$output"; return 1; } ;;
	*) printf '%s\n' "$output"; return 1 ;;
	esac
	[ "$command" = recover ] || says "${EXPECT:-now}" people status "$where/try" 1
}
if "$REDOUBT_SIGN" --version >/dev/null && grep -q REDOUBT_SIGN_STEP "$REDOUBT_SIGN"; then
	people plan "$where/kill-key" 2 3 wsh >/dev/null
	for step in ceremony-committed ceremony-mixed ceremony-sealed vault-new-written vault-new-written:3 vault-new-durable vault-line-cut \
		vault-logged vault-renamed vault-renamed:3 vault-done; do
		EXPECT='give each holder' ok "key, killed at $step" killed kill-key key $step
	done
	copy kill-key kill-shares && people key "$where/kill-shares" 1 >/dev/null
	for step in ceremony-share-shown ceremony-share-shown:3 vault-new-written:2 vault-new-durable:3 vault-line-cut:2 vault-logged:2 \
		vault-renamed:4 vault-done:5; do
		EXPECT='read the key back' ok "shares, killed at $step" killed kill-shares shares $step --arg --read-back --arg 4
		ok "and the papers from before and after give the key" says 'backup is good' people prove "$where/try" 1
	done
	copy kill-shares kill-record && people shares "$where/kill-record" 1 --arg --read-back --arg 4 >/dev/null
	for step in file-new-written ceremony-record-written vault-new-durable vault-logged vault-renamed; do
		EXPECT='when all records' ok "record, killed at $step" killed kill-record record $step
	done
	copy base kill-protocol
	copy base kill-register && rm -rf "$where/kill-register/v1" && people recover "$where/kill-register" 1 --arg --plan --arg "$where/base/plan" --arg --signer --arg 1 \
		--arg --fingerprint --arg "$(sed -n 's/^fingerprint //p' "$where/base/v1/ceremony")" >/dev/null &&
		mv "$where/kill-register/recovered1" "$where/kill-register/v1" && people shares "$where/kill-register" 1 --arg --read-back --arg 4 >/dev/null &&
		people record "$where/kill-register" 1 >/dev/null
	for step in vault-new-written vault-new-durable vault-line-cut vault-logged vault-renamed vault-renamed:2; do
		EXPECT='print the protocol' ok "register, killed at $step" killed kill-register register $step
	done
	for step in file-new-written ceremony-protocol-written vault-logged vault-renamed; do
		EXPECT='now +nothing' ok "protocol, killed at $step" killed kill-protocol protocol $step
	done
	copy two-of-three kill-keep
	for step in keep-replace-begun vault-new-durable vault-logged vault-renamed ceremony-share-shown:2 vault-logged:4; do
		EXPECT='now +nothing' ok "replace-share, killed at $step" killed kill-keep replace $step --arg --read-back --arg 4
	done
	for step in ceremony-sealed vault-new-written:2 vault-new-durable vault-logged vault-renamed; do
		ok "recover, killed at $step" killed kill-keep recover $step --arg --ceremony --arg "$done/v1/ceremony"
		rm -rf "$where/kill-keep/recovered1"
	done
	cp "$where/three-of-five/papers0" "$where/kill-keep/papers0"
	sed 's/^wallet cold-1/wallet cold-2/' "$where/three-of-five/plan" >"$where/cold-2.plan"
	for step in vault-new-durable vault-logged vault-renamed:2; do
		EXPECT='rotation +begun to cold-2' ok "rotate, killed at $step" killed kill-keep rotate $step --arg --plan --arg "$where/cold-2.plan" \
			--arg --descriptor --arg "$where/three-of-five/wallet.bsms"
	done
	wipe_killed() { # STEP: the key is whole and wiped by the next try, or gone
		copy two-of-three try
		REDOUBT_SIGN_STEP=$1 people wipe "$where/try" 1 --arg --without-sweep >"$where/killed.log" 2>&1 && return 1
		if cmp -s "$where/try/v1/keystore" "$done/v1/keystore"; then
			people wipe "$where/try" 1 --arg --without-sweep && [ -z "$(ls -A "$where/try/v1")" ]
		else
			[ ! -e "$where/try/v1/keystore" ] || [ "$(cmp -l "$where/try/v1/keystore" "$done/v1/keystore" | wc -l)" -gt 250 ]
		fi
	}
	for step in keep-wipe-carried keep-wipe-overwritten keep-wipe-overwritten:2; do
		ok "wipe, killed at $step" wipe_killed $step
	done
else
	skip "kill -9 at each step" "this program was built without its named steps"
fi

# ---- keeping -----------------------------------------------------------------------
keep() { local what=$1; shift; copy two-of-three try; "$what" "$@"; }
keep ok "a quorum of shares proves the backup" says 'backup is good' people prove "$where/try" 1
ok "which is in the log, and changed nothing else" bash -c "tail -n 1 $where/try/v1/log | grep -q backup-proven && cmp $where/try/v1/keystore $done/v1/keystore"
keep ok "one holder proves his share alone" says 'share 4 of 5, given to Holder 4 of 1' people prove-share "$where/try" 1 --answer "The share's=$(paper "$done/papers1" 3)"
keep refuses "another signer's share is not his" 'none that this ceremony gave' people prove-share "$where/try" 1 --answer "The share's=$(paper "$done/papers2" 3)"
keep refuses "a share with two words exchanged is refused" 'checksum is wrong' people prove-share "$where/try" 1 \
	--answer "The share's=$(paper "$done/papers1" 3 | awk '{t=$9;$9=$10;$10=t;print}')"
keep refuses "another signer's shares do not prove this backup" 'belong to another wallet' bash -c "cp $where/try/papers2 $where/try/papers1; python3 tests/ceremony/people.py prove $where/try 1"
keep ok "a lost share is replaced by a new set" says 'new set is given' people replace "$where/try" 1 --arg --read-back --arg 4
ok "whose shares prove" says 'backup is good' people prove "$where/try" 1
refuses "and do not mix with the old ones" 'not of one set' bash -c "python3 - $where/try $done <<'P'
import json,sys
new,old=(json.load(open(d+'/papers1')) for d in sys.argv[1:])
new['shares']=new['shares'][:1]+old['shares'][1:3]; new['plan']=0
json.dump(new,open(sys.argv[1]+'/papers1','w'))
P
python3 tests/ceremony/people.py prove $where/try 1"
ok "the old set still gives the key, as the page says" bash -c "cp $done/papers1 $where/try/papers1; python3 tests/ceremony/people.py prove $where/try 1"
keep refuses "foreign hands are no reason to replace" 'not what the page says' people replace "$where/try" 1 --answer 'Type: no share=I do not know'
keep refuses "recovering from another's shares is refused" 'belong to another wallet' bash -c "cp $where/try/papers2 $where/try/papers1; rm -rf $where/try/recovered1;
	python3 tests/ceremony/people.py recover $where/try 1 --arg --ceremony --arg $where/try/v1/ceremony"
ok "and made no keystore" bash -c "! test -e $where/try/recovered1/keystore"
keep refuses "wiping before the sweep is refused" 'was not swept' people wipe "$where/try" 1
sed 's/^wallet cold-1/wallet cold-2/' "$where/three-of-five/plan" >"$where/cold-2.plan"
keep refuses "rotating to a wallet with the same name is refused" 'a name of its own' people rotate "$where/try" 1 --arg --plan --arg "$where/three-of-five/plan" \
	--arg --descriptor --arg "$where/three-of-five/wallet.bsms"
cp "$where/three-of-five/papers0" "$where/board"
rotate() { cp "$where/board" "$where/try/papers0" && people rotate "$where/try" 1 --arg --plan --arg "$where/cold-2.plan" --arg --descriptor --arg "$where/three-of-five/wallet.bsms" "$@"; }
keep refuses "rotating to another wallet than on the board is refused" 'whose first address is on the board' rotate --answer 'The last=qqqqqqqqqqqqqqqq'
keep ok "rotating names the new wallet and the steps" says 'keep swept --txid' rotate
ok "the new wallet is registered, the old key still there" bash -c "test -s $where/try/v1/wallets/cold-2.wallet && test -s $where/try/v1/keystore"
refuses "still not swept" 'was not swept' people wipe "$where/try" 1
ok "the sweep is noted" people swept "$where/try" 1 --arg --txid --arg "$(printf '%064d' 7)"
refuses "wiping wants the fingerprint" 'not what the page says' people wipe "$where/try" 1 --answer 'Type the fingerprint=00000000'
ok "then it is wiped" says 'vault is wiped' people wipe "$where/try" 1
ok "nothing is left of the vault" bash -c "[ -z \"\$(ls -A $where/try/v1)\" ]"
ok "its log was carried out" grep -q ' wiped second=Sven' "$where/try/log1"
payload() { printf '{"chainId":31337}' >"$where/try/payload" && people open "$where/try" 1 --arg "$where/try/payload"; }
keep ok "one payload is let through for owners, by two people" says 'Open for this payload' payload
ok "by its digest, with the reason, in the log" bash -c "tail -n 1 $where/try/v1/log | grep -q 'ceremony-opened payload=$(printf '{"chainId":31337}' | sha256sum | cut -c1-64) reason=yearly.*second=Sven'"

# ---- the terminal --------------------------------------------------------------------
if command -v tmux >/dev/null; then
	people plan "$where/screen" 2 3 wsh >/dev/null
	ok "on a terminal: shares are shown one by one and nothing secret stays" python3 tests/ceremony/terminal.py "$where/screen"
else
	skip "the terminal's screens" "tmux is not installed"
fi
finish
