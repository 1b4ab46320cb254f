// SPDX-License-Identifier: Apache-2.0
// What is inside transactions and what is signed beside them: calls, typed data,
// SafeTx, messages, addresses, RLP, keys out of words.
import * as ethers from 'ethers';
import * as viem from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';

import { check, same } from './tap.mjs';

const text = v => (Array.isArray(v) ? v.map(text) : typeof v === 'bigint' || typeof v === 'number' ? String(v) : v);
const lower = v => (Array.isArray(v) ? v.map(lower) : typeof v === 'string' ? v.toLowerCase() : v);
const wordOf = n => '0x' + BigInt.asUintN(256, n).toString(16).padStart(64, '0');

// The call table, asked once of each probe.
const tables = new Map();
async function functionsOf(probe) {
  if (!tables.has(probe)) tables.set(probe, (await probe({ do: 'functions' })).functions);
  return tables.get(probe);
}

function argumentOf(r, type) {
  if (type.endsWith('[]')) return Array.from({ length: r.pick([0, 1, 2, 3, r.below(65)]) }, () => argumentOf(r, type.slice(0, -2)));
  return { address: () => ethers.getAddress(r.address()), uint256: () => r.number(), uint8: () => BigInt(r.below(256)),
           bytes32: () => r.hex(32), bytes: () => r.data(1000) }[type]();
}
const asProbe = v => (Array.isArray(v) ? v.map(asProbe) : typeof v === 'bigint' ? wordOf(v) : v);

// Each function of src/evm/call.h's table, encoded by all three, decoded by all three.
export async function compareCall(r, kind, index, probe) {
  const table = await functionsOf(probe), { signature, selector } = table[index % table.length];
  const types = signature.slice(signature.indexOf('(') + 1, -1).split(',');
  const values = types.map(type => argumentOf(r, type)), known = new ethers.Interface([`function ${signature}`]);
  const abi = viem.parseAbi([`function ${signature}`]), name = signature.slice(0, signature.indexOf('('));
  same(ethers.id(signature).slice(2, 10), selector.toString(16).padStart(8, '0'), `the selector of ${signature}`);
  const data = known.encodeFunctionData(name, values);
  same(viem.encodeFunctionData({ abi, functionName: name, args: values }), data, `${signature}: viem's and ethers' encoding`);
  same((await probe({ do: 'call_encode', function: signature, arguments: values.map(asProbe) })).data, data, `${signature}: our encoding`);
  const read = await probe({ do: 'call_decode', data });
  same([read.function, read.again, lower(read.arguments)], [signature, data, lower(text(values))], `${signature}: theirs as we read it`);
  if (read.id) {
    const id = ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(types.slice(0, 5), values.slice(0, 5)));
    same(read.id, id, `${signature}: the timelock's id`);
  }
}

// Calldata with something wrong: what we read ethers reads as the same; what we refuse it refuses, or reads from
// an encoding that it would not write (the virtual machine is as lax: a person would be shown something else).
export async function compareBrokenCall(r, kind, index, probe, exceptions) {
  const table = await functionsOf(probe), { signature } = table[index % table.length];
  const types = signature.slice(signature.indexOf('(') + 1, -1).split(','), known = new ethers.Interface([`function ${signature}`]);
  const good = Buffer.from(known.encodeFunctionData(signature, types.map(type => argumentOf(r, type))).slice(2), 'hex');
  const place = 4 + r.below(good.length - 4);
  const data = '0x' + r.pick([
    () => good.subarray(0, place), () => Buffer.concat([good, r.bytes(1 + r.below(40))]),
    () => { good[place] ^= 1 << r.below(8); return good; }, () => { good[4 + 31 + 32 * r.below((good.length - 4) / 32)] ^= 0x20; return good; },
    () => Buffer.concat([good.subarray(0, place), r.bytes(32), good.subarray(place)]), () => { good[r.below(4)] ^= 1; return good; },
  ])().toString('hex');
  const ours = await probe({ do: 'call_decode', data });
  let read = null;
  try { const found = known.parseTransaction({ data }); if (found) read = found.args.toArray(true); } catch { /* refused */ }
  let why = ours.refused ? 'refused by both' : 'still good';
  if (!ours.refused) {
    same(ours.again, data, `${signature}: ${data} written again by src/evm`);
    if (read) same(lower(ours.arguments), lower(text(read)), `${signature}: ${data} as ethers reads it`);
    else check((await functionsOf(probe)).some(f => f.signature === ours.function && f.signature !== signature), `${data} is one of our calls, and ethers refuses it`);
  } else if (read) {
    check(known.encodeFunctionData(signature, read) !== data || read.some(v => Array.isArray(v) && v.length > 64), `${data} is canonical, and src/evm refuses it (${ours.refused})`);
    why = 'ethers reads what it would not write: not canonical';
  }
  exceptions[why] = (exceptions[why] ?? 0) + 1;
}

// ---- typed data (EIP-712)
const atoms = r => r.pick(['address', 'bool', 'string', 'bytes', `uint${8 * (1 + r.below(32))}`, `int${8 * (1 + r.below(32))}`,
  `bytes${1 + r.below(32)}`, 'uint256', 'bytes32']);
const arrays = r => r.pick(['', '', '', '[]', '[2]', '[][3]', '[1][]']);

// Struct i refers only to later ones, and each to the next, so that the first is the primary one.
function typesOf(r) {
  const count = 1 + r.below(4), name = i => ['Order', 'Person', 'asset', 'Zed9', '_x'][i];
  return Array.from({ length: count }, (_, i) => {
    const members = Array.from({ length: 1 + r.below(5) }, (_, m) => ({ name: `m${m}`, type: atoms(r) + arrays(r) }));
    if (i + 1 < count) members.splice(r.below(members.length + 1), 0, { name: 'next', type: name(i + 1) + arrays(r) });
    if (i + 2 < count && r.chance(2)) members.push({ name: 'other', type: name(i + 2) });
    return { name: name(i), members };
  });
}

// A value twice: as the libraries take it and as src/evm takes it (words; contents of strings and bytes).
function valueOf(r, types, type) {
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array) {
    const items = Array.from({ length: array[2] ? Number(array[2]) : r.below(4) }, () => valueOf(r, types, array[1]));
    return { theirs: items.map(i => i.theirs), ours: items.map(i => i.ours) };
  }
  const struct = types.find(t => t.name === type);
  if (struct) {
    const items = struct.members.map(m => [m.name, valueOf(r, types, m.type)]);
    return { theirs: Object.fromEntries(items.map(([n, v]) => [n, v.theirs])), ours: items.map(([, v]) => v.ours) };
  }
  const [, family, size] = /^([a-z]+)(\d*)$/.exec(type);
  if (type === 'address') { const a = ethers.getAddress(r.address()); return { theirs: a, ours: '0x' + '00'.repeat(12) + a.slice(2).toLowerCase() }; }
  if (type === 'bool') { const b = r.chance(2); return { theirs: b, ours: wordOf(b ? 1n : 0n) }; }
  if (type === 'string') { const s = r.pick(['', 'Hello', 'Grüße, 世界 🌍', 'a'.repeat(r.below(300))]); return { theirs: s, ours: ethers.hexlify(ethers.toUtf8Bytes(s)) }; }
  if (type === 'bytes') { const b = r.data(500); return { theirs: b, ours: b }; }
  if (family === 'bytes') { const b = r.hex(Number(size)); return { theirs: b, ours: b + '00'.repeat(32 - Number(size)) }; }
  const n = BigInt.asUintN(Number(size), r.number()), signed = family === 'int' ? BigInt.asIntN(Number(size), n) : n;
  return { theirs: signed, ours: wordOf(signed) };
}

function domainOf(r) {
  const all = { name: r.pick(['Redoubt', 'Ü', '']), version: '1', chainId: 1n + r.number(53), verifyingContract: ethers.getAddress(r.address()), salt: r.hex(32) };
  return Object.fromEntries(Object.entries(all).filter(() => !r.chance(3)));
}

export async function compareTyped(r, kind, index, probe) {
  const types = typesOf(r), value = valueOf(r, types, types[0].name), domain = domainOf(r), primaryType = types[0].name;
  const theirs = Object.fromEntries(types.map(t => [t.name, t.members]));
  const question = { do: 'typed', types, primary: primaryType, value: value.ours, domain: { ...domain, chainId: domain.chainId && String(domain.chainId) } };
  const ours = await probe(question);
  same(ours.domain, ethers.TypedDataEncoder.hashDomain(domain), 'domain, ethers');
  same(ours.struct, ethers.TypedDataEncoder.from(theirs).hash(value.theirs), 'hashStruct, ethers');
  same(ours.digest, ethers.TypedDataEncoder.hash(domain, theirs, value.theirs), 'digest, ethers');
  same(ours.digest, viem.hashTypedData({ domain, types: theirs, primaryType, message: value.theirs }), 'digest, viem');
}

// One word of a value out of its type's range, or a value of another shape.
const brokenTyped = [
  ['bool', 2n, wordOf(2n)], ['uint8', 256n, wordOf(256n)], ['int8', 128n, wordOf(128n)], ['int8', -129n, wordOf(-129n)],
  ['address', '0x' + '01'.repeat(21), '0x' + '00'.repeat(11) + '01'.repeat(21)], ['bytes4', '0x0102030405', '0x0102030405' + '00'.repeat(27)],
  ['uint256[2]', [1n], [wordOf(1n)]], ['uint256', [1n], [wordOf(1n)]], ['uint7', 1n, wordOf(1n)], ['uint257', 1n, wordOf(1n)], ['Nobody', '0x01', wordOf(1n)],
  ['bytes33', '0x01', wordOf(1n)],
];
export async function compareBrokenTyped(r, kind, index, probe) {
  const [type, theirs, ours] = brokenTyped[index % brokenTyped.length], types = [{ name: 'It', members: [{ name: 'v', type }] }];
  const answer = await probe({ do: 'typed', types, primary: 'It', value: [ours], domain: {} });
  let accepted = true;
  // viem and ethers both put a bool of 2 down as true; the hash of ours is that of the word, so it must be 0 or 1
  try { ethers.TypedDataEncoder.hash({}, { It: types[0].members }, { v: theirs }); } catch { accepted = false; }
  check(answer.refused, `${type} ${text(theirs)}: src/evm takes it`);
  check(!accepted || type === 'bool', `${type} ${text(theirs)}: ethers takes it`);
}

const safeTxTypes = { SafeTx: [['address', 'to'], ['uint256', 'value'], ['bytes', 'data'], ['uint8', 'operation'], ['uint256', 'safeTxGas'],
  ['uint256', 'baseGas'], ['uint256', 'gasPrice'], ['address', 'gasToken'], ['address', 'refundReceiver'], ['uint256', 'nonce']].map(([type, name]) => ({ name, type })) };

export async function compareSafeTx(r, kind, index, probe) {
  const address = () => ethers.getAddress(r.chance(3) ? ethers.ZeroAddress : r.address());
  const tx = { to: address(), value: r.number(), data: r.data(), operation: r.below(2), safeTxGas: r.number(), baseGas: r.number(), gasPrice: r.number(),
               gasToken: address(), refundReceiver: address(), nonce: r.number(64) };
  const chainId = 1n + r.number(53), verifyingContract = address();
  const ours = await probe({ do: 'safe_tx', chain: String(chainId), safe: verifyingContract, ...Object.fromEntries(Object.entries(tx).map(([k, v]) => [k, text(v)])) });
  const domain = { chainId, verifyingContract };
  same(ours.domain, ethers.TypedDataEncoder.hashDomain(domain), 'domain, ethers');
  same(ours.digest, ethers.TypedDataEncoder.hash(domain, safeTxTypes, tx), 'digest, ethers');
  same(ours.digest, viem.hashTypedData({ domain, types: safeTxTypes, primaryType: 'SafeTx', message: tx }), 'digest, viem');
}

// ---- messages (EIP-191)
export async function compareMessage(r, kind, index, probe) {
  const data = r.chance(3) ? ethers.hexlify(ethers.toUtf8Bytes(r.pick(['', 'hello', 'ü', '\0', '9'.repeat(r.below(120))]))) : r.data(3000), bytes = ethers.getBytes(data);
  const validator = ethers.getAddress(r.address()), ours = await probe({ do: 'message', data, validator }), secret = r.secret();
  same(ours.digest, ethers.hashMessage(bytes), 'digest, ethers');
  same(ours.digest, viem.hashMessage({ raw: data }), 'digest, viem');
  same(ours.validatorDigest, ethers.keccak256(ethers.concat(['0x1900', validator, data])), 'digest for a validator');
  const signed = await probe({ do: 'sign', secret, digest: ours.digest });
  if (index % 8 === 0) same(ethers.verifyMessage(bytes, signed.signature), signed.from, 'ours as ethers verifies it');
  if (index % 8 === 1) check(await viem.verifyMessage({ address: signed.from, message: { raw: data }, signature: signed.signature }), 'ours as viem verifies it');
  const theirs = index % 2 ? await privateKeyToAccount(secret).signMessage({ message: { raw: data } }) : await new ethers.Wallet(secret).signMessage(bytes);
  same(theirs, signed.signature, 'signature');
  same((await probe({ do: 'recover', digest: ours.digest, signature: theirs })).from, signed.from, 'theirs as src/evm recovers it');
}

// ---- addresses
export async function compareAddress(r, kind, index, probe) {
  const good = ethers.getAddress(r.address()), at = 2 + r.below(40), c = good[at];
  const flipped = good.slice(0, at) + (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()) + good.slice(at + 1);
  const given = r.pick([good, good, good.toLowerCase(), '0x' + good.slice(2).toUpperCase(), flipped, good.slice(0, at) + good.slice(at + 1), good + '0',
    good.slice(0, at) + 'g' + good.slice(at + 1), '0X' + good.slice(2), ` ${good}`]);
  const ours = await probe({ do: 'address', text: given });
  const shaped = /^0x[0-9a-fA-F]{40}$/.test(given); // ethers also takes no "0x" and ICAP, which we never do
  const theirs = shaped && ethers.isAddress(given) ? ethers.getAddress(given) : null;
  same(typeof ours.loose === 'string' ? ours.loose : null, theirs, `${given} as machines write it`);
  same(typeof ours.strict === 'string' ? ours.strict : null, theirs === given ? given : null, `${given} as a person writes it`);
  // viem takes no address that is all upper case; the rest is the same
  if (given !== '0x' + good.slice(2).toUpperCase() || given === good) same(viem.isAddress(given), theirs !== null, `${given} in viem`);
  const salt = r.hex(32), code = r.data(), codeHash = ethers.keccak256(code), nonce = r.number(53) % (2n ** 53n - 1n);
  const made = await probe({ do: 'create', from: good, nonce: String(nonce), salt, codeHash });
  same([made.create, made.create2], [ethers.getCreateAddress({ from: good, nonce }), ethers.getCreate2Address(good, salt, codeHash)], 'CREATE, ethers');
  same([made.create, made.create2], [viem.getContractAddress({ from: good, nonce }), viem.getContractAddress({ opcode: 'CREATE2', from: good, salt, bytecode: code })], 'CREATE, viem');
  same((await probe({ do: 'keccak', data: code })).digest, codeHash, 'keccak256');
}

// ---- RLP
function itemOf(r, depth) {
  if (depth === 0 || r.chance(2)) return r.data(4000);
  return Array.from({ length: r.pick([0, 1, 2, 5, r.below(20)]) }, () => itemOf(r, depth - 1));
}

export async function compareRlp(r, kind, index, probe) {
  const item = itemOf(r, r.below(5)), raw = ethers.encodeRlp(item);
  same(viem.toRlp(item), raw, 'viem and ethers');
  same((await probe({ do: 'rlp_encode', item })).raw, raw, 'encoded');
  same((await probe({ do: 'rlp_decode', raw })).item, item, 'decoded');
  same(viem.fromRlp(raw, 'hex'), item, 'decoded by viem');
  const bytes = Buffer.from(raw.slice(2), 'hex'), at = r.below(bytes.length);
  const broken = r.pick([() => bytes.subarray(0, at), () => Buffer.concat([bytes, r.bytes(1)]), () => { bytes[at] ^= 1 << r.below(8); return bytes; },
    () => { bytes[0] ^= 1 << r.below(8); return bytes; }, () => Buffer.concat([bytes.subarray(0, at), r.bytes(1), bytes.subarray(at)])])();
  const hex = '0x' + broken.toString('hex'), ours = await probe({ do: 'rlp_decode', raw: hex });
  let theirs = null;
  try { theirs = ethers.decodeRlp(hex); } catch { /* refused */ }
  // ethers also reads what is not canonical: a long form, or 0x81 before a byte below 0x80
  same(ours.item ?? null, theirs && ethers.encodeRlp(theirs) === hex ? theirs : null, `${hex} decoded`);
}

// ---- keys out of words
export async function compareWords(r, kind, index, probe) {
  const words = ethers.Mnemonic.entropyToPhrase(r.bytes(r.pick([16, 20, 24, 28, 32]))), passphrase = r.pick(['', '', 'TREZOR', 'two words']);
  const at = r.below(1000), path = `m/44'/60'/0'/0/${at}`, ours = await probe({ do: 'words', words, passphrase, path });
  const theirs = ethers.HDNodeWallet.fromPhrase(words, passphrase, path);
  same([ours.from, ours.secret], [theirs.address, theirs.privateKey], 'ethers');
  if (index % 10 === 0) same(mnemonicToAccount(words, { path, passphrase }).address, ours.from, 'viem');
  const list = words.split(' '), broken = [...list];
  broken[r.below(list.length)] = ethers.wordlists.en.getWord(r.below(2048));
  const answer = await probe({ do: 'words', words: broken.join(' '), passphrase, path });
  same(!answer.refused, ethers.Mnemonic.isValidMnemonic(broken.join(' ')), `"${broken.join(' ')}" is good`);
}
