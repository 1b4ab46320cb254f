// SPDX-License-Identifier: Apache-2.0
// redoubt completion bash: made from the table, so that it never lags behind.
#include "command.h"

static void words_print(const char *first)
{
	size_t size = first ? strlen(first) : 0;
	for (size_t i = 0; i < commands.count; i++) {
		const char *words = commands.row[i].words, *space = strchr(words, ' ');
		if (first && space && (size_t)(space - words) == size && !memcmp(words, first, size))
			printf("%s ", space + 1);
		else if (!first && (i == 0 || strncmp(words, commands.row[i - 1].words, strcspn(words, " ") + 1)))
			printf("%.*s ", (int)strcspn(words, " "), words);
	}
}

// The options are what the help says begins with "--".
static void options_print(const struct command *c)
{
	for (const char *at = c->help; (at = strstr(at, "--")); at += 2)
		printf("%.*s ", (int)strspn(at, "-abcdefghijklmnopqrstuvwxyz0123456789"), at);
	printf("--dir --json --help");
}

static void bash_print(void)
{
	printf("_redoubt() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} list=\n\tcase \"$COMP_CWORD ${COMP_WORDS[*]:1:3}\" in\n");
	printf("\t1\\ *) list='");
	words_print(NULL);
	printf("--dir --json --help --version' ;;\n");
	for (size_t i = 0; i < commands.count; i++) {
		size_t first = strcspn(commands.row[i].words, " ");
		if (!commands.row[i].words[first] || (i && !strncmp(commands.row[i].words, commands.row[i - 1].words, first + 1)))
			continue;
		char name[32];
		snprintf(name, sizeof name, "%.*s", (int)first, commands.row[i].words);
		printf("\t2\\ %s\\ *) list='", name);
		words_print(name);
		printf("' ;;\n");
	}
	for (size_t i = 0; i < commands.count; i++) {
		printf("\t*\\ ");
		for (const char *at = commands.row[i].words; *at; at++)
			printf("%s%c", *at == ' ' ? "\\" : "", *at);
		printf("*) list='");
		options_print(&commands.row[i]);
		printf("' ;;\n");
	}
	printf("\tesac\n\tCOMPREPLY=($(compgen -W \"$list\" -- \"$word\"))\n\t[ \"$word\" ] && [ -z \"${COMPREPLY[*]}\" ] && "
	       "COMPREPLY=($(compgen -f -- \"$word\"))\n}\ncomplete -F _redoubt redoubt\n");
}

int command_completion(int argc, char **argv)
{
	const char *word[1];
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (strcmp(word[0], "bash")) {
		complain("there is a completion for bash, not for '%s'", word[0]);
		return EXIT_USAGE;
	}
	bash_print();
	return EXIT_DONE;
}
