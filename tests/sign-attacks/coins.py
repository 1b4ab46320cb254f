# SPDX-License-Identifier: Apache-2.0
# The lab's 2-of-3 wallet "cold" seen from outside: transactions and PSBTs written byte by byte, so that any byte may be
# wrong. tools/redoubt-sign/lab.c has the seeds.
import base64
import hashlib
import struct

from curve import HARD, der, ecdsa, hd_derive, nonce_of, public_of

ACCOUNT = [48 | HARD, 1 | HARD, 0 | HARD, 2 | HARD]
ALL = 1
PAYEE = bytes.fromhex('0014' + '09' * 3 + '00' * 17)     # the lab's label "Exchange hot"
STRANGER = bytes.fromhex('0014' + '01020304' + '00' * 16)  # without a label
BTC = 100000000


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def compact(n):
    return bytes([n]) if n < 253 else b'\xfd' + struct.pack('<H', n) if n < 65536 else b'\xfe' + struct.pack('<I', n)


def counted(data):
    return compact(len(data)) + data


def seed_of(n):
    return hashlib.sha256(b'lab signer %d' % n).digest()


def master_print(n):
    """The fingerprint: RIPEMD-160 is not in every Python, so the wallet's file gives them."""
    return PRINTS[n - 1]


PRINTS = []


def prints_read(wallet_text):
    PRINTS[:] = [bytes.fromhex(part[:8]) for part in wallet_text.split('[')[1:4]]


class Place:
    """One address of the wallet: its keys, script and key paths."""

    def __init__(self, branch, index, seeds=None):
        self.path = ACCOUNT + [branch, index]
        self.secrets = {}
        self.paths = {}
        for n in (1, 2, 3):
            secret = hd_derive((seeds or {}).get(n) or seed_of(n), self.path)
            public = public_of(secret)
            self.secrets[n] = secret
            self.paths[public] = master_print(n) + b''.join(struct.pack('<I', step) for step in self.path)
        keys = sorted(self.paths)
        self.inner = b'\x52' + b''.join(counted(key) for key in keys) + b'\x53\xae'
        self.script = b'\0' + counted(hashlib.sha256(self.inner).digest())


def output(value, script):
    return struct.pack('<Q', value) + counted(script)


class Coin:
    """A previous transaction that pays a place of ours."""

    def __init__(self, place, value, salt=1):
        self.place, self.value = place, value
        start = struct.pack('<I', 2) + b'\1' + bytes([salt]) + b'\0' * 31 + struct.pack('<I', 7) + b'\0' + b'\xff' * 4
        self.previous = start + b'\1' + output(value, place.script) + b'\0' * 4
        self.outpoint = sha256d(self.previous) + struct.pack('<I', 0)


class Psbt:
    def __init__(self, coins, outputs, sequence=0xfffffffd, locktime=0, version=2):
        self.coins, self.outputs = coins, outputs  # outputs: (value, script, place or None)
        self.sequence, self.locktime, self.version = sequence, locktime, version
        self.globals = []
        self.input_maps = [self.input_map(coin) for coin in coins]
        self.output_maps = [self.output_map(place) for _, _, place in outputs]

    @staticmethod
    def input_map(coin):
        pairs = [(b'\0', coin.previous), (b'\1', output(coin.value, coin.place.script)), (b'\5', coin.place.inner)]
        return pairs + [(b'\6' + key, path) for key, path in sorted(coin.place.paths.items())]

    @staticmethod
    def output_map(place):
        if not place:
            return []
        return [(b'\1', place.inner)] + [(b'\2' + key, path) for key, path in sorted(place.paths.items())]

    def transaction(self):
        inputs = b''.join(coin.outpoint + b'\0' + struct.pack('<I', self.sequence) for coin in self.coins)
        outputs = b''.join(output(value, script) for value, script, _ in self.outputs)
        return struct.pack('<I', self.version) + compact(len(self.coins)) + inputs + compact(len(self.outputs)) + \
            outputs + struct.pack('<I', self.locktime)

    def digest(self, at, sighash=ALL):
        """BIP143 for SIGHASH_ALL, whatever the byte behind the signature says."""
        coin = self.coins[at]
        points = sha256d(b''.join(c.outpoint for c in self.coins))
        sequences = sha256d(struct.pack('<I', self.sequence) * len(self.coins))
        outputs = sha256d(b''.join(output(value, script) for value, script, _ in self.outputs))
        return sha256d(struct.pack('<I', self.version) + points + sequences + coin.outpoint + counted(coin.place.inner) +
                       struct.pack('<QI', coin.value, self.sequence) + outputs + struct.pack('<II', self.locktime, sighash))

    def sign(self, n, at=0, nonce=None, high_s=False, sighash=ALL, shown=None, encode=der):
        secret, digest = self.coins[at].place.secrets[n], self.digest(at, sighash)
        r, s = ecdsa(secret, digest, nonce or nonce_of(secret, digest), high_s)
        pair = (b'\2' + public_of(secret), encode(r, s) + bytes([sighash if shown is None else shown]))
        self.input_maps[at].append(pair)
        return self

    def without(self, key, at=0):
        self.input_maps[at] = [pair for pair in self.input_maps[at] if pair[0] != key]
        return self

    def put(self, key, value, at=0):
        self.without(key, at).input_maps[at].append((key, value))
        return self

    def bytes(self):
        maps = [[(b'\0', self.transaction())] + self.globals] + self.input_maps + self.output_maps
        return b'psbt\xff' + b''.join(b''.join(counted(k) + counted(v) for k, v in pairs) + b'\0' for pairs in maps)

    def text(self):
        return base64.b64encode(self.bytes()) + b'\n'
