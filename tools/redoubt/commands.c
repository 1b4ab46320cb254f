// SPDX-License-Identifier: Apache-2.0
// The table of commands: what the tool can do, and all of its help. Those that
// share a first word stand together.
#include "command.h"

#define STATEMENT "  --operator-key FILE     the operator's Ed25519 seed (DIR/keys/operator.key)\n" \
		  "The statement is signed here and becomes an entry of the journal with your user id."

static const struct command rows[] = {
	{ "init", "--demo | --production [options]", "Make the directory of a new exchange",
	  "  --demo                  test money, a self-signed certificate, two customers whose keys are printed\n"
	  "  --production            everything that it is not founded with is told at once, with the remedy\n"
	  "  --listen ADDRESS:PORT   where the gateway listens (what the host's manifest says, else 127.0.0.1:8443)\n"
	  "  --origin NAME           name of the transparency log (redoubt.local/demo); for production it begins with the\n"
	  "                          public DNS name that the certificate is for\n"
	  "  --certificate FILE --certificate-key FILE   PEM; intermediate certificates behind the site's own\n"
	  "  --trust FILE            production: the CAs that its chain must end at (the system's trust store)\n"
	  "  --client-ca FILE        production: the CA whose client certificates alone the gateway lets in (the proxy's)\n"
	  "  --manifest FILE         production: what this host is for (/etc/redoubt/host.manifest, when there is one)\n"
	  "  --customers N --orders N   capacities, fixed for the life of the exchange",
	  command_init },
	{ "start", "[--foreground] [--wait SECONDS]", "Start the exchange and wait until it takes requests",
	  "  --foreground            stay, log to standard error, end with Ctrl-C\n"
	  "  --wait SECONDS          how long to wait for it to be ready (120)\n"
	  "Its log is DIR/run/supervisor.log. One that runs already is left as it is.",
	  command_start },
	{ "stop", "", "Stop the exchange; everything acknowledged is durable", "", command_stop },
	{ "status", "", "Show what is wrong, each process, its channels and rates, the age of journal and checkpoint",
	  "Alarms stand first. Exit status 5: one of them means damage or divergence.\n"
	  "Colours are left out when NO_COLOR is set or the output is not a terminal.", command_status },
	{ "customer add", "[--label TEXT] [--commitment HEX]", "Add a customer; prints the number",
	  "  --label TEXT            at most 32 bytes, public in the journal: never a name\n"
	  "  --commitment HEX        64 digits, the salted commitment to the person's data\n" STATEMENT,
	  command_customer_add },
	{ "customer freeze", "CUSTOMER", "Let a customer cancel and read, but not order", STATEMENT,
	  command_customer_freeze },
	{ "customer unfreeze", "CUSTOMER", "Let a frozen customer order again", STATEMENT, command_customer_unfreeze },
	{ "key add", "CUSTOMER [options]", "Add an API key; prints its secret once",
	  "  --kind hmac | ed25519   (hmac)\n"
	  "  --scopes LIST           of read, trade, withdraw (read,trade)\n"
	  "  --ip LIST               up to 8 addresses or prefixes that may use it (any)\n"
	  "  --public FILE           an Ed25519 public key in PEM that the customer made; nobody else then has a secret\n"
	  STATEMENT, command_key_add },
	{ "key remove", "KEY", "Remove an API key, at once and for ever", STATEMENT, command_key_remove },
	{ "asset add", "NAME [--decimals N]", "Add an asset; prints its number",
	  "  --decimals N            decimals that clients are shown, 0 to 8 (8)\n" STATEMENT, command_asset_add },
	{ "market add", "BASE QUOTE --tick PRICE --lot QUANTITY [options]", "Add a market; prints its number",
	  "  --tick PRICE            step of prices, and the lowest one\n"
	  "  --lot QUANTITY          step of quantities, and the smallest one; tick times lot must be a whole 0.00000001\n"
	  "  --price-max PRICE       (1000000)\n"
	  "  --quantity-max QUANTITY   (9000)\n"
	  "  --notional-min AMOUNT   in the quote asset (5)\n"
	  "  --notional-max AMOUNT   (9000000)\n"
	  "  --maker PERCENT --taker PERCENT   fees from 0 to 10 (0.1)\n" STATEMENT, command_market_add },
	{ "market set", "SYMBOL [--status S] [--maker PERCENT] [--taker PERCENT]", "Change a market's status or fees",
	  "  --status trading | halted | cancel-only\n"
	  "  --maker PERCENT --taker PERCENT   fees from 0 to 10, of what the side receives\n" STATEMENT,
	  command_market_set },
	{ "deposit-test", "CUSTOMER ASSET AMOUNT", "Give a customer test money; only where genesis says demo", STATEMENT,
	  command_deposit_test },
	{ "book", "SYMBOL [--levels N] [--watch]", "Show the order book and the last trades",
	  "  --levels N              of each side, 1 to 100 (12)\n"
	  "  --watch                 draw it again five times a second until Ctrl-C",
	  command_book },
	{ "journal verify", "", "Check every block of the journal: intact, decryptable, chained, entries whole",
	  "redoubt-verify does it with code of its own, and checks evidence and totals, too.", command_journal_verify },
	{ "journal dump", "[--from N] [--to N]", "Print entries, one JSON object a line",
	  "  --from N --to N         sequences, both included", command_journal_dump },
	{ "journal void", "N --yes", "Append VOID N: entry N, which stops the engine, is passed over for ever",
	  "  --yes                   you are sure\nThe exchange must be stopped.", command_journal_void },
	{ "proof inclusion", "N", "Prove that entry N is in the signed log",
	  "Offline, from DIR/journal and DIR/log. Prints a c2sp.org/tlog-proof@v1 receipt of the entry's block.",
	  command_proof_inclusion },
	{ "proof consistency", "A B", "Prove that the log of B blocks begins with the log of A blocks",
	  "Offline, from DIR/log.", command_proof_consistency },
	{ "history rebuild", "", "Drop the query database and make it anew from the journal",
	  "The exchange must be stopped.", command_history_rebuild },
	{ "replay", "--format bitstamp-l3 | lobster FILE", "Run a recorded flow through the state machine, in memory",
	  "  --format NAME           bitstamp-l3 or lobster; FILE may be gzipped\n"
	  "Prints commands, fills and the state hash. No running exchange is touched.", command_replay },
	{ "host check", "[--root DIR] [--manifest FILE] [--only LIST] [--fail-on SEVERITY] [--sarif] [--all] [--journal]",
	  "Examine the server: firewall, SSH, accounts, services, updates, files, logs, backups",
	  "  --root DIR              examine the tree beneath DIR instead of the running machine\n"
	  "  --manifest FILE         what the host is for (/etc/redoubt/host.manifest, beneath the root)\n"
	  "  --only LIST             checks (SSH-01) and groups (SSH), with commas; -SSH-01 leaves one out\n"
	  "  --fail-on SEVERITY      info, low, medium, high or critical (low)\n"
	  "  --sarif                 SARIF 2.1.0 on standard output\n"
	  "  --all                   show what passed and what does not apply, too\n"
	  "  --journal               record the result's digest as an entry of the exchange's journal\n"
	  "  --operator-key FILE     that signs it: the operator's Ed25519 seed (DIR/keys/operator.key)\n"
	  "It changes nothing, starts no shell, and says the SHA-256 of its result.\n"
	  "Its exit codes: 0 clean, 1 something failed at or above --fail-on, 2 usage, 3 something is unknown.",
	  command_host_check },
	{ "host manifest", "[--learn] [--root DIR] [--manifest FILE]", "Check the host's manifest, or draft one from what runs",
	  "  --learn                 print a draft for people to review", command_host_manifest },
	{ "host watch", "[--root DIR] [--baseline FILE] [--key FILE] [--copy FILE] [--once] [options]",
	  "Watch files, running programs, users, keys, listeners and log-ins against the signed baseline",
	  "  --baseline FILE         (/var/lib/redoubt/host.baseline)\n"
	  "  --key FILE              the public half of the key that signs it (/etc/redoubt/baseline.pub)\n"
	  "  --copy FILE             the copy kept off the host (baseline-copy in the manifest); an older baseline is refused\n"
	  "  --root DIR              watch the tree beneath DIR instead of the running machine\n"
	  "  --once                  one full pass, then end; with --measure beside the speed of SHA-256\n"
	  "  --every SECONDS         between two looks at users, keys, listeners, programs and log-ins (5)\n"
	  "  --full SECONDS          between two passes over every file (21600); the kernel tells of changes between them\n"
	  "  --threads N             that hash (twice the processors)\n"
	  "  --spool FILE            alerts as JSON lines, only ever added to (DIR/run/alerts.jsonl; with --once: none)\n"
	  "  --journal               record that file's digest as an entry of the exchange's journal after each alarm\n"
	  "  --operator-key FILE     that signs it: the operator's Ed25519 seed (DIR/keys/operator.key)\n"
	  "Ship the file off the host, too. Cold addresses are not built yet.\n"
	  "Its exit codes: 0 clean, 1 alarms, 2 usage, 3 the baseline was refused.", command_host_watch },
	{ "host baseline keygen", "FILE", "Make the key that signs baselines, on a machine that is not the host", "",
	  command_host_baseline_keygen },
	{ "host baseline make", "--out FILE [--root DIR] [--scope PATHS] [--first]", "Draft the baseline of what is there now",
	  "  --out FILE              the draft: review it, then sign it where the key is\n"
	  "  --scope PATHS           absolute, between commas (programs, libraries, configuration, boot, cron)\n"
	  "  --baseline FILE --key FILE --copy FILE   the one before it, which must hold\n"
	  "  --first                 there is none: begin with number 1", command_host_baseline_make },
	{ "host baseline sign", "DRAFT --key FILE --out FILE [--copy FILE]", "Sign a draft, and store its copy elsewhere",
	  "  --key FILE              the Ed25519 seed", command_host_baseline_sign },
	{ "host baseline check", "[--root DIR] [--baseline FILE] [--key FILE] [--copy FILE]",
	  "Check the baseline's signature and number against its copy",
	  "Its exit codes: 0 it holds, 2 usage, 3 refused.", command_host_baseline_check },
	{ "host baseline show", "FILE [--items]", "Show what a baseline has, without checking its signature",
	  "  --items                 every item", command_host_baseline_show },
	{ "host harden", "[--only GROUPS] [--apply [--within SECONDS] | --confirm | --roll-back] [--root DIR] [--manifest FILE]",
	  "Make the server what its manifest says: shown, proven, applied with a way back",
	  "  --only GROUPS           of nft, ssh, units, sysctl, logs, updates, files, with commas between (all)\n"
	  "  --apply                 put it in place; without this nothing is changed\n"
	  "  --within SECONDS        how long a change waits for --confirm before it goes back by itself (300)\n"
	  "  --confirm               keep the change that waits\n"
	  "  --roll-back             undo the change that waits, now (--number N: if it is that one)\n"
	  "  --at-start              of that, the files alone: what systemd asks for while the machine starts\n"
	  "  --root DIR              work on the tree beneath DIR; no ruleset is loaded\n"
	  "  --manifest FILE         what the host is for (/etc/redoubt/host.manifest, beneath the root)\n"
	  "  --probes                print the packets that the ruleset is asked for\n"
	  "What was there is kept in /var/lib/redoubt-harden.\n"
	  "Its exit codes: 0 as it should be, 1 something differs, 2 usage or manifest, 3 failed and put back, 4 refused.",
	  command_host_harden },
	{ "backup keygen", "FILE [--shares K-of-N]", "Make a recovery key, on a machine that is not the exchange's",
	  "  --shares K-of-N         print it as SLIP-39 shares instead of writing FILE\n"
	  "FILE.pub is what the exchange gets.", command_backup_keygen },
	{ "backup init", "--recovery FILE.pub DESTINATION...", "Say to whom backups are sealed and where they go",
	  "  --recovery FILE         one line for each recovery key, at most 4\n"
	  "DESTINATION: up to 4 absolute paths of folders. Prints the card that a restore asks for.", command_backup_init },
	{ "backup run", "[--once] [--full] [--reread]", "Ship the journal every few seconds, everything once a day, until ended",
	  "  --once                  one turn, then end\n"
	  "  --full                  begin with a full backup\n"
	  "  --reread                begin with reading every object at the destinations again, which else takes about a day",
	  command_backup_run },
	{ "backup status", "", "Show how far backups are, and which destination is behind", "", command_backup_status },
	{ "backup prune", "[--keep N] DESTINATION-NUMBER", "Remove old backups from a destination that is not append-only",
	  "  --keep N                full backups to keep, with what follows them (30)", command_backup_prune },
	{ "backup drill", "--into FOLDER --card FILE (--recovery-key FILE | --shares) [options] SOURCE...",
	  "Restore into an empty folder, compare everything, and sign the verdict",
	  "  --into FOLDER           empty, or not there yet\n"
	  "  --card FILE             what 'redoubt backup init' printed\n"
	  "  --recovery-key FILE     or --shares: read from standard input, one a line\n"
	  "  --verdict FILE          where the signed verdict goes (verdict)", command_backup_drill },
	{ "backup verdict", "FILE", "Take a drill's signed verdict to the exchange's records", "", command_backup_verdict },
	{ "backup restore", "--into FOLDER --card FILE (--recovery-key FILE | --shares) [options] SOURCE...",
	  "Bring a dead exchange back: a new epoch, halted, with the gap stated",
	  "  --into FOLDER           empty, or not there yet: the exchange's directory from now on\n"
	  "  --card FILE --recovery-key FILE | --shares   as for drill\n"
	  "  --checkpoint FILE       a signed checkpoint from a witness, to measure the gap against\n"
	  "  --accept-gap            go on though entries that were shipped are at no source\n"
  "  --operator-key FILE     the operator's Ed25519 seed (FOLDER/keys/operator.key)", command_backup_restore },
	{ "completion", "bash", "Print a completion script: source <(redoubt completion bash)", "", command_completion },
};
const struct command_table commands = { rows, ARRAY_LEN(rows) };
