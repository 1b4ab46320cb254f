// SPDX-License-Identifier: Apache-2.0
// FS-02: programs that run with more than their caller has.
#include "checks/files/files.h"

#include "host/dpkg.h"
#include "checks/files/survey.h"
#include "checks/look.h"

static void privileged_judge(struct examination *e, const struct dpkg *d, const struct survey_file *f)
{
	bool capable = f->marks & SURVEY_CAPABLE;
	if (e->manifest && manifest_has(&e->manifest->setuid_program, f->path))
		return;
	if (d && dpkg_file(d, f->path))
		return;
	found_fail(e, host_print(e->host, capable ? "setcap -r %s" : "chmod u-s,g-s %s", f->path),
		   "%s is %s %04o%s, of no package and not in the manifest", f->path, look_user(e->host, f->uid), f->mode & 07777,
		   capable ? " with file capabilities" : "");
}

void fs_02(struct examination *e)
{
	const struct dpkg *d = dpkg_open(e->host);
	const struct survey *s = files_survey(e);
	if (!d)
		found_read(e, "no dpkg database");
	for (size_t i = 0; i < s->privileged.count; i++)
		privileged_judge(e, d, &s->privileged.file[i]);
	survey_gap_tell(e, &s->gap);
	if (!host_names(e->host, "/")->count)
		found_unknown(e, "the root is empty");
	else
		found_read(e, "%zu setuid, setgid and capability files", s->privileged.count);
	if (s->left_out)
		found_read(e, "not walked, because remote and mounted nosuid (which holds until somebody remounts it): %s", s->left_out);
}
