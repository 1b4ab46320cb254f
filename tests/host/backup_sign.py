#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""backup_sign.py [--log] TREE...: signs what backups and the log of a fixture consist of with the keys of these tests, as
docs/PROTOCOL.backup.md and PROTOCOL.log.md say. A TREE is tests/host/clean or one of tests/host/faults/ID-N (with --log its
log, too). What is signed
is what the files say; where the clean tree's digests changed, `previous`, heads and verdicts follow."""
import base64
import hashlib
import hmac
import pathlib
import subprocess
import sys
import tempfile

SIGNING = b"the backup key of these tests.."
SIGNING = SIGNING + b"!" * (32 - len(SIGNING))
RECOVERY = b"the recovery key of these tests!"


def openssl(seed, *arguments, data=None):
    with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as message:
        key.write(bytes.fromhex("302e020100300506032b657004220420") + seed)
        key.flush()
        message.write(data or b"")
        message.flush()
        words = [w.replace("KEY", key.name).replace("MESSAGE", message.name) for w in arguments]
        return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


def sign(seed, data):
    return openssl(seed, "pkeyutl", "-sign", "-keyform", "DER", "-inkey", "KEY", "-rawin", "-in", "MESSAGE", data=data)


def public(seed):
    return openssl(seed, "pkey", "-inform", "DER", "-in", "KEY", "-pubout", "-outform", "DER")[-32:]


def hkdf(seed, info):
    extracted = hmac.new(b"\0" * 32, seed, "sha256").digest()
    return hmac.new(extracted, info.encode() + b"\1", "sha256").digest()


def text_signed(text, seed, domain, hashed):
    body = text[:text.rindex(b"signature ")]
    message = domain + b"\0" + (hashlib.sha256(body).digest() if hashed else body)
    return body + b"signature " + sign(seed, message).hex().encode() + b"\n"


def line_set(text, word, value):
    return b"\n".join(word + b" " + value if l.startswith(word + b" ") else l for l in text.split(b"\n"))


def field(text, word):
    return next(l for l in text.split(b"\n") if l.startswith(word + b" ")).split(b" ")[1:]


def manifest_sign(path, previous=None):
    text = path.read_bytes()
    if previous is not None:
        text = line_set(text, b"previous", previous)
    text = text_signed(text, SIGNING, b"redoubt/backup/manifest/v1", True)
    path.write_bytes(text)
    return hashlib.sha256(text).hexdigest().encode()


def head_write(folder, text, digest, note):
    number, blocks = int(field(text, b"number")[0]), int(field(text, b"journal")[0])
    folder.mkdir(exist_ok=True)
    head = b"redoubt-backup-head 1\nexchange %s\nnumber %d\nmanifest %s\njournal %s\ntime %s\ncheckpoint %s\nsignature \n" % (
        field(text, b"exchange")[0], number, digest, b" ".join(field(text, b"journal")[:2]), field(text, b"time")[0],
        base64.b64encode(note))
    (folder / f"{number:020}-{blocks:020}").write_bytes(text_signed(head, SIGNING, b"redoubt/backup/head/v1", False))


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def checkpoint_sign(exchange, keys):
    tile = max((exchange / "log/tile/0/000.p").iterdir(), key=lambda p: int(p.name)).read_bytes()
    leaves = [tile[i:i + 32] for i in range(0, len(tile), 32)]
    seed, origin = (keys / "log.key").read_bytes(), b"redoubt.local/clean"
    text = b"%s\n%d\n%s\nentries 30\n" % (origin, len(leaves), base64.b64encode(root_of(leaves)))
    key_id = hashlib.sha256(origin + b"\n\x01" + public(seed)).digest()[:4]
    note = text + "\n— ".encode() + origin + b" " + base64.b64encode(key_id + sign(seed, text)) + b"\n"
    (exchange / "log/checkpoint").write_bytes(note)
    if keys.parent == exchange:
        (exchange / "log/log.vkey").write_bytes(origin + b"+" + key_id.hex().encode() + b"+" + base64.b64encode(b"\1" + public(seed)) + b"\n")
    return note


def clean_sign(tree):
    exchange = tree / "var/lib/redoubt/exchange"
    note = checkpoint_sign(exchange, exchange / "keys")
    drilled = None
    for destination in (tree / "mnt/backup1", tree / "mnt/backup2"):
        digest = {}
        for path in sorted((destination / "manifests").iterdir()):
            number = int(path.name)
            digest[number] = manifest_sign(path, digest.get(number - 1))
            if field(path.read_bytes(), b"kind") == [b"full"]:
                (exchange / "backup/last-full").write_bytes(path.read_bytes())
        drilled = digest
        head_write(destination / "heads", path.read_bytes(), digest[number], note)
    text = (destination / "manifests/00000000000000000012").read_bytes()
    (exchange / "backup/card").write_bytes(b"redoubt-backup-card 1 %s %s\n" % (field(text, b"exchange")[0], public(SIGNING).hex().encode()))
    for path in (exchange / "backup/verdicts").iterdir():
        verdict_sign(path, drilled[5])


def verdict_sign(path, digest):
    text = path.read_bytes()
    if digest:
        text = line_set(text, b"manifest", field(text, b"manifest")[0] + b" " + digest)
    path.write_bytes(text_signed(text, hkdf(RECOVERY, "redoubt/backup/recovery/ed25519/v1"), b"redoubt/backup/drill/v1", False))


for name in (a for a in sys.argv[1:] if a != "--log"):
    tree = pathlib.Path(name)
    if tree.name == "clean":
        clean_sign(tree)
        continue
    for path in sorted(tree.glob("mnt/*/manifests/*")):
        manifest_sign(path)
    if "--log" in sys.argv:
        exchange = "var/lib/redoubt/exchange"
        checkpoint_sign(tree / exchange, tree.parent.parent / "clean" / exchange / "keys")
