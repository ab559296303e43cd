"""Mistakes a person can mend: the message is all they see, never a stack trace."""

import errno

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UserError(Exception):
    """str() is the whole message: the file, the field, the reason, the remedy."""


def said(error: BaseException) -> str:
    """The error as a person reads it; of a full disk, what to do about it."""
    if isinstance(error, OSError) and error.errno in FULL:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}: make room and run it again; what was finished is kept"
    return str(error)
