#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A ceremony's key and shares on a real terminal (tmux): what is shown, and what must not stay on it."""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
import people  # noqa: E402

directory = sys.argv[1]
SOCKET = f"ceremony-{os.getpid()}"


ROOMS = iter(range(100))


def tmux(*words):
    return subprocess.run(["tmux", "-L", SOCKET, *words], check=True, capture_output=True, text=True).stdout


def screen(scrollback=False):
    return tmux("capture-pane", "-p", *(["-S", "-"] if scrollback else []), "-t", "room").rstrip("\n")


def last_line(text):
    lines = [l for l in text.split("\n") if l.strip()]
    return lines[-1].rstrip() if lines else ""


class Terminal:
    def __init__(self, command):
        self.person = people.Person(directory, 1, [])
        self.secrets = []    # what must not stay: lists of words
        self.pages = set()
        global SOCKET  # a server that is just ending takes no new session: each room has one of its own
        SOCKET = f"ceremony-{os.getpid()}-{next(ROOMS)}"
        tmux("new-session", "-d", "-x", "80", "-y", "30", "-s", "room", " ".join(f"'{w}'" for w in command) + "; echo ENDED $?; read x")

    def wait(self, done, seconds=30):
        until = time.time() + seconds
        while time.time() < until:
            text = screen()
            if done(text):
                return text
            time.sleep(0.03)
        raise SystemExit(f"waited in vain; the screen is:\n{screen()}")

    def secret_check(self, allowed=None):
        everything = screen(True)
        assert people.PASSPHRASE not in everything, "the passphrase is on the screen"
        for words in self.secrets:
            if words is allowed:
                continue
            rows = [words[i:i + 4] for i in range(0, len(words), 4)]
            for row in rows[:8]:
                pattern = r"\s+\d+ ".join(re.escape(w) for w in row)
                assert not re.search(pattern, everything), f"a share stays on the screen:\n{everything}"
            for i, word in enumerate(words):
                assert f"Word {i + 1}: {word}" not in everything, f"a word stays on the screen: {word}"

    def run(self):
        before = None
        while True:
            text = self.wait(lambda t: t != before and (last_line(t).endswith(":") or "-- more" in last_line(t) or "ENDED" in t))
            time.sleep(0.02)
            text = screen()
            if "ENDED" in text:
                self.secret_check()
                status = int(re.search(r"ENDED (\d+)", text).group(1))
                tmux("send-keys", "-t", "room", "Enter")
                return status
            prompt = last_line(text)
            if "-- more" in prompt:
                before = text
                tmux("send-keys", "-t", "room", "Enter")
                continue
            prompt = prompt[:-1]
            self.answer(text, prompt)
            before = text
            if not prompt.startswith(("Passphrase", "The same")):
                before = None
                self.wait(lambda t: last_line(t) != prompt + ":")

    def answer(self, text, prompt):
        self.person.page = text.split("\n")
        if prompt.startswith(("Source", "use or open", "Passphrase", "Holder")):
            dice_gone()
        if "Enter when it is written" in text:
            self.person.words = {}
            for line in text.split("\n"):
                self.person.see(line)
            prompt = [l for l in text.split("\n") if l.strip()][-1]
            assert "look away" in text and len(self.person.words) == 33, f"not a whole share on one page:\n{text}"
            reply = self.person.written(prompt)
            words = self.person.papers["shares"][-1]["words"]
            self.secret_check()
            self.secrets.append(words)
            self.pages.add("share")
        else:
            for line in text.split("\n"):
                self.person.see(line)
            reply = self.person.answer(prompt)
            if prompt.startswith("Word "):
                self.pages.add("read back")
                assert not re.search(r"  1 \w+ +2 \w+", text), "the share is still shown while it is read back"
            if prompt.startswith("Holder of"):
                self.secret_check()
        if reply:
            tmux("send-keys", "-t", "room", "-l", reply)
        tmux("send-keys", "-t", "room", "Enter")


def dice_gone():
    everything = screen(True)
    assert not re.search(r"[1-6]{5} [1-6]{5} [1-6]{5}", everything.replace("16342 55213 41265", "")), "dice stay on the screen"


try:
    program = os.environ["REDOUBT_SIGN"]
    assert Terminal([program] + people.arguments_of("key", directory, 1)).run() == 0, "the key was not made"
    subprocess.run(["tmux", "-L", SOCKET, "kill-server"], capture_output=True)
    room = Terminal([program] + people.arguments_of("shares", directory, 1) + ["--read-back", "5"])
    assert room.run() == 0, "the shares were not given"
    assert room.pages == {"share", "read back"}, room.pages
    assert len(room.secrets) == 5, len(room.secrets)
finally:
    subprocess.run(["tmux", "-L", SOCKET, "kill-server"], capture_output=True)
