#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# rsyslog.py READING RSYSLOGD [MODULES]: our reader of rsyslog.conf against rsyslogd itself. What `rsyslogd -N1` refuses must
# not be read as sound, what it takes must be read. And in a network namespace of its own rsyslogd is started on a few dozen
# configurations, gets a message of each facility and severity, and a listener on the loopback says which of them came:
# whatever we hold for sure must have come, and where a filter asks for facility and severity alone, nothing else.
import array, fcntl, os, random, re, socket, subprocess, sys, tempfile, threading, time

SEED, PORT, SIOCOUTQ = 20261122, 5140, 0x5411
TO = "@@127.0.0.1:%d" % PORT
ACTION = 'action(type="omfwd" target="127.0.0.1" port="%d" protocol="tcp"%%s)' % PORT

# Read or refused alike. Each was misread once, or is a corner of the grammar.
TAKEN = r'''
*.* TO
*.*TO
*.*	TO # here
*.* -?t
*.* /var/log/x;RSYSLOG_FileFormat
*.*;auth.none TO
*.*; auth.none TO
auth, authpriv.* TO
auth,authpriv.*;*.=debug TO
*.!info TO
*.!=info TO
*.0 TO
0.* TO
16.* TO
24.* TO
mark.* TO
LOCAL0.INFO TO
local0.WARN;local1.error TO
invld.* TO
*.* {\nTO\n}
*.* { TO }
*.* {TO\n}\n*.* TO
*.* { }
*.*
& TO
*.* TO\n& stop
*.* TO\n&stop
*.* TO\n& ~
*.* TO\n&~
*.* TO\n& /var/log/x\n& stop
*.* stop\n& stop
*.* root
*.* root,bob
*.* *
*.* :omusrmsg:*
*.* :omusrmsg:root,bob
*.* :omfile:/var/log/x
*.* :nothing:x
*.* |/var/log/pipe
*.* ^/bin/true
*.* ^/bin/true;RSYSLOG_FileFormat
*.* >localhost,db,user,password
*.* :ompgsql:x,y,z
*.* ?NoSuchTemplate
*.* TO;NoSuchTemplate
*.* @127.0.0.1
*.* @@
*.* @
*.* @@(o)127.0.0.1:5140
*.* @@(z9,o)127.0.0.1:5140
*.* @@(zz)127.0.0.1:5140
*.* @@(o127.0.0.1:5140
*.* @@[::1]:5140
*.* @@[::1:5140
*.* @@127.0.0.1:x
*.* @@127.0.0.1:
*.* @@127.0.0.1;
*.* ~
*.* ~ # x
*.* stop
*.* STOP
stop
~
continue
*.* continue
if $msg contains 'x' then TO
if $msg contains 'x' then { TO }
if $msg contains 'x' then TO else stop
if $msg contains 'x' then { TO } else if $msg == 'y' then { stop } else { TO }
if $msg contains 'x' then { TO } elseif $msg == 'y' then { stop }
if ($msg contains 'x') then TO
if($msg contains 'x')then TO
if $msg contains ["x","y"] then TO
if $msg contains "x" and not ($syslogseverity <= 3) then stop
if $syslogfacility-text == 'auth' then TO
if prifilt("*.*") then TO
if prifilt('auth.*') then TO
if prifilt("nonsense") then TO
if PRIFILT("*.*") then TO
if (prifilt("*.*")) then TO
if prifilt("*.*") and 1 then TO
if 1 then TO
if 1 TO
if then TO
if $x then
if "a" == 'a' then TO
if $msg contains x then TO
if $msg contains "x then TO
if re_match($msg, "a|b") then stop
if nosuchfunction($msg) then stop
if strlen($msg) > 5 then { stop }
if exec_template("RSYSLOG_FileFormat") == "" then stop
:msg, contains, "x" TO
:msg,contains,"x" TO
:msg, !contains, "x" TO
:msg, contains, "x\"y" TO
:msg, nonsense, "x" TO
:nonsense, contains, "x" TO
:msg, isempty TO
:msg, isempty, "" TO
:programname, isequal, "sshd" { stop }
:programname, isequal, "sshd" stop
:programname, startswith, 'x' stop
:msg, regex, "x[" stop
:msg, ereregex, "(a|b)" ~
set $!x = "a";
set $!x = 1 + 2 * 3;
set $.x = $msg & "b";
set $/x = 1;
set $!x = "a"
set x = 1;
unset $!x;
unset $!x
reset $!x = 1;
foreach ($.i in $!list) do { stop }
foreach ($.i in $!list) do stop
call far\nruleset(name="far") { stop }
*.* call far\nruleset(name="far") { stop }
call nowhere
call_indirect "far";\nruleset(name="far") { stop }
call_indirect $!x;
ruleset(name="far") { TO }
ruleset(name="far") {}
ruleset(name="far")
ruleset(name="a") { TO }\nruleset(name="a") { TO }
ruleset() { TO }
ruleset(name="far" parser="rsyslog.rfc5424") { TO }
ruleset(name="far" parser="nope") { TO }
ruleset(name="far" queue.type="linkedlist") { TO }
ruleset(name="far" nonsense="1") { TO }
ruleset(name="far") { ruleset(name="x") { stop } }
ruleset(name="far") { module(load="imtcp") }
*.* { input(type="imuxsock" socket="/x") }
$RuleSet far\n*.* TO
$RuleSet far\n*.* TO\n$RuleSet RSYSLOG_DefaultRuleset\n*.* call far
$DefaultRuleset far
$DefaultRuleset nowhere\n*.* TO
$Nonsense 1
$IncludeConfig /etc/no-such-folder-here/*.conf
$IncludeConfig /etc/no-such-file.conf
include(file="/etc/no-such-file.conf")
include(file="/etc/no-such-file.conf" mode="optional")
include(file="/etc/no-such-file.conf" mode="nope")
include(text="*.* stop")
include(text="*.* stop" file="/x")
include()
action(type="omfwd" target="127.0.0.1" port="5140" protocol="tcp")
action(type="omfwd" target="127.0.0.1" port="5140" protocol="TCP")
action(type="omfwd" target="127.0.0.1" port="5140" protocol="nope")
action(type="omfwd" target="127.0.0.1" nonsense="1")
action(type="omfwd")
action(type="omfwd" target="127.0.0.1" port="nonsense")
action(type="omfwd" target="127.0.0.1" target="127.0.0.2")
action(type="omfwd" target="127.0.0.1" template="NoSuch")
action(type="omfwd" target="127.0.0.1" queue.type="nonsense")
action(type="omfwd" target="127.0.0.1" queue.type="LinkedList" queue.size="10000" queue.filename="x")
action(type="omfwd" target="127.0.0.1" queue.type="disk")
action(type="omfwd" target="127.0.0.1" queue.size="x")
action(type="omfwd" target="127.0.0.1" action.resumeRetryCount="-1")
action(type="omfwd" target="127.0.0.1" action.resumeRetryCount="x")
action(type="omfwd" target="127.0.0.1" action.resumeinterval="30")
action(type="omfwd" target="127.0.0.1" config.enabled="off")
action(type="omfwd" target="127.0.0.1" config.enabled="nope")
action(type="omfwd" target="127.0.0.1" StreamDriver="ptcp" StreamDriverMode="0")
action(type="omfwd" target="127.0.0.1" StreamDriver="nope")
action(type="omfwd" target="127.0.0.1" StreamDriverMode="9")
action(type="omfwd" target="127.0.0.1" StreamDriverMode="x")
action(type="omfwd" target='127.0.0.1')
action(type=omfwd target="127.0.0.1")
action(type="omfwd",target="127.0.0.1")
action(type="omfwd" target=["127.0.0.1","127.0.0.2"])
action (type="omfwd" target="127.0.0.1")
ACTION(TYPE="omfwd" TARGET="127.0.0.1")
action(name="x" type="omfwd" target="127.0.0.1")
action(type="omnope")
action(target="127.0.0.1")
action()
action(type="omfile" file="/var/log/x")
action(type="omfile")
action(type="omfwd" target="127.0.0.1"
action type="omfwd"
action(type="omdiscard")
action(type="builtin:omdiscard")
action(type="omusrmsg" users="*")
action(type="omusrmsg" users=["a", "b"])
action(type="builtin:omfwd" target="127.0.0.1")
action(type="builtin:omfile" file="/var/log/x")
module(load="imtcp") input(type="imtcp" port="5141")
module(load="imtcp" nonsense="1")
module(load="nope")
module(load="imuxsock" SysSock.Use="off")
module()
input(type="imtcp" port="5141")
input(type="nope")
global(workDirectory="/var/spool/rsyslog")
global(workDirectory="/tmp" nonsense="1")
global(defaultNetstreamDriver="ptcp")
main_queue(queue.type="linkedlist" queue.size="1000")
main_queue(queue.type="x")
template(name="t" type="string" string="%msg%\n")
template(name="t" type="string")
template(name="t" type="list") { property(name="msg") constant(value="}\n") }
template(name="t" type="list") { nonsense(name="msg") }
template(name="t" type="list")
template(name="t" type="subtree" subtree="$!")
template(type="string" string="%msg%")
$template t,"%msg%\n"
$template t,%msg%
$template t
parser(name="x" type="pmrfc3164")
timezone(id="X" offset="+01:00")
lookup_table(name="x" file="/no/such")
dyn_stats(name="x")
ratelimit(name="x")
what(is="this")
object(a="b")
# a \\\n*.* TO
*.* \\\n	TO
*.* /* x */ TO
/* a */ *.* TO
/* a
// a
*.* TO /* x */
*.* TO\n}
*.* TO\n)
{ TO }
!sshd
+host
-host
$ActionResumeRetryCount -1\n*.* TO
$ActionResumeRetryCount x\n*.* TO
$ActionExecOnlyWhenPreviousIsSuspended on\n*.* TO
$ActionExecOnlyWhenPreviousIsSuspended nope\n*.* TO
$ActionQueueType LinkedList\n*.* TO
$ActionQueueType nope\n*.* TO
$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat
$ActionFileDefaultTemplate Nope
$FileOwner root
$FileCreateMode 0640
$FileCreateMode x
$Umask 0022
$WorkDirectory /tmp
$PrivDropToUser syslog
$ModLoad imuxsock
$ModLoad imuxsock.so
$ModLoad nope
$ModLoad imtcp\n$InputTCPServerRun 5141
$ActionSendStreamDriverMode 1
$ActionSendStreamDriverMode x
$ActionSendStreamDriver gtls
$ActionForwardDefaultTemplate RSYSLOG_ForwardFormat
$ResetConfigVariables
$RepeatedMsgReduction on
$RepeatedMsgReduction
	 *.* TO
  :msg, contains, "x" TO
if $msg == "a\nb" then stop
if $msg == "a\x41" then stop
if $msg == "a\101" then stop
if $msg == "\q" then stop
if $msg == `echo $HOME` then stop
if $!a!b-c == 1 then stop
if $!a.b == 1 then stop
if $msg startswith_i 'x' then stop
if field($msg, 32, 1) == "x" then stop
if 0x1f == 31 then stop
if 017 then stop
if $msg =! 'x' then stop
if $msg <> 'x' then stop
if not $msg then stop
if cstr(1) & "x" == "1x" then stop
stop stop
stop # x
*.* stop; x
parse_json("{}", "$!x")
reload_lookup_table("x")
'''.strip("\n").split("\n")

# Started and asked. `{A}` is an action that forwards.
ASKED = r'''
{A}
*.* TO
*.* @127.0.0.1:5140
*.* @@127.0.0.1:5140;RSYSLOG_ForwardFormat
*.* action(type="omfwd" target="127.0.0.1" port="5140" protocol="tcp")
auth.* stop\n*.* TO
auth.* ~\n*.* TO
auth.* /dev/null\n& stop\n*.* TO
auth.* /dev/null\n& ~\n*.* TO
auth.* /dev/null\n&~\n*.* TO
auth.* /dev/null\n& TO\n& stop\n*.* TO
*.* stop\n*.* TO
stop\n*.* TO
*.* TO\nstop
*.info TO
*.=info TO
*.!info TO
*.!=info TO
*.*;*.!info TO
*.*;mail.none TO
*.*;mail.!err TO
*.*;mail.!=err TO
mail.none;*.* TO
mail.!err TO
*.*;auth,authpriv.none TO
*.info;auth.none;auth.crit TO
auth,authpriv.*;mail.=info TO
kern.* TO
0.* TO
*.3 TO
4.info TO
*.none TO
*.!none TO
*.!* TO
*.*;*.=debug stop\n*.* TO
*.*;mail.!none TO
*.=* TO
*.* { /dev/null\nTO\n}
*.* { stop }\n*.* TO
auth.* { TO\nstop }\nmail.* { stop }\n*.* TO
if prifilt("auth.*") then stop\n{A}
if prifilt("auth.*") then { stop } else { {A} }
if prifilt("*.info;mail.none") then {A}
if prifilt('auth.*') then stop\n{A}
if prifilt("a" & "uth.*") then stop\n{A}
if not prifilt("auth.*") then {A}
if prifilt("auth.*") or prifilt("mail.*") then {A}
if $msg contains 'secret' then stop\n{A}
if $msg contains 'secret' then {A} else {A}
if $msg contains 'secret' then { {A} } else if $syslogfacility == 4 then { stop } else { {A} }
if $syslogfacility-text == 'auth' then stop\n{A}
if $syslogseverity > 5 then stop\n{A}
if 1 then {A}
if 0 then stop\n{A}
:msg, contains, "secret" stop\n*.* TO
:msg, !contains, "secret" ~\n*.* TO
:programname, isequal, "sshd" TO\n& stop\n*.* TO
:programname, isequal, "sshd" stop\n*.* TO
ruleset(name="far") { {A} }\ncall far
ruleset(name="far") { {A} }
ruleset(name="far") { auth.* stop\n{A} }\ncall far
ruleset(name="far") { stop }\ncall far\n{A}
ruleset(name="far") { auth.* stop }\ncall far\n{A}
ruleset(name="far") { if prifilt("auth.*") then stop }\nmail.* call far\n{A}
ruleset(name="far" queue.type="linkedlist") { auth.* stop }\ncall far\n{A}
ruleset(name="far" queue.type="linkedlist") { {A} }\ncall far
ruleset(name="far" queue.type="direct") { stop }\ncall far\n{A}
ruleset(name="far") { {A} }\ncall_indirect "far";
call far\n{A}
$RuleSet far\n*.* TO\n$RuleSet RSYSLOG_DefaultRuleset\n*.* call far
$RuleSet far\n*.* TO\n$DefaultRuleset far
$RuleSet far\n*.* TO
$DefaultRuleset far\nruleset(name="far") { {A} }
$DefaultRuleset far\n{A}\nruleset(name="far") { auth.* stop\n{A} }
foreach ($.i in $!list) do { stop }\n{A}
foreach ($.i in $!list) do { {A} }
set $!x = "stop";\nif $!x == "stop" then stop\n{A}
{B queue.type="linkedlist" queue.size="5000"}
{B queue.type="fixedarray" queue.size="5000" queue.dequeuebatchsize="16"}
{B queue.type="disk" queue.filename="q"}
{B queue.type="linkedlist" queue.discardseverity="4" queue.discardmark="1"}
{B action.execOnlyEveryNthTime="2"}
{B config.enabled="off"}
{B nonsense="1"}
{B template="NoSuch"}
{B protocol2="tcp"}
{B queue.type="nope"}
{B queue.size="x"}
{B action.resumeRetryCount="x"}
{B StreamDriverMode="x"}
action(type="omfwd" target="127.0.0.1" port="5140" protocol="nope")
action(type="omfwd" target="127.0.0.1" port="nope" protocol="tcp")
action(type="omfwd" port="5140" protocol="tcp")
action(type="omfwd" target="" port="5140" protocol="tcp")
*.* TO;NoSuch
$ActionQueueType Nope\n*.* TO
$ActionForwardDefaultTemplate NoSuch\n*.* TO
$ActionExecOnlyWhenPreviousIsSuspended on\n*.* TO
$Nonsense on\n*.* TO
*.nonsense TO\n{A}
nonsense.* stop\n{A}
*.* :omnope:x\n& TO
auth.* :omnope:x\n& stop\n*.* TO
auth.* ?NoSuch\n& stop\n*.* TO
auth.* action(type="omnope")\n& stop\n*.* TO
auth.* :omfile:/dev/null\n& stop\n*.* TO
action(type="omdiscard")\n{A}
*.* continue\n& TO
include(text="auth.* stop\n")\n{A}
if $msg contains 'secret' then { auth.* stop }\n{A}
auth.* if $msg contains 'secret' then stop\n{A}
*.* { if prifilt("mail.*") then stop }\n{A}
*.* { set $!x = 1; }\n{A}
if prifilt("*.*") then { set $!x = 1; {A} stop }\n{A}
template(name="e" type="string" string="")\n{B template="e"}
& TO
*.*
if $msg contains 'secret' then
if prifilt("auth.*") or prifilt("mail.*") and prifilt("mail.info") then {A}
if not (prifilt("auth.*") or prifilt("mail.*")) then stop\n{A}
if not prifilt("auth.*") or prifilt("auth.info") then {A}
if 1 and prifilt("auth.*") then stop\n{A}
if 0 or prifilt("auth.*") then stop\n{A}
if 0x0 then stop\n{A}
if prifilt("auth.*") == 1 then stop\n{A}
if $msg contains 'secret' then TO\nelse /dev/null\n& TO
auth.* /dev/null\n& TO\n$FileOwner root\n*.* TO
if $msg contains 'secret' then set $!x = 1;\n*.* TO
if $msg contains 'secret' then set $!x = 1;\nstop\n*.* TO
auth.* set $!x = 1;\n{A}
auth.*\n$FileOwner root\nTO\n*.* TO
if prifilt("auth.*") then stop & TO\n{A}
*.* TO\n:msg, contains, "secret" stop
action(type="OMFWD" target="127.0.0.1" port="5140" protocol="TCP")
action(type="builtin:omfwd" target="127.0.0.1" port="5140" protocol="tcp")
action(type="omfwd" Target="127.0.0.1" Port="5140" PROTOCOL="tcp")
{A} & stop
*.* {A} & stop
*.* {A}\n& stop
auth.* { stop }\n& TO
auth.* {\nstop\n}\n& TO
auth.* call far\nruleset(name="far") {\nstop\n}\n{A}
call FAR\nruleset(name="far") {\nauth.* stop\n}\n{A}
auth,*.=info TO
auth.info,mail.err TO
auth.* ; mail.* TO
AUTH.INFO stop\n{A}
auth.*;*.debug TO
'''.strip("\n").split("\n")


def written(text):
	text = re.sub(r"\{B([^}]*)\}", lambda m: ACTION % m.group(1), text.replace("{A}", ACTION % ""))
	return text.replace("\\\\\n", "\\\n").replace("\\n", "\n").replace("\\\\", "\\").replace("STOP", "\0").replace("TO", TO).replace("\0", "STOP") + "\n"


# --- random texts ---------------------------------------------------------------------------------------------------

r = random.Random(SEED)
SEVERITIES = "emerg alert crit err warning notice info debug".split()
FACILITIES = "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7".split()


def random_selector():
	parts = []
	for _ in range(r.choice([1, 1, 2, 3])):
		name = "*" if r.random() < .4 else ",".join(r.sample(FACILITIES, r.choice([1, 1, 2])))
		sign = r.choice(["", "", "", "=", "!", "!="])
		parts.append(name + "." + sign + r.choice(SEVERITIES + (["none"] if "=" in sign else ["*", "*", "*", "none", "none"])))
	return ";".join(parts)


def random_block(depth):
	if r.random() < .5:
		return random_action()
	return "{\n" + "".join(random_statement(depth + 1) for _ in range(r.choice([1, 2, 3]))) + "}"


def random_action():
	return r.choice([TO, TO, "stop", "stop", "~", "/dev/null", "-/dev/null", ACTION % ""]) + "\n"


def random_statement(depth=0):
	kind = r.random()
	if kind < .45 or depth > 3:
		return random_selector() + r.choice([" ", "\t"]) + (random_block(depth).rstrip("\n") if depth < 3 else random_action().rstrip("\n")) + "\n" + \
			("& " + r.choice(["stop", "~", TO, "/dev/null"]) + "\n" if r.random() < .2 and depth == 0 else "")
	if kind < .6:
		return 'if prifilt("%s") then ' % random_selector() + random_block(depth) + (" else " + random_block(depth) if r.random() < .4 else "") + "\n"
	if kind < .7:
		return "if $msg contains 'secret' then " + random_block(depth) + (" else " + random_block(depth) if r.random() < .4 else "") + "\n"
	if kind < .75:
		return ':msg, contains, "secret" ' + random_action()
	if kind < .8:
		return "*.* call far%d\n" % r.randrange(2)
	return r.choice(["# a comment\n", "*.* /dev/null\n", "set $!x = 1;\n", "", ACTION % "" + "\n"])


def random_text():
	sets = "".join('ruleset(name="far%d"%s) {\n%s}\n' % (i, r.choice(["", ' queue.type="linkedlist"']), random_statement(1)) for i in range(2))
	return sets + "".join(random_statement() for _ in range(r.randrange(1, 7)))


def spoiled(text):
	for _ in range(r.choice([1, 1, 2])):
		at = r.randrange(len(text) + 1)
		how = r.random()
		if how < .4:
			text = text[:at] + text[at + r.randrange(1, 4):]
		elif how < .8:
			text = text[:at] + r.choice(list("{}()\"'\\;,.*&~:$#!= \n\t/") + ["/*", "*/", "then", "else", "\\\n"]) + text[at:]
		else:
			text = text[:at] + text[r.randrange(len(text) + 1):]
	return text


# --- both readers ---------------------------------------------------------------------------------------------------

def ours(texts, header=""):
	paths = []
	for i, text in enumerate(texts):
		paths.append("%s/conf-%d" % (work, i))
		with open(paths[-1], "w") as f:
			f.write(header + text)
	lines = subprocess.run([reading] + paths, stdout=subprocess.PIPE, check=True).stdout.decode(errors="replace").split("\n")[:-1]
	assert len(lines) == len(texts), (len(lines), len(texts))
	return list(zip(texts, paths, lines))


# One action less, and rsyslogd goes on: those are started, to see whether we know what is left.
DROPPED = "module name|required but not specified|template' expected|is not a string"
HARMLESS = "not known -- typo|unknown queue type|queue config parameters|valid size|disk mode selected|NOT turning on|else part|is not a proper number$|invalid number|Option value must be|actionqueue parameter|rsyslogd: version|End of config validation|warnings occurred in file|no active actions|error -2103|deprecated|but no listeners"


def validated(path):
	p = subprocess.run([daemon, "-N1", "-f", path] + modules, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
	said = [l for l in p.stdout.decode(errors="replace").splitlines() if not re.search(HARMLESS, l)]
	return not said, " / ".join(l.replace("rsyslogd: ", "").split(" [v8")[0] for l in said)


# What rsyslogd refuses may not look as if anything were sure to be forwarded: that is a failure of LOG-02 already.
def accepts():
	wrong, refused, careful, dropped = 0, 0, 0, []
	texts = [written(t) for t in TAKEN] + [spoiled(random_text()) for _ in range(500)] + [random_text() for _ in range(100)]
	for text, path, mine in ours(texts):
		taken, why = validated(path)
		refused += not taken
		if taken == (mine[-1] != "?") or (not taken and not mine.strip("0")):
			continue
		if not taken and not re.search("syntax error|invalid character '", why) and re.search(DROPPED, why):
			dropped.append(text)
			continue
		careful += taken
		wrong += not taken
		if taken and "-v" not in sys.argv:
			continue
		print("# %s %r\n#    rsyslogd: %s\n#    we: %s" % ("UNREAD" if taken else "UNSEEN", text[:300], why[:300], mine[:100]))
	print("# %d texts: rsyslogd refuses %d; of these we read %d, and we do not read %d that it takes" % (len(texts), refused, wrong, careful))
	return wrong, dropped


# --- the way of messages --------------------------------------------------------------------------------------------

def listen():
	got, tcp, udp = set(), socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
	tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	tcp.bind(("127.0.0.1", PORT)), tcp.listen(16), udp.bind(("127.0.0.1", PORT))
	udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)

	def connection(c):
		data = b""
		while chunk := c.recv(65536):
			data += chunk
		note(data)

	def note(data):
		for m in re.finditer(rb"n(\d+)of(\d)", data):
			got.add((int(m.group(1)), int(m.group(2))))

	def accept():
		while True:
			c = tcp.accept()[0]
			t = threading.Thread(target=connection, args=(c,), daemon=True)
			connections.append(t)
			t.start()

	def receive():
		while True:
			note(udp.recv(65536))

	connections = []
	threading.Thread(target=accept, daemon=True).start()
	threading.Thread(target=receive, daemon=True).start()
	return got, connections


KINDS = ["sshd: public", "sshd: secret", "other: public", "other: secret"]


def send_every(s):
	for pri in range(24 * 8):
		for kind, text in enumerate(KINDS):
			s.send(b"<%d>Nov 22 06:00:00 %s n%dof%d" % (pri, text.encode(), pri, kind))


def send_all(path):
	s, left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), array.array("i", [1])
	try:
		s.connect(path)
		send_every(s)
	except (ConnectionError, FileNotFoundError): # it refused its configuration
		return False
	for _ in range(500):
		fcntl.ioctl(s.fileno(), SIOCOUTQ, left)
		if not left[0]:
			return True
		time.sleep(.002)
	raise RuntimeError("rsyslogd does not read its socket")


def came(path, got, connections):
	got.clear(), connections.clear()
	for name in ("log", "pid"):
		if os.path.exists(work + "/" + name):
			os.unlink(work + "/" + name)
	p = subprocess.Popen([daemon, "-n", "-f", path, "-i", work + "/pid"] + modules, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work)
	try:
		for _ in range(500):
			if os.path.exists(work + "/log") or p.poll() is not None:
				break
			time.sleep(.002)
		if p.poll() is not None:
			return None
		if not send_all(work + "/log"):
			return None
		time.sleep(.05)
		p.terminate()
		p.wait(timeout=20)
	finally:
		if p.poll() is None:
			p.kill()
			p.wait()
	for t in list(connections):
		t.join(timeout=2)
	time.sleep(.02)
	return {pri for pri in range(24 * 8) if all((pri, k) in got for k in range(len(KINDS)))}


def ways(more):
	got, connections = listen()
	header = 'module(load="imuxsock" SysSock.Name="%s/log" SysSock.RateLimit.Interval="0")\nglobal(workDirectory="%s")\n' % (work, work)
	texts = [written(t) for t in ASKED] + [random_text() for _ in range(60)] + more
	wrong = unknown = whole = 0
	for text, path, mine in ours(texts, header):
		theirs = came(path, got, connections) or set()
		if mine[-1] == "?":
			unknown += 1
			if "-v" in sys.argv:
				print("# unknown %r: %d come; %s" % (text[:200], len(theirs), mine))
			continue
		sure = {f * 8 + s for f in range(24) for s in range(8) if int(mine[2 * f:2 * f + 2], 16) >> s & 1}
		if sure == theirs:
			whole += 1
			continue
		bad = bool(sure - theirs)
		wrong += bad
		if bad or "-v" in sys.argv:
			print("# %s %r: sure %d, come %d, sure and not come %s" % ("WRONG" if bad else "careful", text[:300], len(sure), len(theirs), sorted(sure - theirs)[:8]))
	print("# %d configurations started: the same messages in %d, not understood %d, too sure %d" % (len(texts), whole, unknown, wrong))
	return wrong


reading, daemon = map(os.path.abspath, sys.argv[1:3])
modules = ["-M", os.path.abspath(sys.argv[3])] if len(sys.argv) > 3 and sys.argv[3][0] != "-" else []
if "REDOUBT_NAMESPACE" not in os.environ:
	os.execvpe("unshare", ["unshare", "-nmp", "--fork", "--mount-proc", sys.executable] + sys.argv, {**os.environ, "REDOUBT_NAMESPACE": "1"})
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with tempfile.TemporaryDirectory() as work:
	unseen, dropped = accepts()
	wrong = ways(dropped)
sys.exit(unseen + wrong > 0)
