# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/tool.sh: what a production exchange is not founded with. Each refusal names the value, and none hides
# another. Needs $redoubt and $dir (an exchange's directory, whose parent is free).
. tests/certificates.sh
place=${dir%/state}/production

# Later options win over earlier ones.
production() { "$redoubt" --dir "$place" init --production --origin "$site" --trust "$ca/root.pem" --manifest "$ca/none" \
	--certificate "$ca/good.pem" --certificate-key "$ca/good.key" "$@"; }
with() { # NAME OPTION...: with that certificate and its key
	local name=$1
	shift
	production --certificate "$ca/$name.pem" --certificate-key "$ca/$name.key" "$@"
}
manifest() { printf '%s\n' "$@" >"$ca/manifest"; }
refusals() { "$@" 2>&1 >/dev/null | grep -c '^  [a-z]'; }

root root "/CN=A Root"
root other "/CN=Another Root"
certificate good
certificate middle ca_is=TRUE
certificate chained issuer=middle
cat "$ca/chained.pem" "$ca/middle.pem" >"$ca/full.pem" && cp -p "$ca/chained.key" "$ca/full.key"
cat "$ca/good.pem" "$ca/good.key" >"$ca/both.pem" && cp -p "$ca/good.key" "$ca/both.key"
certificate expired from=20240101000000Z to=20240301000000Z
certificate soon from=20240101000000Z to="$(date -u -d '+20 days' +%Y%m%d%H%M%SZ)"
certificate early from=20400101000000Z to=20410101000000Z
certificate elsewhere dns=www.example.org
certificate bare dns=none
certificate rsa1024 key=rsa:1024
certificate rsa3 key=rsa3
certificate sha1 digest=sha1
certificate stranger issuer=other
certificate client usage=clientAuth
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$ca/self.key" -out "$ca/self.pem" -days 30 -subj "/CN=$site" \
	-addext "subjectAltName=DNS:$site" -addext basicConstraints=CA:FALSE 2>/dev/null
openssl pkey -in "$ca/good.key" -aes256 -passout pass:x -out "$ca/locked.key"

while IFS='|' read -r name pattern what; do
	refuses "production refuses $what" "$name.(pem|key).*($pattern)" with "$name"
done <<-E
	expired|has expired .2024-03-01.*renew it|a certificate that has expired
	soon|ends in [12][09] days .*renew it first|one that ends within 21 days
	early|not yet valid .2040-01-01|one that is not valid yet
	elsewhere|is for www.example.org, not for the origin's name 'exchange.example.org'|one for another name
	bare|no DNS name at all|one whose name stands in its CN alone
	rsa1024|RSA key of 1024 bits, too weak|a weak RSA key
	rsa3|RSA exponent 3|an RSA key with the exponent 3
	sha1|too weak .ecdsa-with-SHA1|a signature with SHA-1
	stranger|unable to get local issuer certificate: .*--trust FILE|a CA that is not the one named
	chained|unable to get local issuer certificate: .*fullchain|one without its intermediate certificate
	self|it is self-signed|a self-signed one
	client|not for TLS servers|one for clients
	both|holds a private key beside|a file with certificate and key, which everybody may read
E
refuses "a self-signed one, even when it is named as trusted" 'self.pem.*it is self-signed' with self --trust "$ca/self.pem"
refuses "a CA's own certificate" "is a CA's own certificate" with middle
untrusted() { "$@" "$redoubt" --dir "$place" init --production --origin "$site" --certificate "$ca/good.pem" --certificate-key "$ca/good.key"; }
refuses "a CA of one's own, when nothing names it" 'unable to get local issuer|trusts no CA' untrusted env
refuses "or only the environment does" 'unable to get local issuer|trusts no CA' untrusted env SSL_CERT_FILE="$ca/root.pem"
refuses "a bundle that is none" "early.key' is no bundle" production --trust "$ca/early.key"
refuses "the key of another certificate" "early.key' is not the key of the certificate '.*good.pem'" production --certificate-key "$ca/early.key"
refuses "an encrypted key, without asking anybody" "locked.key' is encrypted" production --certificate-key "$ca/locked.key"
cp "$ca/good.key" "$ca/open.key" && chmod 644 "$ca/open.key"
refuses "a key that every user can read" "open.key' can be read by every user .mode 0644" production --certificate-key "$ca/open.key"
refuses "a client CA that is no CA" "client-ca .*good.pem' holds .*no CA's certificate" production --client-ca "$ca/good.pem"
refuses "a client CA with its key" "client-ca .*both.pem' holds a private key" production --client-ca "$ca/both.pem"
refuses "a client CA that is no certificate" "client-ca .*open.key' (holds a private key|is not PEM)" production --client-ca "$ca/open.key"
refuses "a client CA that is not there" "client-ca .*cannot read '.*nowhere.pem'" production --client-ca "$ca/nowhere.pem"
refuses "a file that is not there" "cannot read '.*nowhere.pem'" with nowhere

quoted() { sed 's/[][*.]/\\&/g' <<<"$1"; } # as a pattern
for origin in localhost redoubt.local exchange.LOCAL exchange.localhost exchange 127.0.0.1 127.1 0x7f.1 2130706433 '[::1]' ::1 a.test router.home.arpa \
	exchange.example.org. exchange.example.org:8443 'börse.example.org' '*.example.org' -a.example.org example.1 a..example.org; do
	refuses "the origin $origin" "origin .*'$(quoted "${origin,,}")' is " production --origin "$origin"
done
refuses "an origin over plain http" "'http://$site' has the scheme http://" production --origin "http://$site"
refuses "an origin with a blank" "1 to 63 characters" production --origin "$site/a log"
refuses "no origin" 'no --origin' "$redoubt" --dir "$place" init --production

for listen in 0.0.0.0:8443 '[::]:8443' '[0::0]:443' '[::ffff:0.0.0.0]:443' 0.1.2.3:443; do
	refuses "listening on $listen" "listen .*'$(quoted "$listen")' is (every|an IPv4) address.*127.0.0.1:8443" production --listen "$listen"
done
for listen in :8443 '*:8443' 0:8443 127.1:8443 localhost:8443 127.0.0.1:0 127.0.0.1:70000 127.0.0.1:08443 127.0.0.1 '127.0.0.1:8443"; x'; do
	refuses "listening on $listen" "is no address and port" production --listen "$listen"
done
manifest 'role production' 'listen tcp 198.51.100.9 443 redoubt-gateway'
for listen in 169.254.1.2:443 '[fe80::1]:443'; do
	refuses "listening on $listen" 'is an address of one cable' production --listen "$listen"
done
refuses "an address that the host's manifest does not name" "'127.0.0.1:8443' is not what .*manifest says" production --listen 127.0.0.1:8443 \
	--manifest "$ca/manifest"
manifest 'role production' 'listen tcp * 443 redoubt-gateway'
refuses "a manifest that names every address" "'0.0.0.0:443' is every address" production --manifest "$ca/manifest"
manifest 'role test'
refuses "a host for tests" 'this host is for tests' production --manifest "$ca/manifest"

[ "$(stat -f -c %T /dev/shm)" = tmpfs ] && refuses "a directory in memory" '/dev/shm lies on tmpfs' production --dir "/dev/shm/production.$$"
mkdir -m 777 "$ca/open"
refuses "a folder above that others can write to" "open can be written by others .mode 0777" production --dir "$ca/open/state"
mkdir -p "$place" && chmod 755 "$place"
refuses "a directory that others can read" "production can be read or written by others .mode 0755.*chmod 0711" production
rmdir "$place" && ln -s "$ca" "$place"
refuses "a link in its place" "production is no directory" production
rm "$place"
refuses "a demo's directory" "demo-keys.json holds the printed keys of a demo" production --dir "$dir"

worst=(with expired --origin http://127.1 --listen 0.0.0.0:1 --dir "$dir" --manifest "$ca/manifest")
ok "everything is told at once" test "$(refusals "${worst[@]}")" -ge 6
"${worst[@]}" --json >"$ca/said" 2>/dev/null
ok "and as JSON" python3 -c 'import json, sys
assert {"certificate", "directory", "listen", "origin"} <= {r["about"] for r in json.load(open(sys.argv[1]))["refused"]}' "$ca/said"
ok "nothing is left of what was refused" test ! -e "$place"
ok "not even beside it" bash -c '! ls -d "$1".new-* 2>/dev/null' _ "$place"

if production >"$ca/said" 2>&1; then
	ok "production with all of it good is founded" grep -q 'chain ends at /CN=A Root, a root of .*root.pem' "$ca/said"
	ok "what it was checked against is on record" grep -q "(--trust), SHA-256 $(sha256sum <"$ca/root.pem" | cut -d' ' -f1)" "$place/redoubt.conf"
	ok "nobody else lists its directory" test "$(stat -c %a "$place")" = 711
	ok "it has no customer, no asset and no market of a demo" bash -c '! grep -aqE "BTC|alice" "$1/founding" && [ ! -e "$1/demo-keys.json" ]' _ "$place"
	ok "and serves no name but its own" grep -q "name = \"$site\";" "$place/redoubt.conf"
	rm -rf -- "$place"
	ok "with a CA of the proxy's client certificates" production --client-ca "$ca/root.pem"
	ok "which the gateway is told of" bash -c 'grep -q "client_ca = \"keys/client-ca.pem\"" "$1/redoubt.conf" && cmp "$1/keys/client-ca.pem" "$2"' _ "$place" "$ca/root.pem"
	rm -rf -- "$place"
	ok "with an intermediate certificate behind its own" with full
	rm -rf -- "$place"
	manifest 'role production' 'listen tcp 198.51.100.9 443 redoubt-gateway'
	ok "it is founded on a host with a manifest" production --manifest "$ca/manifest"
	ok "and listens where that says" grep -q 'listen = "198.51.100.9:443"' "$place/redoubt.conf"
	rm -rf -- "$place"
else
	# this build and this place, and nothing else, may stand in the way
	ok "of good things nothing is refused" bash -c '! grep "^  " "$1" | grep -vE "^  (build|directory) "' _ "$ca/said"
	skip "a production exchange is founded" "$(grep -m1 '^  ' "$ca/said" | cut -c3-)"
fi
rm -rf -- "$ca"
