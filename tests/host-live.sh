#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a tree cannot show: redoubt host check asks real sockets. A real sshd and a real TLS server run in network, mount
# and process namespaces of their own, and each is asked as it should be and as it should not.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/lib.sh

for need in unshare sshd openssl ip jq; do
	PATH=$PATH:/usr/sbin command -v $need >/dev/null || { skip "host checks of real sockets" "$need is not installed"; finish; }
done
if [ "$(id -u)" != 0 ] || ! unshare -nmpf --mount-proc true 2>/dev/null; then
	skip "host checks of real sockets" "namespaces need root"
	finish
fi
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
ssh-keygen -q -t ed25519 -N '' -C host -f "$work/key"
certificate() { # NAME SUBJECT-NAME
	openssl req -x509 -newkey ed25519 -nodes -days 2 -subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
		-keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate site exchange.example.com
certificate dummy localhost

# inside COMMAND ID: starts COMMAND in the namespaces, asks, and prints the state and what was read.
inside() {
	unshare -nmpf --mount-proc bash -c '
		ip link set lo up
		mkdir -p /run/sshd
		eval "$1" >"$3/server.log" 2>&1 &
		for i in $(seq 50); do grep -q " 0A " /proc/net/tcp && break; sleep 0.1; done
		"$2" --json host check --only "$4" | jq -r ".findings[] | .state + \" \" + .read"
		kill %1 2>/dev/null' inside "$1" "$redoubt" "$work" "$2"
}
says() { # PATTERN COMMAND ID
	local pattern=$1 output
	output=$(inside "$2" "$3")
	grep -qE -- "$pattern" <<<"$output" || { printf '%s\n' "$output"; cat "$work/server.log"; return 1; }
}
says_not() { ! says "$@" >/dev/null; }

sshd="/usr/sbin/sshd -D -e -f /dev/null -p 2222 -h $work/key -o UsePAM=no -o PidFile=none"
ok "keys alone pass" says '^pass .*offers publickey' "$sshd -o AuthenticationMethods=publickey -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no" SSH-03
ok "with the algorithms that we recommend, too" says '^pass .*offers publickey' "$sshd -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no \
	-o KexAlgorithms=sntrup761x25519-sha512@openssh.com,curve25519-sha256 -o Ciphers=chacha20-poly1305@openssh.com,aes256-gcm@openssh.com \
	-o MACs=hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com" SSH-03
ok "found: a password is offered" says '^fail .*offers password' "$sshd -o PasswordAuthentication=yes -o KbdInteractiveAuthentication=no" SSH-03
ok "found: keyboard-interactive for everybody from here, by a Match block" says '^fail .*offers (password|keyboard-interactive)' \
	"printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nMatch Address 127.0.0.1,::1\n\tPasswordAuthentication yes\n' >$work/match; ${sshd/\/dev\/null/$work/match}" SSH-03
ok "a listener that says nothing is unknown, not a pass" says '^unknown' "exec python3 -c '
import ctypes, socket, time
ctypes.CDLL(None).prctl(15, b\"sshd\", 0, 0, 0)
s = socket.socket(); s.bind((\"0.0.0.0\", 2222)); s.listen(); time.sleep(20)'" SSH-03

tls="openssl s_server -accept 443 -quiet -no_ticket"
site="-cert $work/site.pem -key $work/site.key"
dummy="-cert $work/dummy.pem -key $work/dummy.key"
ok "found: the site's certificate is shown to a name that nobody serves" says '^fail .*certificate of exchange.example.com' "$tls $site -Verify 1" NET-07
ok "found: content for everybody, behind a certificate of nobody" says '^fail .*answers 200' "$tls $dummy -www" NET-07
ok "no content without the proxy's client certificate passes" says '^pass' "$tls $dummy -Verify 1 -verify_return_error" NET-07
ok "and says no fault" says_not '^fail' "$tls $dummy -Verify 1 -verify_return_error" NET-07
web='import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[1]))
        self.send_header("Location", sys.argv[2]); self.send_header("Content-Length", "0"); self.end_headers()
http.server.HTTPServer(("0.0.0.0", 80), H).serve_forever()'
ok "found: a redirect tells where the site is" says '^fail .*where the site is: https://exchange.example.com' "python3 -c '$web' 301 https://exchange.example.com/" NET-07
ok "421 passes" says '^pass .*421' "python3 -c '$web' 421 /" NET-07
ok "nothing that listens does not apply" says '^not applicable' "sleep 3" NET-07

# --- a real nginx, asked by its own names ------------------------------------------------------------------------------

[ -x /usr/sbin/nginx ] || { skip "a real nginx" "nginx is not installed"; finish; }
overlay='mount -t tmpfs none "$3/over" && mkdir "$3/over/upper" "$3/over/work" &&
	mount -t overlay -o lowerdir=/etc,upperdir="$3/over/upper",workdir="$3/over/work" none /etc'
mkdir "$work/over" "$work/www" "$work/www/images" "$work/temporary"
chmod 755 "$work" "$work/www" "$work/www/images"
echo '<p>hello' >"$work/www/index.html"
unshare -nm bash -c "$overlay" inside "" "" "$work" 2>/dev/null || { skip "a real nginx" "overlays cannot be mounted"; finish; }

# nginx_inside SERVERS IDS: nginx with these servers, the manifest of its web root, and what is said of IDS.
nginx_inside() {
	printf '%s\n' "user root;" "pid $work/pid;" "error_log stderr;" "events { }" "http { access_log off; server_tokens off;" \
		"client_body_temp_path $work/temporary;" "$1" "}" >"$work/nginx.conf"
	unshare -nmpf --mount-proc bash -c "$overlay"' || exit 1
		ip link set lo up
		mkdir -p /etc/redoubt /etc/nginx
		printf "role production\nweb-root %s/www\n" "$3" >/etc/redoubt/host.manifest
		cp "$3/nginx.conf" /etc/nginx/nginx.conf
		nginx -g "daemon off;" >"$3/server.log" 2>&1 &
		for i in $(seq 50); do grep -q " 0A " /proc/net/tcp && break; sleep 0.1; done
		for id in $4; do "$2" --json host check --only "$id" | jq -r ".findings[] | .id + \" \" + .state + \" \" + .read"; done
		kill %1 2>/dev/null' inside "" "$redoubt" "$work" "$2" >"$work/said"
}
nginx_says() { # PATTERN SERVERS IDS
	nginx_inside "$2" "$3"
	grep -qE -- "$1" "$work/said" || { cat "$work/said" "$work/server.log"; return 1; }
}
nginx_says_not() { ! nginx_says "$@" >/dev/null || { cat "$work/said"; return 1; }; }

guards='add_header Content-Security-Policy "default-src '"'self'"'" always; add_header X-Content-Type-Options nosniff always;
	add_header Strict-Transport-Security "max-age=31536000" always;'
secured="listen 443 ssl; ssl_certificate $work/site.pem; ssl_certificate_key $work/site.key; ssl_protocols TLSv1.2 TLSv1.3;"
nobody="server { $secured server_name _; $guards return 444; }"
site="server { $secured server_name exchange.example.com; root $work/www; $guards"
all='WEB-01 WEB-02 WEB-03 WEB-04 WEB-06 WEB-07'
ok "nginx as it should be says no fault" nginx_says_not '^WEB-0[1-7] fail' "$site }" "$all"
passes_all() { [ "$(grep -c ' pass ' "$work/said")" = 6 ] || { cat "$work/said"; return 1; }; }
ok "and passes" passes_all
ok "a default server that refuses the handshake tells nothing" nginx_says_not '^WEB-0[1-7] (fail|unknown)' \
	"server { listen 443 ssl default_server; ssl_reject_handshake on; server_name _; return 444; $guards } $site }" "$all"
ok "found: a second server on another address of the same port" nginx_says '^WEB-04 fail .*127.0.0.2:443.*Server: nginx/[0-9]' \
	"server { ${secured/443/127.0.0.1:443} $guards return 444; } server { ${secured/443/127.0.0.2:443} $guards server_tokens on; root $work/www; }" WEB-04
ok "found: a file that no web root holds is handed out" nginx_says '^WEB-01 fail .*answers 200 to GET /.git/HEAD' \
	"$site location = /.git/HEAD { return 200 'ref: refs/heads/main'; } }" WEB-01
ok "found: the same, behind a name alone" nginx_says '^WEB-01 fail .*as exchange.example.com answers 200 to GET /.env' \
	"$nobody $site location = /.env { return 200 'SECRET=1'; } }" WEB-01
ok "found: backups behind a name alone" nginx_says '^WEB-03 fail .*as exchange.example.com answers 200 to GET /backups/' \
	"$nobody $site location ~ ^/b.ckups/ { return 200 'all of it'; } }" WEB-03
ok "a page that answers every path is no leak" nginx_says_not '^WEB-0[13] fail' "$site location / { try_files \$uri /index.html; } }" 'WEB-01 WEB-03'
ok "found: a folder is listed" nginx_says '^WEB-07 fail .*lists a directory' "$site location / { autoindex on; } }" WEB-07
ok "found: the version is told" nginx_says '^WEB-04 fail .*Server: nginx/[0-9]' "$site server_tokens 'on'; }" WEB-04
ok "found: a certificate ends soon, by handshake" nginx_says '^WEB-05 fail .*tcp .* ends in [12] days' "$site }" WEB-05
ok "found: another server's certificate ends soon, by its file" nginx_says "^WEB-05 fail .*$work/dummy.pem ends in [12] days" \
	"$site } server { ${secured//site/dummy} server_name dummy.example.com; $guards return 404; }" WEB-05
ok "found: a location's header drops the server's guards" nginx_says '^WEB-06 fail .*sends no Content-Security-Policy' \
	"$site location / { add_header X-Frame-Options DENY; } }" WEB-06
finish
