// SPDX-License-Identifier: Apache-2.0
// Other people's libraries at both ends of the signer: ethers and viem write EIP-712 and read what was signed;
// Keystone's writes EIP-4527 requests and reads the answers.
//   evm.mjs json OUT [LIBRARY]            the lab's Safe transaction by ethers or viem
//   evm.mjs digest                        its digest by ethers, and by viem: they must agree
//   evm.mjs signed FILE OWNER             whether a signature file has that digest and recovers to the owner
//   evm.mjs request OUT KIND PATH CHAIN [ADDRESS]   as ur: lines, every third left out; KIND safe, typed, personal,
//                                         legacy or 1559
//   evm.mjs answer CBOR KIND CHAIN OWNER  whether the answer's signature recovers to the owner
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const evm = createRequire(new URL('../custody-evm/', import.meta.url))
const ur = createRequire(new URL('../qr/', import.meta.url))
const { ethers } = evm('ethers')
const viem = evm('viem')

const domain = { chainId: 31337, verifyingContract: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' }
const zero = '0x0000000000000000000000000000000000000000'
const types = { SafeTx: [
  ['address', 'to'], ['uint256', 'value'], ['bytes', 'data'], ['uint8', 'operation'], ['uint256', 'safeTxGas'],
  ['uint256', 'baseGas'], ['uint256', 'gasPrice'], ['address', 'gasToken'], ['address', 'refundReceiver'],
  ['uint256', 'nonce']].map(([type, name]) => ({ type, name })) }
const message = { to: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359', value: 1500000000000000000n, data: '0x', operation: 0,
  safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zero, refundReceiver: zero, nonce: 4n }
const fail = why => { console.log(why); process.exit(1) }
const same = (a, b, what) => { if (a.toLowerCase() !== b.toLowerCase()) fail(`${what}: ${a}, not ${b}`) }

const json = library => {
  if (library === 'viem') // what its json-rpc accounts send
    return viem.serializeTypedData({ domain, types: { EIP712Domain: viem.getTypesForEIP712Domain({ domain }), ...types },
      primaryType: 'SafeTx', message })
  return JSON.stringify(ethers.TypedDataEncoder.getPayload(domain, types, message), null, 2) + '\n'
}
const digest = () => {
  const [a, b] = [ethers.TypedDataEncoder.hash(domain, types, message), viem.hashTypedData({ domain, types, primaryType: 'SafeTx', message })]
  same(a, b, 'the digests')
  return a
}
const transaction = (kind, chain) => ethers.Transaction.from({ type: kind === 'legacy' ? 0 : 2, chainId: Number(chain), nonce: 5, gasLimit: 21000,
  to: message.to, value: message.value, ...(kind === 'legacy' ? { gasPrice: 50000000000n } : { maxFeePerGas: 50000000000n, maxPriorityFeePerGas: 1000000000n }) })

const commands = {
  json: (out, library) => writeFileSync(out, json(library)),
  digest: () => console.log(digest()),
  signed: (file, owner) => {
    const fields = Object.fromEntries(readFileSync(file, 'ascii').trim().split('\n').map(l => l.split(' ')))
    same(fields.digest, digest(), 'the digest')
    same(ethers.recoverAddress(digest(), fields.signature), owner, 'who signed')
  },
  request: (out, kind, path, chain, address) => {
    const { EthSignRequest, DataType } = ur('@keystonehq/bc-ur-registry-eth')
    const data = { safe: () => [Buffer.from(json()), DataType.typedData],
      typed: () => [Buffer.from(JSON.stringify(ethers.TypedDataEncoder.getPayload(domain, { Permit: [{ name: 'nonce', type: 'uint256' }] }, { nonce: 1 }))), DataType.typedData],
      personal: () => [Buffer.from('give me everything'), DataType.personalMessage] }[kind] ??
      (() => [Buffer.from(ethers.getBytes(transaction(kind, chain).unsignedSerialized)), kind === 'legacy' ? DataType.transaction : DataType.typedTransaction])
    const [bytes, type] = data()
    const request = EthSignRequest.constructETHRequest(bytes, type, path, '12345678', '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d',
      Number(chain), address, 'watch only')
    const encoder = request.toUREncoder(100), lines = []
    for (let i = 0; i < 3 * encoder.fragmentsLength + 30; i++) lines.push(encoder.nextPart())
    writeFileSync(out, (lines.length < 40 && encoder.fragmentsLength === 1 ? lines : lines.filter((_, i) => i % 3)).join('\n') + '\n')
  },
  answer: (file, kind, chain, owner) => {
    const { ETHSignature } = ur('@keystonehq/bc-ur-registry-eth')
    const answer = ETHSignature.fromCBOR(readFileSync(file)), bytes = answer.getSignature()
    same(answer.getRequestId().toString('hex'), '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d', 'the request id')
    const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32, 64)].map(b => '0x' + b.toString('hex'))
    let v = Number('0x' + bytes.subarray(64).toString('hex'))
    if (kind === 'legacy') v = (v - 35 - 2 * Number(chain)) + 27
    else if (kind !== 'safe') v += 27
    if (v !== 27 && v !== 28) fail(`v ${bytes.subarray(64).toString('hex')}`)
    const hash = kind === 'safe' ? digest() : transaction(kind, chain).unsignedHash
    same(ethers.recoverAddress(hash, { r, s, v }), owner, 'who signed')
  },
}
commands[process.argv[2]](...process.argv.slice(3))
