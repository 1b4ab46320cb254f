// SPDX-License-Identifier: Apache-2.0
#include "harden/nft.h"

#include <fcntl.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)32 << 20)

enum nft_exit { NFT_GOOD = 0, NFT_REFUSED = 1, NFT_NO_NAMESPACE = 2, NFT_BROKEN = 3 };

struct work {
	const char *rules; // NULL: nothing is loaded
	bool isolated, dry, list, json;
};

static void say(int out, const char *text)
{
	for (size_t size = text ? strlen(text) : 0; size;) {
		ssize_t n = write(out, text, size);
		if (n <= 0)
			_exit(NFT_BROKEN);
		text += n;
		size -= (size_t)n;
	}
}

NORETURN static void child(const struct work *w, int out)
{
	if (w->isolated && unshare(CLONE_NEWNET))
		_exit(NFT_NO_NAMESPACE);
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft || nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft))
		_exit(NFT_BROKEN);
	nft_ctx_set_dry_run(nft, w->dry);
	bool bad = w->rules && nft_run_cmd_from_buffer(nft, w->rules);
	if (!bad && w->list) {
		nft_ctx_output_set_flags(nft, w->json ? NFT_CTX_OUTPUT_JSON : NFT_CTX_OUTPUT_NUMERIC_PROTO);
		bad = nft_run_cmd_from_buffer(nft, "list ruleset");
	}
	say(out, bad ? nft_ctx_get_error_buffer(nft) : w->list ? nft_ctx_get_output_buffer(nft) : "");
	_exit(bad ? NFT_REFUSED : NFT_GOOD);
}

static int run(struct host *h, const struct work *w, const char **ret_text, const char **ret_error)
{
	int ends[2], status = 0;
	const char *text = NULL;
	size_t size;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t pid = fork();
	if (pid == 0)
		child(w, ends[1]);
	close(ends[1]);
	int r = pid < 0 ? -errno : host_read(h, ends[0], 0, OUTPUT_MAX, &text, &size);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r)
		return r;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : NFT_BROKEN;
	if (code == NFT_REFUSED)
		*ret_error = *text ? text : "nft gave no reason";
	else if (code == NFT_GOOD && ret_text)
		*ret_text = text;
	return code == NFT_GOOD ? 0 : code == NFT_REFUSED ? 1 : code == NFT_NO_NAMESPACE ? -EPERM : -EIO;
}

int nft_try(struct host *h, const char *rules, const char **ret_json, const char **ret_error)
{
	return run(h, &(struct work){ .rules = rules, .isolated = true, .list = true, .json = true }, ret_json, ret_error);
}

int nft_check(struct host *h, const char *rules, const char **ret_error)
{
	return run(h, &(struct work){ .rules = rules, .dry = true }, NULL, ret_error);
}

int nft_load(struct host *h, const char *rules, const char **ret_error)
{
	return run(h, &(struct work){ .rules = rules }, NULL, ret_error);
}

int nft_list(struct host *h, bool json, const char **ret_text, const char **ret_error)
{
	const char *text;
	int r = run(h, &(struct work){ .list = true, .json = json }, &text, ret_error);
	if (r == 0)
		*ret_text = json ? text : host_print(h, "flush ruleset\n%s", text);
	return r;
}
