// SPDX-License-Identifier: Apache-2.0
// Safes with a timelock and a canceller on a real EVM node: they pay, are refused, are cancelled;
// and what src/evm's review said before is what then happened. node anvil.mjs URL
import { concat, getAddress, solidityPacked, toBeHex, id } from 'ethers';

import { ZERO, abi, ether, openAccount, openChain, published } from './chain.mjs';
import { startProbe } from './probe.mjs';
import { playAttacks } from './attacks.mjs';
import { check, finish, same, test } from './tap.mjs';
import { calls, encode, makeSafe, makeTimelock, movements } from './treasury.mjs';

const DELAY = 86_400n, NOTHING = toBeHex(0, 32);
const chain = openChain(process.argv[2]), probe = startProbe();
const accountOf = name => openAccount(chain, probe, id(`redoubt test: ${name}`));

await chain.ready();
const relay = await accountOf('relay'), canceller = await accountOf('canceller'), stranger = await accountOf('stranger');
for (const account of [relay, canceller, stranger]) await chain.give(account.address, ether(1000));

const contracts = {};
await test('Safe 1.4.1, an ERC-20 and their helpers stand on the chain from the published artefacts', async () => {
  for (const name of ['factory', 'singleton', 'handler', 'multiSend']) contracts[name] = getAddress(await relay.deploy(published[name]));
  contracts.token = getAddress(await relay.deploy(published.token, ['Test Dollar', 'TUSD', 10n ** 30n, relay.address]));
  same(await chain.call(abi.singleton, contracts.singleton, 'VERSION'), '1.4.1', 'VERSION');
});

await test('the least gas that src/evm asks for is what the chain takes, and one less it refuses', async () => {
  const data = ['0x', '0xa9059cbb', '0x' + '00'.repeat(100), '0x' + 'ab'.repeat(500) + '00'.repeat(20)];
  const lists = [[], [[stranger.address, []]], [[stranger.address, [NOTHING]], [contracts.token, [NOTHING, '0x' + '01'.repeat(32)]]]];
  for (const [d, access] of data.flatMap(d => lists.map(list => [d, list]))) {
    const question = async gas => ({ do: 'tx_sign', ...(await relay.transaction({ to: canceller.address, data: d, gas })), access });
    const least = BigInt((await probe(await question(1_000_000n))).gasLeast);
    check((await probe(await question(least - 1n))).refused, 'src/evm refuses one less');
    const receipt = await chain.receipt(await chain.rpc('eth_sendRawTransaction', (await probe(await question(least))).raw));
    same([receipt.status, BigInt(receipt.gasUsed)], ['0x1', least], `gas for ${d.length / 2 - 1} bytes and ${access.length} entries`);
  }
});

// ---- what moved on the chain, in the same words as movements()
const TRANSFER = id('Transfer(address,address,uint256)');
const addressOf = word => getAddress('0x' + word.slice(26));
const tokensMoved = receipt => receipt.logs.filter(log => log.topics[0] === TRANSFER).map(log =>
  `${getAddress(log.address)} ${addressOf(log.topics[1])} ${addressOf(log.topics[2])} ${BigInt(log.data)}`);

// Runs the body; its ether movements must be those that the review names, to the wei, and its Transfer events too.
async function asReviewed(watched, origin, body) {
  const before = await Promise.all(watched.map(chain.balance));
  const { receipt, proposal } = await body();
  const after = await Promise.all(watched.map(chain.balance)), moved = movements(proposal.review, origin);
  const change = watched.map(address => moved.filter(m => m.startsWith('ether ')).map(m => m.split(' ')).reduce((sum, [, from, to, wei]) =>
    sum + (to === address ? BigInt(wei) : 0n) - (from === address ? BigInt(wei) : 0n), 0n));
  same(after.map((wei, i) => wei - before[i]), change, 'ether that moved, and what the review said');
  same(tokensMoved(receipt), moved.filter(m => !m.startsWith('ether ')), 'tokens that moved, and what the review said');
  return moved.length;
}

async function treasuryOf(threshold, count) {
  const owners = await Promise.all(Array.from({ length: count }, (_, i) => accountOf(`owner ${i} of ${count}`)));
  const safe = await makeSafe(chain, probe, relay, contracts, owners.map(o => o.address), threshold);
  const timelock = await makeTimelock(chain, relay, safe.address, canceller.address, DELAY);
  for (const address of [safe.address, timelock]) {
    await chain.give(address, ether(100));
    await relay.must({ to: contracts.token, data: await encode(probe, calls.transfer, address, 1_000_000n) });
  }
  return { threshold, owners, safe, timelock, quorum: owners.slice(1, threshold + 1), saltCounter: 0n };
}

// The same payment as the two calls of the timelock.
async function operation(t, targets, values, payloads) {
  const salt = toBeHex(++t.saltCounter, 32), one = targets.length === 1;
  const what = one ? [targets[0], values[0], payloads[0], NOTHING, salt] : [targets, values, payloads, NOTHING, salt];
  const schedule = await encode(probe, one ? calls.schedule : calls.scheduleBatch, ...what, DELAY);
  const execute = await encode(probe, one ? calls.execute : calls.executeBatch, ...what);
  const hash = (await probe({ do: 'call_decode', data: execute })).id;
  same((await probe({ do: 'call_decode', data: schedule })).id, hash, 'the id of schedule and execute');
  same(await chain.call(abi.timelock, t.timelock, one ? 'hashOperation' : 'hashOperationBatch', what), hash, "the timelock's id and src/evm's");
  return { schedule, execute, hash };
}
const state = async (t, hash) => (await chain.call(abi.timelock, t.timelock, 'isOperationDone', [hash])) ? 'done'
  : (await chain.call(abi.timelock, t.timelock, 'isOperationReady', [hash])) ? 'ready'
  : (await chain.call(abi.timelock, t.timelock, 'isOperationPending', [hash])) ? 'pending' : 'unknown';

const viaTimelock = (t, data) => ({ to: t.timelock, data });

async function payThroughDelay(t, name, targets, values, payloads, movesExpected) {
  await test(`${name}: scheduled, refused before the delay, paid after it`, async () => {
    const op = await operation(t, targets, values, payloads), watched = [t.safe.address, t.timelock, ...new Set(targets)];
    const first = await asReviewed(watched, t.safe.address, () => t.safe.pay(viaTimelock(t, op.schedule), t.quorum));
    same([first, await state(t, op.hash)], [0, 'pending'], 'movements and state after the schedule');

    await chain.later(DELAY - 60n);
    const early = await t.safe.propose(viaTimelock(t, op.execute));
    // The Safe catches the timelock's refusal and gives its own: GS013, with its nonce kept.
    check(/GS013/.test(await relay.isRefused(await t.safe.request(early, t.quorum))), 'refused with GS013');
    const direct = await chain.rpc('eth_call', { from: t.safe.address, ...viaTimelock(t, op.execute) }, 'latest').catch(error => error.message);
    check(/operation is not ready/.test(direct), `the timelock's reason, which is: ${direct}`);
    same(await state(t, op.hash), 'pending', 'state');

    await chain.later(61n);
    const second = await asReviewed(watched, t.safe.address, () => t.safe.pay(viaTimelock(t, op.execute), t.quorum));
    same([second, await state(t, op.hash)], [movesExpected, 'done'], 'movements and state after the execution');
    const again = await t.safe.propose(viaTimelock(t, op.execute));
    check(/GS013/.test(await relay.isRefused(await t.safe.request(again, t.quorum))), 'refused a second time');
  });
}

async function cancelled(t, name) {
  await test(`${name}: cancelled by the canceller alone, and never paid`, async () => {
    const op = await operation(t, [stranger.address], [ether(1)], ['0x']);
    await t.safe.pay(viaTimelock(t, op.schedule), t.quorum);
    const cancel = { to: t.timelock, data: await encode(probe, calls.cancel, op.hash) };
    check(/missing role/.test(await stranger.isRefused(cancel)), 'a stranger cannot cancel');
    check(/GS013/.test(await relay.isRefused(await t.safe.request(await t.safe.propose(cancel), t.quorum))), 'the Safe itself cannot cancel');
    const done = await canceller.must(cancel);
    same([done.review.risks, done.review.steps[0].function], [[], calls.cancel], 'the review of the cancel');
    same(await state(t, op.hash), 'unknown', 'state');
    await chain.later(2n * DELAY);
    check(/GS013/.test(await relay.isRefused(await t.safe.request(await t.safe.propose(viaTimelock(t, op.execute)), t.quorum))), 'refused after the delay');
    const schedule = { to: t.timelock, data: op.schedule };
    check(/missing role/.test(await canceller.isRefused(schedule)), 'the canceller cannot schedule');
  });
}

async function signatures(t, name) {
  await test(`${name}: one signature too few, a stranger's, the same one twice, a used one: refused by the Safe`, async () => {
    const payment = { to: stranger.address, value: ether(1) }, proposal = await t.safe.propose(payment), before = await chain.balance(stranger.address);
    const refused = async (signatures, code) => {
      const reason = await relay.isRefused({ to: t.safe.address, data: await t.safe.calldata(proposal, signatures) });
      check(reason.includes(code), `refused with ${code}; it was: ${reason}`);
    };
    const good = await t.safe.signatures(proposal, t.quorum);
    await refused(good.slice(1), 'GS020');
    await refused(await t.safe.signatures(proposal, [...t.quorum.slice(1), stranger]), 'GS026');
    await refused([...good.slice(0, -2), good.at(-2), good.at(-2)], 'GS026');
    await refused([...good].reverse(), 'GS026');
    await refused([...good.slice(0, -1), good.at(-1).slice(0, -2) + (good.at(-1).endsWith('1b') ? '1c' : '1b')], 'GS026');
    same(await chain.balance(stranger.address), before, 'nothing was paid');
    await asReviewed([t.safe.address, stranger.address], t.safe.address, () => t.safe.pay(payment, t.quorum));
    await refused(good, 'GS026'); // the nonce has moved on
  });
}

async function direct(t, name) {
  const watched = [t.safe.address, stranger.address, canceller.address, contracts.token, t.timelock];
  await test(`${name}: pays ether and tokens without the timelock, and by MultiSend, as the review says`, async () => {
    const transfer = await encode(probe, calls.transfer, stranger.address, 77n);
    same(await asReviewed(watched, t.safe.address, () => t.safe.pay({ to: stranger.address, value: ether(2) }, t.quorum)), 1, 'movements');
    same(await asReviewed(watched, t.safe.address, () => t.safe.pay({ to: contracts.token, data: transfer }, t.quorum)), 1, 'movements');
    const packed = (to, value, data) => solidityPacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [0, to, value, (data.length - 2) / 2, data]);
    const batch = await encode(probe, calls.multiSend, concat([packed(stranger.address, ether(1), '0x'), packed(contracts.token, 0n, transfer), packed(canceller.address, 5n, '0x')]));
    let paid;
    same(await asReviewed(watched, t.safe.address, async () => (paid = await t.safe.pay({ to: contracts.multiSend, data: batch, operation: 1 }, t.quorum))), 3, 'movements');
    same(paid.proposal.review.risks, ['delegatecall'], 'a MultiSend is a delegatecall');
  });
  await test(`${name}: a Safe that another Safe owns pays, and the review goes down to the payment`, async () => {
    const inner = await makeSafe(chain, probe, relay, contracts, [t.safe.address], 1, 7n);
    await chain.give(inner.address, ether(10));
    const payment = await inner.propose({ to: stranger.address, value: ether(3) });
    const byOwner = concat([toBeHex(t.safe.address, 32), NOTHING, '0x01']); // valid when the caller is the owner
    const paid = await asReviewed([...watched, inner.address], t.safe.address, async () =>
      t.safe.pay({ to: inner.address, data: await inner.calldata(payment, [byOwner]) }, t.quorum));
    same(paid, 1, 'movements');
  });
}

for (const [threshold, count] of [[2, 3], [3, 5]]) {
  const name = `${threshold}-of-${count}`;
  let t;
  const made = await test(`${name}: a Safe where src/evm expects it, with a timelock and a canceller`, async () => { t = await treasuryOf(threshold, count); });
  if (!made) continue;
  const transfer = await encode(probe, calls.transfer, stranger.address, 1234n);
  await payThroughDelay(t, `${name}, ether`, [stranger.address], [ether(5)], ['0x'], 1);
  await payThroughDelay(t, `${name}, tokens`, [contracts.token], [0n], [transfer], 1);
  await payThroughDelay(t, `${name}, both in a batch`, [stranger.address, contracts.token], [ether(1), 0n], ['0x', transfer], 2);
  await cancelled(t, name);
  await signatures(t, name);
  await direct(t, name);
  if (threshold === 2) await playAttacks({ chain, probe, relay, contracts, treasury: t, attacker: stranger, delay: DELAY });
}
probe.stop();
finish();
