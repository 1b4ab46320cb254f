#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# typeahead.py TYPED PROMPT COMMAND...: on a terminal of its own, TYPED lies in the input before the command asks
# anything. 0 when the command still waits at PROMPT a second after it asked; 1 when it took what was typed ahead.
import os
import pty
import select
import signal
import sys
import time

typed, prompt, command = sys.argv[1].encode().decode('unicode_escape').encode(), sys.argv[2].encode(), sys.argv[3:]
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.close(go)
    os.read(ready, 1)  # not before the input lies there
    os.execv(command[0], command)
os.write(terminal, typed)
time.sleep(0.2)
os.write(go, b'x')
seen, asked, until = b'', 0, time.time() + 10
while time.time() < until:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            break
    if prompt in seen and not asked:
        asked, until = 1, time.time() + 1
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
after = seen.rsplit(prompt, 1)[-1] if asked else b''
if not asked or after.strip(b': \r\n'):
    sys.stdout.write(seen.decode(errors='replace')[-1500:])
    sys.exit(1)
