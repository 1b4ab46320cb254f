// SPDX-License-Identifier: Apache-2.0
// The opcodes that this library writes or recognises; all others are bytes to it.
#pragma once

enum {
	OP_0 = 0x00,
	OP_PUSHDATA1 = 0x4c,
	OP_PUSHDATA2 = 0x4d,
	OP_PUSHDATA4 = 0x4e,
	OP_1NEGATE = 0x4f,
	OP_1 = 0x51,
	OP_16 = 0x60,
	OP_NOTIF = 0x64,
	OP_ENDIF = 0x68,
	OP_RETURN = 0x6a,
	OP_IFDUP = 0x73,
	OP_DROP = 0x75,
	OP_DUP = 0x76,
	OP_EQUAL = 0x87,
	OP_EQUALVERIFY = 0x88,
	OP_NUMEQUAL = 0x9c,
	OP_HASH160 = 0xa9,
	OP_CODESEPARATOR = 0xab,
	OP_CHECKSIG = 0xac,
	OP_CHECKSIGVERIFY = 0xad,
	OP_CHECKMULTISIG = 0xae,
	OP_CHECKMULTISIGVERIFY = 0xaf,
	OP_CHECKLOCKTIMEVERIFY = 0xb1,
	OP_CHECKSEQUENCEVERIFY = 0xb2,
	OP_CHECKSIGADD = 0xba,
};
