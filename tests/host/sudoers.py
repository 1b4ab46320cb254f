#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# sudoers.py REDOUBT TREE CVTSUDOERS: our reader of sudoers against sudo's own, over a few hundred files: fixed ones that
# were misread once, and random ones from a seed. What sudo refuses must be unknown; what sudo reads must be read, with
# the same answer to "does anybody run everything without a password".
import json, random, subprocess, sys

redoubt, tree, cvtsudoers = sys.argv[1:4]
place = tree + "/etc/sudoers.d/90-vendor"
FIXED = [
	'bob ALL=NOPASSWD: /bin/echo ", ALL', 'bob ALL=NOPASSWD: !!ALL', 'bob ALL=NOPASSWD: ! ! ALL', 'bob ALL=NOPASSWD: AL\\\nL',
	'bob ALL=NOPASSWD:\\ \n ALL', 'bob ALL=NOPASSWD :ALL', '"%ops" ALL=(ALL) NOPASSWD: ALL', 'bob ALL=ALL#x', 'bob ALL=ALL #5',
	'b\\ob ALL=NOPASSWD:ALL', 'bob ALL=NOPASSWD: /bin/ls a=b, ALL', 'bob ALL = ALL:ALL = NOPASSWD: ALL', '# x \\\nbob ALL=NOPASSWD: ALL',
	'Cmnd_Alias A = !ALL\nbob ALL=NOPASSWD: !A', 'Cmnd_Alias A = ALL\nbob ALL=NOPASSWD: !A', 'bob ALL=NOPASSWD: ALL, PASSWD: /bin/x',
	'bob ALL=PASSWD: ALL, NOPASSWD: /bin/x', 'bob ALL=NOPASSWD: /bin/x, PASSWD: ALL', 'bob ALL=(ALL) NOEXEC: NOPASSWD: SETENV: ALL',
	'bob fe80::1/64=NOPASSWD: ALL', 'bob ALL=NOPASSWD: ^/bin/.*,x$, ALL',
	'Defaults !!authenticate\nbob ALL=/bin/x', 'User_Alias\\\n X = bob\nX ALL=NOPASSWD: ALL', '%#27 ALL=NOPASSWD: ALL', '#1002 ALL=NOPASSWD: ALL',
	'bob ALL=NOPASSWD: /bin/x a\\, ALL', 'bob ALL=NOPASSWD: /bin/x a\\:b, ALL', 'bob ALL=NOPASSWD: /bin/x a#b, ALL', 'bob ALL=NOPASSWD ALL',
	'Cmnd_Alias A = ALL : B = A\nbob ALL=NOPASSWD: B', 'Cmnd_Alias A = /bin/x\nCmnd_Alias A = ALL\nbob ALL=NOPASSWD: A', 'bob ALL=(ALL:) NOPASSWD: ALL',
	'bob ALL=() NOPASSWD: ALL', 'bob ALL=(:adm) NOPASSWD: ALL', 'bob ALL=NOPASSWD:ALL\r', '\tbob\tALL\t=\tNOPASSWD\t:\tALL', '!bob ALL=NOPASSWD: ALL',
	'!!bob ALL=NOPASSWD: ALL', '+net ALL=NOPASSWD: ALL', 'bob ALL=NOPASSWD: "ALL"', 'bob ALL=NOPASSWD: ALL\\', 'bob ALL=NOPASSWD: A\\LL',
	'bob A\\LL=NOPASSWD: ALL', 'Defaultsbob ALL=NOPASSWD: ALL', 'User_Aliasx ALL=NOPASSWD: ALL', 'bob ALL=NOPASSWD: sudoedit ALL, ALL', 'bob ALL=NOPASSWD: list, ALL',
	'bob ALL=NOPASSWD: NOPASSWD: PASSWD: ALL', 'bob ALL=NOPASSWD:(root) ALL', 'bob ALL=NOPASSWD: /bin/x, (root) ALL',
]
PIECES = ["bob", "alice", "ALL", "%ops", "#1002", "+net", "\"q x\"", "A", "B", "!", "!!", ",", ", ", ":", " : ", "=", " = ", "NOPASSWD:", "PASSWD:", "NOEXEC:",
	"(root)", "(ALL:ALL)", "/bin/ls", "/bin/x a b", "/usr/bin/*", "sudoedit /x", "\\\n", "\\ \n", "\\,", "#", "# c", "\"", " ", "\t", "\n", "^a$", "10.0.0.0/8"]


def random_command(r):
	prefix = r.choice(["", "", "(root) ", "(ALL:ALL) ", "NOPASSWD: ", "NOPASSWD:", "PASSWD: ", "NOEXEC: ", "SETENV:NOPASSWD: "])
	return prefix + r.choice(["", "", "", "!", "!!", "!!!"]) + r.choice(["ALL", "A", "B", "/bin/ls", "/bin/x a b", '/bin/x "', "/bin/x a\\,b", "sudoedit /etc/motd"])


def random_file(r):
	gap = lambda: r.choice([" ", "\t", " \\\n ", "  "])
	commands = lambda n: ("," + r.choice(["", " ", "\\\n"])).join(random_command(r) for _ in range(r.randint(1, n)))
	plain = lambda: r.choice(["", "!", "!!"]) + r.choice(["ALL", "/bin/ls", "/bin/x a b", "/bin/"])
	text = "Cmnd_Alias%sA = %s : B = %s, A\n" % (gap(), plain(), plain())
	text += "%s%sALL = %s" % (r.choice(["bob", "%ops", "bob, alice", "#1002", "!alice, bob"]), gap(), commands(4))
	text += r.choice(["", " : host = " + commands(2)]) + r.choice(["\n", "", " # c\n", "\nDefaults:bob insults\n"])
	for _ in range(r.choice([0, 0, 1, 2])):  # what no grammar makes
		at = r.randrange(len(text))
		text = text[:at] + r.choice(PIECES) + text[at + r.randint(0, 2):]
	return text


def open_in(rules):
	aliases = rules.get("Command_Aliases") or rules.get("Cmnd_Aliases") or {}

	def grants(commands, negated, depth):
		for c in commands:
			taken = bool(c.get("negated")) == negated
			if "cmndalias" in c:
				if depth < 9 and grants(aliases.get(c["cmndalias"], []), not taken, depth + 1):
					return True
			elif c.get("command") in ("ALL", "/bin/", "/usr/bin/*") and taken:
				return True
		return False
	for spec in rules.get("User_Specs", []):
		if all(u.get("negated") for u in spec["User_List"]):
			continue
		for c in spec["Cmnd_Specs"]:
			if any(o.get("authenticate") is False for o in c.get("Options", [])) and grants(c["Commands"], False, 0):
				return True
	return False


def ours():
	report = json.loads(subprocess.run([redoubt, "--json", "host", "check", "--root", tree, "--only", "ACC-04"], stdout=subprocess.PIPE).stdout)
	said = [(f["state"], f["read"]) for f in report["findings"] if "90-vendor" in f["read"]]
	lost = [t for s, t in said if s == "unknown"]
	return bool(lost), any("not understood" in t for t in lost), any(s == "fail" and "everything without a password" in t for s, t in said)


r, wrong, refused, opened = random.Random(20261122), 0, 0, 0
texts = FIXED + [random_file(r) for _ in range(400)]
for text in texts:
	with open(place, "w", newline="") as f:
		f.write(text)
	theirs = subprocess.run([cvtsudoers, "-f", "json", place], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	unknown, unread, free = ours()
	bad = None
	if theirs.returncode:
		refused += 1
		bad = None if unknown or free else "sudo refuses it, we read it and say nothing"
	else:
		theirs_free = open_in(json.loads(theirs.stdout.decode(errors="replace")))
		opened += theirs_free
		if unread and "!! =" not in text:
			bad = "sudo reads it, we do not"
		elif free != theirs_free and not (unknown and theirs_free):
			bad = "everything without a password: sudo %s, we %s" % (theirs_free, free)
	if bad:
		wrong += 1
		print("# %r: %s" % (text, bad))
print("# %d files: sudo refuses %d, %d let somebody run everything without a password; %d disagreements" % (len(texts), refused, opened, wrong))
sys.exit(wrong > 0)
