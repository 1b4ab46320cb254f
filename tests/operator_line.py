# SPDX-License-Identifier: Apache-2.0
"""Sends one line to the operator socket and prints the answer: operator_line.py SOCKET LINE"""
import os
import socket
import sys

s = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(sys.argv[1]))  # a socket's path may have 107 bytes only
s.connect(os.path.basename(sys.argv[1]))
s.sendall(sys.argv[2].encode() + b"\n")
answer = b""
while not answer.endswith(b"\n"):
    piece = s.recv(65536)
    if not piece:
        break
    answer += piece
print(answer.decode(), end="")
