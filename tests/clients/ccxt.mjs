// SPDX-License-Identifier: Apache-2.0
// ccxt, unmodified: only its URLs point here. Usage: node ccxt.mjs URL KEYS
import ccxt from 'ccxt';
import { test, equal, check, refuses, finish } from './tap.mjs';
import { url, key } from './keys.mjs';

function client(label) {
  const { apiKey, secret } = key(label);
  const exchange = new ccxt.binance({ apiKey, secret, enableRateLimit: false });
  const api = exchange.urls.api;
  for (const name of ['public', 'private']) api[name] = `${url}/api/v3`;
  api.v1 = `${url}/api/v1`;
  api.sapi = `${url}/sapi/v1`;
  for (const n of [2, 3, 4]) api[`sapiV${n}`] = `${url}/sapi/v${n}`;
  api.fapiPublic = `${url}/fapi/v1`;
  api.dapiPublic = `${url}/dapi/v1`;
  return exchange;
}

const alice = client('alice'), bob = client('bob');
const market = 'ETH/USDT';
let resting;

await test('loadMarkets with default options', async () => {
  const markets = await alice.loadMarkets();
  check(markets['BTC/USDT'] && markets[market], 'both markets are listed');
  equal(markets[market].active, true, 'active');
  equal(markets[market].precision.price, 0.01, 'price precision');
  equal(markets[market].limits.cost.min, 5, 'smallest cost');
});

await test('fetchTime and fetchStatus', async () => {
  check(Math.abs((await alice.fetchTime()) - Date.now()) < 5000, 'clocks agree');
  equal((await alice.fetchStatus()).status, 'ok', 'status');
});

await test('fetchBalance', async () => {
  const balance = await alice.fetchBalance();
  check(balance.USDT.free > 0 && balance.ETH.free > 0, 'demo balances are there');
});

await test('createOrder limit rests, fetchOrder, fetchOpenOrders', async () => {
  resting = await alice.createOrder(market, 'limit', 'sell', 0.5, 4001.25);
  equal(resting.status, 'open', 'status');
  equal((await alice.fetchOrder(resting.id, market)).id, resting.id, 'fetchOrder');
  const open = await alice.fetchOpenOrders(market);
  check(open.some((o) => o.id === resting.id && o.price === 4001.25 && o.amount === 0.5), 'it is among the open orders');
});

await test('fetchOrderBook shows it', async () => {
  for (let i = 0; i < 50; i++) {
    const book = await alice.fetchOrderBook(market);
    if (book.asks.some(([price]) => price === 4001.25)) return;
    await new Promise((r) => setTimeout(r, 20));
  }
  throw new Error('4001.25 never appeared in the asks');
});

await test('createOrder market fills against it, with fees', async () => {
  const before = await bob.fetchBalance();
  const order = await bob.createOrder(market, 'market', 'buy', 0.2);
  equal(order.status, 'closed', 'status');
  equal(order.filled, 0.2, 'filled');
  check(order.trades.length >= 1, 'fills are in the answer');
  check(order.fees?.length || order.fee, 'a fee is named');
  const after = await bob.fetchBalance();
  check(after.ETH.total > before.ETH.total && after.USDT.total < before.USDT.total, 'balances moved');
});

await test('createOrder with an unaffordable cost is InsufficientFunds', async () =>
  refuses(bob.createOrder('BTC/USDT', 'limit', 'sell', 2000, 4000), /InsufficientFunds/, 'more than there is'));

await test('createOrder below the smallest notional is refused by its filter', async () =>
  refuses(bob.createOrder(market, 'limit', 'buy', 0.0001, 100), /NOTIONAL/, 'dust'));

await test('cancelOrder, then OrderNotFound', async () => {
  equal((await alice.cancelOrder(resting.id, market)).status, 'canceled', 'status');
  await refuses(alice.cancelOrder(resting.id, market), /OrderNotFound/, 'a second cancel');
  equal((await alice.fetchOpenOrders(market)).filter((o) => o.id === resting.id).length, 0, 'gone from open orders');
});

await test('cancelAllOrders', async () => {
  await alice.createOrder(market, 'limit', 'buy', 0.1, 1000);
  await alice.createOrder(market, 'limit', 'buy', 0.1, 1001);
  check((await alice.cancelAllOrders(market)).length >= 2, 'both are answered');
  equal((await alice.fetchOpenOrders(market)).length, 0, 'open orders');
});

await test('fetchMyTrades, fetchOrders', async () => {
  for (let i = 0; i < 100; i++) {
    const trades = await bob.fetchMyTrades(market);
    if (trades.some((t) => t.price === 4001.25 && t.takerOrMaker === 'taker')) {
      check((await bob.fetchOrders(market)).length > 0, 'orders are listed');
      return;
    }
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('the trade never appeared');
});

await test('fetchTrades, fetchTicker, fetchTickers, fetchBidsAsks', async () => {
  check((await alice.fetchTrades(market)).some((t) => t.price === 4001.25), 'public trades');
  equal((await alice.fetchTicker(market)).last, 4001.25, 'last price');
  check((await alice.fetchTickers())[market], 'tickers');
  check((await alice.fetchBidsAsks())[market], 'bookTicker');
});

await test('fetchOHLCV', async () => {
  for (let i = 0; i < 100; i++) {
    const candles = await alice.fetchOHLCV(market, '1m');
    if (candles.length && candles.some((c) => c[4] === 4001.25 && c[5] > 0)) return;
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('no candle shows the trade');
});

await test('a wrong secret is AuthenticationError', async () => {
  const eve = client('alice');
  eve.secret = 'x'.repeat(64);
  await refuses(eve.fetchBalance(), /AuthenticationError/, 'fetchBalance');
});

finish();
