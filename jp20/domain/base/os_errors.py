"""Why the system does not let a file be used, in both languages of the users."""

import errno
from typing import Final

from jp20.domain.base.text import Text

_REASONS: Final = {
    errno.ENOENT: Text("There is no such file or folder."),
    errno.EEXIST: Text("It exists already."),
    errno.EACCES: Text("Access is refused."),
    errno.EPERM: Text("Access is refused."),
    errno.EISDIR: Text("It is a folder."),
    errno.ENOTDIR: Text("A part of its path is not a folder."),
    errno.ENOSPC: Text("The disk is full."),
    errno.EDQUOT: Text("The disk quota is used up."),
    errno.EROFS: Text("The disk is read-only."),
    errno.ENAMETOOLONG: Text("The name is too long."),
}


def reason(error: OSError) -> Text:
    """What the system says, put in words; as it says it where that is not known here."""
    said = error.strerror or str(error) or type(error).__name__
    return _REASONS.get(error.errno or 0, Text.verbatim(said))
