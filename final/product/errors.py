"""Mistakes a person can mend: the message is all they see, never a stack trace."""


class UserError(Exception):
    """str() is the whole message: the file, the field, the reason, the remedy."""
