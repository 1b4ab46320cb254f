// SPDX-License-Identifier: Apache-2.0
#include "wire/entry.h"

// Room for one entry with its header written (delay 0). NULL when it does not fit.
static uint8_t *entry_begin(struct writer *w, uint8_t kind, size_t payload_size)
{
	size_t size = ENTRY_HEADER_SIZE + payload_size;
	if (payload_size > ENTRY_SIZE_MAX - ENTRY_HEADER_SIZE)
		w->failed = true;
	uint8_t *p = write_room(w, size);
	if (!p)
		return NULL;
	uint16_t size16 = (uint16_t)size;
	memset(p, 0, ENTRY_HEADER_SIZE);
	memcpy(p, &size16, 2);
	p[2] = kind;
	p[3] = ENTRY_VERSION;
	return p + ENTRY_HEADER_SIZE;
}

size_t entry_write(struct writer *w, uint8_t kind, const void *payload, size_t size)
{
	uint8_t *p = entry_begin(w, kind, size);
	if (!p)
		return 0;
	if (size)
		memcpy(p, payload, size);
	return ENTRY_HEADER_SIZE + size;
}

size_t order_new_write(struct writer *w, const struct order_new *order)
{
	ASSERT(order->client_id_size <= CLIENT_ID_MAX);
	size_t size = ORDER_NEW_SIZE + (size_t)order->client_id_size;
	uint8_t *p = entry_begin(w, ENTRY_ORDER_NEW, size);
	if (!p)
		return 0;
	memcpy(p, &order->customer, 4);
	memcpy(p + 4, &order->key, 4);
	memcpy(p + 8, &order->market, 2);
	p[10] = order->side;
	p[11] = order->type;
	p[12] = order->tif;
	p[13] = order->stp;
	p[14] = order->by_quote ? ORDER_FLAG_BY_QUOTE : 0;
	p[15] = order->client_id_size;
	memcpy(p + 16, &order->price, 8);
	memcpy(p + 24, &order->quantity, 8);
	if (order->client_id_size)
		memcpy(p + ORDER_NEW_SIZE, order->client_id, order->client_id_size);
	return ENTRY_HEADER_SIZE + size;
}

size_t order_cancel_write(struct writer *w, const struct order_cancel *cancel)
{
	ASSERT(cancel->client_id_size <= CLIENT_ID_MAX);
	size_t size = ORDER_CANCEL_SIZE + (size_t)cancel->client_id_size;
	uint8_t *p = entry_begin(w, ENTRY_ORDER_CANCEL, size);
	if (!p)
		return 0;
	memcpy(p, &cancel->customer, 4);
	memcpy(p + 4, &cancel->key, 4);
	memcpy(p + 8, &cancel->market, 2);
	p[10] = 0;
	p[11] = cancel->client_id_size;
	memcpy(p + 12, &cancel->order, 8);
	if (cancel->client_id_size)
		memcpy(p + ORDER_CANCEL_SIZE, cancel->client_id, cancel->client_id_size);
	return ENTRY_HEADER_SIZE + size;
}

size_t order_cancel_all_write(struct writer *w, const struct order_cancel_all *cancel)
{
	uint8_t *p = entry_begin(w, ENTRY_ORDER_CANCEL_ALL, ORDER_CANCEL_ALL_SIZE);
	if (!p)
		return 0;
	memcpy(p, &cancel->customer, 4);
	memcpy(p + 4, &cancel->key, 4);
	memcpy(p + 8, &cancel->market, 2);
	return ENTRY_HEADER_SIZE + ORDER_CANCEL_ALL_SIZE;
}

void entry_stamp(uint8_t *entry, uint32_t delay_us)
{
	memcpy(entry + 4, &delay_us, 4);
}
