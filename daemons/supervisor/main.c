// SPDX-License-Identifier: Apache-2.0
// The supervisor: makes the channels, starts the others, starts the dead again. It parses nothing
// that comes from outside: no network data, and no record of any channel.
#include "base/clock.h"
#include "base/log.h"
#include "daemons/supervisor/family.h"
#include "process/sandbox.h"
#include "process/status.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define WATCH_MS 250 // between two looks at the counters

static const char usage[] =
	"usage: redoubt-supervisor --dir DIR [--void SEQUENCE]\n"
	"Starts the exchange in DIR and stays until SIGTERM.\n"
	"  --dir DIR        the exchange's directory (redoubt init makes it)\n"
	"  --void SEQUENCE  only append VOID SEQUENCE to the journal, with the exchange stopped\n"
	"  --help, --version\n";

struct arguments { const char *dir, *void_sequence; };

static int arguments_read(int argc, char **argv, struct arguments *ret)
{
	static const struct option options[] = { { "dir", required_argument, NULL, 'd' },
						 { "void", required_argument, NULL, 'v' },
						 { "help", no_argument, NULL, 'h' },
						 { "version", no_argument, NULL, 'V' },
						 { NULL, 0, NULL, 0 } };
	int option;
	*ret = (struct arguments){ 0 };
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'd')
			ret->dir = optarg;
		else if (option == 'v')
			ret->void_sequence = optarg;
		else if (option == 'h' || option == 'V') {
			printf("%s", option == 'h' ? usage : "redoubt-supervisor 0.1.0\n");
			exit(0);
		} else
			return 2;
	}
	if (!ret->dir || optind < argc) {
		fprintf(stderr, "%s", usage);
		return 2;
	}
	if (ret->void_sequence && (strspn(ret->void_sequence, "0123456789") != strlen(ret->void_sequence) ||
				   strlen(ret->void_sequence) > 20 || !*ret->void_sequence)) {
		fprintf(stderr, "redoubt-supervisor: --void %s is not a sequence number\n", ret->void_sequence);
		return 2;
	}
	return 0;
}

// All of these are taken in the loop, never in a handler.
static int signals_open(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// True when a signal asks to stop.
static bool signals_take(int signals)
{
	struct signalfd_siginfo info;
	bool stop = false;
	while (read(signals, &info, sizeof info) == sizeof info)
		stop |= info.ssi_signo != SIGCHLD;
	return stop;
}

static void run(struct family *f, int signals)
{
	for (;;) {
		int wait_ms = lives_start_due(f);
		atomic_store(&f->status->heartbeat_us, clock_realtime_us());
		struct pollfd wait = { .fd = signals, .events = POLLIN };
		poll(&wait, 1, wait_ms < 0 || wait_ms > WATCH_MS ? WATCH_MS : wait_ms);
		if (signals_take(signals)) {
			log_write(LOG_NOTICE, "stopping");
			lives_stop(f);
			return;
		}
		lives_reap(f);
		watch_cuts(f);
	}
}

// The engine alone, once: it appends the entry and ends.
static int run_void(struct family *f, const char *sequence)
{
	snprintf(f->void_sequence, sizeof f->void_sequence, "%s", sequence);
	struct instance *engine = &f->instance[ROLE_ENGINE];
	ASSERT(engine->role == ROLE_ENGINE);
	if (!instance_start(f, engine))
		return 1;
	int status = 0;
	waitpid(engine->pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	int r = arguments_read(argc, argv, &arguments);
	if (r)
		return r;
	log_open("supervisor");
	static struct house house;
	static struct family family;
	int signals = signals_open();
	struct sandbox_report report;
	if (signals < 0 || sandbox_enter(&(struct sandbox){ .privileges = PRIVILEGE_SPAWN }, &report) < 0) {
		log_write(LOG_ERROR, "cannot start: %s", strerror(errno));
		return 1;
	}
	if (!house_open(&house, arguments.dir))
		return 1;
	if (faccessat(house.dir, "restore-unfinished", F_OK, 0) == 0) {
		log_write(LOG_ALERT, "a restore was begun in %s and has not ended: empty the folder and restore again", arguments.dir);
		return EXIT_FOR_GOOD;
	}
	if (!arguments.void_sequence && !house_listen(&house)) {
		house_unlisten(&house);
		return 1;
	}
	if (!family_new(&family, &house))
		return 1;
	r = 0;
	if (arguments.void_sequence)
		r = run_void(&family, arguments.void_sequence);
	else
		run(&family, signals);
	house_unlisten(&house);
	family_free(&family);
	house_close(&house);
	return r;
}
