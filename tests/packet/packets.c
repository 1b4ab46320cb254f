// SPDX-License-Identifier: Apache-2.0
// Random packets as frames, with right checksums (connection tracking looks at them).
#include "packet.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static uint16_t checksum(const uint8_t *data, size_t size, uint32_t sum)
{
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (size & 1)
		sum += (uint32_t)data[size - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *to, uint32_t n)
{
	to[0] = (uint8_t)(n >> 8);
	to[1] = (uint8_t)n;
}

static void addresses_make(struct packet *p)
{
	static const uint8_t SOURCE6[16] = { 0xfd, 0, 0, 8 }, DESTINATION6[16] = { 0xfd, 0, 0, 9 };
	if (p->v6) {
		memcpy(p->source, SOURCE6, 16);
		memcpy(p->destination, DESTINATION6, 16);
		p->source[5] = (uint8_t)chance(4);
		p->source[15] = (uint8_t)chance(4);
		p->destination[15] = (uint8_t)(1 + chance(3));
	} else {
		uint8_t source[4] = { 10, 8, (uint8_t)chance(4), (uint8_t)chance(4) };
		uint8_t destination[4] = { 10, 9, 0, (uint8_t)(1 + chance(3)) };
		memcpy(p->source, source, 4);
		memcpy(p->destination, destination, 4);
	}
}

void packet_make(struct sent *to, size_t number)
{
	static const uint8_t FLAGS[] = { 2, 2, 2, 18, 16, 17, 4, 24, 20 };
	memset(to, 0, sizeof *to);
	struct packet *p = &to->packet;
	to->number = (uint32_t)number;
	p->v6 = chance(3) == 0;
	uint32_t kind = chance(5);
	p->protocol = kind < 2 ? IPPROTO_TCP : kind < 4 ? IPPROTO_UDP : p->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	addresses_make(p);
	p->input_interface = "inside";
	p->ttl = (uint8_t)(chance(3) ? 64 : 32 + chance(64));
	p->dscp = (uint8_t)(chance(3) ? 0 : 8);
	if (kind < 4) {
		p->source_port = (uint16_t)(chance(3) ? 40000 + chance(4) : 20 + chance(8));
		p->destination_port = (uint16_t)(20 + chance(12));
		p->tcp_flags = kind < 2 ? FLAGS[chance(sizeof FLAGS)] : 0;
	} else {
		p->icmp_type = p->v6 ? 128 : chance(4) ? 8 : 13;
	}
	p->length = (uint16_t)((p->v6 ? 40 : 20) + (kind < 2 ? 20 : kind < 4 ? 8 : p->icmp_type == 13 ? 20 : 8));
}

// The transport header behind the IP header; returns its size.
static size_t transport_write(const struct sent *s, uint8_t *to)
{
	const struct packet *p = &s->packet;
	size_t size = p->protocol == IPPROTO_TCP ? 20 : p->protocol == IPPROTO_UDP || p->icmp_type != 13 ? 8 : 20;
	uint32_t sum = 0;
	memset(to, 0, size);
	if (p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP) {
		put16(to, p->source_port);
		put16(to + 2, p->destination_port);
	}
	if (p->protocol == IPPROTO_TCP) {
		put16(to + 4, chance(65536));
		to[12] = 5 << 4;
		to[13] = p->tcp_flags;
		put16(to + 14, 1024);
	} else if (p->protocol == IPPROTO_UDP) {
		put16(to + 4, 8);
	} else {
		to[0] = p->icmp_type;
		put16(to + 4, chance(65536)); // the identifier: each ping its own
	}
	if (p->protocol != IPPROTO_ICMP) { // the pseudo header
		size_t address = p->v6 ? 16 : 4;
		for (size_t i = 0; i < address; i += 2)
			sum += ((uint32_t)p->source[i] << 8 | p->source[i + 1]) + ((uint32_t)p->destination[i] << 8 | p->destination[i + 1]);
		sum += p->protocol + (uint32_t)size;
	}
	static const size_t PLACE[256] = { [IPPROTO_TCP] = 16, [IPPROTO_UDP] = 6, [IPPROTO_ICMP] = 2, [IPPROTO_ICMPV6] = 2 };
	put16(to + PLACE[p->protocol], checksum(to, size, sum));
	return size;
}

static size_t frame_write(const struct sent *s, uint8_t *to)
{
	const struct packet *p = &s->packet;
	static const uint8_t HEADER[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	uint8_t *ip = to + 14, *transport = ip + (p->v6 ? 40 : 20);
	memcpy(to, HEADER, 12);
	put16(to + 12, p->v6 ? 0x86dd : 0x0800);
	memset(ip, 0, 40);
	size_t size = transport_write(s, transport);
	if (p->v6) {
		ip[0] = (uint8_t)(0x60 | p->dscp >> 2);
		ip[1] = (uint8_t)((p->dscp & 3) << 6 | s->number >> 16);
		put16(ip + 2, s->number & 0xffff);
		put16(ip + 4, (uint32_t)size);
		ip[6] = p->protocol;
		ip[7] = p->ttl;
		memcpy(ip + 8, p->source, 16);
		memcpy(ip + 24, p->destination, 16);
	} else {
		ip[0] = 0x45;
		ip[1] = (uint8_t)(p->dscp << 2);
		put16(ip + 2, (uint32_t)(20 + size));
		put16(ip + 4, s->number);
		ip[6] = 0x40;
		ip[8] = p->ttl;
		ip[9] = p->protocol;
		memcpy(ip + 12, p->source, 4);
		memcpy(ip + 16, p->destination, 4);
		put16(ip + 10, checksum(ip, 20, 0));
	}
	return (size_t)(transport - to) + size;
}

int wire_open(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface) };
	return fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) ? -1 : fd;
}

// Makes the packet an answer: the host sends first, so that tracking knows the connection.
static void host_speaks_first(const struct sent *s)
{
	const struct packet *p = &s->packet;
	uint8_t frame[128];
	struct sent first = *s;
	first.packet.tcp_flags = 2;
	first.number = 0;
	memcpy(first.packet.source, p->destination, 16);
	memcpy(first.packet.destination, p->source, 16);
	first.packet.source_port = p->destination_port;
	first.packet.destination_port = p->source_port;
	int fd = socket(p->v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
	size_t size = frame_write(&first, frame) - 14;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	memcpy(&six.sin6_addr, p->source, 16);
	memcpy(&four.sin_addr, p->source, 4);
	if (fd >= 0 && sendto(fd, frame + 14, size, 0, p->v6 ? (void *)&six : (void *)&four, p->v6 ? sizeof six : sizeof four) < 0)
		perror("# sendto");
	close(fd);
}

void packets_send(int wire, struct sent *sent, size_t count)
{
	uint8_t frame[128];
	for (size_t i = 0; i < count; i++) {
		bool transport = sent[i].packet.protocol == IPPROTO_UDP || sent[i].packet.tcp_flags == 18;
		if (transport && chance(2))
			host_speaks_first(&sent[i]);
		size_t size = frame_write(&sent[i], frame);
		if (send(wire, frame, size, 0) != (ssize_t)size)
			perror("# send");
	}
	usleep(20000); // the last of them through the softirq
}

static void observe_one(const json_t *element, enum observation what, bool v6, struct sent *sent, size_t count)
{
	const json_t *v = json_object_get(json_object_get(element, "elem"), "val"), *key = v ? v : element;
	const json_t *pair = json_object_get(key, "concat");
	size_t n = (size_t)json_integer_value(what == OBSERVED_PASS ? key : json_array_get(pair, 0));
	if (!n || n > count || sent[n - 1].packet.v6 != v6)
		return;
	struct sent *s = &sent[n - 1];
	uint32_t second = (uint32_t)json_integer_value(json_array_get(pair, 1));
	if (what == OBSERVED_PASS)
		s->passed = true;
	else if (what == OBSERVED_MARK)
		s->packet.connection_mark = second;
	else
		s->packet.state = (enum connection_state)second;
}

// {"nftables":[{...},{"set":{...,"elem":[{"concat":[7,8]},...]}}]}
int observed(const char *json, bool v6, enum observation what, struct sent *sent, size_t count)
{
	json_t *whole = json_loads(json, 0, NULL), *list = json_object_get(whole, "nftables");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *elements = json_object_get(json_object_get(json_array_get(list, i), "set"), "elem");
		for (size_t k = 0; k < json_array_size(elements); k++)
			observe_one(json_array_get(elements, k), what, v6, sent, count);
	}
	json_decref(whole);
	return !list;
}

void packet_print(const struct packet *p)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->source, from, sizeof from);
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->destination, to, sizeof to);
	printf("protocol %u %s %u -> %s %u, flags %u, icmp %u, ttl %u, dscp %u, length %u, state %d\n", p->protocol, from, p->source_port,
	       to, p->destination_port, p->tcp_flags, p->icmp_type, p->ttl, p->dscp, p->length, (int)p->state);
}

static char names[256][64];
static size_t name_count;

void coverage_note(const char *name)
{
	for (size_t i = 0; i < name_count; i++)
		if (!strncmp(names[i], name, 63))
			return;
	if (name_count < 256)
		snprintf(names[name_count++], 64, "%.63s", name);
}

static int name_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

void coverage_print(void)
{
	qsort(names, name_count, sizeof *names, name_order);
	printf("# %zu expressions and statements covered:", name_count);
	for (size_t i = 0; i < name_count; i++)
		printf("%s %s", i ? "," : "", names[i]);
	putchar('\n');
}
