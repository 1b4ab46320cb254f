#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/sign-paths.sh pays with: wallets of any script, payments out of them, and what becomes of the signed
ones; made by src/bitcoin's probe ($PROBE), never by the signer under test.

  money.py descriptor KIND KEY...         wsh, tr or unvault over the keys, with its checksum
  money.py address FILE BRANCH INDEX      of a descriptor's file
  money.py bsms FILE                      the descriptor as a BIP129 record
  money.py pay FILE OUT [NAME=VALUE...]   a payment of half a bitcoin out of one; version=2 writes BIP370's form,
                                          sequence=N sets the input's, base64=yes writes text
  money.py payee                          whom it pays
  money.py finish OUT SIGNED...           combined, completed and extracted, in hex
  money.py sweep FROM TO OUT PATHS        everything of one descriptor's file to 0/5 of another's; PATHS no: the PSBT
                                          says nothing of the output
  money.py txid TO SIGNED                 combined and completed: the id, when it pays TO's 0/5
  money.py version FILE                   a PSBT's
  money.py seal-of FILE KEY               whether KEY has a signature in a PSBT"""
import base64
import hashlib
import os
import pathlib
import struct
import subprocess
import sys

UNSPENDABLE = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"  # BIP341's point without a secret
PAYEE = b"\0\x14" + hashlib.sha256(b"somebody").digest()[:20]


class Probe:
    def __init__(self):
        self.process = subprocess.Popen([os.environ["PROBE"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer or answer[0] != "ok":
            raise SystemExit(f"{words[0]}: {' '.join(answer)}")
        return answer[1:]


probe = Probe()


def descriptor(kind, *keys):
    ranged = [key + ("/<0;1>/*" if "pub" in key else "") for key in keys]
    listed = ",".join(ranged)
    half = len(ranged) // 2
    text = {
        "wsh": lambda: f"wsh(sortedmulti(2,{listed}))",
        "tr": lambda: f"tr({UNSPENDABLE},sortedmulti_a(2,{listed}))",
        "unvault": lambda: f"wsh(or_d(multi(2,{','.join(ranged[:half])}),and_v(v:multi(2,{','.join(ranged[half:])}),older(144))))",
    }[kind]()
    print(f"{text}#{probe.ask('checksum', text)[0]}")


def loaded(path):
    probe.ask("descriptor", 0, "regtest", pathlib.Path(path).read_text().strip())
    return 0


def script(path, branch, index):
    return bytes.fromhex(probe.ask("derive", loaded(path), branch, index)[0])


def address(path, branch, index):
    print(probe.ask("address", "regtest", script(path, branch, index).hex())[0])


def bsms(path):
    text = pathlib.Path(path).read_text().strip().split("#")[0]
    first = probe.ask("address", "regtest", script(path, 0, 0).hex())[0]
    print(f"BSMS 1.0\n{text.replace('/<0;1>/*', '/**')}\n/0/*,/1/*\n{first}")


def payee():
    print(probe.ask("address", "regtest", PAYEE.hex())[0])


def output(satoshi, to):
    return struct.pack("<Q", satoshi) + bytes([len(to)]) + to


def transaction(txid, index, sequence, outputs):
    return struct.pack("<i", 2) + b"\1" + txid + struct.pack("<I", index) + b"\0" + struct.pack("<I", sequence) + \
        bytes([len(outputs)]) + b"".join(outputs) + struct.pack("<I", 0)


def compact(data, at):
    if data[at] < 0xfd:
        return data[at], at + 1
    size = {0xfd: 2, 0xfe: 4}[data[at]]
    return int.from_bytes(data[at + 1:at + 1 + size], "little"), at + 1 + size


def length(size):
    return bytes([size]) if size < 0xfd else b"\xfd" + struct.pack("<H", size)


def maps_read(data):
    maps, pairs, at = [], [], 5
    while at < len(data):
        size, at = compact(data, at)
        if not size:
            maps.append(pairs)
            pairs = []
            continue
        key, at = data[at:at + size], at + size
        size, at = compact(data, at)
        pairs.append((key, data[at:at + size]))
        at += size
    return maps


def maps_write(maps):
    out = b"psbt\xff"
    for pairs in maps:
        for key, value in sorted(pairs):
            out += length(len(key)) + key + length(len(value)) + value
        out += b"\0"
    return out


# BIP370: what stood in the unsigned transaction stands in the maps
def version_2(data, txid, sequence, outputs):
    first, inputs, *outs = maps_read(data)
    first = [p for p in first if p[0] != b"\0"] + [
        (b"\x02", struct.pack("<i", 2)), (b"\x03", struct.pack("<I", 0)), (b"\x04", b"\1"),
        (b"\x05", bytes([len(outputs)])), (b"\xfb", struct.pack("<I", 2))]
    inputs = inputs + [(b"\x0e", txid), (b"\x0f", struct.pack("<I", 0)), (b"\x10", struct.pack("<I", sequence))]
    outs = [pairs + [(b"\x03", struct.pack("<Q", satoshi)), (b"\x04", to)] for pairs, (satoshi, to) in zip(outs, outputs)]
    return maps_write([first, inputs] + outs)


def pay(path, out, *options):
    options = dict(o.split("=", 1) for o in options)
    sequence = int(options.get("sequence", 0xfffffffd))
    own, change = script(path, 0, 3), script(path, 1, 8)
    received = transaction(hashlib.sha256(b"earlier").digest(), 0, 0xffffffff, [output(150_000_000, own)])
    txid = hashlib.sha256(hashlib.sha256(received).digest()).digest()
    outputs = [(50_000_000, PAYEE), (99_990_000, change)]
    payment = transaction(txid, 0, sequence, [output(*o) for o in outputs])
    psbt = bytes.fromhex(probe.ask("psbt-create", payment.hex(), 0, received.hex(), "0/3", "-", "1/8")[0])
    if options.get("version") == "2":
        psbt = version_2(psbt, txid, sequence, outputs)
    if options.get("base64") == "yes":
        psbt = base64.b64encode(psbt) + b"\n"
    pathlib.Path(out).write_bytes(psbt)


def paths_of_output(to):
    received = transaction(hashlib.sha256(b"any").digest(), 0, 0xffffffff, [output(150_000_000, script(to, 0, 3))])
    txid = hashlib.sha256(hashlib.sha256(received).digest()).digest()
    payment = transaction(txid, 0, 0xfffffffd, [output(149_990_000, script(to, 0, 5))])
    return maps_read(bytes.fromhex(probe.ask("psbt-create", payment.hex(), 0, received.hex(), "0/3", "0/5")[0]))[-1]


def sweep(source, to, out, paths):
    described = paths_of_output(to)
    pays = script(to, 0, 5)
    received = transaction(hashlib.sha256(b"earlier").digest(), 0, 0xffffffff, [output(150_000_000, script(source, 0, 3))])
    txid = hashlib.sha256(hashlib.sha256(received).digest()).digest()
    payment = transaction(txid, 0, 0xfffffffd, [output(149_990_000, pays)])
    maps = maps_read(bytes.fromhex(probe.ask("psbt-create", payment.hex(), 0, received.hex(), "0/3", "-")[0]))
    if paths == "yes":
        maps[-1] = described
    pathlib.Path(out).write_bytes(maps_write(maps))


def stripped(raw):  # without the witnesses, as the id is of
    inputs, at = compact(raw, 6)
    start = 6
    for _ in range(inputs):
        size, at = compact(raw, at + 36)
        at += size + 4
    outputs, at = compact(raw, at)
    for _ in range(outputs):
        size, at = compact(raw, at + 8)
        at += size
    return raw[:4] + raw[start:at] + raw[-4:]


def txid(to, signed):
    raw = bytes.fromhex(probe.ask("psbt-extract", probe.ask("psbt-finalize", psbt_read(signed).hex())[0])[0])
    if output(149_990_000, script(to, 0, 5)) not in raw:
        raise SystemExit("it does not pay the new wallet")
    print(hashlib.sha256(hashlib.sha256(stripped(raw)).digest()).digest()[::-1].hex())


def psbt_read(path):
    data = pathlib.Path(path).read_bytes()
    return base64.b64decode(data, validate=False) if data.startswith(b"cHNid") else data


def finish(out, *signed):
    parts = [psbt_read(path).hex() for path in signed]
    whole = probe.ask("psbt-combine", *parts)[0] if len(parts) > 1 else parts[0]
    raw = probe.ask("psbt-extract", probe.ask("psbt-finalize", whole)[0])[0]
    if PAYEE.hex() not in raw:
        raise SystemExit("it does not pay the payee")
    pathlib.Path(out).write_text(raw + "\n")


def version(path):
    print(probe.ask("psbt", psbt_read(path).hex())[0])


def seal_of(path, key):
    wanted = bytes.fromhex(key)
    sys.exit(not any(pair[0] == b"\x02" + wanted for pairs in maps_read(psbt_read(path)) for pair in pairs))


if __name__ == "__main__":
    {"descriptor": descriptor, "address": address, "bsms": bsms, "payee": payee, "pay": pay, "finish": finish, "sweep": sweep, "txid": txid,
     "version": version, "seal-of": seal_of}[sys.argv[1]](*sys.argv[2:])
