#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What somebody who carries the files can do: a key record of his own key under another signer's fingerprint, and
signed by that key, as BIP129 wants it. Usage: forge.py RECORD (replaced)"""
import base64
import hashlib
import pathlib
import sys

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def add(a, b):
    if a is None:
        return b
    slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(k):
    result, power = None, G
    while k:
        if k & 1:
            result = add(result, power)
        power, k = add(power, power), k >> 1
    return result


def twice(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def number(text):
    value = 0
    for digit in text:
        value = value * 58 + BASE58.index(digit)
    return value.to_bytes(82, "big")


def text(data):
    value, digits = int.from_bytes(data, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        digits = BASE58[digit] + digits
    return digits


path = pathlib.Path(sys.argv[1])
lines = path.read_text().split("\n")
origin, xpub = lines[2].split("]")
secret = int.from_bytes(hashlib.sha256(b"the forger's key").digest(), "big") % N
point = multiply(secret)
body = number(xpub)[:45] + bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")  # all but the key stays
lines[2] = origin + "]" + text(body + twice(body)[:4])
message = "\n".join(lines[:4]).encode()
size = bytes([len(message)]) if len(message) < 253 else b"\xfd" + len(message).to_bytes(2, "little")
digest = int.from_bytes(twice(b"\x18Bitcoin Signed Message:\n" + size + message), "big")
nonce = int.from_bytes(hashlib.sha256(b"nonce" + message).digest(), "big") % N
there = multiply(nonce)
r = there[0] % N
s = pow(nonce, -1, N) * (digest + r * secret) % N
odd = there[1] % 2
if s > N // 2:
    s, odd = N - s, 1 - odd
lines[4] = base64.b64encode(bytes([31 + odd]) + r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
path.write_text("\n".join(lines))
