#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The people of a ceremony: they answer redoubt-sign's questions, keep papers and type back what is on them.

  people.py plan DIR K N SCRIPT [KEY=VALUE...]     writes DIR/plan
  people.py key|shares|record|register|protocol|status DIR I
  people.py join DIR
  people.py prove|prove-share|replace|recover|wipe|rotate|swept DIR I

Signer I's vault is DIR/vI and his papers are DIR/papersI. What a person answers can be changed by
--answer 'PROMPT=TEXT' (PROMPT: how the prompt begins), what a command is given by --arg TEXT.
The exit status is the program's, 137 when it was killed; the conversation goes to standard output."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys

PASSPHRASE = "correct horse battery staple"
WORD = re.compile(r"(\d+) ([a-z]{4,8})(?= |$)")


class Person:
    """Answers prompts. `papers` is what was written down."""

    def __init__(self, directory, me, overrides):
        self.dir = pathlib.Path(directory)
        self.me = me
        self.overrides = overrides
        self.page = []      # lines since the last page began
        self.words = {}     # of the share on the screen
        self.papers_path = self.dir / f"papers{me}"
        self.papers = json.loads(self.papers_path.read_text()) if self.papers_path.exists() else {"shares": []}
        self.random = random.Random(f"{directory} {me} {os.getpid()}")
        self.lines = []     # answers still to be given to the same question
        self.opened = 0
        self.asked = 0

    def keep(self):
        self.papers_path.write_text(json.dumps(self.papers))

    def plan(self):
        plan = {}
        for line in (self.dir / "plan").read_text().splitlines()[1:]:
            name, _, value = line.partition(" ")
            plan.setdefault(name, []).append(value)
        return plan

    def see(self, line):
        if line.startswith("====="):
            self.page = self.page[-1:]
            self.words = {}
        self.page.append(line)
        if re.match(r"^\s+\d+ [a-z]{4,8}( |$)", line):
            for number, word in WORD.findall(line):
                self.words[int(number)] = word
        field = re.match(r"^  (PLAN CODE|KEY CODE|fingerprint|address ends in|account ends in)\s+(\S+(?: \S+)*)", line)
        if field:
            self.papers[field.group(1)] = field.group(2)
            self.keep()

    def dice(self, count):
        throws = "".join(self.random.choice("123456") for _ in range(count))
        return " ".join(throws[i:i + 5] for i in range(0, count, 5))

    def board(self):
        return json.loads((self.dir / "papers0").read_text())

    def answer(self, prompt):
        for start, text in self.overrides:
            if prompt.startswith(start):
                return text
        for start, method in ANSWERS:
            if prompt.startswith(start):
                return method(self, prompt)
        raise SystemExit(f"nobody knows what to answer to: {prompt!r}")

    # -- the answers, by how their prompts begin
    def holder(self, prompt):
        return f"Holder {prompt.split()[3]} of {self.me}"

    def written(self, prompt):
        self.papers["shares"] = [s for s in self.papers["shares"] if s["holder"] != prompt.split(":")[0]]
        words = [self.words[i] for i in sorted(self.words)]
        self.papers["shares"].append({"holder": prompt.split(":")[0], "words": words})
        self.keep()
        return ""

    def word(self, prompt):
        return self.papers["shares"][-1]["words"][int(prompt.split()[1]) - 1]

    def source(self, prompt):
        self.asked += 1
        return ("dice", "text", "mix", None)[min(self.asked, 4) - 1]

    def line(self, prompt):
        if prompt.startswith("Line 1 "):
            last = self.page and "text" or ""
            dice = not any("Anything that the others" in l for l in self.page)
            self.lines = [self.dice(50), self.dice(50), ""] if dice else ["a second person hits the keys " + str(self.random.random()), ""]
        return self.lines.pop(0)

    def share(self, prompt):
        if not self.lines:
            shares = list(self.papers["shares"])
            self.random.shuffle(shares)
            for share in shares[:int(self.plan()["shares"][0].split()[0])]:
                self.lines += [" ".join(share["words"][:17]), " ".join(share["words"][17:])]
        return self.lines.pop(0)

    def key_code(self, prompt):    # from the paper of the one who is named
        other = re.match(r"The KEY CODE of signer (\d+)", prompt).group(1)
        return json.loads((self.dir / f"papers{other}").read_text())["KEY CODE"]

    def signer(self, prompt):
        return f"Signer {prompt.split()[1]}"


def tail(name):
    return lambda self, prompt: self.papers[name][-8:]


ANSWERS = [
    ("Wallet's name", lambda s, p: "cold-1"),
    ("Bitcoin network", lambda s, p: "regtest"),
    ("Script", lambda s, p: "wsh"),
    ("Blocks before", lambda s, p: "144"),
    ("Account (0", lambda s, p: "0"),
    ("EVM chain", lambda s, p: "31337"),
    ("How many persons", lambda s, p: "5"),
    ("How many of them", lambda s, p: "3"),
    ("Leader", lambda s, p: "Lena"),
    ("How many witnesses", lambda s, p: "1"),
    ("Witness at this step", lambda s, p: "Wim"),
    ("Witness", lambda s, p: "Wim"),
    ("Signer", Person.signer),
    ("Type the wallet's name", lambda s, p: "cold-1"),
    ("Type the PLAN CODE", lambda s, p: s.board()["PLAN CODE"]),
    ("Type your name", lambda s, p: s.plan()["signer"][s.me - 1]),
    ("Source", Person.source),
    ("Line ", Person.line),
    ("use or open", lambda s, p: "use"),
    ("Passphrase", lambda s, p: PASSPHRASE),
    ("The same once more", lambda s, p: PASSPHRASE),
    ("Holder of share", Person.holder),
    ("Word ", Person.word),
    ("The share's words", Person.share),
    ("First share", Person.share),
    ("Its next words", Person.share),
    ("Share ", Person.share),
    ("The fingerprint, from", lambda s, p: s.papers["fingerprint"]),
    ("Type the fingerprint of", lambda s, p: s.papers["fingerprint"]),
    ("The KEY CODE of signer", Person.key_code),
    ("The KEY CODE, from", lambda s, p: s.papers["KEY CODE"]),
    ("The last 8 characters of the EVM", tail("account ends in")),
    ("The last 16 characters of the first", lambda s, p: s.board()["address ends in"]),
    ("The last 8 characters of the new", lambda s, p: s.board()["address ends in"].replace(" ", "")[-8:]),
    ("The last 16 characters of the new", lambda s, p: s.board()["address ends in"]),
    ("Enter when", lambda s, p: ""),
    ("Type: ", lambda s, p: p[6:]),
    ("Whose share", lambda s, p: "Holder 2 lost it in a fire"),
    ("The reason", lambda s, p: "yearly rotation of all keys"),
    ("The second person", lambda s, p: "Sven"),
]


def converse(person, arguments):
    program = os.environ["REDOUBT_SIGN"]
    process = subprocess.Popen([program] + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, bufsize=0)
    partial = b""
    while True:
        byte = process.stdout.read(4096)
        if not byte:
            break
        partial += byte
        while b"\n" in partial:
            line, partial = partial.split(b"\n", 1)
            print(line.decode("latin-1"))
            person.see(line.decode("latin-1"))
        if partial.endswith(b": "):
            prompt = partial[:-2].decode("latin-1")
            print(prompt + ": ", end="")
            partial = b""
            if "Enter when it is written" in prompt:
                reply = person.written(prompt) if not any(prompt.startswith(s) for s, _ in person.overrides) else ""
            else:
                reply = person.answer(prompt)
            if reply is None:
                process.stdin.close()
                continue
            if "Passphrase" not in prompt and "once more" not in prompt:
                print(reply)
            try:
                process.stdin.write(reply.encode("latin-1") + b"\n")
            except BrokenPipeError:
                pass
    status = process.wait()
    return 128 - status if status < 0 else status


def arguments_of(command, directory, me):
    d = directory
    vault = ["--vault", f"{d}/v{me}"]
    records = sorted(str(p) for p in pathlib.Path(d).glob("key*.bsms"))
    return {
        "plan": ["ceremony", "plan", "--out", f"{d}/plan"],
        "key": ["ceremony", "key", "--plan", f"{d}/plan", "--signer", str(me), "--memory", "64"] + vault,
        "shares": ["ceremony", "shares"] + vault,
        "record": ["ceremony", "record", "--out", f"{d}/key{me}.bsms"] + vault,
        "join": ["ceremony", "join", "--plan", f"{d}/plan", "--out", f"{d}/wallet.bsms"] + records,
        "register": ["ceremony", "register", "--descriptor", f"{d}/wallet.bsms"] + vault + records,
        "protocol": ["ceremony", "protocol", "--out", f"{d}/protocol{me}.txt"] + vault,
        "status": ["ceremony", "status"] + vault,
        "open": ["ceremony", "open"] + vault,
        "prove": ["keep", "prove"] + vault,
        "prove-share": ["keep", "prove", "--share"] + vault,
        "replace": ["keep", "replace-share"] + vault,
        "recover": ["keep", "recover", "--memory", "64", "--vault", f"{d}/recovered{me}"],
        "rotate": ["keep", "rotate"] + vault,
        "swept": ["keep", "swept"] + vault,
        "wipe": ["keep", "wipe", "--log", f"{d}/log{me}"] + vault,
    }[command]


def main():
    words, overrides, extra = [], [], []
    rest = iter(sys.argv[1:])
    for word in rest:
        if word == "--answer":
            prompt, _, text = next(rest).partition("=")
            overrides.append((prompt, None if text == "EOF" else text))
        elif word == "--arg":
            extra.append(next(rest))
        else:
            words.append(word)
    command, directory, more = words[0], words[1], words[2:]
    if command == "plan":
        quorum, script = f"{more[0]}-of-{more[1]}", more[2]
        overrides += [("Quorum", quorum), ("Who may cancel", "2-of-3"), ("Script", script)]
        pathlib.Path(directory).mkdir(exist_ok=True)
        me = 0
    else:
        me = int(more[0]) if more else 0
    person = Person(directory, me, overrides)
    sys.exit(converse(person, arguments_of(command, directory, me) + extra))


if __name__ == "__main__":
    main()
