#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The operator's tool from init to stop, each command at least once, as TAP.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh

operator() { "$redoubt" --dir "$dir" "$@"; }
says() { # PATTERN COMMAND...: it succeeds and prints that
	local pattern=$1
	shift
	"$@" | grep -qE -- "$pattern"
}
exits() { # STATUS COMMAND...
	local want=$1 got
	shift
	"$@" && got=0 || got=$?
	[ "$got" = "$want" ] || {
		echo "exit status $got, not $want"
		return 1
	}
}
# Asks the operator socket with one raw line; prints the answer.
raw() { python3 tests/operator_line.py "$dir/run/control.sock" "$1"; }
mode() { [ "$(stat -c %a "$dir/$2")" = "$1" ]; }
no_secret_in() { ! grep -rqF -- "$secret" "$@"; }

ok "help lists the commands" says 'customer add' "$redoubt" --help
for words in init start stop status "customer add" "customer freeze" "key add" "key remove" "asset add" "market add" "market set" deposit-test \
	book "journal verify" "journal dump" "journal void" "proof inclusion" "proof consistency" "history rebuild" replay \
	completion; do
	# shellcheck disable=SC2086
	ok "$words --help" says "^usage: redoubt $words" "$redoubt" $words --help
	ok "$words has a place in the manual" grep -qF -- "$words" docs/man/redoubt.1
done
ok "the completion is bash" bash -c "source <('$redoubt' completion bash)"
ok "a wrong word is exit 2" exits 2 "$redoubt" nonsense
ok "a missing word is exit 2" exits 2 "$redoubt" key
ok "half a command says how it goes on" says 'redoubt host baseline sign DRAFT' "$redoubt" host baseline --help
ok "and only that" bash -c '! "$1" host baseline --help | grep -q "host watch"' _ "$redoubt"
refuses "and what is missing, by its words" "'host baseline' has no command 'mak'; there is" "$redoubt" host baseline mak
ok "an unknown option is exit 2" exits 2 "$redoubt" status --nonsense

exchange_make || exit 1
ok "founding twice is refused" exits 1 operator init --demo
. tests/production.sh
for key in journal log auth operator tls; do
	ok "keys/$key.key is its owner's alone" mode 600 keys/$key.key
done
ok "the keys' directory too" mode 700 keys
ok "and the demo's keys" mode 600 demo-keys.json
ok "status of what does not run is exit 3" exits 3 operator status
ok "so is stop" exits 3 operator stop

ok "start waits until it is ready" says 'runs' operator start
ok "starting what runs is no error" says 'already' operator start
ok "status shows the engine" says 'engine +[0-9]+ .*running' operator status
ok "status says that this is a demo" says 'demo' operator status
ok "status --json is one object" bash -c "'$redoubt' --dir '$dir' --json status | python3 -c 'import json,sys; json.load(sys.stdin)[\"roles\"][0][\"counters\"]'"
ok "a customer is added" says '^customer 2$' operator customer add --label carol
ok "another one, as JSON" says '"customer":3' operator --json customer add
refuses "a label that is too long" 'longer' operator customer add --label "$(printf 'x%.0s' {1..40})"
made=$(operator --json key add 2 --scopes read,trade --ip 127.0.0.1,10.0.0.0/8)
secret=$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["secret"])' "$made")
ok "an HMAC key is made" test ${#secret} = 64
ok "its secret is nowhere on the disk" no_secret_in "$dir/journal" "$dir/run" "$dir/history" "$dir/founding"
openssl genpkey -algorithm ed25519 -out "$dir/customer.pem" 2>/dev/null
openssl pkey -in "$dir/customer.pem" -pubout -out "$dir/customer.pub"
ok "an Ed25519 key of the customer's own" says 'api key' operator key add 2 --public "$dir/customer.pub"
refuses "a private key is no public key" 'not an Ed25519 public key' operator key add 2 --public "$dir/customer.pem"
refuses "an address rule with bits beyond its prefix" 'not an address' operator key add 2 --ip 10.0.0.1/8
refuses "a scope that is none" 'scopes' operator key add 2 --scopes everything
ok "a key for nobody is exit 4" exits 4 operator key add 77
ok "test money arrives" says 'more' operator deposit-test 2 USDT 5000.5
refuses "of no asset" "no asset 'XXX'" operator deposit-test 2 XXX 1
refuses "of a negative amount" 'no option .-1' operator deposit-test 2 USDT -1
refuses "of too many decimals" 'AMOUNT' operator deposit-test 2 USDT 0.000000001
ok "of nobody is exit 4" exits 4 operator deposit-test 9999 USDT 1
ok "a customer is frozen" operator customer freeze 2
ok "and thawed" operator customer unfreeze 2
ok "a fee changes" says 'maker 500 ppm' operator market set BTCUSDT --maker 0.05
refuses "a fee beyond the limit" 'percent' operator market set BTCUSDT --maker 11
ok "an asset is added" says 'asset 3 is SOL' operator asset add SOL
refuses "twice is refused" 'taken' operator asset add SOL
sleep 1
ok "a market of it" says 'market 2 is SOLUSDT' operator market add SOL USDT --tick 0.01 --lot 0.001
refuses "a tick and a lot that do not fit" 'tick times lot' operator market add SOL BTC --tick 0.00000001 --lot 0.001
ok "a key is removed" operator key remove 4
ok "once" exits 4 operator key remove 4
sleep 1
ok "the book is empty, and there" operator book BTCUSDT
ok "a book of no market is exit 4" exits 4 operator book NOPE

ok "the socket answers a raw line" says '"ok":true' raw '{"op":"head"}'
ok "a line that is no JSON is refused" says '"ok":false' raw 'hello'
ok "an entry that nobody signed is refused" says '"ok":false' raw "{\"op\":\"submit\",\"entry\":\"$(head -c 200 /dev/zero | base64 -w0)\"}"
other=$(mktemp)
head -c 32 /dev/urandom >"$other"
ok "another operator's key is refused" exits 4 operator customer add --operator-key "$other"
rm -f -- "$other"

ok "the journal is whole" says 'whole' operator journal verify
ok "it dumps as JSON lines" says '"kind":"KEY_ADD"' operator journal dump
ok "from and to" test "$(operator journal dump --from 2 --to 3 | wc -l)" = 2
sleep 1
ok "an entry is proven to be in the log" says 'c2sp.org/tlog-proof@v1' operator proof inclusion 20
ok "an entry that is not there is not" exits 1 operator proof inclusion 999999
ok "the log only grew" says 'begins with' operator proof consistency 1 3
ok "a log cannot shrink" exits 2 operator proof consistency 3 1
refuses "history is rebuilt of a stopped exchange only" 'runs; stop it' operator history rebuild
refuses "so is an entry passed over" 'runs; stop it' operator journal void 5 --yes

ok "stop" says 'stopped' operator stop
ok "history is rebuilt" operator history rebuild
ok "the journal is whole after it" says 'whole' operator journal verify
ok "it starts again" operator start
ok "and still knows the customer" says '"customer":4' operator --json customer add
ok "and stops" operator stop
refuses "a damaged journal is named" '[Bb]lock|segment|offset' bash -c "
	file='$dir/journal/segment-00000000'
	printf '\\xff\\xff\\xff\\xff' | dd of=\"\$file\" bs=1 seek=8300 conv=notrunc status=none
	'$redoubt' --dir '$dir' journal verify"
ok "which is exit 5" exits 5 operator journal verify
finish
