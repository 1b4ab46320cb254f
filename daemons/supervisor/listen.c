// SPDX-License-Identifier: Apache-2.0
// The only sockets of the exchange that anyone may connect to. Made here, so that no daemon needs socket().
#include "base/log.h"
#include "daemons/supervisor/house.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <fcntl.h>
#include <unistd.h>

#define BACKLOG 1024
#define HANDED 3 // the first descriptor that systemd hands over

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool port_read(const char *text, in_port_t *ret)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || port == 0 || port > 65535)
		return false;
	*ret = htons((uint16_t)port);
	return true;
}

// "127.0.0.1:8443" or "[::1]:8443". No names: nothing here asks a resolver.
static socklen_t address_read(const char *text, union address *ret)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	bool brackets = text[0] == '[';
	const char *from = text + brackets;
	if (!colon || colon <= from + brackets || (brackets && colon[-1] != ']'))
		return 0;
	size_t size = (size_t)(colon - from) - brackets;
	if (size >= sizeof host)
		return 0;
	memcpy(host, from, size);
	host[size] = '\0';
	memset(ret, 0, sizeof *ret);
	if (brackets) {
		ret->v6.sin6_family = AF_INET6;
		return inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1 && port_read(colon + 1, &ret->v6.sin6_port) ?
			       sizeof ret->v6 : 0;
	}
	ret->v4.sin_family = AF_INET;
	return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1 && port_read(colon + 1, &ret->v4.sin_port) ?
		       sizeof ret->v4 : 0;
}

static int listener_make(const union address *at, socklen_t size)
{
	int on = 1;
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 || bind(fd, &at->any, size) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

// Somebody else's socket on that port would be shared by SO_REUSEPORT (same user): try without it first.
static int port_free(const union address *at, socklen_t size)
{
	int on = 1, r = 0;
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, &at->any, size) < 0)
		r = -errno;
	close(fd);
	return r;
}

// How many sockets systemd handed over (sd_listen_fds(3)): they begin at descriptor 3.
static int handed_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	return pid && count && strtol(pid, NULL, 10) == getpid() ? (int)strtol(count, NULL, 10) : 0;
}

// One that is handed over was opened in a network that this process cannot reach; the gateways share its queue.
static int handed_take(struct house *h, const union address *at, socklen_t size)
{
	union address is = { 0 };
	socklen_t length = sizeof is;
	int on = 1, listening = 0;
	socklen_t one = sizeof listening;
	if (getsockname(HANDED, &is.any, &length) < 0 || getsockopt(HANDED, SOL_SOCKET, SO_ACCEPTCONN, &listening, &one) < 0)
		return -errno;
	if (!listening || length != size || is.any.sa_family != at->any.sa_family ||
	    (is.any.sa_family == AF_INET ? is.v4.sin_port != at->v4.sin_port || memcmp(&is.v4.sin_addr, &at->v4.sin_addr, 4) :
					   is.v6.sin6_port != at->v6.sin6_port || memcmp(&is.v6.sin6_addr, &at->v6.sin6_addr, 16)))
		return -EADDRNOTAVAIL;
	if (fcntl(HANDED, F_SETFL, O_NONBLOCK) < 0 || setsockopt(HANDED, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
		return -errno;
	for (unsigned i = 0; i < h->gateways; i++)
		if ((h->listener[i] = fcntl(HANDED, F_DUPFD_CLOEXEC, HANDED + 1)) < 0)
			return -errno;
	close(HANDED);
	return 0;
}

static int listeners_make(struct house *h, const union address *at, socklen_t size)
{
	int r = port_free(at, size);
	for (unsigned i = 0; r >= 0 && i < h->gateways; i++)
		h->listener[i] = r = listener_make(at, size);
	return r;
}

static bool gateways_listen(struct house *h)
{
	const char *text = config_text(h->config, "gateway.listen");
	int handed = handed_count();
	union address at;
	socklen_t size = address_read(text, &at);
	if (!size) {
		log_write(LOG_ERROR, "gateway.listen = \"%s\" is not ADDRESS:PORT (127.0.0.1:8443, [::1]:8443)", text);
		return false;
	}
	if (handed) {
		int error = handed == 1 ? handed_take(h, &at, size) : -E2BIG;
		if (error < 0)
			log_write(LOG_ERROR, "%d sockets were handed over; one that listens on gateway.listen, %s, is wanted: %s", handed, text,
				  strerror(-error));
		return error == 0;
	}
	int r = listeners_make(h, &at, size);
	if (r < 0)
		log_write(LOG_ERROR, "cannot listen on %s: %s; set gateway.listen in redoubt.conf to a free one", text,
			  strerror(-r));
	return r >= 0;
}

// Binds relative to the directory: a socket's path may be 107 bytes only, a directory's may be longer.
static int operator_bind(int fd, int run_dir)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/control.sock", run_dir);
	if (unlinkat(run_dir, "control.sock", 0) < 0 && errno != ENOENT)
		return -errno;
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || fchmodat(run_dir, "control.sock", 0600, 0) < 0 ||
	    listen(fd, 16) < 0)
		return -errno;
	return 0;
}

static bool operator_listen(struct house *h)
{
	int run_dir = openat(h->dir, "run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = run_dir < 0 || fd < 0 ? -errno : operator_bind(fd, run_dir);
	if (run_dir >= 0)
		close(run_dir);
	if (r < 0) {
		log_write(LOG_ERROR, "cannot listen on run/control.sock: %s", strerror(-r));
		if (fd >= 0)
			close(fd);
		return false;
	}
	h->operator_socket = fd;
	return true;
}

bool house_listen(struct house *h)
{
	return gateways_listen(h) && operator_listen(h);
}

void house_unlisten(struct house *h)
{
	for (size_t i = 0; i < GATEWAYS_MAX; i++)
		if (h->listener[i] >= 0)
			close(h->listener[i]);
	if (h->operator_socket >= 0) {
		close(h->operator_socket);
		unlinkat(h->dir, "run/control.sock", 0);
	}
}
