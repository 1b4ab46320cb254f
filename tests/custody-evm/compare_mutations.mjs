// SPDX-License-Identifier: Apache-2.0
// Signed transactions with something wrong. What src/evm accepts both libraries must
// read as the same; what it refuses they refuse as well, or the reason is one of
// those named below, found from the bytes and not from what src/evm says.
import { decodeRlp, Transaction } from 'ethers';
import { parseTransaction, recoverTransactionAddress, serializeTransaction } from 'viem';

import { kinds, transactionOf, asQuestion } from './compare_transactions.mjs';
import { same } from './tap.mjs';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const U64 = 1n << 64n;
const bytesOf = hex => Buffer.from(hex.slice(2), 'hex');
const hexOf = bytes => '0x' + bytes.toString('hex');

const minimal = n => { const h = n.toString(16); return Buffer.from(h.length % 2 ? '0' + h : h, 'hex'); };

// RLP that can be told to be wrong at the item `left`; a fault that does not apply there leaves it right.
function header(list, size, fault) {
  const base = list ? 0xc0 : 0x80, length = minimal(BigInt(size));
  if (fault === 'zero in length') return Buffer.concat([Buffer.from([base + 55 + length.length + 1, 0]), length]);
  if (size > 55 || fault === 'long form') return Buffer.concat([Buffer.from([base + 55 + length.length]), length]);
  return Buffer.from([base + size]);
}
function encode(item, fault, at = { left: -1 }) {
  const mine = at.left-- === 0 ? fault : null;
  if (Array.isArray(item)) {
    const inner = Buffer.concat(item.map(i => encode(i, fault, at)));
    return Buffer.concat([header(true, inner.length, mine), inner]);
  }
  const bytes = bytesOf(item);
  if (bytes.length === 1 && bytes[0] < 0x80 && !mine) return bytes;
  return Buffer.concat([header(false, bytes.length, mine), bytes]);
}

function splitRaw(raw) {
  const bytes = bytesOf(raw), typed = bytes[0] < 0x80;
  return { type: typed ? bytes[0] : 0, fields: decodeRlp(hexOf(typed ? bytes.subarray(1) : bytes)) };
}
const joined = ({ type, fields }, fault, left = -1) => hexOf(Buffer.concat([Buffer.from(type ? [type] : []), encode(fields, fault, { left })]));

// Where the fields stand: [nonce, fee, gas, to, value, data, access, v, r, s] by type.
const place = (type, name) => ({ 0: { nonce: 0, fee: 1, gas: 2, to: 3, value: 4, data: 5, v: 6, r: 7, s: 8 },
  1: { chain: 0, nonce: 1, fee: 2, gas: 3, to: 4, value: 5, data: 6, access: 7, v: 8, r: 9, s: 10 },
  2: { chain: 0, nonce: 1, tip: 2, fee: 3, gas: 4, to: 5, value: 6, data: 7, access: 8, v: 9, r: 10, s: 11 } })[type][name];
const numberAt = hex => (hex === '0x' ? 0n : BigInt(hex));
const set = (t, name, n) => { t.fields[place(t.type, name)] = typeof n === 'string' ? n : n ? hexOf(minimal(n)) : '0x'; };
const get = (t, name) => numberAt(t.fields[place(t.type, name)]);

const onBytes = change => (raw, r) => hexOf(change(Buffer.from(bytesOf(raw)), r));
const onFields = change => (raw, r) => { const t = splitRaw(raw); change(t, r); return joined(t); };
const inHeader = fault => (raw, r) => joined(splitRaw(raw), fault, r.below(12));

const mutations = {
  'a bit flipped': onBytes((b, r) => { b[r.below(b.length)] ^= 1 << r.below(8); return b; }),
  'a bit of the head flipped': onBytes((b, r) => { b[r.below(Math.min(40, b.length))] ^= 1 << r.below(8); return b; }),
  'cut short': onBytes((b, r) => b.subarray(0, r.below(b.length))),
  'bytes behind': (raw, r) => raw + r.hex(1 + r.below(4)).slice(2),
  'a byte put in': onBytes((b, r) => { const at = r.below(b.length); return Buffer.concat([b.subarray(0, at), r.bytes(1), b.subarray(at)]); }),
  'a byte taken out': onBytes((b, r) => { const at = r.below(b.length); return Buffer.concat([b.subarray(0, at), b.subarray(at + 1)]); }),
  'another type': onBytes((b, r) => { const type = Buffer.from([r.pick([0, 1, 2, 3, 4, 0x7f])]); return Buffer.concat([type, b[0] < 0x80 ? b.subarray(1) : b]); }),
  'no type': onBytes(b => (b[0] < 0x80 ? b.subarray(1) : Buffer.concat([Buffer.from([1]), b]))),
  'long form of a short length': inHeader('long form'),
  'zero before a length': inHeader('zero in length'),
  'two bytes for a number below 128': (raw, r) => { const t = splitRaw(raw), name = r.pick(['nonce', 'fee', 'gas', 'value']); set(t, name, 1n + BigInt(r.below(127))); return joined(t, 'two bytes', 1 + place(t.type, name)); },
  'zero before a number': onFields((t, r) => { const i = place(t.type, r.pick(['nonce', 'fee', 'gas', 'value', 'v', 'r', 's'])); t.fields[i] = '0x00' + t.fields[i].slice(2); }),
  'a field too many': onFields((t, r) => t.fields.splice(r.below(t.fields.length + 1), 0, r.hex(r.below(33)))),
  'a field too few': onFields((t, r) => t.fields.splice(r.below(t.fields.length), 1)),
  'a list for a string': onFields((t, r) => { t.fields[r.below(t.fields.length)] = r.pick([[], ['0x'], [r.hex(20)]]); }),
  'a high S': onFields(t => { const odd = get(t, 'v'); set(t, 's', N - get(t, 's')); set(t, 'v', t.type === 0 ? (odd % 2n ? odd + 1n : odd - 1n) : 1n - odd); }),
  'r or s out of range': onFields((t, r) => set(t, r.pick(['r', 's']), r.pick([0n, N, N + 1n, (1n << 256n) - 1n]))),
  'another v': onFields((t, r) => set(t, 'v', r.pick([0n, 1n, 2n, 26n, 27n, 28n, 29n, 35n, 36n, 37n, 38n, U64 - 1n, U64, get(t, 'v') ^ 1n, get(t, 'v') + 2n]))),
  'another length of `to`': onFields((t, r) => set(t, 'to', r.hex(r.pick([1, 19, 21, 32])))),
  'a number too large': onFields((t, r) => set(t, r.pick(['nonce', 'gas', 'value', 'fee']), r.pick([U64, U64 - 1n, 1n << 256n, (1n << 256n) - 1n]))),
  'a chain id too large': onFields((t, r) => (t.type ? set(t, 'chain', r.pick([U64, U64 - 1n, 1n << 63n, 1n << 256n])) : set(t, 'v', r.pick([U64 - 1n, U64 + 7n, 1n << 70n])))),
  'another access list': onFields((t, r) => { if (t.type) t.fields[place(t.type, 'access')] = r.pick([[[r.hex(19), []]], [[r.hex(20), [r.hex(31)]]], [[r.hex(20)]], [r.hex(20)], [[r.hex(20), [], []]], [[r.hex(20), r.hex(32)]], [[]]]); else t.fields.push([]); }),
  'unsigned': onFields(t => { t.fields.length -= 3; }),
};

function readByEthers(raw) {
  const t = Transaction.from(raw);
  if (!t.signature) throw new Error('not signed');
  return { again: t.serialized, from: t.from };
}

async function readByViem(raw) {
  const t = parseTransaction(raw);
  if (t.r === undefined) throw new Error('not signed');
  const from = await recoverTransactionAddress({ serializedTransaction: raw });
  return { again: serializeTransaction(t, { r: t.r, s: t.s, yParity: t.yParity, v: t.v }), from };
}

// Why src/evm may refuse what a library reads.
function exception(raw, read) {
  if (read.again !== raw) return 'reads what it would not write: not canonical';
  const t = splitRaw(raw);
  if (t.type > 2) return 'a blob or set-code transaction, which this house does not sign';
  if (t.fields.some((field, i) => Array.isArray(field) !== (i === place(t.type, 'access')))) return 'a list where bytes belong';
  if (['value', 'fee'].some(name => get(t, name) >= U64 ** 4n)) return 'wei above 256 bits';
  if (get(t, 's') > N / 2n) return 'a high S (EIP-2)';
  if ([get(t, 'r'), get(t, 's')].some(n => n === 0n || n >= N)) return 'r or s out of range';
  if (t.type && get(t, 'v') > 1n) return 'a parity above 1';
  if (get(t, 'nonce') >= U64 || get(t, 'gas') >= U64) return 'a nonce or gas limit above 64 bits (EIP-2681, EIP-1985)';
  if ((t.type ? get(t, 'chain') : get(t, 'v') / 2n - 17n) > (U64 >> 1n) - 37n) return 'a chain id above EIP-2294';
  if (!t.type && [35n, 36n].includes(get(t, 'v'))) return 'the chain id 0 in EIP-155, which no chain has';
  return null;
}

// Why a library may refuse what src/evm reads.
function ownException(raw, ours) {
  const t = splitRaw(raw), chain = t.type ? get(t, 'chain') : get(t, 'v') / 2n - 17n;
  if (t.type === 2 && get(t, 'tip') > get(t, 'fee') && /fee cap/.test(ours.check)) return 'a tip above the fee cap, which evm_tx_check refuses';
  return get(t, 'nonce') >= 1n << 53n || chain >= 1n << 53n ? 'refuses a nonce or chain id that its numbers do not hold' : null;
}

// Counts by library and reason, over all cases: what the test says at its end.
export async function compareMutation(r, kind, index, probe, exceptions) {
  const tx = transactionOf(r, r.pick(kinds)), name = r.pick(Object.keys(mutations));
  const made = await probe(asQuestion(tx, 'tx_sign'));
  const raw = mutations[name](made.raw, r), ours = await probe({ do: 'tx_read', raw });
  if (!ours.refused) same(ours.again, raw, `${name}: ${raw} written again by src/evm`);
  for (const [library, reader] of [['ethers', readByEthers], ['viem', readByViem]]) {
    let read = null;
    try { read = await reader(raw); } catch (error) { read = { error }; }
    if (!ours.refused === !read.error) {
      if (!ours.refused) same([read.again, read.from], [raw, ours.from], `${name}: ${raw} as ${library} reads it`);
      continue;
    }
    const why = ours.refused ? exception(raw, read) : ownException(raw, ours);
    if (!why) throw new Error(`${name}: of src/evm and ${library} one refuses ${raw}: ${ours.refused ?? read.error.message}`);
    exceptions[`${library}: ${why}`] = (exceptions[`${library}: ${why}`] ?? 0) + 1;
  }
  const verdict = ours.refused ? 'refused' : 'still good';
  exceptions[verdict] = (exceptions[verdict] ?? 0) + 1;
}
