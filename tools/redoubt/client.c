// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include "command.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX (1u << 20)
#define ANSWER_SECONDS 15 // control gives up on the engine after 10

static int connection = -1;

// Through the directory's descriptor: a socket's path has room for 107 bytes only.
static int socket_connect(void)
{
	int dir = open(path_in("run").text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/control.sock", dir);
	int r = 0, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
	    connect(fd, (struct sockaddr *)&at, sizeof at))
		r = -errno;
	close(dir);
	if (r && fd >= 0)
		close(fd);
	return r ? r : fd;
}

static int connected(void)
{
	if (connection >= 0)
		return EXIT_DONE;
	int r = socket_connect();
	if (r >= 0) {
		connection = r;
		return EXIT_DONE;
	}
	if (r == -EACCES || r == -EPERM) {
		complain("user %u may not reach %s; be the user who started the exchange, or root", getuid(),
			 path_in("run/control.sock").text);
		return EXIT_FAILED;
	}
	complain("the exchange in %s is not running (%s); 'redoubt --dir %s start' starts it", globals.dir, strerror(-r),
		 globals.dir);
	return EXIT_NOT_RUNNING;
}

bool exchange_answers(void)
{
	if (connection < 0)
		connection = socket_connect();
	if (connection < 0) {
		connection = -1;
		return false;
	}
	return true;
}

static bool line_send(json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (!text)
		return false;
	size_t size = strlen(text) + 1, at = 0;
	text[size - 1] = '\n';
	while (at < size) {
		ssize_t n = send(connection, text + at, size - at, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	free(text);
	return at == size;
}

static json_t *line_receive(void)
{
	static char line[ANSWER_MAX];
	size_t have = 0;
	while (have < sizeof line) {
		ssize_t n = recv(connection, line + have, sizeof line - have, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		have += (size_t)n;
		if (line[have - 1] == '\n')
			return json_loadb(line, have, 0, NULL);
	}
	return NULL;
}

int exchange_ask(json_t *request, json_t **ret, int *ret_refusal)
{
	int r = connected();
	if (r) {
		json_decref(request);
		return r;
	}
	json_t *answer = line_send(request) ? line_receive() : NULL;
	if (!answer) {
		close(connection);
		connection = -1;
		complain("control did not answer; 'redoubt status' shows whether it lives");
		return EXIT_NOT_RUNNING;
	}
	if (json_is_true(json_object_get(answer, "ok"))) {
		*ret = answer;
		return EXIT_DONE;
	}
	json_t *refusal = json_object_get(answer, "refusal");
	const char *why = json_string_value(json_object_get(answer, "error"));
	if (ret_refusal && refusal)
		*ret_refusal = (int)json_integer_value(refusal);
	else
		complain("%s", why ? why : "control refused without a reason");
	json_decref(answer);
	return EXIT_REFUSED;
}

static int list_number(const char *list_name, const char *name, const char *field, json_t **ret_row, size_t *ret)
{
	json_t *answer, *row;
	size_t i;
	int r = exchange_ask(json_pack("{s:s}", "op", "markets"), &answer, NULL);
	if (r)
		return r;
	json_array_foreach(json_object_get(answer, list_name), i, row) {
		const char *text = json_string_value(field ? json_object_get(row, field) : row);
		if (!text || strcmp(text, name))
			continue;
		*ret = i;
		*ret_row = json_incref(row);
		json_decref(answer);
		return EXIT_DONE;
	}
	json_decref(answer);
	complain("there is no %s '%s' here", field ? "market" : "asset", name);
	return EXIT_FAILED;
}

int asset_number(const char *name, uint16_t *ret)
{
	json_t *row;
	size_t n;
	int r = list_number("assets", name, NULL, &row, &n);
	if (r)
		return r;
	json_decref(row);
	*ret = (uint16_t)n;
	return EXIT_DONE;
}

int market_number(const char *symbol, struct market_now *ret)
{
	json_t *row;
	size_t n;
	int status, maker, taker, r = list_number("markets", symbol, "symbol", &row, &n);
	if (r)
		return r;
	r = json_unpack(row, "{s:i, s:i, s:i}", "status", &status, "maker_ppm", &maker, "taker_ppm", &taker);
	json_decref(row);
	if (r) {
		complain("control's list of markets is not understood; are tool and exchange of one version?");
		return EXIT_FAILED;
	}
	*ret = (struct market_now){ (uint16_t)n, (uint8_t)status, (uint32_t)maker, (uint32_t)taker };
	return EXIT_DONE;
}

void result_say(json_t *object, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (globals.json)
		json_dumpf(object, stdout, JSON_COMPACT);
	else
		vprintf(format, args);
	va_end(args);
	putchar('\n');
	json_decref(object);
}
