#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# redoubt-sign as people use it: two signers in directories of their own, refusals, altered and rolled-back
# vaults, kill -9 at every step, the sandbox, and what the static program is made of.
cd "$(dirname "$0")/.."
. tests/lib.sh
export ASAN_OPTIONS=detect_leaks=0 # the leak check wants /proc, which the sandbox closes
built=${SIGN_BUILD:-$PWD/build/release/tools/redoubt-sign}
sign=${REDOUBT_SIGN:-$built/redoubt-sign}
steps=${REDOUBT_SIGN_STEPS:-$built/redoubt-sign-steps}
lab=${SIGN_LAB:-$built/sign-lab}
dir=$(mktemp -d -p "${TEST_DISK:-build}" sign.XXXXXX)
trap 'rm -rf -- "$dir"' EXIT

policy_make() { "$lab" policy "${1:-optional}" >"$dir/policy"; }
vault_make() { rm -rf -- "$dir/v$1" && "$lab" vault "$dir/v$1" "$1" "$dir/policy"; }
answers() { printf '%s\n' "$@"; }
# what a person types for the lab's payment of half a bitcoin to the unknown address
person() { answers 0.50000000 5zpjvn "passphrase $1"; }
sign_as() { # N IN OUT [OPTIONS]
	local n=$1 in=$2 out=$3
	shift 3
	person "$n" | "$sign" sign "$in" --vault "$dir/v$n" --out "$out" "$@"
}
exits() { # CODE COMMAND...
	local want=$1 got=0
	shift
	"$@" </dev/null || got=$?
	[ "$got" = "$want" ] || { echo "exit code $got, not $want"; return 1; }
}
piped_exits() { # CODE ANSWERS-FUNCTION... -- COMMAND...
	local want=$1 got=0 input=$2
	shift 2
	printf '%b' "$input" | "$@" || got=$?
	[ "$got" = "$want" ] || { echo "exit code $got, not $want"; return 1; }
}
vaults_make() { policy_make "${1:-optional}"; vault_make 1; vault_make 2; vault_make 3; }

# ---- two signers, both orders ------------------------------------------------
vaults_make
"$lab" psbt "$dir/p" 50000000
ok "signer 1 signs a 2-of-3 payment" sign_as 1 "$dir/p" "$dir/s1"
ok "signer 2 signs the same payment beside him" sign_as 2 "$dir/p" "$dir/s2"
ok "the two join and complete" "$lab" combine "$dir/tx-a" "$dir/s1" "$dir/s2"
vault_make 1; vault_make 2
ok "signer 2 signs first" sign_as 2 "$dir/p" "$dir/s2"
ok "signer 1 signs what signer 2 signed" sign_as 1 "$dir/s2" "$dir/s21"
ok "that one completes alone" "$lab" combine "$dir/tx-b" "$dir/s21" "$dir/s21"
ok "both orders give the same transaction" cmp "$dir/tx-a" "$dir/tx-b"
refuses "one signature is not enough" 'signatures are missing' "$lab" combine "$dir/tx-c" "$dir/s2" "$dir/s2"
ok "an inspection shows the payment without a key" "$sign" inspect "$dir/p" --vault "$dir/v3"
ok "an inspection leaves no trace" test "$(wc -l <"$dir/v3/log")" = 1
pages() { "$sign" inspect "$dir/p" --vault "$dir/v3" | grep -c "$1" | grep -qx "${2:-1}"; }
ok "the page shows the amount" pages 'output 1: 0\.50000000 BTC'
ok "the page shows the change as ours" pages 'change, ours "cold" 1/8'
ok "the page says that the payee is unknown" pages UNKNOWN
ok "the page shows the fee rate" pages 'sat/vB'

# ---- what a person may do wrong ------------------------------------------------
ok "another amount typed declines (3)" piped_exits 3 '0.5\n5zpjvn\npassphrase 3\n' "$sign" sign "$dir/p" --vault "$dir/v3" --out "$dir/x"
ok "another address end declines (3)" piped_exits 3 '0.50000000\nabcdef\npassphrase 3\n' "$sign" sign "$dir/p" --vault "$dir/v3" --out "$dir/x"
ok "no answer declines (3)" piped_exits 3 '' "$sign" sign "$dir/p" --vault "$dir/v3" --out "$dir/x"
ok "a wrong passphrase is refused (6)" piped_exits 6 '0.50000000\n5zpjvn\nwrong\n' "$sign" sign "$dir/p" --vault "$dir/v3" --out "$dir/x"
ok "nothing left the signer" test ! -e "$dir/x"
ok "the wrong passphrase is in the log" grep -q wrong-passphrase "$dir/v3/log"
ok "neither --out nor --show is a wrong command line (2)" exits 2 "$sign" sign "$dir/p" --vault "$dir/v3"
ok "the same payment again is not counted twice" sign_as 1 "$dir/p" "$dir/s1-again"
ok "a second, other payment is over the velocity (4)" bash -c "
	'$lab' psbt '$dir/other' 90000000; printf '0.90000000\n5zpjvn\npassphrase 1\n' |
	'$sign' sign '$dir/other' --vault '$dir/v1' --out '$dir/x'; [ \$? = 4 ]"

# ---- refusals, by name -----------------------------------------------------------
for what in foreign-change:foreign-change no-previous:missing-previous-transaction absurd-fee:absurd-fee; do
	"$lab" psbt "$dir/bad" 50000000 "${what%%:*}"
	refuses "${what%%:*} is refused" "\[${what#*:}\]" "$sign" sign "$dir/bad" --vault "$dir/v3" --out "$dir/x"
done
ok "a refusal ends with 4" exits 4 "$sign" sign "$dir/bad" --vault "$dir/v3" --out "$dir/x"
ok "a refusal is in the log with its reason" grep -q 'refused .*reasons=.*absurd-fee' "$dir/v3/log"
"$lab" safe delegatecall >"$dir/safe-bad"
refuses "a delegatecall is refused" '\[delegatecall\]' "$sign" sign "$dir/safe-bad" --vault "$dir/v3" --out "$dir/x"
"$lab" transaction 1 >"$dir/tx1"
refuses "another chain id is refused" 'chain' "$sign" sign "$dir/tx1" --vault "$dir/v3" --out "$dir/x"
head -c 200 /dev/urandom >"$dir/noise"
refuses "noise is refused" 'cannot be read' "$sign" sign "$dir/noise" --vault "$dir/v3" --out "$dir/x"
ok "nothing left the signer with a refusal" test ! -e "$dir/x"

# ---- EVM ---------------------------------------------------------------------------
"$lab" safe >"$dir/safe"
evm_sign() { answers 1.5 "passphrase $1" | "$sign" sign "$2" --vault "$dir/v$1" --out "$3"; }
ok "a Safe transaction is signed" evm_sign 3 "$dir/safe" "$dir/safe-signed"
ok "with 65 bytes" grep -qE '^signature 0x[0-9a-f]{130}$' "$dir/safe-signed"
"$lab" transaction 31337 >"$dir/tx"
ok "an EIP-1559 transaction is signed" evm_sign 3 "$dir/tx" "$dir/tx-signed"
ok "as raw bytes of its type" grep -qE '^0x02f8' "$dir/tx-signed"

# ---- QR codes: redoubt-qr beside it -------------------------------------------------------
qr=${REDOUBT_QR:-${built%redoubt-sign}redoubt-qr/redoubt-qr}
mkdir "$dir/bin" && cp "$sign" "$dir/bin/redoubt-sign"
refuses "without redoubt-qr beside it, --scan says what is missing" 'must lie beside' "$dir/bin/redoubt-sign" inspect --scan "$dir" --vault "$dir/v3"
if [ -x "$qr" ]; then
	cp "$qr" "$dir/bin/redoubt-qr"
	"$qr" show --frames "$dir/frames" --frame-bytes 60 "$dir/p" >/dev/null 2>&1 || mkdir -p "$dir/frames" &&
		"$qr" show --frames "$dir/frames" --frame-bytes 60 "$dir/p" >/dev/null 2>&1
	rm -f "$dir"/frames/*[05].png # a camera misses some
	scanned() { person 3 | "$dir/bin/redoubt-sign" sign --scan "$dir/frames" --vault "$dir/v3" --out "$dir/sq"; }
	vault_make 3
	ok "a PSBT in $(find "$dir/frames" -type f | wc -l) images of QR codes is signed" scanned
	ok "and is the payment" "$lab" combine "$dir/tx-q" "$dir/sq" "$dir/s1"
	refuses "images without a code are refused" '.' "$dir/bin/redoubt-sign" inspect --scan "$dir/p" --vault "$dir/v3"
else
	skip "QR codes" "redoubt-qr is not built"
fi

# ---- the quorum's intent -------------------------------------------------------------
vaults_make required
now=$(date +%s)
refuses "without an intent nothing is signed where one is required" 'REFUSED.*' "$sign" sign "$dir/p" --vault "$dir/v1" --out "$dir/x"
"$lab" intent "$dir/i" 20000 50000000 $((now + 3600)) 1
ok "with the quorum's intent it is" sign_as 1 "$dir/p" "$dir/si" --intent "$dir/i"
"$lab" intent "$dir/i-old" 20000 50000000 $((now - 10)) 2
refuses "an expired intent is refused" 'expired' "$sign" sign "$dir/p" --vault "$dir/v2" --out "$dir/x" --intent "$dir/i-old"
"$lab" intent "$dir/i-less" 20000 40000000 $((now + 3600)) 2
refuses "another amount than agreed is refused" '\[.*amount.*\]' "$sign" sign "$dir/p" --vault "$dir/v2" --out "$dir/x" --intent "$dir/i-less"
ok "the same payment with its intent again is let through" sign_as 1 "$dir/p" "$dir/si2" --intent "$dir/i"
"$lab" psbt "$dir/q" 50000001
refuses "a counter used up does not pay another" 'REFUSED' "$sign" sign "$dir/q" --vault "$dir/v1" --out "$dir/x" --intent "$dir/i"

# ---- altered and rolled-back vaults -----------------------------------------------------
vaults_make
cp -r "$dir/v1" "$dir/old"
ok "a payment moves the state on" sign_as 1 "$dir/p" "$dir/s1"
cp -r "$dir/v1" "$dir/good"
damaged() { # DESCRIPTION COMMAND, which alters $dir/v1
	local what=$1 text=$2
	shift 2
	rm -rf "$dir/v1" && cp -r "$dir/good" "$dir/v1"
	(cd "$dir" && eval "$*")
	refuses "$what" "$text" "$sign" inspect "$dir/p" --vault "$dir/v1"
	ok "$what (5)" exits 5 "$sign" sign "$dir/p" --vault "$dir/v1" --out "$dir/x"
}
damaged "a wallet file altered" 'cold.wallet.*is not the file' 'sed -i s/Anna/Eve/ v1/wallets/cold.wallet'
damaged "a wallet file removed" 'cold.wallet.*is not the file' 'rm v1/wallets/cold.wallet'
damaged "a wallet file added" 'does not know it' 'cp v1/wallets/gas.wallet v1/wallets/more.wallet'
damaged "a policy exchanged" 'policy.*is not the file' 'sed -i s/1.2/9.9/ v1/policy'
damaged "a label altered" 'labels.*is not the file' 'sed -i s/Supplier/Trusted/ v1/labels'
damaged "a state rolled back" 'state.*is not the file' 'cp old/state v1/state'
damaged "a log rolled back" 'state.*is not the file' 'cp old/log v1/log'
damaged "a line of the log altered" 'line 2.*signature|line 2.*altered' 'sed -i "2s/paid=0.5/paid=0.1/" v1/log'
damaged "the first line of the log removed" 'line 1' 'sed -i 1d v1/log'
damaged "a log of another signer" 'is not the file|another' 'cp v2/log v1/log'
damaged "a keystore exchanged" 'keystore.*is not the file' 'cp v2/keystore v1/keystore'
# a whole vault made anew around the real keystore: only the opened key can tell
rm -rf "$dir/v1" && cp -r "$dir/v2" "$dir/v1"
old=$(sha256sum <"$dir/v1/keystore" | cut -c1-64) new=$(sha256sum <"$dir/good/keystore" | cut -c1-64)
cp "$dir/good/keystore" "$dir/v1/keystore" && sed -i "s/$old/$new/" "$dir/v1/log"
refuses "a log forged around the keystore does not verify" 'signature' "$sign" inspect "$dir/p" --vault "$dir/v1"
rm -rf "$dir/v1" && cp -r "$dir/good" "$dir/v1"
printf 'half a line without its end' >>"$dir/v1/log"
ok "a line cut off by power loss is dropped" sign_as 1 "$dir/p" "$dir/s1"
cp "$dir/v1/policy" "$dir/v1/policy.new"
ok "a file left by a crash is dropped" "$sign" inspect "$dir/p" --vault "$dir/v1"
ok "it is gone" test ! -e "$dir/v1/policy.new"
chmod 755 "$dir/v1"
refuses "a vault open to others is refused" 'chmod 700' "$sign" inspect "$dir/p" --vault "$dir/v1"
chmod 700 "$dir/v1"
flock "$dir/v1/lock" sleep 2 &
sleep 0.3
refuses "a vault in use is refused" 'in use' "$sign" inspect "$dir/p" --vault "$dir/v1"
wait
later() { REDOUBT_SIGN_NOW=$1 "$steps" sign "$dir/p" --vault "$dir/v1" --out "$dir/x" </dev/null; }
refuses "a clock set back is refused" 'set back' later 1700000000

# ---- the log, carried out ---------------------------------------------------------------
ok "the log is carried out" "$sign" log carry "$dir/carried" --vault "$dir/v1"
key=$(grep -o 'log-key=[0-9a-f]*' "$dir/carried" | cut -d= -f2)
ok "and checked without a vault" "$sign" log check "$dir/carried" --key "$key"
sed 2d "$dir/carried" >"$dir/carried-less"
refuses "a line taken out is seen" 'line 2.*taken out|does not follow' "$sign" log check "$dir/carried-less"
sed '$s/signed/sigmed/' "$dir/carried" >"$dir/carried-other"
refuses "a line altered is seen" 'line [0-9]*' "$sign" log check "$dir/carried-other"
refuses "another log key is seen" 'another key' "$sign" log check "$dir/carried" --key "$(printf '%064d' 7)"

# ---- configuration ---------------------------------------------------------------------
rm -rf "$dir/v1" && vault_make 1
label() { answers "${2: -6}" "passphrase 1" | "$sign" label "$1" "$2" "$3" --vault "$dir/v1"; }
cp "$dir/v1/labels" "$dir/labels-old"
ok "an address gets a label" label bitcoin bcrt1qqypqxpqqqqqqqqqqqqqqqqqqqqqqqqqq5zpjvn 'Cold room supplier'
ok "and is known from then on" bash -c "'$sign' inspect '$dir/p' --vault '$dir/v1' | grep -q 'Cold room supplier'"
cp -r "$dir/v1" "$dir/v9" && sed -i '$d' "$dir/v9/log" && cp "$dir/labels-old" "$dir/v9/labels"
refuses "an act cut off the log with its file put back is refused" 'state.*is not the file' "$sign" inspect "$dir/p" --vault "$dir/v9"
refuses "an address of another network gets none" 'not an address' label bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq Main
sed 's/payment-max=1.2/payment-max=0.1/' "$dir/policy" >"$dir/policy2"
digest=$(sha256sum <"$dir/policy2" | cut -c59-64)
policy() { answers "$digest" "passphrase 1" | "$sign" policy "$dir/policy2" --vault "$dir/v1"; }
ok "the policy is replaced" policy
refuses "and holds from then on" 'REFUSED' "$sign" inspect "$dir/p" --vault "$dir/v1"
echo 'limits are for others' >>"$dir/policy2"
refuses "a policy with an unknown line is refused with its number" 'line 1[0-9]: .limits. is not known' "$sign" policy --check "$dir/policy2" --vault "$dir/v1"
ok "addresses are shown" bash -c "'$sign' show addresses cold 3 --vault '$dir/v1' | grep -c bcrt1q | grep -qx 6"

# ---- kill -9 at every step -----------------------------------------------------------------
# After it the vault opens, and the payment can be signed: the act counted once or not at all.
policy_make
for step in sign-confirmed sign-signed sign-before-record vault-new-written vault-new-durable vault-line-cut vault-logged \
	vault-renamed vault-done sign-recorded file-new-written sign-out; do
	vault_make 1
	rm -f "$dir/sk"
	killed() {
		person 1 | REDOUBT_SIGN_STEP=$step "$steps" sign "$dir/p" --vault "$dir/v1" --out "$dir/sk"
		[ "${PIPESTATUS[1]}" = 137 ]
	}
	ok "kill -9 at $step" killed 2>/dev/null
	ok "... the vault opens" "$sign" inspect "$dir/p" --vault "$dir/v1"
	ok "... no half payload is out" bash -c "[ ! -e '$dir/sk' ] || '$sign' inspect '$dir/sk' --vault '$dir/v3'"
	ok "... the payment is signed then" sign_as 1 "$dir/p" "$dir/sk2"
	ok "... and the log is whole" "$sign" log check "$dir/v1/log"
done
shipped() { person 1 | REDOUBT_SIGN_STEP=sign-confirmed REDOUBT_SIGN_NOW=1 "$sign" sign "$dir/p" --vault "$dir/v2" --out "$dir/sx"; }
refuses "the shipped program does not know the steps: it asks for signer 2's passphrase" 'passphrase' shipped

# ---- the sandbox and what it is made of ------------------------------------------------------
sigsys() { "$lab" socket "$@"; [ $? = 159 ]; }
ok "socket() inside the sandbox kills (SIGSYS)" sigsys 2>/dev/null
[ -n "${SIGN_DYNAMIC:-}" ] || ok "fork() inside the sandbox kills" sigsys fork 2>/dev/null # the sanitizer forks
ok "exec() inside the sandbox kills" sigsys exec 2>/dev/null
ok "files elsewhere cannot be opened" "$lab" socket open
if readelf -d "$sign" 2>/dev/null | grep -q NEEDED && [ -n "${SIGN_DYNAMIC:-}" ]; then
	skip "the program is static" "a sanitizer build is not"
else
	needed() { ! readelf -d "$sign" | grep NEEDED && ! readelf -l "$sign" | grep INTERP; }
	ok "the program needs no library and no loader" needed
	network='(__)?(socket|socketpair|connect|bind|listen|accept4?|sendto|sendmsg|sendmmsg|recvfrom|recvmsg|recvmmsg|getaddrinfo|gethostby[a-z_]*|getnameinfo|res_[a-z]*)'
	clean() { [ "$(nm "$sign" | wc -l)" -gt 1000 ] && ! nm "$sign" | grep -E " $network\$"; }
	if nm "$sign" 2>&1 | grep -q 'no symbols'; then
		skip "no function of the network is in it" "the program was stripped"
	else
		ok "no function of the network is in it" clean
	fi
fi
finish
