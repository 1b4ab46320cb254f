# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/tool.sh: certificate authorities in the folder $ca, and certificates as an operator may have them by
# mistake, each with its key beside it (NAME.pem, NAME.key). Made by openssl; no clock is moved.
ca=$(mktemp -d)
mkdir "$ca/issued"
site=exchange.example.org

# root NAME SUBJECT: an authority that signs itself.
root() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$ca/$1.key" -out "$ca/$1.pem" -days 30 \
		-subj "$2" -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

key_options() { # KIND: what openssl genpkey takes
	case $1 in
	ec:*) echo "-algorithm EC -pkeyopt ec_paramgen_curve:${1#ec:}" ;;
	rsa:*) echo "-algorithm RSA -pkeyopt rsa_keygen_bits:${1#rsa:}" ;;
	rsa3) echo "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3" ;;
	esac
}

# certificate NAME [WORD=VALUE...]: for $site, from the authority `root`, for 90 days, unless a word says otherwise:
# dns (none: no subjectAltName), key, issuer, from, to (YYYYMMDDHHMMSSZ), digest, usage, ca.
certificate() {
	local name=$1 dns=$site key=ec:P-256 issuer=root from= to= digest=sha256 usage=serverAuth ca_is=FALSE
	shift
	[ $# = 0 ] || local "$@"
	# shellcheck disable=SC2046
	(umask 077 && openssl genpkey $(key_options "$key") -out "$ca/$name.key") 2>/dev/null
	openssl req -new -key "$ca/$name.key" -subj "/CN=$site" -out "$ca/$name.csr" 2>/dev/null
	: >"$ca/index"
	{
		printf '[ca]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\npolicy=any\nunique_subject=no\n' "$ca/index" "$ca/issued"
		printf '[any]\ncommonName=optional\n[ext]\nbasicConstraints=critical,CA:%s\n' "$ca_is"
		[ "$ca_is" = TRUE ] && echo 'keyUsage=critical,keyCertSign,cRLSign' || echo "extendedKeyUsage=$usage"
		[ "$dns" = none ] || echo "subjectAltName=DNS:$dns"
	} >"$ca/config"
	openssl ca -config "$ca/config" -name ca -batch -notext -in "$ca/$name.csr" -out "$ca/$name.pem" -cert "$ca/$issuer.pem" \
		-keyfile "$ca/$issuer.key" -extensions ext ${from:+-startdate "$from"} ${to:+-enddate "$to"} \
		$([ -n "$to" ] || echo -days 90) -md "$digest" 2>"$ca/$name.log" || cat "$ca/$name.log" >&2
}
