# SPDX-License-Identifier: Apache-2.0
# secp256k1, BIP32, Ed25519 and Keccak-256 for an attacker who may choose his nonces: slow, not constant time, and
# for the lab's worthless keys alone.
import functools
import hashlib
import hmac

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def point_add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def point_multiply(k, point=G):
    result = None
    while k:
        if k & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        k >>= 1
    return result


@functools.lru_cache(None)
def public_of(secret):
    x, y = point_multiply(secret)
    return bytes([2 + (y & 1)]) + x.to_bytes(32, 'big')


def ecdsa(secret, digest, nonce, high_s=False):
    r = point_multiply(nonce)[0] % N
    s = (int.from_bytes(digest, 'big') + r * secret) * pow(nonce, -1, N) % N
    return r, (N - s if (s > N // 2) != high_s else s)


def nonce_of(secret, digest):
    return int.from_bytes(hashlib.sha256(secret.to_bytes(32, 'big') + digest).digest(), 'big') % N


def der_number(n):
    data = n.to_bytes(n.bit_length() // 8 + 1, 'big')
    return b'\x02' + bytes([len(data)]) + data


def der(r, s):
    body = der_number(r) + der_number(s)
    return b'\x30' + bytes([len(body)]) + body


# ---- BIP32 ------------------------------------------------------------------
HARD = 0x80000000


def hd_derive(seed, path):
    data = hmac.new(b'Bitcoin seed', seed, hashlib.sha512).digest()
    key, chain = int.from_bytes(data[:32], 'big'), data[32:]
    for step in path:
        start = b'\0' + key.to_bytes(32, 'big') if step & HARD else public_of(key)
        data = hmac.new(chain, start + step.to_bytes(4, 'big'), hashlib.sha512).digest()
        key, chain = (int.from_bytes(data[:32], 'big') + key) % N, data[32:]
    return key


# ---- Ed25519 (RFC 8032) -----------------------------------------------------
Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
BASE_Y = 4 * pow(5, -1, Q) % Q
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202


def edwards_add(a, b):
    k = D * a[0] * b[0] * a[1] * b[1] % Q
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + k, -1, Q) % Q,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, Q) % Q)


def edwards_multiply(k, point=(BASE_X, BASE_Y)):
    result = (0, 1)
    while k:
        if k & 1:
            result = edwards_add(result, point)
        point = edwards_add(point, point)
        k >>= 1
    return result


def edwards_bytes(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, 'little')


def ed25519_parts(seed):
    h = hashlib.sha512(seed).digest()
    return (int.from_bytes(h[:32], 'little') & (2**254 - 8)) | 2**254, h[32:]


def ed25519_public(seed):
    return edwards_bytes(edwards_multiply(ed25519_parts(seed)[0]))


def ed25519_sign(seed, message):
    a, prefix = ed25519_parts(seed)
    public = edwards_bytes(edwards_multiply(a))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), 'little') % L
    point = edwards_bytes(edwards_multiply(r))
    k = int.from_bytes(hashlib.sha512(point + public + message).digest(), 'little') % L
    return point + ((r + k * a) % L).to_bytes(32, 'little')


# ---- Keccak-256 -------------------------------------------------------------
def rotate(x, n):
    return (x << n | x >> (64 - n)) & (2**64 - 1) if n else x


def keccak_round(lanes, constant):
    c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
    d = [c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1) for x in range(5)]
    lanes = [[lanes[x][y] ^ d[x] for y in range(5)] for x in range(5)]
    x, y, current = 1, 0, lanes[1][0]
    for t in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        current, lanes[x][y] = lanes[x][y], rotate(current, (t + 1) * (t + 2) // 2 % 64)
    lanes = [[lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
    lanes[0][0] ^= constant
    return lanes


def keccak_constants():
    register = 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        yield constant


def keccak256(data):
    data += b'\1' + b'\0' * (135 - len(data) % 136)
    data = data[:-1] + bytes([data[-1] | 0x80])
    lanes = [[0] * 5 for _ in range(5)]
    for at in range(0, len(data), 136):
        for i in range(17):
            lanes[i % 5][i // 5] ^= int.from_bytes(data[at + 8 * i:at + 8 * i + 8], 'little')
        for constant in keccak_constants():
            lanes = keccak_round(lanes, constant)
    return b''.join(lanes[i % 5][i // 5].to_bytes(8, 'little') for i in range(4))
