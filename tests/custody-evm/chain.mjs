// SPDX-License-Identifier: Apache-2.0
// An anvil node, the published contracts on it, and accounts whose every signature is made by src/evm.
import { Interface } from 'ethers';
import { readFileSync } from 'node:fs';

export const CHAIN_ID = 31337n;
export const ether = n => BigInt(Math.round(n * 1000)) * 10n ** 15n;
export const ZERO = '0x' + '00'.repeat(20);

const artefact = path => JSON.parse(readFileSync(new URL(`node_modules/${path}`, import.meta.url)));
const safe = path => artefact(`@safe-global/safe-contracts/build/artifacts/contracts/${path}.json`);
export const published = {
  factory: safe('proxies/SafeProxyFactory.sol/SafeProxyFactory'),
  singleton: safe('Safe.sol/Safe'),
  handler: safe('handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler'),
  multiSend: safe('libraries/MultiSend.sol/MultiSend'),
  timelock: artefact('@openzeppelin/contracts/build/contracts/TimelockController.json'),
  token: artefact('@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json'),
};
export const abi = Object.fromEntries(Object.entries(published).map(([name, a]) => [name, new Interface(a.abi)]));

export function openChain(url) {
  let id = 0;
  const rpc = async (method, ...params) => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }) });
    const answer = await response.json();
    if (answer.error) throw Object.assign(new Error(answer.error.message), { data: answer.error.data });
    return answer.result;
  };
  const chain = { rpc };
  chain.balance = async address => BigInt(await rpc('eth_getBalance', address, 'latest'));
  chain.code = address => rpc('eth_getCode', address, 'latest');
  chain.give = (address, wei) => rpc('anvil_setBalance', address, '0x' + wei.toString(16));
  chain.call = async (contract, to, name, args = [], from = ZERO) => {
    const result = await rpc('eth_call', { from, to, data: contract.encodeFunctionData(name, args) }, 'latest');
    const values = contract.decodeFunctionResult(name, result);
    return values.length === 1 ? values[0] : values;
  };
  chain.receipt = async hash => { // mined at once, but some milliseconds after the answer
    for (let tries = 0; tries < 500; tries++) {
      const receipt = await rpc('eth_getTransactionReceipt', hash);
      if (receipt) return receipt;
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    throw new Error(`${hash} is not mined`);
  };
  chain.later = async seconds => { await rpc('evm_increaseTime', Number(seconds)); await rpc('evm_mine'); };
  // What happens inside is undone, so that each attack finds the same world.
  chain.whatIf = async body => {
    const snapshot = await rpc('evm_snapshot');
    try { return await body(); } finally { await rpc('evm_revert', snapshot); }
  };
  chain.ready = async () => {
    for (let tries = 0; ; tries++) {
      try { return await rpc('eth_chainId'); } catch (error) { if (tries === 100) throw error; }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  };
  return chain;
}

// An account whose transactions src/evm signs; src/evm's review of each goes with its receipt.
export async function openAccount(chain, probe, secret) {
  const address = (await probe({ do: 'sign', secret, digest: secret })).from;
  const account = { address, secret };
  account.signDigest = async digest => (await probe({ do: 'sign', secret, digest })).signature;
  account.transaction = async ({ to, data = '0x', value = 0n, gas = 3_000_000n }) => ({
    type: '2', chain: String(CHAIN_ID), nonce: String(BigInt(await chain.rpc('eth_getTransactionCount', address, 'latest'))),
    gas: String(gas), fee: String(100n * 10n ** 9n), tip: String(10n ** 9n), to, value: String(value), data, access: [], secret });
  account.send = async what => {
    const signed = await probe({ do: 'tx_sign', ...(await account.transaction(what)) });
    if (signed.refused) throw new Error(signed.refused);
    const review = await probe({ do: 'tx_review', raw: signed.payload });
    const hash = await chain.rpc('eth_sendRawTransaction', signed.raw);
    if (hash !== signed.hash) throw new Error(`the node calls it ${hash}, src/evm ${signed.hash}`);
    const receipt = await chain.receipt(hash);
    return { receipt, review, good: receipt.status === '0x1' };
  };
  account.must = async what => {
    const sent = await account.send(what);
    if (!sent.good) await chain.rpc('eth_call', { from: address, to: what.to, data: what.data, value: '0x' + (what.value ?? 0n).toString(16) }, 'latest');
    if (!sent.good) throw new Error('reverted, and nobody says why');
    return sent;
  };
  // Asked for the reason first; then it is sent all the same and must fail on the chain.
  account.isRefused = async what => {
    let reason = '';
    try {
      await chain.rpc('eth_call', { from: address, to: what.to, data: what.data, value: '0x' + (what.value ?? 0n).toString(16) }, 'latest');
    } catch (error) { reason = error.message; }
    const sent = await account.send(what);
    if (sent.good) throw new Error('the chain let it through');
    return reason;
  };
  account.deploy = async (contract, args = []) => {
    const code = contract.bytecode + new Interface(contract.abi).encodeDeploy(args).slice(2);
    const { receipt } = await account.must({ data: code, gas: 12_000_000n });
    return receipt.contractAddress;
  };
  return account;
}
