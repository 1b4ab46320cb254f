# SPDX-License-Identifier: Apache-2.0
# name -> (file, the refusal's name, what its sentence must say). Each attack is the honest payment with one lie.
import struct
import time

from coins import BTC, PAYEE, STRANGER, Coin, Place, Psbt, output
from curve import N, der, der_number

FEE = 10000
PAID = BTC // 2


def world():
    own, other = Place(0, 3), Place(0, 4)
    return own, other, Place(1, 8), Coin(own, 3 * BTC // 2), Coin(other, BTC // 2, 2)


def payment(paid=PAID, to=PAYEE, fee=FEE, **options):
    _, _, change, coin, _ = world()
    return Psbt([coin], [(paid, to, None), (coin.value - paid - fee, change.script, change)], **options)


def payment_of_two(paid=PAID):
    _, _, change, a, b = world()
    return Psbt([a, b], [(paid, PAYEE, None), (a.value + b.value - paid - FEE, change.script, change)])


# ---- the segwit fee attack ---------------------------------------------------
def claimed(psbt, at, value):
    """The amount that a signer of the witness UTXO alone would believe."""
    place = psbt.coins[at].place
    return psbt.put(b'\1', output(value, place.script), at)


def previous_altered(psbt):
    old = psbt.coins[0]
    return psbt.put(b'\0', old.previous.replace(struct.pack('<Q', old.value), struct.pack('<Q', old.value - BTC)))


def fee_attacks():
    lie = 'fee attack'
    yield 'previous-missing', payment().without(b'\0'), 'missing-previous-transaction', lie
    yield 'amount-claimed-small', claimed(payment().without(b'\0'), 0, BTC // 2 + FEE), 'missing-previous-transaction', lie
    yield 'amount-beside-previous', claimed(payment(), 0, BTC), 'false-previous-transaction', lie
    yield 'previous-altered', previous_altered(payment()), 'false-previous-transaction', lie
    # Two requests "because the first one failed": each tells the truth of one coin and lies of the other.
    for at in (0, 1):
        psbt = payment_of_two().without(b'\0', 0).without(b'\0', 1)
        yield 'swapped-amounts-%d' % (at + 1), claimed(psbt, at, 1000), 'missing-previous-transaction', lie
        psbt = claimed(payment_of_two(), at, 1000)
        yield 'swapped-amounts-with-previous-%d' % (at + 1), psbt, 'false-previous-transaction', lie
    yield 'fee-absurd', payment(fee=BTC // 20), 'absurd-fee', 'above the policy'
    yield 'fee-is-everything', Psbt([world()[3]], [(PAID, PAYEE, None)]), 'absurd-fee', lie
    yield 'more-out-than-in', payment(paid=2 * BTC, fee=-BTC), 'impossible-amounts', 'impossible'


# ---- change swap --------------------------------------------------------------
def changed(script, place, index=None):
    _, _, _, coin, _ = world()
    return Psbt([coin], [(PAID, PAYEE, None), (coin.value - PAID - FEE, script, place)])


def change_attacks():
    own, _, change, _, _ = world()
    theirs = Place(1, 8, {3: b'attacker' * 4})
    lie = 'change'
    yield 'change-foreign-script', changed(STRANGER, change), 'foreign-change', lie
    yield 'change-key-swapped', changed(theirs.script, theirs), 'foreign-change', lie
    wrong = Place(1, 9)
    wrong.paths = dict(zip(sorted(wrong.paths), [change.paths[key] for key in sorted(change.paths)]))
    yield 'change-other-path', changed(wrong.script, wrong), 'foreign-change', lie
    branch = Place(7, 8)
    yield 'change-other-branch', changed(branch.script, branch), 'foreign-change', lie
    far = Place(1, 2000000000)
    yield 'change-index-absurd', changed(far.script, far), 'index-gap', 'ransom'
    stranger = Place(1, 8)
    stranger.paths = {key: b'\xde\xad\xbe\xef' + path[4:] for key, path in stranger.paths.items()}
    unknown = Place(1, 8, {n: b'attacker%d' % n * 4 for n in (1, 2, 3)})
    unknown.paths = {key: b'\xde\xad\xbe\xef' + path[4:] for key, path in unknown.paths.items()}
    yield 'change-unregistered', changed(unknown.script, unknown), 'unregistered-keys', lie


# ---- look-alikes ---------------------------------------------------------------
LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'


def bech32(program):
    bits = int.from_bytes(program, 'big')
    data = [0] + [bits >> 5 * i & 31 for i in range(len(program) * 8 // 5 - 1, -1, -1)]
    check = 1
    for value in [ord(c) >> 5 for c in 'bcrt'] + [0] + [ord(c) & 31 for c in 'bcrt'] + data + [0] * 6:
        top = check >> 25
        check = (check & 0x1ffffff) << 5 ^ value
        for i, constant in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= constant if top >> i & 1 else 0
    check ^= 1
    return 'bcrt1' + ''.join(LETTERS[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def look_alike(seed=5):
    """As a forger makes one: the same beginning, and tries until the end is the same, too."""
    wanted = bech32(PAYEE[2:])
    number = seed
    while True:
        program = PAYEE[2:6] + b'\xee' * 12 + struct.pack('>I', number)
        if bech32(program)[-3:] == wanted[-3:]:
            return b'\0\x14' + program
        number += 1


def alike_attacks():
    yield 'look-alike-both-ends', payment(to=look_alike()), 'look-alike', 'address poisoning'
    yield 'look-alike-beginning', payment(to=PAYEE[:8] + b'\xaa' * 14), 'look-alike', 'address poisoning'


# ---- signatures -------------------------------------------------------------------
def not_der(r, s):
    """A needless zero before r, as lax readers take it."""
    number = der_number(r)
    body = b'\x02' + bytes([number[1] + 1]) + b'\0' + number[2:] + der_number(s)
    return b'\x30' + bytes([len(body)]) + body


def compact_form(r, s):
    return r.to_bytes(32, 'big') + s.to_bytes(32, 'big')


def altered_after(change):
    """Signed by the second person, then altered, and given to the first."""
    psbt = payment().sign(2)
    change(psbt)
    return psbt


def outputs_swap(psbt):
    psbt.outputs[0] = (PAID, STRANGER, None)


def output_drop(psbt):
    del psbt.outputs[1], psbt.output_maps[1]
    psbt.outputs[0] = (psbt.coins[0].value - FEE - BTC // 2, PAYEE, None)


def input_add(psbt):
    coin = world()[4]
    psbt.coins.append(coin)
    psbt.input_maps.append(Psbt.input_map(coin))
    psbt.outputs[0] = (PAID + coin.value, PAYEE, None)


def setter(name, value):
    return lambda psbt: setattr(psbt, name, value)


def sighash_byte(psbt):
    key, value = psbt.input_maps[0][-1]
    psbt.input_maps[0][-1] = (key, value[:-1] + b'\x81')


def signature_attacks():
    altered = 'altered'
    for name, change in (('outputs', outputs_swap), ('sequence', setter('sequence', 0xfffffffe)),
                         ('locktime', setter('locktime', 700000)), ('version', setter('version', 1)),
                         ('added-input', input_add), ('dropped-output', output_drop)):
        yield 'altered-' + name, altered_after(change), 'altered-after-signing', altered
    yield 'altered-sighash-byte', altered_after(sighash_byte), 'sighash-type', 'sighash abuse'
    yield 'high-s', payment().sign(2, high_s=True), 'high-s', 'malleability'
    yield 'not-der', payment().sign(2, encode=not_der), 'signature-encoding', 'strict DER'
    yield 'not-der-compact', payment().sign(2, encode=compact_form), 'signature-encoding', 'strict DER'
    for name, value in (('none', 2), ('single', 3), ('all-anyonecanpay', 0x81), ('none-anyonecanpay', 0x82),
                        ('default', 0)):
        yield 'sighash-' + name, payment().put(b'\3', struct.pack('<I', value)), 'sighash-type', 'sighash abuse'
        if value:
            yield 'signed-sighash-' + name, payment().sign(2, sighash=value), 'sighash-type', 'sighash abuse'
    nonce = 0x1234567890abcdef1234567890abcdef1234567890abcdef
    yield 'nonce-twice', payment_of_two().sign(2, 0, nonce).sign(2, 1, nonce), 'repeated-nonce', 'Upbit'
    yield 'nonce-of-two-signers', payment().sign(2, 0, nonce).sign(3, 0, nonce), 'repeated-nonce', 'Upbit'
    yield 'nonce-mirrored', payment_of_two().sign(2, 0, nonce).sign(2, 1, N - nonce), 'repeated-nonce', 'Upbit'
    yield 'nonce-one', payment().sign(2, 0, 1), 'weak-nonce', 'Upbit'
    yield 'nonce-small', payment().sign(2, 0, 7), 'weak-nonce', 'Upbit'
    yield 'nonce-half', payment().sign(2, 0, (N + 1) // 2), 'weak-nonce', 'Upbit'
    _, _, _, coin, _ = world()
    theirs = Place(0, 3, {3: b'attacker' * 4})
    psbt = payment()
    psbt.coins = [Coin(theirs, coin.value)]
    psbt.coins[0].outpoint = coin.outpoint
    yield 'stranger-key', psbt.sign(3), 'stranger-signature', 'no part'


# ---- the rest ------------------------------------------------------------------------
def shape_attacks():
    _, _, change, coin, second = world()
    foreign = Place(0, 3, {n: b'attacker%d' % n * 4 for n in (1, 2, 3)})
    mixed = Psbt([coin, Coin(foreign, BTC)], [(2 * BTC, PAYEE, None)])
    yield 'foreign-input', mixed, 'foreign-input', 'not of a registered wallet'
    yield 'script-swapped', payment().put(b'\5', Place(0, 5).inner), 'input-script', 'swap'
    yield 'script-left-away', payment().without(b'\5'), 'input-script', 'left away'
    yield 'same-coin-twice', Psbt([coin, coin], [(2 * BTC, PAYEE, None)]), 'duplicate-input', 'twice'
    yield 'complete-already', payment().put(b'\x08', b'\1\0'), 'input-already-complete', 'completed'
    yield 'data-output', payment(to=b'\x6a\x04evil'), 'no-address', 'no address'
    yield 'anyone-output', payment(to=b'\x52\x02\x4e\x73'), 'anyone-can-spend', 'anyone'
    yield 'dust', payment(paid=100), 'dust', 'small'
    psbt = payment()
    psbt.globals.append((b'\x06', b'\3'))
    yield 'over-cap', payment(paid=BTC * 125 // 100), 'over-cap', 'Bitfinex'
    rows = [(1000, b'\0\x14' + struct.pack('>I', i) + b'\x33' * 16, None) for i in range(300)]
    rows.append((coin.value - 300000 - FEE, change.script, change))
    yield 'too-many-outputs', Psbt([coin], rows), 'too-many-to-show', 'Split'


def attacks():
    for family in (fee_attacks, change_attacks, alike_attacks, signature_attacks, shape_attacks):
        for name, psbt, tag, sentence in family():
            yield name, psbt.text(), tag, sentence


def clean():
    """name, PSBT, what a person types."""
    yield 'payment', payment(), '0.50000000'
    yield 'payment-of-two', payment_of_two(), '0.50000000'
    yield 'signed-by-another', payment().sign(2), '0.50000000'
    own = Psbt([world()[4]], [(BTC // 2 - FEE, Place(1, 9).script, Place(1, 9))])
    yield 'to-ourselves', own, '0.00010000'


SEEN = 0x2222222222222222222222222222222222222222222222222222222222222222


def loose():
    """Files that the script plays by itself."""
    yield 'nonce-seen', payment(PAID // 4).sign(2, 0, SEEN).text()
    yield 'nonce-again', payment(PAID // 4 + 1).sign(2, 0, SEEN).text()
    for i in range(3):
        yield 'part-%d' % (i + 1), payment(BTC // 2 + i).text()
    yield 'half', payment().text()
    yield 'half-again', payment(sequence=0xfffffffc).text()
    yield 'half-elsewhere', payment(to=STRANGER).text()
    yield 'half-and-more', payment(PAID + 1).text()
    for n in range(3):  # nothing leaves but the fee
        own = Place(1, 9 + n)
        yield 'to-ourselves-%d' % n, Psbt([world()[4]], [(BTC // 2 - FEE, own.script, own)]).text()
    for branch, index in ((0, 4), (1, 8)):
        own = bytearray(Place(branch, index).script)
        own[-1] ^= 1  # begins as ours does, far beyond what anybody compares
        yield 'like-ours-%d' % branch, payment(to=bytes(own)).text()
    now = int(time.time())
    for name, lock in (('height', 700000), ('month', now + 30 * 86400), ('hours', now + 3600)):
        late = payment()
        late.locktime = lock
        yield 'locked-' + name, late.text()
    escapes = payment()
    escapes.globals.append((b'\xfc\x04EVIL\0', b'\x1b]0;owned\x07\x1b[2J\x1b[8m'))
    escapes.input_maps[0].append((b'\xfc\x04EVIL\0', b'\x1b[31mREFUSED\x1b[0m'))
    yield 'escapes', escapes.text()
    bomb = payment()
    bomb.input_maps[0] += [(b'\xfc\x04EVIL\0' + struct.pack('>I', i), b'\0' * 50) for i in range(60000)]
    yield 'huge-many-fields', bomb.text()
    bomb = payment()
    bomb.globals.append((b'\xfc\x04EVIL\0', b'\0' * (3 << 20)))
    yield 'huge-one-field', bomb.text()
