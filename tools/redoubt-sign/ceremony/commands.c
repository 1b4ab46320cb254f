// SPDX-License-Identifier: Apache-2.0
// The table of ceremony and keep.
#include "ceremony/steps.h"
#include "command.h"

static const struct command commands[] = {
	{ "ceremony plan", "--out FILE", "agrees on people, network and quorum, before any key exists",
	  "Writes the plan that all signers bring to their machines, and shows its code for the board.",
	  ceremony_plan_run },
	{ "ceremony key", "--plan FILE --signer N [--memory MIB]",
	  "makes this signer's key from dice, coins, text and the kernel, and seals it",
	  "The vault must not exist yet. Ended before its last page it leaves nothing; then begin again.\n"
	  "  --memory MIB  what Argon2id takes to open the key, 64 to 1024 (default: 256)",
	  ceremony_key_run },
	{ "ceremony shares", "[--read-back all|N]",
	  "gives each holder his SLIP-39 share, read back before the next",
	  "Ended in between it goes on with the next holder.\n"
	  "  --read-back N  only N words, which the machine chooses (at least 4; default: all)",
	  ceremony_shares_run },
	{ "ceremony record", "--out FILE", "has the key read back and writes it as a BIP129 key record", "",
	  ceremony_record_run },
	{ "ceremony join", "--plan FILE --out FILE RECORD...",
	  "the leader's part, without a key: joins all records to the wallet's descriptor", "",
	  ceremony_join_run },
	{ "ceremony register", "--descriptor FILE [RECORD...]",
	  "checks the wallet and takes it in, so that change is recognised",
	  "With the other signers' RECORDs each key is compared, too.", ceremony_register_run },
	{ "ceremony protocol", "--out FILE", "writes the protocol to be printed and signed by hand", "",
	  ceremony_protocol_run },
	{ "ceremony status", "", "says how far this signer's ceremony is and what comes next", "",
	  ceremony_status_run },
	{ "ceremony open", "PAYLOAD [--approvals FILE]", "lets one payload change owners, modules or the timelock, for a day",
	  "Asks for the reason and a second person; the review of 'sign' still shows all that it does.\n"
	  "Where the policy says 'intent required', FILE holds its approvers' signatures over this payload.",
	  ceremony_open_run },
	{ "keep prove", "[--share]", "proves that a backup is good, without showing or writing it",
	  "A quorum of shares is combined in locked memory and compared with the fingerprint.\n"
	  "  --share  one share alone, compared with the digest of the ceremony",
	  keep_prove_run },
	{ "keep replace-share", "[--read-back all|N]",
	  "splits the key anew when a share is lost and not stolen", "", keep_replace_share_run },
	{ "keep recover", "--ceremony FILE | --plan FILE --signer N --fingerprint HEX [--memory MIB]",
	  "brings a wallet back from its shares into an empty vault",
	  "--ceremony is the old vault's file 'ceremony', which holds no secret. Without it the ceremony "
	  "goes on\n"
	  "from its shares.",
	  keep_recover_run },
	{ "keep rotate", "--plan FILE --descriptor FILE",
	  "begins to replace this vault's key by a new wallet's",
	  "The new wallet comes from a ceremony of its own, in new vaults.", keep_rotate_run },
	{ "keep swept", "--txid TXID", "notes that the old wallet is empty", "", keep_swept_run },
	{ "keep wipe", "--log FILE [--without-sweep]", "carries the log out and destroys the vault's files",
	  "", keep_wipe_run },
};
const struct command_table ceremony_commands = { commands, ARRAY_LEN(commands) };
