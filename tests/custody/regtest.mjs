// SPDX-License-Identifier: Apache-2.0
// regtest.mjs PORT KIND... Wallets on a chain: they receive mined coins and spend them, each signer with a directory
// of its own, PSBTs carried between them as files. KIND says what signs: "probe" or "program" (machines.mjs).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, equal, finish, test } from '../clients/tap.mjs';
import { Probe, bytes, hex } from './probe.mjs';
import { Random, seed } from './random.mjs';
import { probe_wallet, program_wallet } from './machines.mjs';
import { Chain, nowhere } from './chain.mjs';
import { bitcoin } from './peers.mjs';

let kind;
const fee = 10000n;
const room = mkdtempSync(join(process.env.TEST_DISK ?? tmpdir(), 'regtest.'));
const random = new Random('regtest');
const coordinator = new Probe(); // knows descriptors and no seed that it signs with
console.log(`# SEED=${seed}`);

const id_of = (transaction) => bitcoin.Transaction.fromBuffer(transaction).getId();
const place_text = (place) => (place ? `${place.branch}/${place.index}` : '-');

// Wallets of machines of the kind that was asked for.
let others = {};
async function wallet_make(name) {
  if (kind === 'probe') return probe_wallet(room, coordinator, name, random);
  const wallet = await program_wallet(room, coordinator, name);
  others[name] = wallet;
  wallet.stranger = Object.values(others).find((other) => other !== wallet)?.machines[0];
  return wallet;
}

// A PSBT that spends one coin at `place`: `pays` to a script, the rest back to the wallet at `change`.
async function spend(wallet, coin, place, pays, change, sequence = 0xfffffffd) {
  const tx = new bitcoin.Transaction();
  tx.version = 2;
  tx.addInput(Uint8Array.from(Buffer.from(coin.id, 'hex').reverse()), coin.vout, sequence);
  tx.addOutput(pays.script, pays.value);
  if (change) tx.addOutput(change.script, coin.value - pays.value - fee);
  const outputs = ['-', ...(change ? [place_text(change)] : [])];
  const [psbt] = await coordinator.call('psbt-create', tx.toBuffer(), wallet.slot, coin.bytes, place_text(place), ...outputs);
  const [address] = await coordinator.call('address', 'regtest', pays.script);
  return { tx, psbt: bytes(psbt), pays: { amount: pays.value, addresses: [address] } };
}

async function signed_by(wallet, { psbt, pays }, who) {
  const parts = [];
  for (const n of who) parts.push(await wallet.machines[n].sign(psbt, pays));
  return parts;
}

async function completed(parts) {
  const joined = parts.length > 1 ? (await coordinator.call('psbt-combine', ...parts))[0] : hex(parts[0]);
  const [final] = await coordinator.call('psbt-finalize', joined);
  return bytes((await coordinator.call('psbt-extract', final))[0]);
}

async function refused(promise, pattern) {
  const why = await promise.then(() => 'it was done', (error) => error.message);
  check(pattern.test(why), `refused by ${pattern}: ${why}`);
}

// What a forger sends: the signatures there are, in the script's order, the last one `times` times.
function forced(unsigned, place, parts, times) {
  const tx = unsigned.clone();
  const pairs = parts.flatMap((part) => bitcoin.Psbt.fromBuffer(part).data.inputs[0].partialSig);
  const rank = ({ pubkey }) => Buffer.from(place.inner).indexOf(Buffer.from(pubkey));
  const signatures = pairs.sort((a, b) => rank(a) - rank(b)).map(({ signature }) => signature);
  for (let i = 1; i < times; i++) signatures.push(signatures.at(-1));
  tx.setWitness(0, [new Uint8Array(), ...signatures, place.inner]);
  return tx.toBuffer();
}

async function quorum(chain, name) {
  const wallet = await wallet_make(name), [{ who, need }] = wallet.ways;
  const place = await wallet.place(0, 0), change = await wallet.place(1, 0), next = await wallet.place(1, 1);
  const payee = { script: nowhere };
  let coin, first, parts;

  await test(`${kind}, ${name}: receives a mined coin`, async () => {
    coin = await chain.mined(place.script);
    equal(coin.script, hex(place.script), 'script');
    payee.value = coin.value / 8n + 123n; // rewards halve every 150 blocks here
    equal((await coordinator.call('find', wallet.slot, bytes(coin.script), 20)).join('/'), '0/0', 'where it is found');
    const early = await spend(wallet, coin, place, payee, change);
    const tx = await completed(await signed_by(wallet, early, who.slice(0, need)));
    await chain.refuses(tx, id_of(tx), /premature-spend-of-coinbase/);
    await chain.mine(100);
  });
  await test(`${kind}, ${name}: ${need - 1} of ${who.length} are refused, by ours and by the node`, async () => {
    first = await spend(wallet, coin, place, payee, change);
    parts = await signed_by(wallet, first, random.some(who, need));
    const few = parts.slice(0, -1);
    await refused(completed(few), /signatures are missing/);
    for (const times of [1, 2]) {
      const tx = forced(first.tx, place, few, times);
      await chain.refuses(tx, id_of(tx), /script-verify-flag|script/);
    }
    if (wallet.stranger) await refused(wallet.stranger.sign(first.psbt, first.pays), /not this signer's|ended with 4/);
  });
  await test(`${kind}, ${name}: a copy altered on the way is not joined`, async () => {
    const altered = await spend(wallet, coin, place, { ...payee, value: payee.value + 1n }, change);
    const [theirs] = await signed_by(wallet, altered, [who[0]]);
    await refused(completed([parts[0], theirs]), /another transaction/);
  });
  await test(`${kind}, ${name}: ${need} of ${who.length} pay, and change comes back`, async () => {
    equal((await coordinator.call('psbt-fee', first.psbt))[0], String(fee), 'fee');
    equal((await coordinator.call('psbt-places', first.psbt, wallet.slot)).join(' '), '0/0 - 1/0', 'own input, foreign payee, own change');
    const tx = await completed(parts), id = id_of(tx);
    check(await chain.takes(tx, id), `the node takes ${hex(tx)}: ${chain.said}`);
    check(await chain.confirms(id), 'it is in the next block');
    equal((await chain.output(id, 0)).value, payee.value, 'paid');
    const received = coin.value;
    coin = await chain.output(id, 1);
    equal(coin.value + payee.value + fee, received, 'all accounted for');
    equal((await coordinator.call('find', wallet.slot, bytes(coin.script), 20)).join('/'), '1/0', 'change is found');
  });
  await test(`${kind}, ${name}: change is spent by another quorum`, async () => {
    const second = await spend(wallet, coin, change, payee, next);
    const tx = await completed((await signed_by(wallet, second, who.slice(-need))).reverse()), id = id_of(tx);
    check(await chain.takes(tx, id), `the node takes ${hex(tx)}: ${chain.said}`);
    check(await chain.confirms(id), 'it is in the next block');
  });
}

// Mines until so many of the 144 confirmations are left to wait for.
async function ripen(chain, coin, left) {
  const { confirmations } = await chain.output(coin.id, coin.vout);
  await chain.mine(144 - left - confirmations);
}

async function unvault(chain) {
  const cold = await wallet_make('3-of-5'), out = await wallet_make('unvault, pay');
  const [{ who: warm }] = out.ways, cancel = [0, 1, 2];
  const from = await cold.place(0, 7), place = await out.place(0, 0), back = await cold.place(0, 8);
  const payee = { script: nowhere };
  const coins = [];
  for (let i = 0; i < 2; i++) coins.push(await chain.mined(from.script));
  await chain.mine(100);

  await test(`${kind}, unvault: the cold quorum pays into it`, async () => {
    for (const [i, coin] of coins.entries()) {
      const made = await spend(cold, coin, from, { script: place.script, value: coin.value - fee }, null);
      const tx = await completed(await signed_by(cold, made, [1, 2, 4])), id = id_of(tx);
      check(await chain.takes(tx, id), `the node takes ${hex(tx)}: ${chain.said}`);
      check(await chain.confirms(id), 'it is in the next block');
      coins[i] = await chain.output(id, 0);
    }
  });
  await test(`${kind}, unvault: an nSequence below the lock is not even completed`, async () => {
    for (const sequence of [143, 0xfffffffd]) {
      const made = await spend(out, coins[0], place, { ...payee, value: coins[0].value - fee }, null, sequence);
      const parts = signed_by(out, made, warm.slice(0, 2)); // the program does not even sign it
      await refused(parts.then(completed), /time-locked way is not open|\[unvault-too-early\]/);
    }
  });
  let pay;
  await test(`${kind}, unvault: paying is refused one block early`, async () => {
    const made = await spend(out, coins[0], place, { ...payee, value: coins[0].value - fee }, null, 144);
    await refused(completed(await signed_by(out, made, warm.slice(0, 1))), /signatures are missing/);
    pay = await completed(await signed_by(out, made, warm.slice(1, 3)));
    await chain.refuses(pay, id_of(pay), /non-BIP68-final/);
    await ripen(chain, coins[0], 1);
    await chain.refuses(pay, id_of(pay), /non-BIP68-final/);
  });
  await test(`${kind}, unvault: paying passes 144 blocks later`, async () => {
    await chain.mine(1);
    check(await chain.takes(pay, id_of(pay)), `the node takes ${hex(pay)}: ${chain.said}`);
    check(await chain.confirms(id_of(pay)), 'it is in the next block');
  });
  await test(`${kind}, unvault: those who may cancel bring it back to cold without waiting`, async () => {
    const made = await spend(out, coins[1], place, { script: back.script, value: coins[1].value - fee }, null);
    await refused(completed(await signed_by(out, made, cancel.slice(0, 1))), /signatures are missing/);
    const tx = await completed(await signed_by(out, made, cancel.slice(0, 2))), id = id_of(tx);
    check(await chain.takes(tx, id), `the node takes ${hex(tx)}: ${chain.said}`);
    check(await chain.confirms(id), 'it is in the next block');
    equal((await coordinator.call('find', cold.slot, bytes((await chain.output(id, 0)).script), 20)).join('/'), '0/8', 'cold knows it');
  });
}

const chain = await Chain.start(Number(process.argv[2]));
try {
  for (kind of process.argv.slice(3)) {
    const from = performance.now();
    others = {};
    for (const name of ['2-of-3', '3-of-5', '4-of-7']) await quorum(chain, name); // each mines 100 blocks and more
    await unvault(chain);
    console.log(`# ${kind}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  }
} finally {
  chain.stop();
  coordinator.end();
  if (!process.env.KEEP) rmSync(room, { recursive: true });
}
finish();
