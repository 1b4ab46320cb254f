#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The wallet of a finished ceremony receives and pays: signers 1 and 2 sign by redoubt-sign, each in his vault, and
the probe of src/bitcoin combines and completes. Usage: spend.py DIR PROBE"""
import hashlib
import os
import pathlib
import struct
import subprocess
import sys

PASSPHRASE = "correct horse battery staple"
SIGN = os.environ["REDOUBT_SIGN"]
directory, probe_path = pathlib.Path(sys.argv[1]), sys.argv[2]
probe = subprocess.Popen([probe_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(*words):
    probe.stdin.write(" ".join(str(w) for w in words) + "\n")
    probe.stdin.flush()
    answer = probe.stdout.readline().split()
    assert answer and answer[0] == "ok", (words[0], answer)
    return answer[1:]


def sign(arguments, answers):
    done = subprocess.run([SIGN] + arguments, input="".join(a + "\n" for a in answers), capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


def output(satoshi, script):
    return struct.pack("<Q", satoshi) + bytes([len(script)]) + script


def transaction(txid, index, outputs):
    return struct.pack("<i", 2) + b"\1" + txid + struct.pack("<I", index) + b"\0" + struct.pack("<I", 0xfffffffd) + \
        bytes([len(outputs)]) + b"".join(outputs) + struct.pack("<I", 0)


wallet = (directory / "v1/wallets/cold-1.wallet").read_text()
descriptor = next(l[11:] for l in wallet.splitlines() if l.startswith("descriptor "))
ask("descriptor", 0, "regtest", descriptor)
own, change = (bytes.fromhex(ask("derive", 0, branch, 0)[0]) for branch in (0, 1))
payee = b"\0\x14" + hashlib.sha256(b"somebody").digest()[:20]
address = ask("address", "regtest", payee.hex())[0]
received = transaction(hashlib.sha256(b"earlier").digest(), 0, [output(100_000_000, own)])
txid = hashlib.sha256(hashlib.sha256(received).digest()).digest()
payment = transaction(txid, 0, [output(50_000_000, payee), output(49_990_000, change)])
psbt = ask("psbt-create", payment.hex(), 0, received.hex(), "0/0", "-", "1/0")[0]
(directory / "payment.psbt").write_bytes(bytes.fromhex(psbt))
(directory / "policy").write_text("redoubt policy 1\nnetwork regtest\nintent optional\n"
                                  "limit bitcoin payment-max=1.0 fee-max=0.001 fee-rate-max=200 fee-share-max=5\n")
policy = hashlib.sha256((directory / "policy").read_bytes()).hexdigest()
signed = []
for i in (1, 2):
    vault = ["--vault", str(directory / f"v{i}")]
    sign(["policy", str(directory / "policy")] + vault, [policy[-6:], PASSPHRASE])
    page = sign(["inspect", str(directory / "payment.psbt")] + vault, [])
    assert "change, ours" in page and "0.50000000 BTC" in page, page
    sign(["sign", str(directory / "payment.psbt"), "--out", str(directory / f"signed{i}.psbt")] + vault,
         ["0.50000000", address[-6:], PASSPHRASE])
    signed.append((directory / f"signed{i}.psbt").read_bytes().hex())
combined = ask("psbt-combine", *signed)[0]
final = ask("psbt-finalize", combined)[0]
whole = bytes.fromhex(ask("psbt-extract", final)[0])
assert len(whole) > len(payment) and payee in whole, whole.hex()
probe.stdin.write(f"psbt-finalize {signed[0]}\n")
probe.stdin.flush()
assert probe.stdout.readline().startswith("no "), "one signature was enough"
