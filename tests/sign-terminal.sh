#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The screens, as a person sees them: tmux types and looks. Pages, a page's foot, a passphrase without echo, the
# terminal as it was after every end, and outside text that cannot move the cursor.
cd "$(dirname "$0")/.."
. tests/lib.sh
built=${SIGN_BUILD:-$PWD/build/release/tools/redoubt-sign}
sign=${REDOUBT_SIGN:-$built/redoubt-sign}
lab=${SIGN_LAB:-$built/sign-lab}
if ! command -v tmux >/dev/null; then
	skip "the screens" "tmux is not installed"
	finish
fi
dir=$(mktemp -d -p "${TEST_DISK:-build}" sign.XXXXXX)
socket=$dir/tmux
tmux_() { tmux -S "$socket" -f /dev/null "$@"; }
trap 'tmux_ kill-server 2>/dev/null; rm -rf -- "$dir"' EXIT
"$lab" policy >"$dir/policy" && "$lab" vault "$dir/v1" 1 "$dir/policy" && "$lab" psbt "$dir/p" 50000000
tmux_ new-session -d -x 100 -y "${1:-60}" "env PS1='ready> ' PROMPT_COMMAND= bash --norc --noprofile -i"
screen_has() { # PATTERN, within ten seconds
	local i
	for i in $(seq 100); do
		tmux_ capture-pane -p | grep -qE -- "$1" && return 0
		sleep 0.1
	done
	tmux_ capture-pane -p
	return 1
}
screen_lacks() { ! tmux_ capture-pane -p -S - | grep -qF -- "$1"; }
type_line() { tmux_ send-keys -l -- "$1" && tmux_ send-keys Enter; }
fresh() { type_line "clear; tmux -S '$socket' clear-history"; sleep 0.3; }

ok "a shell is there" screen_has 'ready>'
type_line "'$sign' sign '$dir/p' --vault '$dir/v1' --out '$dir/s1'"
ok "the page shows the amount" screen_has 'output 1: 0\.50000000 BTC'
ok "and asks for it" screen_has 'Type the amount that leaves'
visible_lacks() { ! tmux_ capture-pane -p | grep -qF -- "$1"; }
ok "the page begins on a cleared screen" visible_lacks "ready>"
ok "with the last act to compare" screen_has "Last act .*act 0, "
type_line 0.50000000
ok "then for the unknown address's end" screen_has 'Type its last 6 characters'
type_line 5zpjvn
ok "then for the passphrase" screen_has '^Passphrase:'
type_line 'passphrase 1'
ok "and ends with what to write on paper" screen_has 'Write on your paper: act 1, [A-Z2-9]{4}-[A-Z2-9]{4}'
ok "the passphrase was never on the screen" screen_lacks 'passphrase 1'
ok "the signed payment is out" test -s "$dir/s1"
fresh
type_line "stty -a | grep -o ' -\\?echo ' ; echo done"
ok "the terminal echoes again" screen_has '^ echo'

fresh
type_line "'$sign' sign '$dir/p' --vault '$dir/v1' --out '$dir/s2'"
screen_has 'Type the amount' >/dev/null
type_line 0.50000000
screen_has 'last 6 characters' >/dev/null
type_line 5zpjvn
ok "a second time at the passphrase" screen_has '^Passphrase:'
tmux_ send-keys C-c
ok "Ctrl-C ends it" screen_has 'ready>'
type_line "stty -a | grep -o ' -\\?echo ' ; echo done"
ok "and the terminal echoes again" screen_has '^ echo'
ok "nothing left" test ! -e "$dir/s2"

fresh
tmux_ resize-window -x 80 -y 16 2>/dev/null
sleep 0.3
type_line "'$sign' inspect '$dir/p' --vault '$dir/v1'"
ok "a page longer than the terminal waits at its foot" screen_has '-- more: Enter --'
ok "with its beginning still there" screen_has 'What this payment does|output 1|redoubt-sign'
tmux_ send-keys Enter
sleep 0.3
tmux_ send-keys Enter
ok "and goes on" screen_has 'ready>|No agreed intent'
tmux_ send-keys Enter
tmux_ resize-window -x 100 -y 60 2>/dev/null
fresh
# an escape sequence from outside is shown, not obeyed
type_line "'$sign' label bitcoin bcrt1qqypqxpqqqqqqqqqqqqqqqqqqqqqqqqqq5zpjvn \$'a\\033[2Jb' --vault '$dir/v1'"
ok "an escape sequence is shown, not obeyed" screen_has '\\x1b\[2J|not a line of printable'
finish
