# SPDX-License-Identifier: Apache-2.0
# A terminal by tmux, and a camera before it. Sourced by tests/sign-paths.sh.
mkdir -p "$dir/bin" && cp "$sign" "$dir/bin/redoubt-sign" && [ -x "$qr" ] && cp "$qr" "$dir/bin/redoubt-qr"
tmux_() { tmux -S "$dir/tmux" -f /dev/null "$@"; }
trap 'tmux_ kill-server 2>/dev/null; [ -n "${KEEP:-}" ] || rm -rf -- "$dir"' EXIT

# photograph OUT TYPE: takes pictures of the screen until they make the payload of that type. A third is lost.
photograph() {
	local out=$1 type=$2 i
	rm -rf -- "$dir/photographs" && mkdir "$dir/photographs"
	for i in $(seq 200); do
		sleep 0.13 # beside the animation's own beat
		tmux_ capture-pane -p -e >"$dir/screen.txt" || return 1
		[ $((i % 3)) = 0 ] && continue
		python3 tests/qr/images.py screen "$dir/screen.txt" "$dir/photographs/$i.pgm" 2>/dev/null || continue
		[ $((i % 5)) = 1 ] || continue
		"$qr" scan --with-type "$dir/photographs" >"$out.typed" 2>"$out.log" || continue
		[ "$(head -n 1 "$out.typed")" = "$type" ] || { head -n 1 "$out.typed"; return 1; }
		tail -c +$((${#type} + 2)) "$out.typed" >"$out"
		echo "$(find "$dir/photographs" -type f | wc -l) photographs"
		return 0
	done
	cat "$out.log"
	tmux_ capture-pane -p
	return 1
}

# shown OUT TYPE COMMAND: the command shows a payload on a terminal; it is photographed, and q ends it.
shown() {
	local status
	rm -f "$dir/status"
	tmux_ new-session -d -x 120 -y 60 "$3 2>'$dir/shown.err'; echo \$? >'$dir/status'" || return 1
	photograph "$1" "$2"
	status=$?
	tmux_ send-keys q 2>/dev/null
	for _ in $(seq 50); do [ -s "$dir/status" ] && break || sleep 0.1; done
	tmux_ kill-server 2>/dev/null
	[ "$(cat "$dir/status")" = 0 ] && return $status
	echo "exit code $(cat "$dir/status")"
	cat "$dir/shown.err"
	return 1
}
