#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The ceremony's commands as README gives them, one after the other, in an empty directory. Usage: readme.py DIR"""
import os
import pathlib
import re
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import people  # noqa: E402

readme = pathlib.Path("README.md").read_text()
commands = [shlex.split(line, comments=True)[1:] for line in re.findall(r"^build/release/redoubt-sign .*ceremony.*$", readme, re.M)]
assert len(commands) >= 2 and "plan" in commands[0], commands
directory = pathlib.Path(sys.argv[1]).absolute()
directory.mkdir()
os.chdir(directory)
for command in commands:
    me = 0 if command[:2] == ["ceremony", "plan"] else 1
    person = people.Person(".", me, [("Quorum", "2-of-3")])
    status = people.converse(person, command)
    assert status == 0, f"README's command {command} ended with {status}"
