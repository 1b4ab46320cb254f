#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kernel.py PROBES NAMESPACE OUTSIDE-INTERFACE MAC4 ADDRESS4 ADDRESS6: sends the probes of `redoubt host harden
--probes` that arrive from outside through the kernel that has the ruleset, and compares what gets in.

It runs in the host's network namespace. Raw sockets see a packet after hook input; so what they get has passed."""
import ctypes
import os
import re
import select
import socket
import struct
import sys

probes, namespace, interface, mac, own4, own6 = sys.argv[1:]
LINE = re.compile(r"^(pass|stop)\tin (tcp|udp|icmp|icmpv6)(?: (\d+))? (\S+) -> (\d+) via eth0\t")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(kind, icmp_type, port, number, source, to, protocol, v6):
    """The transport header, marked with the number: a source port, or an identifier."""
    pseudo = source + to + (struct.pack("!IHBB", 0, 0, 0, protocol) if v6 else struct.pack("!BBH", 0, protocol, 0))
    if kind == "tcp":
        body = struct.pack("!HHIIBBHHH", number, port, 1, 0, 5 << 4, 2, 1024, 0, 0)
        at = 16
    elif kind == "udp":
        body = struct.pack("!HHHH", number, port, 12, 0) + b"redo"
        at = 6
    else:
        body = struct.pack("!BBHHH", icmp_type, 0, 0, number, 0) + bytes(16)
        at = 2
    pseudo = source + to + (struct.pack("!IHBB", len(body), 0, 0, protocol) if v6 else struct.pack("!BBH", 0, protocol, len(body)))
    sum_ = checksum(body if kind == "icmp" else pseudo + body)
    return body[:at] + struct.pack("!H", sum_) + body[at + 2:]


def frame(kind, icmp_type, source, port, number):
    v6 = ":" in source
    family = socket.AF_INET6 if v6 else socket.AF_INET
    a, b = socket.inet_pton(family, source), socket.inet_pton(family, own6 if v6 else own4)
    protocol = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}[kind]
    body = transport(kind, icmp_type, port, number, a, b, protocol, v6)
    ttl = 255 if kind == "icmpv6" else 64
    if v6:
        head = struct.pack("!IHBB", 6 << 28, len(body), protocol, ttl) + a + b
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number, 0, ttl, protocol, 0) + a + b
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    link = bytes.fromhex(mac.replace(":", "")) + b"\x02\0\0\0\0\x01" + (b"\x86\xdd" if v6 else b"\x08\0")
    return link + head + body


def sender():
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, 0):
        raise OSError(ctypes.get_errno(), "setns")
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((interface, 0))
    if libc.setns(here, 0):
        raise OSError(ctypes.get_errno(), "setns")
    return s


def receivers():
    made = {}
    for family, v6 in ((socket.AF_INET, False), (socket.AF_INET6, True)):
        for kind, protocol in (("tcp", 6), ("udp", 17), ("icmpv6", 58) if v6 else ("icmp", 1)):
            made[socket.socket(family, socket.SOCK_RAW, protocol)] = (kind, v6)
    return made


def number_of(data, kind, v6):
    body = data if v6 else data[(data[0] & 15) * 4:]
    at = 0 if kind in ("tcp", "udp") else 4
    return kind, struct.unpack("!H", body[at:at + 2])[0]


out, ins = sender(), receivers()
sent, got = {}, set()
skipped = 0
for line in open(probes):
    m = LINE.match(line)
    if not m or (m[2] == "icmpv6" and "beyond the link" in line):  # sent with hop limit 255
        skipped += 1
        continue
    number = 20000 + len(sent)
    sent[(m[2], number)] = (m[1], line.strip())
    out.send(frame(m[2], int(m[3] or 0), m[4], int(m[5]), number))
    while True:
        ready = select.select(list(ins), [], [], 0 if len(sent) % 64 else 0.05)[0]
        if not ready:
            break
        for s in ready:
            got.add(number_of(s.recv(2048), *ins[s]))
while True:
    ready = select.select(list(ins), [], [], 0.5)[0]
    if not ready:
        break
    for s in ready:
        got.add(number_of(s.recv(2048), *ins[s]))
wrong = [text for key, (expected, text) in sent.items() if (key in got) != (expected == "pass")]
passed = sum(key in got for key in sent)
print(f"{len(sent)} packets sent, {passed} got in, {skipped} of other hooks or states not sent, {len(wrong)} differ")
for text in wrong[:20]:
    print(text)
sys.exit(bool(wrong) or not passed or len(sent) < 100)
