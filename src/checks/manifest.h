// SPDX-License-Identifier: Apache-2.0
// What this host is for, as its owners declare it: one fact a line, words between blanks, '#' begins a comment.
//
//   role production | test | development
//   listen tcp | udp  ADDRESS  PORT  PROGRAM     PROGRAM is the basename of the executable; ADDRESS may be * (any)
//   service UNIT                                 a unit that may be enabled or running
//   root-service UNIT | PROGRAM                  a daemon that may run as root
//   proxy PREFIX                                 ranges of the reverse proxy: they alone reach 80 and 443
//   proxy-file PATH                              the published list that `proxy` lines came from
//   ssh-port PORT
//   ssh-from PREFIX                              who may reach the SSH port
//   ssh-user-ca SHA256:FINGERPRINT               a key whose certificates may log in (ssh-keygen -lf shows it)
//   admin USER                                   people who may become root
//   daemon USER                                  a user that one daemon runs as
//   engine USER                                  the daemon user that must have no network at all
//   egress USER tcp | udp  PREFIX|*  PORT        what a user may open towards the outside; everything else is refused
//   log-to ADDRESS PORT                          the log host that the system's log is forwarded to, over TLS
//   web-root PATH
//   backup-catalogue PATH
//   baseline-copy PATH                           where the copy of the integrity baseline is mounted, off the host
//   setuid PATH                                  a setuid or setgid program that belongs here
//   waive ID [until YYYY-MM-DD] REASON...        a check that the owners decided against, said in every report; behind
//                                                the day it counts no more
//   attest ID until YYYY-MM-DD REASON...         the answer of people to what nobody can see from this host (BAK-03,
//                                                NET-03, NET-16); it counts for a year at most, then they look again
//
// Names are printable ASCII; reasons and comments may be UTF-8 without control or direction characters. A prefix, or all
// of a kind together, may not be wider than the limits below: who means the whole internet needs no list.
#pragma once

#include "base/base.h"

#define MANIFEST_PATH "/etc/redoubt/host.manifest"
#define MANIFEST_SIZE_MAX 65536
#define MANIFEST_ERROR_MAX 320
#define MANIFEST_LISTEN_MAX 256
#define MANIFEST_PREFIX_MAX 1024
#define MANIFEST_EGRESS_MAX 256
#define MANIFEST_NAME_MAX 256 // names of each kind
#define MANIFEST_REASON_MIN 8 // characters of a waiver's reason
#define MANIFEST_ATTESTED_DAYS 367 // what people looked at longer ago is to be looked at again

// How wide one prefix may be, and how wide all of its kind together, for IPv4 and IPv6; private networks do not count.
// The widest ranges that are published for a reverse proxy are a /10 (Akamai) and a /29 (Cloudflare, IPv6).
#define MANIFEST_PROXY_LIMITS { { 10, 19 }, { 7, 16 } }
#define MANIFEST_SSH_LIMITS { { 16, 32 }, { 14, 28 } }

struct ip_prefix {
	bool v6;
	uint8_t bits;
	uint8_t address[16]; // network order, 4 bytes when not v6; zero behind the prefix
};

struct manifest_listen {
	bool udp, any, v6;
	uint8_t address[16];
	uint16_t port;
	const char *program;
};

struct manifest_egress {
	bool udp, any;
	const char *user;
	struct ip_prefix to; // unless any
	uint16_t port;
};

struct manifest_address {
	bool given, v6;
	uint8_t address[16];
	uint16_t port;
};

struct manifest_names {
	size_t count;
	const char *name[MANIFEST_NAME_MAX];
};

struct manifest_prefixes {
	size_t count;
	struct ip_prefix prefix[MANIFEST_PREFIX_MAX];
};

enum host_role { ROLE_PRODUCTION, ROLE_TEST, ROLE_DEVELOPMENT };

struct manifest_waiver {
	const char *id, *reason;
	const char *until; // "2027-01-31", its last day, or NULL
};

struct manifest_reasons {
	size_t count;
	struct manifest_waiver reason[MANIFEST_NAME_MAX];
};

struct manifest {
	enum host_role role;
	uint16_t ssh_port; // 0: not said
	size_t listens, egresses;
	struct manifest_listen listen[MANIFEST_LISTEN_MAX];
	struct manifest_reasons waived, attested;
	struct manifest_egress egress[MANIFEST_EGRESS_MAX];
	struct manifest_address log_to;
	struct manifest_prefixes proxy, ssh_from;
	struct manifest_names service, root_service, admin, daemon, engine, web_root, backup_catalogue, proxy_file,
		setuid_program, baseline_copy, ssh_user_ca;
	char *text; // owns what the names point to
};

// Reads the text. 0; 1 with a sentence "NAME:LINE: ..." in ret_error; -ENOMEM.
MUST_USE int manifest_parse(const char *name, const char *text, size_t size, struct manifest **ret,
			    char ret_error[MANIFEST_ERROR_MAX]);
void manifest_free(struct manifest *m); // accepts NULL

bool manifest_has(const struct manifest_names *n, const char *name);
const struct manifest_waiver *manifest_waiver(const struct manifest *m, const char *id); // NULL: there is none
// Whether it still counts at `now`, seconds since 1970.
bool manifest_waiver_counts(const struct manifest_waiver *w, uint64_t now);

const struct manifest_waiver *manifest_attestation(const struct manifest *m, const char *id); // NULL: there is none
bool manifest_attestation_counts(const struct manifest_waiver *w, uint64_t now);

// "203.0.113.0/24", "2001:db8::/32", or an address alone (its own prefix). Strict: no bits behind the prefix.
bool ip_prefix_read(const char *text, struct ip_prefix *ret);
bool ip_prefix_contains(const struct ip_prefix *p, bool v6, const uint8_t *address);
#define IP_PREFIX_TEXT 64
void ip_prefix_write(const struct ip_prefix *p, char to[IP_PREFIX_TEXT]);
bool ip_prefix_is_mapped(const struct ip_prefix *p); // IPv4 written as ::ffff:a.b.c.d
struct prefix_limits { uint8_t bits_min[2], sum_bits_min[2]; }; // [0] IPv4, [1] IPv6
bool ip_prefixes_bounded(const struct manifest_prefixes *all, const struct prefix_limits *limits);

struct host;
// Drafts a manifest from what runs now, for people to review. The text lives as long as the host.
const char *manifest_learn(struct host *h);
