#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""listen.py PORT...: accepts on these ports, over IPv4 and IPv6, until it is ended."""
import select
import socket
import sys

sockets = [socket.create_server(("::", int(p)), family=socket.AF_INET6, dualstack_ipv6=True) for p in sys.argv[1:]]
print("ready", flush=True)
while True:
    for s in select.select(sockets, [], [])[0]:
        s.accept()[0].close()
