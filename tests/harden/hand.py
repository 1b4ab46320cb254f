#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hand.py ADDRESS PORT PROGRAM...: opens a listening socket and becomes the program, with the socket as descriptor 3,
as systemd hands over what a .socket unit names."""
import os
import socket
import sys

s = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=128)
if s.fileno() != 3:
    os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp(sys.argv[3], sys.argv[3:])
