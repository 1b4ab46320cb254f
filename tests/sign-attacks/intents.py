# SPDX-License-Identifier: Apache-2.0
# docs/PROTOCOL.intent.md, written by somebody who may lie in each field.
import base64
import hashlib
import struct

from coins import BTC, PAYEE, STRANGER
from curve import ed25519_public, ed25519_sign

CHAIN = {'bitcoin': (1, 3), 'evm': (2, 31337)}


def approver(n):
    return hashlib.sha256(b'lab approver %d' % n).digest()


def text(value):
    return bytes([len(value)]) + value.encode()


class Intent:
    def __init__(self, wallet, now, **other):
        self.chain, self.wallet, self.wallet_name = CHAIN['bitcoin'], wallet, 'cold'
        self.id, self.initiator, self.contract = 'withdrawal-1', 'Person 1', b'\0' * 20
        self.destinations, self.fee_max, self.counter = [(PAYEE, BTC // 2)], 20000, 1
        self.not_before, self.expiry = now - 3600, now + 3600
        self.begun_by, self.approved_by = 1, [2]
        self.__dict__.update(other)

    def body(self):
        places = b''.join(bytes([len(p)]) + p + amount.to_bytes(32, 'big') for p, amount in self.destinations)
        return b'RDINTENT' + struct.pack(ORDER + 'H', 1) + struct.pack(ORDER + 'BQ', *self.chain) + text(self.wallet_name) + \
            self.wallet + text(self.id) + text(self.initiator) + self.contract + bytes([len(self.destinations)]) + places + \
            self.fee_max.to_bytes(32, 'big') + struct.pack(ORDER + 'QQQ', self.not_before, self.expiry, self.counter)

    def signature(self, role, seed):
        digest = hashlib.sha256(b'redoubt/intent/v1\0' + self.body()).digest()
        return ed25519_public(seed) + ed25519_sign(seed, b'redoubt/intent/' + role + b'/v1\0' + digest)

    def sign(self):
        self.initiation = self.signature(b'initiate', approver(self.begun_by))
        self.approvals = [self.signature(b'approve', approver(n)) for n in self.approved_by]
        return self

    def armour(self):
        body = self.body()
        data = b'RDINTSIG' + struct.pack(ORDER + 'HH', 1, len(body)) + body + self.initiation + \
            bytes([len(self.approvals)]) + b''.join(self.approvals)
        line = base64.b64encode(data)
        rows = [line[at:at + 64] for at in range(0, len(line), 64)]
        return b'-----BEGIN REDOUBT INTENT-----\n' + b'\n'.join(rows) + b'\n-----END REDOUBT INTENT-----\n'


ORDER = '<'


class Opening:
    """The quorum's word that one payload may change owners."""

    def __init__(self, payload, now, **other):
        self.payload, self.initiator = hashlib.sha256(payload).digest(), 'Person 1'
        self.not_before, self.expiry, self.begun_by, self.approved_by = now - 3600, now + 3600, 1, [2]
        self.domain = b'redoubt/opening/'
        self.__dict__.update(other)

    def body(self):
        return b'RDOPENED' + struct.pack(ORDER + 'H', 1) + self.payload + text(self.initiator) + \
            struct.pack(ORDER + 'QQ', self.not_before, self.expiry)

    def signature(self, role, seed):
        digest = hashlib.sha256(self.domain + b'v1\0' + self.body()).digest()
        return ed25519_public(seed) + ed25519_sign(seed, self.domain + role + b'/v1\0' + digest)

    def armour(self):
        data = self.body() + self.signature(b'initiate', approver(self.begun_by)) + bytes([len(self.approved_by)]) + \
            b''.join(self.signature(b'approve', approver(n)) for n in self.approved_by)
        line = base64.b64encode(data)
        rows = [line[at:at + 64] for at in range(0, len(line), 64)]
        return b'-----BEGIN REDOUBT OPENING-----\n' + b'\n'.join(rows) + b'\n-----END REDOUBT OPENING-----\n'


def openings(payload, now):
    """name, opening, what is said of it ('' when it holds)."""
    yield 'good', Opening(payload, now), ''
    yield 'other-payload', Opening(payload + b'\n', now), 'for another payload'
    yield 'own', Opening(payload, now, approved_by=[1]), 'approves it himself'
    yield 'none', Opening(payload, now, approved_by=[]), 'fewer people'
    yield 'stranger', Opening(payload, now, approved_by=[9]), 'not pinned here'
    yield 'stranger-beside', Opening(payload, now, approved_by=[2, 9]), 'not pinned here'
    yield 'twice', Opening(payload, now, approved_by=[2, 2]), 'approves twice'
    yield 'expired', Opening(payload, now, not_before=now - 7200, expiry=now - 1), 'expired'
    yield 'early', Opening(payload, now, not_before=now + 1800), 'does not hold yet'
    yield 'begun-by-stranger', Opening(payload, now, begun_by=9), 'not begun by a person whose key is pinned'
    yield 'named-other', Opening(payload, now, initiator='Person 3'), 'not under that name'
    yield 'too-long', Opening(payload, now, expiry=now + 8 * 86400), 'damaged or altered'
    yield 'of-an-intent', Opening(payload, now, domain=b'redoubt/intent/'), 'does not verify'


def attacks(wallet, now):
    """name, text, the refusal's name, what its sentence must say. The payload is the honest payment of 0.5 to PAYEE."""

    def made(**other):
        return Intent(**{'wallet': wallet, 'now': now, **other}).sign()

    def after(change):
        intent = made()
        change(intent)
        return intent

    dmm = 'DMM 2024'
    yield 'payee-other', made(destinations=[(STRANGER, BTC // 2)]), 'intent-other-payee', dmm
    yield 'amount-other', made(destinations=[(PAYEE, BTC // 4)]), 'intent-other-amount', dmm
    yield 'one-unpaid', made(destinations=[(PAYEE, BTC // 2), (STRANGER, 1000)]), 'intent-unpaid', dmm
    yield 'wallet-other', made(wallet=b'\7' * 32), 'intent-other-wallet', dmm
    yield 'wallet-named-other', made(wallet_name='warm'), 'intent-other-wallet', dmm
    yield 'chain-other', made(chain=(1, 1)), 'intent-other-chain', 'another chain'
    yield 'fee-less', made(fee_max=9999), 'intent-fee', 'above the one that was agreed'
    yield 'expired', made(not_before=now - 7200, expiry=now - 1), 'intent-expired', 'expired'
    yield 'early', made(not_before=now + 1800), 'intent-early', 'does not hold yet'
    yield 'initiator-approves', made(approved_by=[1]), 'initiator-approves', 'QuadrigaCX'
    yield 'approver-twice', made(approved_by=[2, 2]), 'same-approver-twice', 'Ronin'
    yield 'approvals-none', made(approved_by=[]), 'too-few-approvals', 'Fewer people'
    yield 'approver-unknown', made(approved_by=[9]), 'approver-unknown', 'Ronin'
    yield 'initiator-unknown', made(begun_by=9), 'initiator-unknown', 'pinned'
    yield 'initiator-named-other', made(initiator='Person 3'), 'initiator-unknown', 'under that name'
    # Approved over one destination; the paper is then altered, the approvals kept.
    yield 'altered-payee', after(lambda i: setattr(i, 'destinations', [(STRANGER, BTC // 2)])), 'approval-false', dmm
    yield 'altered-expiry', after(lambda i: setattr(i, 'expiry', now + 86400)), 'approval-false', dmm
    yield 'altered-counter', after(lambda i: setattr(i, 'counter', 77)), 'approval-false', dmm
    yield 'role-borrowed', after(lambda i: setattr(i, 'approvals', [i.signature(b'initiate', approver(2))])), 'approval-false', dmm


def honest(wallet, now):
    yield 'good', Intent(wallet, now).sign()
    yield 'nobody', Intent(wallet, now, destinations=[], id='consolidation-1').sign()
    yield 'nobody-cheap', Intent(wallet, now, destinations=[], fee_max=9999, id='consolidation-2').sign()
    yield 'good-2', Intent(wallet, now, counter=2, id='withdrawal-2').sign()
