#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""forge.py SOCKET: plays someone who reaches the operator's socket without the operator's key.
Every forged or malformed request must be refused in words, and the next one served. Exit 1 with a sentence otherwise."""
import base64
import json
import os
import socket
import struct
import sys

CUSTOMER_ADD = 69


def ask(line):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(sys.argv[1])
        s.sendall(line if isinstance(line, bytes) else (json.dumps(line) + "\n").encode())
        answer = b""
        while not answer.endswith(b"\n"):
            piece = s.recv(65536)
            if not piece:
                break
            answer += piece
    return json.loads(answer) if answer else None


def entry(number, previous, signer=0, uid=os.getuid(), signature=bytes(64)):
    body = os.urandom(32) + b"\x03eve"
    payload = struct.pack("<Q32sII64s", number, previous, signer, uid, signature) + body
    return struct.pack("<HBBI", 8 + len(payload), CUSTOMER_ADD, 1, 0) + payload


def submit(data):
    return ask({"op": "submit", "entry": base64.b64encode(data).decode()})


def main():
    before = ask({"op": "head"})
    number, previous = before["number"] + 1, bytes.fromhex(before["hash"])
    forgeries = {
        "no signature": entry(number, previous),
        "a random signature": entry(number, previous, signature=os.urandom(64)),
        "a signer that genesis does not name": entry(number, previous, signer=7),
        "another uid than the kernel says": entry(number, previous, uid=os.getuid() + 1),
        "a trading entry": struct.pack("<HBBI", 8 + 28, 2, 1, 0) + bytes(28),
        "a genesis": entry(1, bytes(32))[:2] + b"\x40" + entry(1, bytes(32))[3:],
        "a cut entry": entry(number, previous)[:50],
        "nothing": b"",
    }
    for name, data in forgeries.items():
        answer = submit(data)
        if answer is None or answer.get("ok"):
            sys.exit(f"{name}: answered {answer}")
    for line in (b"{\n", b"[]\n", b'{"op":"rm"}\n', b'{"op":"submit"}\n', os.urandom(300).replace(b"\n", b" ") + b"\n", b"x" * 100000 + b"\n"):
        try:
            answer = ask(line)
        except (ConnectionError, TimeoutError) as broken:
            answer = {"ok": False, "error": str(broken)}
        if answer is not None and answer.get("ok"):
            sys.exit(f"{line[:40]}: answered {answer}")
    after = ask({"op": "head"})
    if after != before:
        sys.exit(f"the control chain moved: {before} -> {after}")


main()
