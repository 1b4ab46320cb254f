// SPDX-License-Identifier: Apache-2.0
// Gateway and auth die while 1,000 orders rest: the orders rest on, clients
// reconnect and see them; a request replayed across a restart of auth is refused.
// Usage: node rest-on.mjs URL KEYS REDOUBT DIR; exit 1 with a sentence
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import https from 'node:https';
import { url, key } from './keys.mjs';
import { Rest, sleep } from './rest.mjs';

const [redoubt, dir] = process.argv.slice(4);
const symbol = 'ETHUSDT', count = 1000;
const alice = new Rest(url, key('alice'), { sockets: 16 });
const fail = (text) => { console.error(text); process.exit(1); };
const pid = (role) => JSON.parse(execFileSync(redoubt, ['status', '--json', '--dir', dir])).roles.find((p) => p.name.startsWith(role)).pid;

const placed = await Promise.all([...Array(count)].map(async (_, i) => {
  for (;;) {
    const { status, body } = await alice.call('POST', '/api/v3/order', { symbol, side: 'SELL', type: 'LIMIT', timeInForce: 'GTC',
      quantity: '0.01', price: `${5000 + (i % 100)}`, newClientOrderId: `rest-${process.pid}-${i}`, newOrderRespType: 'ACK' });
    if (status === 200) return body.orderId;
    if (status !== 429 && status !== 503) fail(`order ${i}: ${status} ${JSON.stringify(body)}`);
    await sleep(1000);
  }
}));

// One signed request, sent before and after auth's restart, byte for byte.
const query = `recvWindow=30000&timestamp=${Date.now()}`;
const path = `/api/v3/account?${query}&signature=${createHmac('sha256', key('alice').secret).update(query).digest('hex')}`;
const again = () => new Promise((resolve) => {
  const { hostname, port } = new URL(url);
  https.get({ hostname, port, path, agent: false, checkServerIdentity: () => undefined, headers: { 'X-MBX-APIKEY': key('alice').apiKey } }, (r) => {
    let text = '';
    r.on('data', (d) => { text += d; });
    r.on('end', () => resolve({ status: r.statusCode, body: JSON.parse(text) }));
  }).on('error', () => resolve({ status: 0 }));
});
if ((await again()).status !== 200) fail('the request to be replayed was not accepted the first time');

const engine = pid('engine');
for (const role of ['auth', 'gateway']) process.kill(pid(role), 'SIGKILL');
for (let tries = 0; (await alice.call('GET', '/api/v3/account')).status !== 200; tries++) { // a fresh one is served again
  if (tries > 200) fail('a fresh request is not served 20 s after gateway and auth were killed');
  await sleep(100);
}
for (let i = 0; i < 20; i++) {
  const replayed = await again();
  if (replayed.status === 200) fail('a request was replayed across a restart of auth and accepted');
  if (replayed.status && ![-1016, -1021, -1022].includes(replayed.body?.code)) fail(`the replay got ${JSON.stringify(replayed)}`);
  await sleep(100);
}
if (pid('engine') !== engine) fail('the engine was restarted too');

await sleep(1500);
for (let tries = 0; ; tries++) { // fresh timestamps are accepted once auth's own start is behind them
  const { status, body } = await alice.call('GET', '/api/v3/openOrders', { symbol });
  if (status === 200) {
    const open = new Set(body.map((o) => o.orderId));
    const lost = placed.filter((id) => !open.has(id));
    if (lost.length) fail(`${lost.length} of ${count} resting orders are gone, first ${lost[0]}`);
    break;
  }
  if (tries > 400) fail(`openOrders: ${status} ${JSON.stringify(body)}`);
  await sleep(100);
}
const { body } = await alice.call('DELETE', '/api/v3/openOrders', { symbol });
if (!Array.isArray(body) || body.length < count) fail(`cancelling all answered ${JSON.stringify(body).slice(0, 200)}`);
process.exit(0);
