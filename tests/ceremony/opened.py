#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A seed that is laid open is computed again by hashlib and hmac, and by openssl if it is there."""
import hashlib
import hmac
import os
import re
import shutil
import subprocess
import sys

directory = sys.argv[1]
process = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "people.py"), "key", directory, "1", "--answer", "use or open=open",
                          "--answer", "Enter when it was=EOF"], capture_output=True, text=True)
text = process.stdout
assert process.returncode == 3, (process.returncode, text, process.stderr)
commitment = "".join(re.search(r"commitment +(\w+) (\w+)\n +(\w+) (\w+)", text).groups())
page = text.split("This seed is laid open")[1]
kernel = bytes.fromhex(re.search(r"^kernel (\w+)$", page, re.M).group(1))
assert hashlib.sha256(b"redoubt entropy commitment 1\n" + kernel).hexdigest() == commitment, "the commitment is another"
dice = "".join(re.search(r"^dice\s+([1-6\s]+?)\ndigest", page, re.M).group(1).split())
person = " ".join(re.search(r"^text ((?:.|\n)+?)\ndigest", page, re.M).group(1).split("\n"))
parts = [(b"1 kernel", kernel), (b"2 dice", dice.encode()), (b"3 text", person.encode())]
digests = [hashlib.sha256(b"redoubt entropy 1\n" + head + b"\n" + body).digest() for head, body in parts]
shown = re.findall(r"^digest \d (\w+)$", page, re.M)
assert shown == [d.hex() for d in digests], (shown, [d.hex() for d in digests])
prk = hmac.new(b"redoubt entropy 1", b"".join(digests), "sha256").digest()
seed = hmac.new(prk, b"seed\x01", "sha256").hexdigest()
assert re.search(r"^seed (\w+)$", page, re.M).group(1) == seed, "the seed is another"
if shutil.which("openssl"):
    out = subprocess.run(["openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256", "-kdfopt", "hexkey:" + "".join(shown),
                          "-kdfopt", "salt:redoubt entropy 1", "-kdfopt", "info:seed", "HKDF"], capture_output=True, text=True)
    assert out.stdout.strip().replace(":", "").lower() == seed, out
assert not os.path.exists(f"{directory}/v1/keystore"), "a seed that was laid open was used"
