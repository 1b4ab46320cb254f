// SPDX-License-Identifier: Apache-2.0
// peer.mjs SEED COUNT QR_PARTS: @ngraveio/bc-ur and Keystone's library against ours, as TAP. QR_PARTS is the
// program of tools/redoubt-qr/parts.c: src/ur behind a pipe, since images are not the point here.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { UR, UREncoder, URDecoder } = require('@ngraveio/bc-ur')
const { EthSignRequest, ETHSignature, DataType } = require('@keystonehq/bc-ur-registry-eth')

const [seed, count, parts] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]]
let state = BigInt(seed) * 6364136223846793005n + 1442695040888963407n
const below = n => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
  return Number((state >> 33n) % BigInt(n))
}
const bytes = n => Buffer.from(Array.from({ length: n }, () => below(256)))

// One child for each request; lines in, lines out.
const ours = (mode, input, ...more) => {
  const r = spawnSync(parts, [mode, ...more.map(String)], { input, maxBuffer: 1 << 28 })
  if (r.status !== 0) throw new Error(`${mode} ${more}: ${r.stderr}`)
  return r.stdout
}

let tests = 0, failed = 0
const check = (what, f) => {
  tests++
  try {
    f()
    console.log(`ok ${tests} - ${what}`)
  } catch (e) {
    failed++
    console.log(`not ok ${tests} - ${what}\n# ${String(e.stack || e).replaceAll('\n', '\n# ')}`)
  }
}
const same = (a, b, what) => {
  if (!Buffer.from(a).equals(Buffer.from(b))) throw new Error(`${what} differs`)
}

const sizes = () => [1 + below(60), 61 + below(1000), 1000 + below(6000)][below(3)]
const fragment = () => 20 + below(380)
const lost = lines => lines.filter(() => below(3) > 0)

check(`${count} random messages: the text of every part is theirs`, () => {
  for (let i = 0; i < count; i++) {
    const payload = bytes(sizes()), most = fragment()
    const theirs = new UREncoder(UR.fromBuffer(payload), most)
    const wanted = []
    for (let k = 0; k < 2 * theirs.fragmentsLength + 3; k++) wanted.push(theirs.nextPart())
    const made = ours('write', payload, 'bytes', most, wanted.length).toString().trimEnd().split('\n')
    for (let k = 0; k < wanted.length; k++)
      if (made[k] !== wanted[k].toLowerCase()) throw new Error(`message ${i} of ${payload.length}, ${most}: part ${k + 1}\n${made[k]}\n${wanted[k]}`)
  }
})

check(`${count} random messages of theirs with a third of the parts lost arrive here`, () => {
  for (let i = 0; i < count; i++) {
    const payload = bytes(sizes())
    const theirs = new UREncoder(UR.fromBuffer(payload), fragment())
    const lines = []
    for (let k = 0; k < 3 * theirs.fragmentsLength + 40; k++) lines.push(theirs.nextPart())
    same(ours('read', lost(lines).join('\n') + '\n'), Buffer.concat([Buffer.from('bytes\n'), payload]), `message ${i}`)
  }
})

check(`${count} random messages of ours with a third of the parts lost arrive there`, () => {
  for (let i = 0; i < count; i++) {
    const payload = bytes(sizes()), most = fragment()
    const lines = lost(ours('write', payload, 'bytes', most, 60 + 3 * Math.ceil(payload.length / most)).toString().trimEnd().split('\n'))
    const decoder = new URDecoder()
    for (const line of lines) if (!decoder.isComplete()) decoder.receivePart(line)
    if (!decoder.isSuccess()) throw new Error(`message ${i} did not arrive: ${decoder.resultError()}`)
    same(decoder.resultUR().decodeCBOR(), payload, `message ${i}`)
  }
})

check('requests to sign by Keystone\'s library are read, and written again to the same bytes', () => {
  for (let i = 0; i < 20; i++) {
    const type = [DataType.transaction, DataType.typedData, DataType.personalMessage, DataType.typedTransaction][i % 4]
    const uuid = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d'
    const request = EthSignRequest.constructETHRequest(bytes(1 + below(900)), type, `44'/60'/0'/0/${below(1000)}`, '12345678',
      i % 3 ? uuid : undefined, 1 + below(1 << 30), i % 2 ? '0x' + bytes(20).toString('hex') : undefined, i % 5 ? 'metamask' : undefined)
    const text = request.toUREncoder(100)
    const lines = []
    for (let k = 0; k < 2 * text.fragmentsLength + 20; k++) lines.push(text.nextPart())
    const arrived = ours('read', lines.join('\n') + '\n')
    same(arrived, Buffer.concat([Buffer.from('eth-sign-request\n'), request.toCBOR()]), `request ${i}`)
    same(ours('request', request.toCBOR()), request.toCBOR(), `request ${i}, written again`)
  }
})

check('a signature of ours is read by Keystone\'s library, and theirs here', () => {
  const signature = new ETHSignature(bytes(65), bytes(16), 'redoubt')
  const again = ETHSignature.fromCBOR(ours('signature', signature.toCBOR()))
  same(again.getSignature(), signature.getSignature(), 'the signature')
  same(again.getRequestId(), signature.getRequestId(), 'the request id')
})

console.log(`1..${tests}`)
process.exit(failed > 0 ? 1 : 0)
