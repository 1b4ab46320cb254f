// SPDX-License-Identifier: Apache-2.0
// What builds programs, looks into them, or listens: an intruder who finds it need not bring it. It is looked for by
// the name of the package, by the name of the file in every folder that a PATH names, with any version and any machine
// in it, and by what is inside of every program that no package shipped, for a copy can have any name.
#include "checks/environment/environment.h"

#include "checks/files/survey.h"
#include "checks/look.h"
#include "host/dpkg.h"

#include <ctype.h>
#include <fnmatch.h>

#define FOLDERS_MAX 128
#define NAME_LONGEST 255

// --- names ---------------------------------------------------------------------------------------------------------

static const char *const TOOLS[] = {
	// compilers, assemblers, linkers
	"gcc", "g++", "cc", "c++", "c89", "c99", "c89-gcc", "c99-gcc", "cpp", "cc1", "cc1plus", "collect2", "lto1", "lto-wrapper", "gfortran",
	"f77", "f95", "gnat", "gnatmake", "gdc", "gccgo", "gcc-ar", "clang", "clang++", "clang-cl", "clang-cpp", "clangd", "tcc", "pcc", "lcc",
	"chibicc", "cproc", "icx", "icpx", "nvcc", "as", "gas", "ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "gold", "lld", "mold", "nasm",
	"yasm", "fasm", "llc", "lli", "opt", "bpf-gcc", "rustc", "cargo", "rustup", "go", "gofmt", "zig", "nim", "ghc", "ocamlopt", "ocamlfind",
	"fpc", "ppcx64", "dmd", "ldc2", "crystal", "swiftc", "javac", "jshell", "mcs", "csc", "vala", "valac", "sbcl", "gforth", "emcc", "ccache",
	"distcc", "sccache",
	// builders
	"make", "gmake", "bmake", "cmake", "ctest", "meson", "ninja", "ninja-build", "samu", "scons", "bazel", "autoconf", "automake", "libtoolize",
	// debuggers and what looks into programs
	"gdb", "gdb-multiarch", "gdbserver", "gdbtui", "gcore", "cgdb", "lldb", "lldb-server", "lldb-mi", "lldb-vscode", "rr", "strace", "ltrace",
	"valgrind", "perf", "bpftrace", "stap", "systemtap", "trace-cmd", "uftrace", "sysdig", "frida", "frida-server", "frida-trace", "radare2",
	"r2", "rizin", "objdump", "edb", "ghidra", "dlv", "jdb", "py-spy",
	// listeners and scanners
	"tcpdump", "tshark", "dumpcap", "wireshark", "ngrep", "nmap", "ncat", "nc.traditional", "socat", "masscan", "hping3", "mitmproxy",
	"mitmdump", "ettercap", "bettercap", "hydra", "john", "hashcat", "sqlmap", "msfconsole", "chisel", "ligolo",
};

static bool listed(const char *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(TOOLS); i++)
		if (strlen(TOOLS[i]) == size && !memcmp(TOOLS[i], name, size))
			return true;
	return false;
}

// "gcc-12", "gcc12", "clang-14.0", "perf_6.1", "lldb-server-14", "go1.22.1": without the version.
static size_t without_version(const char *name, size_t size)
{
	size_t kept = size;
	while (kept && (isdigit((unsigned char)name[kept - 1]) || name[kept - 1] == '.'))
		kept--;
	if (kept == size || !kept)
		return size;
	return strchr("-_", name[kept - 1]) && kept > 1 ? kept - 1 : kept;
}

// "x86_64-linux-gnu-", "aarch64-none-elf-", "i686-w64-mingw32-": the machine that code is made for.
static const char *without_machine(const char *name)
{
	static const char *const SYSTEMS[] = { "-linux-gnu", "-linux-musl", "-linux-android", "-elf", "-eabi", "-mingw32", "-freebsd", "-darwin" };
	for (size_t i = 0; i < ARRAY_LEN(SYSTEMS); i++) {
		const char *at = strstr(name, SYSTEMS[i]), *rest = at ? strchr(at + strlen(SYSTEMS[i]), '-') : NULL;
		if (rest)
			return rest + 1; // "-linux-gnueabihf-gcc", too
	}
	return name;
}

const char *environment_tool_name(const char *name)
{
	const char *plain = without_machine(name);
	size_t size = strlen(plain);
	return listed(plain, size) || listed(plain, without_version(plain, size)) ? plain : NULL;
}

bool environment_tool_package(const char *package)
{
	static const char *const PATTERNS[] = {
		"gcc", "gcc-[0-9]*", "gcc-mingw*", "g++*", "gfortran*", "gnat*", "gdc*", "gccgo*", "gobjc*", "cpp", "cpp-[0-9]*", "clang", "clang-[0-9]*",
		"llvm", "llvm-[0-9]*", "lld*", "lldb*", "mold", "tcc", "pcc", "binutils", "binutils-*", "nasm", "yasm", "fasm", "make", "make-guile",
		"cmake", "cmake-*", "meson", "ninja-build", "samurai", "scons", "autoconf*", "automake*", "build-essential", "dpkg-dev",
		"rustc*", "cargo*", "rustup", "golang", "golang-[0-9]*", "golang-go", "golang-src", "zig*", "nim", "ghc", "ghc-*", "ocaml", "fpc*", "ldc", "openjdk-*-jdk*",
		"default-jdk*", "mono-mcs", "valac*", "gdb", "gdb-*", "gdbserver", "cgdb", "rr", "strace", "strace64", "ltrace", "valgrind*", "linux-perf*",
		"bpftrace", "bpfcc-tools", "systemtap*", "trace-cmd", "uftrace", "sysdig*", "radare2*", "tcpdump", "tshark", "wireshark*", "ngrep", "nmap*", "ncat",
		"netcat-traditional", "socat", "masscan", "hping3", "mitmproxy", "ettercap*", "hydra", "john*", "hashcat", "sqlmap", "ccache", "distcc*",
	};
	static const char *const NOT[] = { "*-base", "*-doc", "*-common", "*-locales", "*-data" }; // no program in them
	for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
		if (!fnmatch(NOT[i], package, 0))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(PATTERNS); i++)
		if (!fnmatch(PATTERNS[i], package, 0))
			return true;
	return false;
}

static void packages_judge(struct examination *e)
{
	struct host_lines cursor = { host_file(e->host, "/var/lib/dpkg/status")->text, 0 };
	const char *package = "";
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (text_begins(line, "Package: "))
			package = line + 9;
		// "install ok installed", "hold ok installed": its files are there
		if (text_begins(line, "Status: ") && text_ends(line, " installed") && !text_ends(line, "not-installed") && environment_tool_package(package))
			found_fail(e, host_print(e->host, "apt-get purge %s", package), "the package %s is installed", package);
	}
}

// --- programs ------------------------------------------------------------------------------------------------------

struct searching { struct examination *e; struct dpkg *dpkg; struct content_search content; };

static void program_judge(struct searching *s, const char *path, mode_t mode, bool in_path)
{
	struct examination *e = s->e;
	const char *target = S_ISLNK(mode) ? host_link(e->host, path) : NULL;
	bool runs = S_ISREG(mode) && (mode & 0111);
	if (!target && !runs && !(in_path && S_ISREG(mode)))
		return;
	if (environment_tool_name(host_basename(path)))
		found_fail(e, NULL, "%s is there", path);
	else if (target && environment_tool_name(host_basename(target)))
		found_fail(e, NULL, "%s is there: it leads to %.200s", path, target);
	else if (runs && (!s->dpkg || !dpkg_file(s->dpkg, path))) {
		const char *what = environment_content(e->host, &s->content, path);
		if (what)
			found_fail(e, host_print(e->host, "rm %s", path), "%s is %s by its content, and of no package", path, what);
	}
}

// --- folders -------------------------------------------------------------------------------------------------------

struct folders { struct host *h; size_t count; const char *path[FOLDERS_MAX]; };

static void folder_add(struct folders *f, const char *path, size_t size)
{
	while (size > 1 && path[size - 1] == '/')
		size--;
	const char *folder = host_copy(f->h, path, size);
	if (!size || *folder != '/' || strchr(folder, '$') || f->count == FOLDERS_MAX || host_link(f->h, folder))
		return; // /bin is /usr/bin
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->path[i], folder))
			return;
	f->path[f->count++] = folder;
}

// Every "PATH=" of a file: PATH="/a:/b", ENV_SUPATH PATH=/a, DefaultEnvironment=PATH=/a.
static void paths_read(struct folders *f, const char *path)
{
	struct host_lines cursor = { host_file(f->h, path)->text, 0 };
	for (const char *line; host_line(f->h, &cursor, &line);) {
		const char *at = line[strspn(line, " \t")] == '#' ? NULL : strstr(line, "PATH=");
		for (at = at ? at + 5 : NULL; at && *at; at += *at == ':' || *at == '"' || *at == '\'') {
			size_t size = strcspn(at, ":\"' \t;");
			folder_add(f, at, size);
			at += size;
			if (*at == ' ' || *at == '\t' || *at == ';')
				break;
		}
	}
}

static void folders_find(struct folders *f)
{
	static const char *const USUAL[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin", "/usr/games", "/opt/bin",
					     "/snap/bin", "/root/bin", "/root/.local/bin", "/root/.cargo/bin", "/root/go/bin" };
	static const char *const FILES[] = { "/etc/environment", "/etc/login.defs", "/etc/profile", "/etc/crontab", "/etc/systemd/system.conf",
					     "/etc/bash.bashrc", "/root/.profile", "/root/.bashrc" };
	for (size_t i = 0; i < ARRAY_LEN(USUAL); i++)
		folder_add(f, USUAL[i], strlen(USUAL[i]));
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		paths_read(f, FILES[i]);
	static const char *const MORE[] = { "/etc/cron.d", "/etc/profile.d", "/etc/environment.d" };
	for (size_t i = 0; i < ARRAY_LEN(MORE); i++) {
		const struct host_names *names = host_names(f->h, MORE[i]);
		for (size_t k = 0; k < names->count; k++)
			paths_read(f, host_print(f->h, "%s/%s", MORE[i], names->name[k]));
	}
}

static void folder_judge(struct searching *s, const char *folder)
{
	const struct host_names *names = host_names(s->e->host, folder);
	if (names->error && names->error != -ENOENT && names->error != -ENOTDIR)
		found_unknown(s->e, "%s could not be read: %s", folder, strerror(-names->error));
	for (size_t k = 0; k < names->count; k++) {
		struct stat status;
		const char *path = host_print(s->e->host, "%s/%s", folder, names->name[k]);
		if (!host_lstat(s->e->host, path, &status))
			program_judge(s, path, status.st_mode, true);
	}
}

// It was looked at there, and every file of it.
static bool in_folder(const struct folders *f, const char *path)
{
	size_t size = (size_t)(host_basename(path) - path) - 1;
	for (size_t i = 0; i < f->count; i++)
		if (strlen(f->path[i]) == size && !strncmp(f->path[i], path, size))
			return true;
	return false;
}

void environment_tools_judge(struct examination *e)
{
	struct searching s = { .e = e, .dpkg = dpkg_open(e->host) };
	struct folders f = { .h = e->host };
	const struct survey *survey = files_survey(e);
	packages_judge(e);
	folders_find(&f);
	for (size_t i = 0; i < f.count; i++)
		folder_judge(&s, f.path[i]);
	for (size_t i = 0; i < survey->programs.count; i++) // what somebody copied lies where no package puts anything
		if (!in_folder(&f, survey->programs.file[i].path))
			program_judge(&s, survey->programs.file[i].path, survey->programs.file[i].mode, false);
	if (s.content.left)
		found_unknown(e, "not exhausted: of the programs of no package %llu MiB were looked into; %zu were not, the first is %s",
			      (unsigned long long)(s.content.read >> 20), s.content.left, s.content.first_left);
	survey_gap_tell(e, &survey->programs_gap);
	found_read(e, "%zu folders of PATH; %zu programs of no package were looked into", f.count, s.content.looked_into);
}
