#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reach.py FROM TO PORT: 0 when a TCP connection from that address ("-": any) comes about, 1 when not."""
import socket
import sys

source, to, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET)
s.settimeout(0.7)
try:
    if source != "-":
        s.bind((source, 0))
    s.connect((to, port))
except OSError as e:
    print(e)
    sys.exit(1)
