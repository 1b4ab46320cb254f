// SPDX-License-Identifier: Apache-2.0
// The signer's own commands.
#include "command.h"

#include "commands.h"

static const struct command commands[] = {
	{ "sign", "[PAYLOAD] [--scan PATH...] [--intent FILE] [--account NAME] [--out FILE] [--show]",
	  "shows what a payload does, and signs it once the amount was typed",
	  "PAYLOAD is a PSBT (binary, base64 or UR text), an unsigned EVM transaction (hex), an EIP-4527\n"
	  "request (UR text) or a Safe transaction (docs/PROTOCOL.vault.md). With --scan the words are images\n"
	  "of QR codes or directories of them, read by redoubt-qr.\n"
	  "  --intent FILE   what the quorum agreed to, with its approvals\n"
	  "  --account NAME  which registered account sends an EVM transaction, when there is more than one\n"
	  "  --out FILE      where the signed payload goes\n"
	  "  --show          shows it as QR codes on this terminal\n"
	  "  --scan          PAYLOAD words are images\n"
	  "A refusal ends it with exit code 4. There is no option that overrides one.",
	  command_sign },
	{ "inspect", "[PAYLOAD] [--scan PATH...] [--intent FILE] [--account NAME]",
	  "shows what sign would show, and what it would refuse, without a key",
	  "", command_inspect },
	{ "show", "[addresses WALLET [COUNT [FROM]] | wallets | labels | policy]",
	  "shows wallets with their keys and addresses, labels and the policy",
	  "", command_show },
	{ "register", "FILE --name NAME",
	  "takes in a wallet: a BIP129 descriptor record, a descriptor, a Safe or an account",
	  "", command_register },
	{ "label", "NETWORK ADDRESS NAME | --remove NAME",
	  "gives an address a name, so that the review knows it",
	  "NETWORK is 'bitcoin' (the policy's network) or an EVM chain id.", command_label },
	{ "policy", "FILE | --check FILE",
	  "replaces the policy: networks, limits, tokens, approvers",
	  "--check only reads it and says what is wrong.", command_policy },
	{ "log show", "", "prints the acts log in words", "", command_log_show },
	{ "log check", "FILE [--key HEX]",
	  "checks a log that was carried out: chain, times, signatures; needs no vault",
	  "--key is the log's public key from the ceremony's protocol; without it only the log's own word is taken.",
	  command_log_check },
	{ "log carry", "FILE", "copies the log out, to be checked and kept elsewhere", "", command_log_carry },
};
const struct command_table sign_commands = { commands, ARRAY_LEN(commands) };
