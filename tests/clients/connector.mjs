// SPDX-License-Identifier: Apache-2.0
// @binance/connector, unmodified. Usage: node connector.mjs URL KEYS
import { createRequire } from 'node:module';
import { test, equal, check, refuses, finish } from './tap.mjs';
import { url, key } from './keys.mjs';

const { Spot } = createRequire(import.meta.url)('@binance/connector');

function client(label) {
  const { apiKey, secret } = key(label);
  return new Spot(apiKey, secret, { baseURL: url });
}

const alice = client('alice'), bob = client('bob');
let order;

await test('ping, time, exchangeInfo', async () => {
  await alice.ping();
  check(Math.abs((await alice.time()).data.serverTime - Date.now()) < 5000, 'clocks agree');
  const { data } = await alice.exchangeInfo({ symbol: 'BTCUSDT' });
  equal(data.symbols[0].symbol, 'BTCUSDT', 'symbol');
});

await test('account and balances', async () => {
  const { data } = await alice.account();
  check(data.balances.find((b) => b.asset === 'USDT' && Number(b.free) > 0), 'USDT is there');
  equal(data.canTrade, true, 'canTrade');
});

await test('newOrderTest changes nothing', async () => {
  const { data } = await alice.newOrderTest('BTCUSDT', 'BUY', 'LIMIT', { price: '20000', quantity: 0.001, timeInForce: 'GTC' });
  equal(JSON.stringify(data), '{}', 'answer');
});

await test('newOrder rests with its client id', async () => {
  const { data } = await alice.newOrder('BTCUSDT', 'SELL', 'LIMIT',
    { price: '90000.50', quantity: 0.01, timeInForce: 'GTC', newClientOrderId: `connector-${Date.now()}` });
  equal(data.status, 'NEW', 'status');
  order = data;
});

await test('a second order with the same client id is refused while the first lives', async () =>
  refuses(alice.newOrder('BTCUSDT', 'SELL', 'LIMIT',
    { price: '90000.50', quantity: 0.01, timeInForce: 'GTC', newClientOrderId: order.clientOrderId }), /-2010/, 'duplicate'));

await test('getOrder and openOrders by client id', async () => {
  const { data } = await alice.getOrder('BTCUSDT', { origClientOrderId: order.clientOrderId });
  equal(data.orderId, order.orderId, 'orderId');
  check((await alice.openOrders({ symbol: 'BTCUSDT' })).data.some((o) => o.orderId === order.orderId), 'open');
});

await test('a taker fills part of it', async () => {
  const { data } = await bob.newOrder('BTCUSDT', 'BUY', 'LIMIT', { price: '90000.50', quantity: 0.004, timeInForce: 'IOC' });
  equal(data.status, 'FILLED', 'status');
  equal(data.fills[0].price, '90000.50000000', 'price');
  equal((await alice.getOrder('BTCUSDT', { orderId: order.orderId })).data.status, 'PARTIALLY_FILLED', 'maker');
});

await test('LIMIT_MAKER that would take is refused', async () =>
  refuses(bob.newOrder('BTCUSDT', 'BUY', 'LIMIT_MAKER', { price: '90000.50', quantity: 0.001 }), /-2010/, 'LIMIT_MAKER'));

await test('self-trade prevention expires the taker', async () => {
  const { data } = await alice.newOrder('BTCUSDT', 'BUY', 'LIMIT',
    { price: '90000.50', quantity: 0.001, timeInForce: 'GTC', selfTradePreventionMode: 'EXPIRE_TAKER' });
  equal(data.status, 'EXPIRED_IN_MATCH', 'status');
});

await test('cancelOrder by client id', async () => {
  const { data } = await alice.cancelOrder('BTCUSDT', { origClientOrderId: order.clientOrderId });
  equal(data.status, 'CANCELED', 'status');
  equal(data.executedQty, '0.00400000', 'executedQty');
});

await test('depth, trades, tickers, avgPrice, klines, aggTrades', async () => {
  check(Array.isArray((await alice.depth('BTCUSDT', { limit: 5 })).data.bids), 'depth');
  check((await alice.trades('BTCUSDT')).data.length > 0, 'trades');
  check((await alice.ticker24hr('BTCUSDT')).data.count > 0, 'ticker24hr');
  equal((await alice.tickerPrice('BTCUSDT')).data.price, '90000.50000000', 'tickerPrice');
  check((await alice.bookTicker('BTCUSDT')).data.symbol === 'BTCUSDT', 'bookTicker');
  check(Number((await alice.avgPrice('BTCUSDT')).data.price) > 0, 'avgPrice');
  check(Array.isArray((await alice.klines('BTCUSDT', '1m')).data), 'klines');
  check((await alice.aggTrades('BTCUSDT')).data.length > 0, 'aggTrades');
});

await test('allOrders and myTrades from history', async () => {
  for (let i = 0; i < 100; i++) {
    const { data } = await bob.myTrades('BTCUSDT');
    if (data.some((t) => t.price === '90000.50000000' && t.isBuyer)) {
      check((await alice.allOrders('BTCUSDT')).data.some((o) => o.orderId === order.orderId), 'allOrders');
      return;
    }
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('the trade never appeared');
});

await test('coinInfo (capital/config/getall)', async () =>
  check((await alice.coinInfo()).data.some((c) => c.coin === 'BTC'), 'BTC is listed'));

await test('an unknown symbol is -1121', async () => refuses(alice.depth('NOPEUSDT'), /-1121/, 'depth'));

finish();
