#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# acl.py KIND:ID:PERMISSIONS PATH: adds one named entry (u or g) to a file's access list, as setfacl -m does.
import os
import struct
import sys

USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32
kind, number, letters = sys.argv[1].split(":")
path = sys.argv[2]
mode = os.stat(path).st_mode
named = sum(bit for letter, bit in zip("rwx", (4, 2, 1)) if letter in letters)
entries = [
    (USER_OBJ, mode >> 6 & 7, 0xFFFFFFFF),
    (USER if kind == "u" else GROUP, named, int(number)),
    (GROUP_OBJ, mode >> 3 & 7, 0xFFFFFFFF),
    (MASK, named | mode >> 3 & 7, 0xFFFFFFFF),
    (OTHER, mode & 7, 0xFFFFFFFF),
]
text = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in sorted(entries, key=lambda e: e[0]))
os.setxattr(path, "system.posix_acl_access", text)
