// SPDX-License-Identifier: Apache-2.0
// Everything but channels that an instance is handed: pages, files, sockets, settings.
#include "daemons/supervisor/family.h"
#include "daemons/supervisor/settings.h"

#include <stdio.h>

static unsigned bit(const struct instance *i)
{
	return 1u << i->role;
}

static int give_pages(struct family *f, const struct instance *i, struct handover_list *list)
{
	int r = 0;
	for (size_t n = 0; r == 0 && n < page_row_count; n++) {
		if (page_rows[n].writer == i->role)
			r = handover_add_fd(list, page_rows[n].name, f->page[n]);
		else if (page_rows[n].readers & bit(i))
			r = handover_add_fd(list, page_rows[n].name, f->page_reader[n]);
	}
	return r;
}

// Everybody writes its own counters; control reads all.
static int give_stats(struct family *f, const struct instance *i, struct handover_list *list)
{
	int r = handover_add_fd(list, "stats", i->stats);
	if (i->role != ROLE_CONTROL)
		return r;
	for (size_t n = 0; r == 0 && n < f->instances; n++) {
		char name[HANDOVER_NAME_MAX + 1];
		snprintf(name, sizeof name, "stats.%s", f->instance[n].name);
		r = handover_add_fd(list, name, f->instance[n].stats_reader);
	}
	return r ? r : handover_add_fd(list, "stats.supervisor", f->status_reader);
}

static int give_files(struct family *f, const struct instance *i, struct handover_list *list)
{
	int r = 0;
	for (size_t n = 0; r == 0 && n < file_row_count; n++)
		if (file_rows[n].roles & bit(i))
			r = handover_add_fd(list, file_rows[n].name, f->house->file[n]);
	if (r == 0 && i->role == ROLE_GATEWAY && f->house->client_ca >= 0)
		r = handover_add_fd(list, "client-ca", f->house->client_ca);
	if (r == 0 && i->role == ROLE_GATEWAY)
		r = handover_add_fd(list, "listen", f->house->listener[i->number]);
	if (r == 0 && i->role == ROLE_CONTROL)
		r = handover_add_fd(list, "operator-socket", f->house->operator_socket);
	return r;
}

static int give_text(struct family *f, const struct instance *i, struct handover_list *list)
{
	char text[SETTING_TEXT_MAX + 1];
	int r = 0;
	for (size_t n = 0; r == 0 && n < setting_row_count; n++) {
		if (!(setting_rows[n].roles & bit(i)))
			continue;
		setting_text(f->house->config, setting_rows[n].name, text, sizeof text);
		r = handover_add_text(list, setting_rows[n].name, text);
	}
	snprintf(text, sizeof text, "%u", f->house->gateways);
	if (r == 0)
		r = handover_add_text(list, "gateways", text);
	snprintf(text, sizeof text, "%llu", (unsigned long long)config_number(f->house->config, "process.spin_us"));
	if (r == 0)
		r = handover_add_text(list, "spin_us", text);
	snprintf(text, sizeof text, "%u", i->number);
	if (r == 0 && i->role == ROLE_GATEWAY)
		r = handover_add_text(list, "gateway.number", text);
	if (r == 0)
		r = handover_add_text(list, "name", i->name);
	if (r == 0 && f->void_sequence[0] && i->role == ROLE_ENGINE)
		r = handover_add_text(list, "engine.void", f->void_sequence);
	return r;
}

int handing_fill(struct family *f, struct instance *i, struct handover_list *list)
{
	int r = handover_add_fd(list, "doorbell", i->hear);
	if (r == 0) // its own threads ring it, too
		r = handover_add_fd(list, "doorbell.ring", i->ring);
	if (r == 0)
		r = give_pages(f, i, list);
	if (r == 0)
		r = give_stats(f, i, list);
	if (r == 0)
		r = give_files(f, i, list);
	return r ? r : give_text(f, i, list);
}
