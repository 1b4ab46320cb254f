// SPDX-License-Identifier: Apache-2.0
// The whole way with the real program: redoubt-sign in a vault for each owner signs for a Safe with a timelock on
// anvil; another vault's plain account is the canceller. What is refused at the table is refused by a name.
// node signer.mjs URL DIRECTORY [K-of-N]
import { getAddress, id, toBeHex } from 'ethers';

import { CHAIN_ID, ZERO, abi, ether, openAccount, openChain, published } from './chain.mjs';
import { startProbe } from './probe.mjs';
import { check, finish, same, test } from './tap.mjs';
import { calls, encode, makeSafe, makeTimelock } from './treasury.mjs';
import { openVaults, safeText, signatureOf } from './vaults.mjs';

const [url, directory, quorum = '2-of-3'] = process.argv.slice(2), DELAY = 86_400n, NONE = toBeHex(0, 32), UNLIMITED = (1n << 256n) - 1n;
const [threshold, count] = quorum.split('-of-').map(Number);
const chain = openChain(url), probe = startProbe();
await chain.ready();
const relay = await openAccount(chain, probe, id('redoubt test: relay of the signers'));
await chain.give(relay.address, ether(1000));
const payee = getAddress('0x' + id('redoubt test: payee').slice(26)), contracts = {};
let owners, canceller, safe, timelock, salt = 0n;

const done = await test(`${quorum}: the owners and a canceller have vaults, by a ceremony each; their Safe and timelock stand on the chain`, async () => {
  owners = openVaults(`${directory}/owners`, threshold, count);
  [canceller] = openVaults(`${directory}/canceller`, 2, 3, 1);
  for (const name of ['factory', 'singleton', 'handler', 'multiSend']) contracts[name] = getAddress(await relay.deploy(published[name]));
  contracts.token = getAddress(await relay.deploy(published.token, ['Test Dollar', 'TUSD', 10n ** 30n, relay.address]));
  safe = await makeSafe(chain, probe, relay, contracts, owners.map(o => o.address), threshold);
  timelock = await makeTimelock(chain, relay, safe.address, canceller.address, DELAY);
  await chain.give(timelock, ether(100));
  await chain.give(safe.address, ether(100));
  await chain.give(canceller.address, ether(1));
  await relay.must({ to: contracts.token, data: await encode(probe, calls.transfer, timelock, 10n ** 24n) });
});
if (!done) { probe.stop(); finish(); }

await test('each takes in policy, labels and the Safe', async () => {
  const policy = `redoubt policy 1\nnetwork regtest\nchain ${CHAIN_ID}\ntoken ${CHAIN_ID} ${contracts.token} 18 TUSD\n`
    + `limit ${CHAIN_ID} payment-max=50.0 fee-max=0.1 fee-rate-max=500.0\nlimit ${CHAIN_ID}:TUSD payment-max=1000.0\nintent optional\n`;
  for (const vault of [...owners, canceller]) {
    await vault.policy(policy);
    await vault.label(CHAIN_ID, payee, 'Payee Ltd');
    const isOwner = owners.includes(vault);
    if (isOwner) await vault.register('treasury', `redoubt wallet 1\nkind safe\nname treasury\nchain ${CHAIN_ID}\naddress ${safe.address}\n`
      + owners.map(o => `owner ${o.address}\n`).join('') + `threshold ${threshold}\ntimelock ${timelock} ${DELAY} ${canceller.address}\nkey m/44h/60h/0h/0/0 ${vault.address}\n`, safe.address);
    else await vault.register('canceller', `redoubt wallet 1\nkind account\nname canceller\nchain ${CHAIN_ID}\naddress ${vault.address}\nkey m/44h/60h/0h/0/0 ${vault.address}\n`, vault.address);
    if (!isOwner) await vault.register('treasury', `redoubt wallet 1\nkind safe\nname treasury\nchain ${CHAIN_ID}\naddress ${safe.address}\n`
      + owners.map(o => `owner ${o.address}\n`).join('') + `threshold ${threshold}\ntimelock ${timelock} ${DELAY} ${canceller.address}\n`, safe.address);
  }
});

// The program's signatures of these vaults, in the Safe's order; each page must name what is paid.
async function signed(proposal, vaults, typed, shows) {
  const made = [];
  for (const vault of vaults) {
    const { code, page, out } = await vault.sign(safeText(CHAIN_ID, safe.address, proposal), typed);
    same(code, 0, `redoubt-sign's exit; it said:\n${page.slice(-2500)}\n`);
    for (const words of shows) check(page.replace(/\s+/g, ' ').includes(words), `the page shows "${words}":\n${page}`);
    const signature = signatureOf(out);
    same([signature.digest, signature.signer], [proposal.digest, vault.address], "digest and signer, and the chain's own");
    made.push(signature);
  }
  made.sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
  return { to: safe.address, data: await safe.calldata(proposal, made.map(s => s.signature)) };
}

async function operation(target, value, data) {
  const what = [target, value, data, NONE, toBeHex(++salt, 32)];
  const execute = await encode(probe, calls.execute, ...what);
  return { schedule: { to: timelock, data: await encode(probe, calls.schedule, ...what, DELAY) }, execute: { to: timelock, data: execute },
           hash: (await probe({ do: 'call_decode', data: execute })).id };
}
const isPending = hash => chain.call(abi.timelock, timelock, 'isOperationPending', [hash]);

const payments = [
  ['ether', async () => operation(payee, ether(5), '0x'), () => chain.balance(payee), ether(5), [['Type the amount of', '5.0']], ['5.0', 'Payee Ltd']],
  ['tokens', async () => operation(contracts.token, 0n, await encode(probe, calls.transfer, payee, 250n * 10n ** 18n)),
    () => chain.call(abi.token, contracts.token, 'balanceOf', [payee]), 250n * 10n ** 18n, [['Type the amount of TUSD', '250.0']], ['250.0 TUSD', 'Payee Ltd']],
];
for (const [name, make, balance, amount, typed, shows] of payments)
  await test(`${name}: a quorum signs the schedule and the execution; one signature is too few; before the delay the chain refuses`, async () => {
    const op = await make(), before = await balance();
    const schedule = await safe.propose(op.schedule);
    check(/GS020/.test(await relay.isRefused(await signed(schedule, owners.slice(0, threshold - 1), typed, shows))), 'one signature is refused with GS020');
    await relay.must(await signed(schedule, owners.slice(0, threshold), typed, shows));
    same([await isPending(op.hash), await balance()], [true, before], 'scheduled, nothing paid');
    const execution = await signed(await safe.propose(op.execute), owners.slice(count - threshold), typed, shows);
    check(/GS013/.test(await relay.isRefused(execution)), 'early, it is refused with GS013');
    await chain.later(DELAY + 1n);
    await relay.must(execution); // the very same bytes
    same((await balance()) - before, amount, 'what the payee has now');
  });

await test("the canceller's vault signs an EIP-1559 transaction that cancels a scheduled payment", async () => {
  const op = await operation(payee, ether(7), '0x');
  await relay.must(await signed(await safe.propose(op.schedule), owners.slice(0, threshold), [['Type the amount of', '7.0']], ['7.0']));
  const account = await openAccount(chain, probe, id('only for its fields'));
  const fields = await account.transaction({ to: timelock, data: await encode(probe, calls.cancel, op.hash), gas: 100_000n });
  const unsigned = await probe({ do: 'tx_sign', ...fields, nonce: String(BigInt(await chain.rpc('eth_getTransactionCount', canceller.address, 'latest'))) });
  const { code, page, out } = await canceller.sign(unsigned.payload + '\n', [['Nothing is paid. Type the last 6 characters of the digest', unsigned.digest.slice(-6)]]);
  same(code, 0, `redoubt-sign's exit; it said:\n${page.slice(-2500)}\n`);
  const read = await probe({ do: 'tx_read', raw: out.trim() });
  same([read.from, read.type], [canceller.address, '2'], 'sender and type');
  const receipt = await chain.receipt(await chain.rpc('eth_sendRawTransaction', out.trim()));
  same([receipt.status, await isPending(op.hash)], ['0x1', false], 'status, and whether it is still pending');
  await chain.later(DELAY + 1n);
  const late = await signed(await safe.propose(op.execute), owners.slice(0, threshold), [['Type the amount of', '7.0']], []);
  check(/GS013/.test(await relay.isRefused(late)), 'never paid');
});

// ---- what is refused at the table, and what of it the chain would have taken (attacks.mjs plays each to its end)
const attacker = getAddress('0x' + id('redoubt test: attacker').slice(26));
const self = (signature, ...args) => async () => ({ to: safe.address, data: await encode(probe, signature, ...args) });
const refusals = [
  ['a "transfer" by delegatecall (Bybit 2025)', async () => ({ to: attacker, data: await encode(probe, calls.transfer, attacker, 0n), operation: 1 }), 'A delegatecall lets foreign code act with all rights of the Safe', 'Bybit 2025'],
  ['an unlimited approval', async () => ({ to: contracts.token, data: await encode(probe, 'approve(address,uint256)', attacker, UNLIMITED) }), 'An approval without end', 'BadgerDAO 2021'],
  ['a new owner and the threshold 1', self('addOwnerWithThreshold(address,uint256)', attacker, 1n), 'The owners or the threshold of a Safe would change', 'Parity 2017'],
  ['an owner exchanged', async () => ({ to: safe.address, data: await encode(probe, 'swapOwner(address,address,address)', '0x' + '00'.repeat(19) + '01', owners[0].address, attacker) }), 'The owners or the threshold of a Safe would change', 'Parity 2017'],
  ['a module', self('enableModule(address)', attacker), 'A module acts without the owners\' signatures'],
  ['a guard', self('setGuard(address)', attacker), 'The guard or the fallback handler of a Safe would change'],
  ['a fallback handler', async () => ({ to: safe.address, data: await encode(probe, 'setFallbackHandler(address)', contracts.token) }), 'The guard or the fallback handler of a Safe would change'],
  ['a hash approved blind', self('approveHash(bytes32)', '0x' + '5a'.repeat(32)), 'This approves a hash whose content is not shown', 'Bybit 2025'],
  ['an unknown selector (WazirX 2024)', async () => ({ to: timelock, data: '0x12345678' }), 'Nobody can say what this call does', 'WazirX 2024'],
  ['a refund for gas', async () => ({ ...(await operation(payee, 1n, '0x')).schedule, gasPrice: 1n, baseGas: 10n ** 6n, refundReceiver: attacker }), 'The Safe would pay somebody for gas'],
  ['a delay of nothing, through the timelock', async () => (await operation(timelock, 0n, await encode(probe, 'updateDelay(uint256)', 0n))).schedule, 'The delay or a role of the timelock would change'],
  ['a role of the timelock', async () => (await operation(timelock, 0n, await encode(probe, 'grantRole(bytes32,address)', NONE, attacker))).schedule, 'The delay or a role of the timelock would change'],
  ['a payment past the timelock', async () => ({ to: payee, value: ether(1) }), 'A payment that goes past it cannot be cancelled', 'WazirX 2024'],
  ['a payment above the limit', async () => (await operation(payee, ether(51), '0x')).schedule, 'One payee would get more than the policy allows in one payment', 'Bitfinex 2016'],
  ['a delay shorter than the timelock\'s', async () => ({ to: timelock, data: await encode(probe, calls.schedule, payee, 1n, '0x', NONE, NONE, DELAY - 1n) }), 'The delay is shorter than the policy\'s', 'WazirX 2024'],
  ['a MultiSend by delegatecall', async () => ({ to: contracts.multiSend, data: await encode(probe, calls.multiSend, '0x'), operation: 1 }), 'A delegatecall lets foreign code act'],
  ['another timelock', async () => ({ to: attacker, data: await encode(probe, calls.schedule, payee, 1n, '0x', NONE, NONE, DELAY) }), 'This timelock is not registered with a Safe of ours'],
  ['a token that nobody registered', async () => (await operation(payee, 0n, await encode(probe, calls.transfer, payee, 1n))).schedule, 'This token is not on the policy\'s list'],
];
const refusedHere = async (vault, payload, sentences, options = []) => {
  for (const way of ['sign', 'inspect']) {
    const { code, page, out } = await vault[way](payload, [['Type the amount', '1.0']], options);
    same(code, 4, `the exit of ${way}; it said:\n${page.slice(-2500)}\n`);
    for (const sentence of sentences) check(page.replace(/\s+/g, ' ').includes(sentence), `${way} says "${sentence}"; it said:\n${page.slice(-2500)}`);
    check(!out, 'nothing came out');
  }
};
for (const [name, what, ...sentences] of refusals)
  await test(`refused: ${name}`, async () => refusedHere(owners[0], safeText(CHAIN_ID, safe.address, await safe.propose(await what())), sentences));

await test('refused: another chain, another Safe, a transaction without a chain id', async () => {
  const proposal = await safe.propose((await operation(payee, ether(1), '0x')).schedule);
  await refusedHere(owners[0], safeText(1, safe.address, proposal), ['The Safe is not registered for this chain']);
  const foreign = await owners[0].inspect(safeText(CHAIN_ID, attacker, proposal));
  check(foreign.code !== 0 && /Safe/.test(foreign.page), `a foreign Safe is refused: ${foreign.page}`);
  const account = await openAccount(chain, probe, id('only for its fields')), fields = await account.transaction({ to: payee, value: 1n, gas: 21_000n });
  const unprotected = await probe({ do: 'tx_sign', ...fields, type: '0', chain: '0', tip: '0' });
  await refusedHere(canceller, unprotected.payload + '\n', ['Without a chain id the same signature is valid on every chain'], ['--account', 'canceller']);
});
probe.stop();
finish();
