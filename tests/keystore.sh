#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The keystore from outside: a second reader, written from docs/PROTOCOL.keystore.md alone, opens the page's worked
# example; the library asks nothing of the system but memory and randomness; no secret decides a branch.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
dev/build debug src/keystore/libkeystore.a test-keystore-constant-time >&2 || exit 1

# Exit code 2: a library that this reader needs is not here.
second_reader() {
	python3 - "$1" <<'PY'
import ctypes, hashlib, hmac, struct, sys

PASSPHRASE = b"correct horse battery staple"
try:
    argon2 = ctypes.CDLL("libargon2.so.1")
    crypto = ctypes.CDLL("libcrypto.so.3")
except OSError as missing:
    print(missing)
    sys.exit(2)


def argon2id(passphrase, salt, memory_kib, passes):
    key = ctypes.create_string_buffer(32)
    n = ctypes.c_size_t
    assert argon2.argon2id_hash_raw(passes, memory_kib, 1, passphrase, n(len(passphrase)), salt, n(len(salt)), key, n(32)) == 0
    return key.raw


def hkdf(material, salt, info, size):
    key, out, block = hmac.digest(salt, material, "sha256"), b"", b""
    while len(out) < size:
        block = hmac.digest(key, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:size]


def gcm_open(key, nonce, associated, sealed, tag):
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(crypto, name).restype = ctypes.c_void_p
    context, n, to = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new()), ctypes.c_int(), ctypes.create_string_buffer(len(sealed))
    cipher = ctypes.c_void_p(crypto.EVP_aes_256_gcm())
    assert crypto.EVP_DecryptInit_ex(context, cipher, None, key, nonce) == 1
    assert crypto.EVP_DecryptUpdate(context, None, ctypes.byref(n), associated, len(associated)) == 1
    assert crypto.EVP_DecryptUpdate(context, to, ctypes.byref(n), sealed, len(sealed)) == 1
    assert crypto.EVP_CIPHER_CTX_ctrl(context, 0x11, len(tag), tag) == 1
    return to.raw if crypto.EVP_DecryptFinal_ex(context, ctypes.create_string_buffer(16), ctypes.byref(n)) == 1 else None


example = bytes.fromhex(sys.argv[1])
magic, version, kind, locks, created, _, memory_kib, passes, salt, nonce, label, wrap_name, w = struct.unpack_from(
    "<8sHBBQ4sII16s12s64s64sH", example)
assert (magic, version, kind, locks, w) == (b"REDOUBTK", 1, 1, 1, 0)
assert label.rstrip(b"\0") == b"cold 1 of 5" and created == 1790000000 and wrap_name == bytes(64)
commitment, sealed, tag = struct.unpack_from("32s66s16s", example, 190 + w)
assert len(example) == 304 + w
keys = hkdf(argon2id(PASSPHRASE, salt, memory_kib, passes), salt, b"redoubt keystore 1: passphrase", 64)
if keys[32:] != commitment:
    sys.exit("the commitment is another")
body = gcm_open(keys[:32], nonce, example[:222 + w], sealed, tag)
if body is None:
    sys.exit("the tag is another")
assert body == struct.pack("<H", 32) + bytes(range(32)) + bytes(32)
PY
}

example=$(sed -n '/^```hex$/,/^```$/{/^```/d;p}' docs/PROTOCOL.keystore.md | tr -d '\n')
missing=$(second_reader "$example" 2>&1)
if [ $? = 2 ]; then
	skip "a second reader opens the page's worked example" "$missing"
else
	ok "a second reader opens the page's worked example" second_reader "$example"
	refuses "a second reader refuses it with another last byte" "the tag is another" second_reader "${example%??}ff"
	refuses "a second reader refuses it with another salt" "the commitment is another" \
		second_reader "${example:0:64}ff${example:66}"
fi

# What the archive asks for beyond the house's own libraries: no file, clock, environment, socket or module.
imports() {
	local foreign
	foreign=$(nm --undefined-only --format=posix build/debug/src/keystore/libkeystore.a | awk 'NF > 1 && $2 == "U" { print $1 }' | sort -u |
		grep -Ew 'open|openat|fopen|read|pread|write|socket|connect|getenv|secure_getenv|time|clock_gettime|gettimeofday|dlopen|system|execve|fork' || true)
	[ -z "$foreign" ] || { echo "$foreign"; return 1; }
	nm --undefined-only build/debug/src/keystore/libkeystore.a | grep -q p11_kit && { echo "p11-kit"; return 1; }
	return 0
}
ok "the library opens no file, socket or module and reads no clock or environment" imports
ok "no secret decides a branch or an address" env CMOCKA_MESSAGE_OUTPUT=TAP build/debug/test-keystore-constant-time
finish
