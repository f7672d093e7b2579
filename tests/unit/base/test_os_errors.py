"""Why a file cannot be used, said in both languages."""

import pytest

from jp20.domain.base.os_errors import reason


def test_what_the_system_says_is_said_in_both_languages(tmp_path):
    with pytest.raises(OSError, match="No such file") as missing:
        (tmp_path / "none").read_bytes()
    with pytest.raises(OSError, match="directory") as folder:
        tmp_path.read_bytes()
    assert reason(missing.value).ja == "ファイルまたはフォルダが存在しません。"
    assert reason(folder.value).en == "It is a folder."


def test_what_is_not_known_is_said_as_the_system_says_it():
    assert reason(OSError(5, "Input/output error")).ja == "Input/output error"
    assert reason(OSError("gone")).en == "gone"
