// SPDX-License-Identifier: Apache-2.0
#include "customers/customers.h"

size_t customers_memory(uint32_t customers, uint32_t keys)
{
	return (size_t)customers * sizeof(struct customer) + (size_t)keys * sizeof(uint32_t);
}

void customers_init(struct customers *customers, void *zeroed, uint32_t customers_max, uint32_t keys_max)
{
	struct customer *list = zeroed;
	*customers = (struct customers){
		.list = list,
		.key_owner = (uint32_t *)(void *)(list + customers_max),
		.max = customers_max,
		.keys_max = keys_max,
	};
}

uint32_t customers_add(struct customers *customers)
{
	ASSERT(customers->count < customers->max);
	return customers->count++;
}

uint32_t customers_key_add(struct customers *customers, uint32_t customer, bool may_trade)
{
	ASSERT(customers->key_count < customers->keys_max && customer < customers->count);
	customers->key_owner[customers->key_count] = may_trade ? customer : KEY_OWNER_NONE;
	return customers->key_count++;
}

void customers_key_remove(struct customers *customers, uint32_t key)
{
	ASSERT(key < customers->key_count);
	customers->key_owner[key] = KEY_OWNER_NONE;
}
