// SPDX-License-Identifier: Apache-2.0
// regtest_node.mjs PORT KEY: a bcoin node of its own in memory, reached by JSON-RPC on the loopback.
process.env.NODE_BACKEND = 'js';
import { createRequire } from 'node:module';

const FullNode = createRequire(import.meta.url)('bcoin/lib/node/fullnode');
const node = new FullNode({
  network: 'regtest',
  memory: true,
  httpHost: '127.0.0.1',
  httpPort: Number(process.argv[2]),
  apiKey: process.argv[3],
  listen: false,
  indexTX: true,
  logConsole: false,
});
node.on('error', (error) => console.log(`refused: ${error.message}`)); // the mempool's reasons, which the RPC does not tell
await node.open();
console.log('ready');
process.stdin.on('end', () => process.exit(0)).resume(); // its parent's end is its own
