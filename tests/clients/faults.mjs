// SPDX-License-Identifier: Apache-2.0
// kill -9 of each process under load, at random moments. Afterwards every
// acknowledged order is there, none twice, and balances equal what the clients computed from their own trades.
// Usage: node faults.mjs URL KEYS REDOUBT DIR ROUNDS
import { execFileSync } from 'node:child_process';
import { test, equal, check, finish } from './tap.mjs';
import { url, key } from './keys.mjs';
import { Rest, sleep, units } from './rest.mjs';

const [redoubt, dir, rounds] = [process.argv[4], process.argv[5], Number(process.argv[6] ?? 20)];
const victims = ['gateway', 'auth', 'control', 'engine', 'replica', 'audit', 'history'];
const symbol = 'BTCUSDT';
const clients = ['alice', 'bob'].map((label) => ({ label, rest: new Rest(url, key(label)) }));

const status = () => {
  try {
    return JSON.parse(execFileSync(redoubt, ['status', '--json', '--dir', dir]));
  } catch (e) {
    if (e.status !== 5) throw e; // 5: it answered, and one of its alarms means damage
    return JSON.parse(e.stdout);
  }
};
// One of the running processes of that role (gateways are several).
const pidOf = (role) => {
  const pids = status().roles.filter((p) => p.state === 'running' && p.pid > 0 && p.name.replace(/\d+$/, '') === role).map((p) => p.pid);
  return pids[Math.floor(Math.random() * pids.length)];
};

async function balances(client) {
  const { status: code, body } = await client.rest.read('/api/v3/account');
  equal(code, 200, `account of ${client.label}: ${JSON.stringify(body)}`);
  return Object.fromEntries(body.balances.map((b) => [b.asset, units(b.free) + units(b.locked)]));
}

// ---- load: small limit orders of both sides at a few prices, some cancelled ----
let running = true, serial = 0, unknown = 0;
const orders = new Map(); // client id -> {client, acknowledged, orderId}
async function worker(client, seed) {
  let n = seed;
  while (running) {
    n = (n * 1103515245 + 12345) & 0x7fffffff;
    const id = `f${process.pid}-${serial++}`;
    const entry = { client, acknowledged: false };
    orders.set(id, entry);
    const answer = await client.rest.call('POST', '/api/v3/order', { symbol, side: n & 64 ? 'BUY' : 'SELL', type: 'LIMIT',
      timeInForce: n & 1024 ? 'IOC' : 'GTC', quantity: '0.001', price: String(50000 + (n % 5)), newClientOrderId: id, newOrderRespType: 'RESULT' });
    if (answer.status === 200) Object.assign(entry, { acknowledged: true, orderId: answer.body.orderId });
    else if (answer.status === 0 || answer.body?.code === -1007) { entry.unknown = true; unknown++; await sleep(30); }
    else { orders.delete(id); await sleep(answer.status === 429 ? 1000 : 30); }
    if (entry.acknowledged && n & 2048) await client.rest.call('DELETE', '/api/v3/order', { symbol, origClientOrderId: id });
    await sleep(4);
  }
}

const before = await Promise.all(clients.map(balances));
const tradesFrom = await Promise.all(clients.map(async (c) => {
  const { body } = await c.rest.read('/api/v3/myTrades', { symbol, limit: 1 });
  return body.length ? body[body.length - 1].id + 1 : 0;
}));
const workers = clients.flatMap((c, i) => [1, 2, 3, 4].map((w) => worker(c, i * 100 + w)));

// Each role has its own killer, all at the same time, so that several are often down at once.
async function killer(role) {
  for (let i = 0; i < rounds; i++) {
    await sleep(50 + Math.random() * 250);
    const until = Date.now() + 30000;
    for (let pid; !pid;) {
      check(Date.now() < until, `${role} is running again within 30 s (round ${i})`);
      try { pid = pidOf(role); } catch { /* control itself may be down */ }
      if (pid) process.kill(pid, 'SIGKILL');
      else await sleep(100);
    }
  }
}
const killers = victims.map(killer);
for (const [i, role] of victims.entries())
  await test(`kill -9 of ${role}, ${rounds} times under load`, () => killers[i]);

await test('orders are accepted again', async () => {
  const acknowledged = () => [...orders.values()].filter((o) => o.acknowledged).length;
  const count = acknowledged(), until = Date.now() + 30000;
  while (acknowledged() < count + 100) {
    check(Date.now() < until, 'a hundred more within 30 s after the last kill');
    await sleep(50);
  }
});
running = false;
await Promise.all(workers);
await sleep(500);

await test('every request without an answer is resolved by its client order id', async () => {
  for (const [id, o] of orders) {
    if (!o.unknown) continue;
    const { status: code, body } = await o.client.rest.read('/api/v3/order', { symbol, origClientOrderId: id });
    check(code === 200 || body.code === -2013, `order ${id}: ${JSON.stringify(body)}`);
    if (code === 200) Object.assign(o, { acknowledged: true, orderId: body.orderId });
  }
});

const all = new Map(); // client id -> how often it is in history
for (const c of clients) {
  let from = [...orders.values()].reduce((least, o) => (o.acknowledged && o.orderId < least ? o.orderId : least), Number.MAX_SAFE_INTEGER);
  for (;;) {
    const { body } = await c.rest.read('/api/v3/allOrders', { symbol, orderId: from, limit: 1000 });
    for (const o of body) all.set(o.clientOrderId, (all.get(o.clientOrderId) ?? 0) + 1);
    if (body.length < 1000) break;
    from = body[body.length - 1].orderId + 1;
  }
}

await test('every acknowledged order is there', async () => {
  const acknowledged = [...orders].filter(([, o]) => o.acknowledged);
  console.log(`# ${acknowledged.length} acknowledged, ${unknown} without an answer`);
  check(acknowledged.length > 100, 'the load was real');
  const lost = acknowledged.filter(([id]) => !all.has(id)).map(([id]) => id);
  equal(lost.join(), '', 'acknowledged and lost');
});

await test('no order twice', async () => equal([...all].filter(([, n]) => n > 1).map(([id]) => id).join(), '', 'twice'));

await test('balances equal what the clients compute from their own trades', async () => {
  for (const [i, c] of clients.entries()) {
    const expected = { ...before[i] };
    let from = tradesFrom[i];
    for (;;) {
      const { body } = await c.rest.read('/api/v3/myTrades', { symbol, fromId: from, limit: 1000 });
      for (const t of body) {
        expected.BTC += t.isBuyer ? units(t.qty) : -units(t.qty);
        expected.USDT += t.isBuyer ? -units(t.quoteQty) : units(t.quoteQty);
        expected[t.commissionAsset] -= units(t.commission);
      }
      if (body.length < 1000) break;
      from = body[body.length - 1].id + 1;
    }
    const now = await balances(c);
    for (const asset of ['BTC', 'USDT']) equal(String(now[asset]), String(expected[asset]), `${c.label} ${asset}`);
  }
});

await test('held equals the sum of open orders', async () => {
  for (const c of clients) {
    const { body: open } = await c.rest.read('/api/v3/openOrders', { symbol });
    const { body: account } = await c.rest.read('/api/v3/account');
    const held = (asset) => units(account.balances.find((b) => b.asset === asset).locked);
    let btc = 0n, usdt = 0n;
    for (const o of open) {
      const left = units(o.origQty) - units(o.executedQty);
      if (o.side === 'SELL') btc += left;
      else usdt += (left * units(o.price)) / 100000000n;
    }
    equal(String(held('BTC')), String(btc), `${c.label} BTC`);
    equal(String(held('USDT')), String(usdt), `${c.label} USDT`);
  }
});

finish();
