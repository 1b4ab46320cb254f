// SPDX-License-Identifier: Apache-2.0
// A Safe of some owners, and a timelock that it alone can schedule on and another alone can cancel.
import { concat, getAddress, keccak256, toBeHex } from 'ethers';

import { CHAIN_ID, ZERO, abi, published } from './chain.mjs';
import { same } from './tap.mjs';

const asWord = v => (typeof v === 'bigint' ? toBeHex(v, 32) : v);

// Calldata by src/evm.
export async function encode(probe, signature, ...args) {
  const words = args.map(v => (Array.isArray(v) ? v.map(asWord) : asWord(v)));
  return (await probe({ do: 'call_encode', function: signature, arguments: words })).data;
}

export const calls = {
  transfer: 'transfer(address,uint256)',
  setup: 'setup(address[],uint256,address,bytes,address,address,uint256,address)',
  exec: 'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
  schedule: 'schedule(address,uint256,bytes,bytes32,bytes32,uint256)',
  execute: 'execute(address,uint256,bytes,bytes32,bytes32)',
  scheduleBatch: 'scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)',
  executeBatch: 'executeBatch(address[],uint256[],bytes[],bytes32,bytes32)',
  cancel: 'cancel(bytes32)',
  multiSend: 'multiSend(bytes)',
};

// Made by the published factory; where it comes to stand src/evm says before.
export async function makeSafe(chain, probe, relay, contracts, owners, threshold, salt = 0n) {
  const setup = await encode(probe, calls.setup, owners, BigInt(threshold), ZERO, '0x', contracts.handler, ZERO, 0n, ZERO);
  const creation = await chain.call(abi.factory, contracts.factory, 'proxyCreationCode');
  const expected = await probe({ do: 'create', from: contracts.factory, nonce: '0', salt: keccak256(concat([keccak256(setup), toBeHex(salt, 32)])),
    codeHash: keccak256(concat([creation, toBeHex(contracts.singleton, 32)])) });
  await relay.must({ to: contracts.factory, data: abi.factory.encodeFunctionData('createProxyWithNonce', [contracts.singleton, setup, salt]) });
  const address = expected.create2;
  same(await chain.call(abi.singleton, address, 'getThreshold'), BigInt(threshold), 'the threshold of the Safe where src/evm expects it');
  same([...(await chain.call(abi.singleton, address, 'getOwners'))], owners, 'its owners');
  return openSafe(chain, probe, relay, address);
}

export function openSafe(chain, probe, relay, address) {
  const safe = { address };
  safe.nonce = () => chain.call(abi.singleton, address, 'nonce');
  // What owners sign: src/evm's digest, its review, and the contract's own word on the digest.
  safe.propose = async ({ to, value = 0n, data = '0x', operation = 0, gasPrice = 0n, baseGas = 0n, gasToken = ZERO, refundReceiver = ZERO, nonce }) => {
    const tx = { to, value: String(value), data, operation: String(operation), safeTxGas: '0', baseGas: String(baseGas), gasPrice: String(gasPrice), gasToken,
                 refundReceiver, nonce: String(nonce ?? (await safe.nonce())) };
    const made = await probe({ do: 'safe_tx', chain: String(CHAIN_ID), safe: address, ...tx });
    const theirs = await chain.call(abi.singleton, address, 'getTransactionHash',
      [to, value, data, operation, 0, baseGas, gasPrice, gasToken, refundReceiver, tx.nonce]);
    same(made.digest, theirs, "the digest of src/evm and the Safe's own");
    same(made.domain, await chain.call(abi.singleton, address, 'domainSeparator'), 'the domain separator');
    return { ...tx, digest: made.digest, review: { steps: made.steps, risks: made.risks } };
  };
  safe.calldata = async (proposal, signatures) => encode(probe, calls.exec, proposal.to, BigInt(proposal.value), proposal.data,
    BigInt(proposal.operation), 0n, BigInt(proposal.baseGas), BigInt(proposal.gasPrice), proposal.gasToken, proposal.refundReceiver, concat(signatures));
  // The Safe wants the signatures in the order of the owners' addresses.
  safe.signatures = async (proposal, owners) => {
    const sorted = [...owners].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    return Promise.all(sorted.map(owner => owner.signDigest(proposal.digest)));
  };
  safe.request = async (proposal, owners) => ({ to: address, data: await safe.calldata(proposal, await safe.signatures(proposal, owners)) });
  safe.pay = async (what, owners) => {
    const proposal = await safe.propose(what);
    const sent = await relay.must(await safe.request(proposal, owners));
    return { proposal, ...sent };
  };
  return safe;
}

// The Safe proposes and executes, the canceller cancels, nobody administers: changes go through the delay too.
export async function makeTimelock(chain, relay, safe, canceller, delay) {
  const address = await relay.deploy(published.timelock, [delay, [safe], [safe], relay.address]);
  const role = name => chain.call(abi.timelock, address, name);
  const admin = (name, ...args) => relay.must({ to: address, data: abi.timelock.encodeFunctionData(name, args) });
  await admin('grantRole', await role('CANCELLER_ROLE'), canceller);
  await admin('revokeRole', await role('CANCELLER_ROLE'), safe);
  await admin('renounceRole', await role('TIMELOCK_ADMIN_ROLE'), relay.address);
  same(await chain.call(abi.timelock, address, 'hasRole', [await role('TIMELOCK_ADMIN_ROLE'), relay.address]), false, 'the relay administers');
  return getAddress(address);
}

// What a review says will move, with the accounts in whose name each step acts: ether and
// tokens as "asset from to amount". Under a schedule nothing moves yet.
export function movements(review, origin) {
  const actors = [], moved = [];
  review.steps.forEach((step, i) => {
    const parent = i && review.steps[step.parent], under = i ? actors[step.parent] : null;
    if (!i) actors[i] = origin;
    else if (under === null || parent.function.startsWith('schedule')) actors[i] = null;
    else actors[i] = parent.operation === 1 ? under : parent.to;
    const actor = actors[i];
    if (actor === null || step.operation === 1) return;
    if (step.value !== '0') moved.push(`ether ${actor} ${step.to} ${step.value}`);
    if (step.function === calls.transfer) moved.push(`${step.to} ${actor} ${step.arguments[0]} ${step.arguments[1]}`);
    if (step.function === 'transferFrom(address,address,uint256)') moved.push(`${step.to} ${step.arguments.join(' ')}`);
  });
  return moved;
}
