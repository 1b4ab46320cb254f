// SPDX-License-Identifier: Apache-2.0
// LOG-02: systemd-journal-upload, which sends the journal over HTTPS and notes what was acknowledged.
#include "checks/logs/logs.h"
#include "checks/logs/address.h"
#include "checks/look.h"
#include "settings/systemd_settings.h"

#include <inttypes.h>
#include <strings.h>

#define STATE "/var/lib/systemd/journal-upload/state"
#define PRIVATE_STATE "/var/lib/private/systemd/journal-upload/state" // of a unit with DynamicUser=

// "https://[2001:db8::9]:19532/": the host. NULL: there is none.
static const char *host_of(struct host *h, const char *url)
{
	const char *at = strstr(url, "://");
	at = at ? at + 3 : url;
	size_t authority = strcspn(at, "/?#");
	const char *user = memchr(at, '@', authority);
	if (user)
		at = user + 1;
	size_t size = *at == '[' ? strcspn(at, "]") : strcspn(at, ":/?#");
	return size ? host_copy(h, at + (*at == '['), size - (*at == '[')) : NULL;
}

static void state_judge(struct examination *e, const char *url)
{
	struct stat s;
	int r = host_stat(e->host, STATE, &s);
	if (r)
		r = host_stat(e->host, PRIVATE_STATE, &s);
	uint64_t changed = r ? 0 : (uint64_t)s.st_mtime, age = host_now(e->host) > changed ? host_now(e->host) - changed : 0;
	if (r)
		found_fail(e, "systemctl status systemd-journal-upload", "URL=%s: nothing was ever acknowledged: there is no " STATE, url);
	else if (age > LOG_ACKNOWLEDGED_S)
		found_fail(e, "systemctl status systemd-journal-upload", "URL=%s: nothing was acknowledged for %" PRIu64 " minutes", url, age / 60);
	else
		found_read(e, "URL=%s, acknowledged %" PRIu64 " s ago", url, age);
}

bool log_upload_judge(struct examination *e)
{
	const struct systemd_settings *s = systemd_settings_read(e->host, "journal-upload.conf", "Upload");
	bool reset, unused;
	const char *url = systemd_setting(s, "URL", NULL, &reset), *trusted = systemd_setting(s, "TrustedCertificateFile", NULL, &unused);
	if (s->unclear)
		found_unknown(e, "%s", s->unclear);
	if (!url || reset)
		return false;
	const char *name = host_of(e->host, url);
	struct log_host to = log_host_find(e->host, name ? name : "");
	if (to.place == LOG_HERE)
		found_fail(e, NULL, "systemd-journal-upload sends to %s: %s", url, to.why);
	else if (to.place == LOG_UNKNOWN)
		found_unknown(e, "systemd-journal-upload sends to %s: %s", url, to.why);
	if (!strncasecmp(url, "http://", 7)) // without a scheme it takes https
		found_fail(e, NULL, "systemd-journal-upload sends in the clear: URL=%s", url);
	if (trusted && !strcmp(trusted, "-"))
		found_fail(e, NULL, "nobody checks who the log host is: TrustedCertificateFile=-");
	state_judge(e, url);
	return true;
}
