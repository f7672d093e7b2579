"""Why the system does not let a file be used, in both languages of the users."""

import errno
from typing import Final

from jp20.domain.base.errors import Text

_REASONS: Final = {
    errno.ENOENT: Text(
        "There is no such file or folder.", "ファイルまたはフォルダが存在しません。"
    ),
    errno.EEXIST: Text("It exists already.", "既に存在します。"),
    errno.EACCES: Text("Access is refused.", "アクセス権がありません。"),
    errno.EPERM: Text("Access is refused.", "アクセス権がありません。"),
    errno.EISDIR: Text("It is a folder.", "フォルダが指定されています。"),
    errno.ENOTDIR: Text(
        "A part of its path is not a folder.", "パスの途中にフォルダでないものがあります。"
    ),
    errno.ENOSPC: Text("The disk is full.", "ディスクの空き容量がありません。"),
    errno.EDQUOT: Text("The disk quota is used up.", "ディスクの割当容量の上限に達しています。"),
    errno.EROFS: Text("The disk is read-only.", "読取り専用のディスクです。"),
    errno.ENAMETOOLONG: Text("The name is too long.", "名前が長すぎます。"),
}


def reason(error: OSError) -> Text:
    """What the system says, put in words; as it says it where that is not known here."""
    said = error.strerror or str(error) or type(error).__name__
    return _REASONS.get(error.errno or 0, Text(said, said))
