#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# make.py DIR COLD-WALLET-FILE NOW: writes every payload into DIR, and "attacks", "clean", "intents": one line each.
import hashlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bitcoin_attacks
import coins
import evm_attacks
import intents


def write(folder, name, data):
    with open(os.path.join(folder, name), 'wb') as to:
        to.write(data if isinstance(data, bytes) else data.encode())


def manifest(folder, name, rows):
    write(folder, name, ''.join('\t'.join(row) + '\n' for row in rows))


def main():
    folder, wallet_file, now = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(wallet_file) as wallet:
        text = wallet.read()
    coins.prints_read(text)
    descriptor = [line for line in text.splitlines() if line.startswith('descriptor ')][0].split(' ', 1)[1]
    rows = []
    for kind, attacks in (('btc', bitcoin_attacks.attacks()), ('evm', evm_attacks.attacks())):
        for name, payload, tag, sentence in attacks:
            write(folder, kind + '-' + name, payload)
            rows.append((kind + '-' + name, tag, sentence))
    manifest(folder, 'attacks', rows)

    rows = []
    for name, psbt, typed in bitcoin_attacks.clean():
        write(folder, 'clean-' + name, psbt.text())
        rows.append(('clean-' + name, typed))
    for name, payload, typed in evm_attacks.clean():
        write(folder, 'clean-' + name, payload)
        rows.append(('clean-' + name, '\\n'.join(typed)))
    manifest(folder, 'clean', rows)

    wallet_id = hashlib.sha256(descriptor.encode()).digest()
    rows = []
    for name, intent, tag, sentence in intents.attacks(wallet_id, now):
        write(folder, 'intent-' + name, intent.armour())
        rows.append(('intent-' + name, tag, sentence))
    manifest(folder, 'intents', rows)
    for name, intent in intents.honest(wallet_id, now):
        write(folder, 'intent-' + name, intent.armour())
    rows = []
    for name, opening, said in intents.openings(evm_attacks.owner_change().encode(), now):
        write(folder, 'opening-' + name, opening.armour())
        rows.append(('opening-' + name, said))
    manifest(folder, 'openings', rows[1:])
    write(folder, 'owner-change', evm_attacks.owner_change())
    write(folder, 'owner-change-other', evm_attacks.owner_change().replace('nonce 4', 'nonce 5'))
    for name, data in bitcoin_attacks.loose():
        write(folder, name, data)


main()
