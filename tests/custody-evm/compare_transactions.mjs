// SPDX-License-Identifier: Apache-2.0
// Random transactions of each kind: the same unsigned payload, digest, signature,
// signed bytes, hash and sender as ethers and viem have; and what each reads of the other's.
// ethers signs every one and gives its key's address. Recovering is slow in JavaScript:
// the two take turns at every eighth; at every sixteenth viem signs as well.
import { keccak256 as ethersKeccak, SigningKey, Transaction, Signature, computeAddress, recoverAddress } from 'ethers';
import { parseTransaction, recoverTransactionAddress, serializeTransaction } from 'viem';
import { sign } from 'viem/accounts';

import { same } from './tap.mjs';

export const kinds = ['legacy', 'eip155', 'eip2930', 'eip1559'];
const types = { legacy: 0, eip155: 0, eip2930: 1, eip1559: 2 };
const U64_MAX = (1n << 64n) - 1n;
const CHAIN_MAX = (U64_MAX >> 1n) - 36n;

function accessOf(r) {
  return Array.from({ length: r.pick([0, 0, 1, 2, r.below(5)]) }, () =>
    [r.address(), Array.from({ length: r.pick([0, 1, 2, r.below(4)]) }, () => r.hex(32))]);
}

// ethers takes a chain id or nonce that JavaScript's numbers hold exactly; the larger ones are tried at viem's parser.
export function transactionOf(r, kind) {
  const type = types[kind], data = r.data(), creates = r.chance(15);
  const gas = 1_000_000n + r.number(40), value = r.number(250);
  const fee = r.number(200), tip = type === 2 ? (fee ? r.number(256) % (fee + 1n) : 0n) : 0n;
  const chain = kind === 'legacy' ? 0n : r.pick([1n, 10n, 137n, 31337n, 1n + (r.number(53) % (2n ** 53n - 1n))]);
  return { type, chain, nonce: r.number(53) % (2n ** 53n - 1n), gas, fee, tip, to: creates ? null : r.address(), value, data,
           access: type ? accessOf(r) : [], secret: r.chance(20) ? r.secret() : r.knownSecret() };
}

export const asQuestion = (tx, what) => ({ do: what, type: String(tx.type), chain: String(tx.chain), nonce: String(tx.nonce),
  gas: String(tx.gas), fee: String(tx.fee), tip: String(tx.tip), to: tx.to ?? undefined, value: String(tx.value),
  data: tx.data, access: tx.access, secret: tx.secret });

function asEthers(tx) {
  const t = new Transaction();
  t.type = tx.type;
  if (tx.chain) t.chainId = tx.chain;
  t.nonce = Number(tx.nonce);
  t.gasLimit = tx.gas;
  t.to = tx.to;
  t.value = tx.value;
  t.data = tx.data;
  if (tx.type === 2) { t.maxFeePerGas = tx.fee; t.maxPriorityFeePerGas = tx.tip; }
  else t.gasPrice = tx.fee;
  if (tx.type) t.accessList = tx.access;
  return t;
}

function asViem(tx) {
  const common = { nonce: Number(tx.nonce), gas: tx.gas, to: tx.to ?? undefined, value: tx.value, data: tx.data };
  const accessList = tx.access.map(([address, storageKeys]) => ({ address, storageKeys }));
  if (tx.type === 2) return { ...common, type: 'eip1559', chainId: Number(tx.chain), maxFeePerGas: tx.fee, maxPriorityFeePerGas: tx.tip, accessList };
  if (tx.type === 1) return { ...common, type: 'eip2930', chainId: Number(tx.chain), gasPrice: tx.fee, accessList };
  return { ...common, type: 'legacy', gasPrice: tx.fee, ...(tx.chain ? { chainId: Number(tx.chain) } : {}) };
}

// As viem reads a number: absent when it is zero.
const number = n => BigInt(n ?? 0);

function sameFields(read, tx, whose) {
  same([read.type, read.chain, read.nonce, read.gas, read.fee, read.tip, read.value, read.data, read.to?.toLowerCase() ?? null],
    [tx.type, tx.chain, tx.nonce, tx.gas, tx.fee, tx.tip, tx.value, tx.data, tx.to?.toLowerCase() ?? null].map(v =>
      typeof v === 'bigint' || typeof v === 'number' ? String(v) : v), `the fields as ${whose} reads them`);
}

const ethersFields = t => ({ type: String(t.type), chain: String(t.chainId), nonce: String(t.nonce), gas: String(t.gasLimit),
  fee: String(t.type === 2 ? t.maxFeePerGas : t.gasPrice), tip: String(t.type === 2 ? t.maxPriorityFeePerGas : 0), value: String(t.value),
  data: t.data, to: t.to });
const viemFields = t => ({ type: String({ legacy: 0, eip2930: 1, eip1559: 2 }[t.type]), chain: String(number(t.chainId)), nonce: String(number(t.nonce)),
  gas: String(number(t.gas)), fee: String(number(t.type === 'eip1559' ? t.maxFeePerGas : t.gasPrice)),
  tip: String(number(t.maxPriorityFeePerGas)), value: String(number(t.value)), data: t.data ?? '0x', to: t.to ?? null });

const addresses = new Map(); // of the secrets that come again
function addressOf(secret) {
  if (!addresses.has(secret)) addresses.set(secret, computeAddress(secret));
  return addresses.get(secret);
}

// The largest numbers that EIP-2294 and EIP-2681 allow, which neither library takes as its own
// numbers: ethers' and viem's parsers are given our bytes.
async function largest(r, probe) {
  const tx = { ...transactionOf(r, 'eip1559'), chain: CHAIN_MAX - BigInt(r.below(3)), nonce: U64_MAX - 1n - BigInt(r.below(3)) };
  const ours = await probe(asQuestion(tx, 'tx_sign'));
  const read = await probe({ do: 'tx_read', raw: ours.raw });
  sameFields(read, tx, 'src/evm');
  same(read.again, ours.raw, 'written again');
}

export async function compareTransaction(r, kind, index, probe) {
  if (index % 1000 === 999) await largest(r, probe);
  const tx = transactionOf(r, kind), ours = await probe(asQuestion(tx, 'tx_sign'));
  if (ours.refused) throw new Error(`src/evm does not sign it: ${ours.refused}`);
  const theirs = asEthers(tx), key = new SigningKey(tx.secret), payload = theirs.unsignedSerialized;
  same(ours.payload, payload, 'unsigned payload, ethers');
  const digest = ethersKeccak(payload);
  same(ours.digest, digest, 'digest, ethers');
  theirs.signature = key.sign(digest);
  same(ours.signature, theirs.signature.serialized, 'signature (RFC 6979), ethers');
  const raw = theirs.serialized;
  same(ours.raw, raw, 'signed bytes, ethers');
  same(ours.hash, ethersKeccak(raw), 'hash, ethers');
  same(ours.from, addressOf(tx.secret), 'sender');

  const shape = asViem(tx);
  same(ours.payload, serializeTransaction(shape), 'unsigned payload, viem');
  const signature = Signature.from(ours.signature);
  const v = BigInt(signature.v);
  same(ours.raw, serializeTransaction(shape, { r: signature.r, s: signature.s, yParity: signature.yParity, v }), 'signed bytes, viem');
  sameFields(viemFields(parseTransaction(ours.raw)), tx, 'viem');
  if (index % 16 === 1) {
    const made = await sign({ hash: ours.digest, privateKey: tx.secret });
    same([signature.r, signature.s, signature.yParity], [made.r, made.s, made.yParity], 'signature, viem');
  }
  if (index % 2) sameFields(ethersFields(Transaction.from(ours.raw)), tx, 'ethers');
  if (index % 16 === 0) {
    same(recoverAddress(ours.digest, signature), ours.from, 'recovered by ethers');
  } else if (index % 16 === 8) {
    same(await recoverTransactionAddress({ serializedTransaction: ours.raw }), ours.from, 'recovered by viem');
  }

  const back = await probe({ do: 'tx_read', raw });
  same([back.refused, back.again, back.from, back.hash], [undefined, raw, ours.from, ours.hash], 'theirs as src/evm reads it');
  sameFields(back, tx, 'src/evm');
  const unsigned = await probe({ do: 'tx_read_unsigned', raw: payload });
  same([unsigned.refused, unsigned.again], [undefined, payload], 'theirs unsigned as src/evm reads it');
  sameFields(unsigned, tx, 'src/evm (unsigned)');
}
