# SPDX-License-Identifier: Apache-2.0
# Sourced by the whole-system tests: an exchange of its own in a fresh
# directory, on a free port, stopped and removed at the end.
redoubt=${REDOUBT:-$PWD/build/release/tools/redoubt/redoubt}
verify=${REDOUBT_VERIFY:-$PWD/build/release/tools/redoubt-verify/redoubt-verify}
tests_run=0
tests_failed=0

# ok DESCRIPTION COMMAND...: one TAP line.
ok() {
	local what=$1 output
	shift
	tests_run=$((tests_run + 1))
	if output=$("$@" 2>&1); then
		echo "ok $tests_run - $what"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run - $what"
		printf '%s\n' "$output" | tail -n 25 | sed 's/^/# /'
	fi
}

# refuses DESCRIPTION PATTERN COMMAND...: it must fail, and say why.
refuses() {
	local what=$1 pattern=$2 output
	shift 2
	tests_run=$((tests_run + 1))
	if output=$("$@" 2>&1); then
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run - $what (it was not refused)"
	elif ! grep -qE -- "$pattern" <<<"$output"; then
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run - $what (refused, but not with /$pattern/)"
	else
		echo "ok $tests_run - $what"
		return
	fi
	printf '%s\n' "$output" | tail -n 25 | sed 's/^/# /'
}

skip() {
	tests_run=$((tests_run + 1))
	echo "ok $tests_run - $1 # SKIP $2"
}

finish() {
	echo "1..$tests_run"
	exit $((tests_failed > 0))
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# exchange_make: sets $dir and $url. exchange_start, exchange_stop.
exchange_make() {
	dir=$(mktemp -d -p "${TEST_DISK:-build}" exchange.XXXXXX)
	chmod 755 "$dir" # each daemon's user must reach its own part
	port=$(free_port)
	url=https://127.0.0.1:$port
	"$redoubt" init --demo --listen "127.0.0.1:$port" --dir "$dir/state" >"$dir/init.log" || {
		cat "$dir/init.log" >&2
		return 1
	}
	dir=$dir/state
	# every client of a test has the same address: its limit has tests of its own
	printf 'gateway : { listen = "127.0.0.1:%s"; weight_per_minute = %s; accepts_per_minute = 0; };\n%s\n' \
		"$port" "${WEIGHT_PER_MINUTE:-0}" "${CONFIGURATION:-}" >"$dir/redoubt.conf"
	trap exchange_remove EXIT
}

exchange_start() { "$redoubt" start --dir "$dir"; }
exchange_stop() { "$redoubt" stop --dir "$dir"; }

exchange_remove() {
	exchange_stop >/dev/null 2>&1 || true
	[ -n "${KEEP:-}" ] || rm -rf -- "${dir%/state}"
}
