"""Mistakes that a person can correct: they see the message and never a stack trace."""

import errno

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UserError(Exception):
    """str() is the whole message: the file, the field, the reason, the remedy."""


class TableError(UserError):
    """A file that is not a table; str() names the file and the reason."""


def message(error: BaseException) -> str:
    """The error as a person reads it: an OSError by its file and reason, for a full disk with the remedy."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    file = f"{error.filename}: " if error.filename else ""
    remedy = ": free some space and run it again; finished stages are kept" if error.errno in FULL else ""
    return f"{file}{error.strerror}{remedy}"
