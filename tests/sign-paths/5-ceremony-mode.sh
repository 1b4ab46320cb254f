# SPDX-License-Identifier: Apache-2.0
# A change of a Safe's owners: refused, opened by two people for one payload and a day, and closed by its use.

vault 2 v2
payload() { # FILE NEW-OWNER: addOwnerWithThreshold(address,uint256) in a call of the Safe to itself
	"$lab" safe | sed "s/^to .*/to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed/; s/^value .*/value 0/
		s/^data .*/data 0x0d582f13000000000000000000000000${2}0000000000000000000000000000000000000000000000000000000000000002/" >"$dir/$1"
}
payload change "$(printf '%040d' 11)"
payload other "$(printf '%040d' 22)"
mode() { # PAYLOAD ANSWERS...
	local what=$1
	shift
	answers "$@" | "$sign" ceremony open "$dir/$what" --vault "$dir/v2"
}
opened() { mode "$1" 'passphrase 2' 'a fourth owner joins the board' Sven 'owners may change'; }
change_sign() { answers "${confirm:-}" 'passphrase 2' | "$sign" sign "$dir/$1" --vault "$dir/v2" --out "$dir/signed"; }
inspect() { "$sign" inspect "$dir/$1" --vault "$dir/v2"; }

refuses "an owner change is refused" '\[owner-change\]' change_sign change
ok "... with 4" exits 4 change_sign change
ok "... and is in the log with its reason" grep -q ' refused .*reasons=.*owner-change' "$dir/v2/log"
refuses "opening without a reason is refused" 'reason of at least' mode change 'passphrase 2' no Sven 'owners may change'
refuses "opening without a second person is refused" '.' mode change 'passphrase 2' 'a fourth owner joins' ''
refuses "opening without the sentence is refused" '.' mode change 'passphrase 2' 'a fourth owner joins' Sven yes
refuses "opening with a wrong passphrase is refused" 'not the passphrase' mode change wrong
ok "nothing is open" test ! -e "$dir/v2/ceremony-mode"
ok "two people open it for one payload" says 'Open for this payload' opened change
ok "... logged with payload, reason and second person" grep -q " ceremony-opened payload=$(sha256sum <"$dir/change" | cut -c1-64) reason=a%20fourth%20owner%20joins%20the%20board second=Sven" "$dir/v2/log"
refuses "another payload stays refused" '\[owner-change\]' change_sign other
digest_end() { # PAYLOAD: the last six characters of its digest, from the page
	inspect "$1" 2>/dev/null | sed -n '/Digest signed/{N;s/[^0-9a-f]//g;p}' | tail -c 7
}
confirm=$(digest_end change)
ok "the page shows the new owner and that a ceremony lets him" says 'The ceremony mode lets|owner = 0x0*11' inspect change
ok "an inspection does not use it up" test -e "$dir/v2/ceremony-mode"
if [ -x "$qr" ]; then
	"$qr" show --type bytes --frames "$dir/frames-change" "$dir/change" 2>/dev/null
	ok "the same payload by QR codes is let through, too" "$dir/bin/redoubt-sign" inspect --scan "$dir/frames-change" --vault "$dir/v2"
fi
sed 's/^nonce 4/nonce 5/' "$dir/change" >"$dir/nonce"
refuses "the same change under another nonce is another payload" '\[owner-change\]' inspect nonce
refuses "a wrong end of the digest signs nothing" 'not what the page says' bash -c "answers() { printf '%s\n' \"\$@\"; }; answers 000000 'passphrase 2' | '$sign' sign '$dir/change' --vault '$dir/v2' --out '$dir/signed'"
ok "... and does not use it up" test -e "$dir/v2/ceremony-mode"
ok "the payload is signed" change_sign change
ok "... which the log calls a ceremony's" grep -q ' signed chain=31337 .*ceremony=yes .*file:ceremony-mode=-' "$dir/v2/log"
ok "it is closed by its use" test ! -e "$dir/v2/ceremony-mode"
refuses "the same payload once more is refused" '\[owner-change\]' change_sign change
refuses "another, too" '\[owner-change\]' change_sign other
now=$(date +%s)
ok "it is opened for another" opened other
refuses "... and not for the first" '\[owner-change\]' inspect change
ok "opening it for the first closes it for the other" opened change
refuses "... which is refused" '\[owner-change\]' inspect other
refuses "it was open a day: after that it is refused" '\[owner-change\]' env -i bash -c "
	printf '%s\n' '$confirm' 'passphrase 2' | REDOUBT_SIGN_NOW=$((now + 86400 + 60)) '$steps' sign '$dir/change' --vault '$dir/v2' --out '$dir/signed'"
in_time() { printf '%s\n' "$confirm" 'passphrase 2' | REDOUBT_SIGN_NOW=$((now + 86400 - 60)) "$steps" sign "$dir/change" --vault "$dir/v2" --out "$dir/signed"; }
# the refusal above was noted a day ahead: nobody signed that line, so it moves no clock
ok "a minute before the day is over it signs" in_time
refuses "a clock before that signed act is refused" 'set back' inspect change
ok "the whole log checks" "$sign" log check "$dir/v2/log"
sed -i 's/reason=a%20fourth/reason=another%20fourth/' "$dir/v2/log"
refuses "a reason altered afterwards is seen" 'line [0-9]*' "$sign" log check "$dir/v2/log"
