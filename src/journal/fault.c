// SPDX-License-Identifier: Apache-2.0
#include "journal/fault.h"

#include <stdarg.h>
#include <stdio.h>

int fault(struct journal_error *ret, enum journal_fault kind, struct place at, const char *format, ...)
{
	*ret = (struct journal_error){ .fault = kind, .segment = at.segment, .offset = at.offset, .block = at.block };
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(ret->text, sizeof ret->text, format, arguments);
	va_end(arguments);
	return 1;
}

static const char *remedy(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "make room, then start again; nothing acknowledged is lost";
	case EROFS:
		return "the file system is read-only: find out why, remount it, then start again";
	case EACCES:
	case EPERM:
		return "the engine's user must own the journal's directory";
	default:
		return "check the disk before anything is started on it again";
	}
}

int fault_storage(struct journal_error *ret, int error, struct place at, const char *doing)
{
	int code = error < 0 ? -error : error;
	enum journal_fault kind = code == ENOSPC || code == EDQUOT ? JOURNAL_FULL : JOURNAL_IO;
	(void)fault(ret, kind, at, "%s of segment %u at offset %llu failed: %s; %s", doing, at.segment,
		    (unsigned long long)at.offset, strerror(code), remedy(code));
	ret->error = code;
	return 1;
}
