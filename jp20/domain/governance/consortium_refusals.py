"""What the Consortium says to a change of organisations, roles and keys that cannot be, by its
error's name, and what helps (S2).
"""

from collections.abc import Mapping
from typing import Final

from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.base.refusals import Sentence

_LOOK: Final = ("See: jp20 organisation list", "確認: jp20 organisation list")

_SENTENCES: Final[dict[str, tuple[tuple[str, str], tuple[str, str] | None, tuple[str, str]]]] = {
    "OrganisationUnknown": (
        ("{who} is not in the consortium any more.", "{who} は除名済みです。"),
        None,
        _LOOK,
    ),
    "OrganisationHoldsTokenRoles": (
        (
            "{who} still holds roles for single tokens: {count}.",
            "{who} は、個別トークンの役割を {count} 件持っています。",
        ),
        ("Such roles are taken or handed over one by one.", "個別に取消しまたは引継ぎが必要です。"),
        (
            "See which: jp20 organisation list. Then, for each: jp20 organisation revoke … --token "
            "or jp20 organisation transfer-role … --token",
            "jp20 organisation list で確認し、先に jp20 organisation revoke … --token または "
            "jp20 organisation transfer-role … --token を実行してください。",
        ),
    ),
    "KeyUnknown": (
        (
            "{key} is not an organisation's key, or is revoked.",
            "{key} はいずれの組織の鍵でもないか、失効しています。",
        ),
        None,
        _LOOK,
    ),
    "KeyAlreadyUsed": (
        ("{key} is or was an organisation's key.", "{key} は使用中または失効済みの鍵です。"),
        ("A revoked key never returns.", "失効した鍵は再利用できません。"),
        ("Make a new one: jp20 keys create", "新しい鍵を作成してください: jp20 keys create"),
    ),
    "LastKey": (
        ("{key} is the last key of {who}.", "{key} は {who} の最後の鍵です。"),
        (
            "An organisation does not take its own last key away.",
            "組織自身が最後の鍵を失効させることはできません。",
        ),
        (
            "Exchange it: jp20 organisation key rotate {key} NEW. If it is stolen, others take it: "
            "jp20 organisation key revoke {key} --case … --document …",
            "交換してください: jp20 organisation key rotate {key} 新しい鍵。盗難の場合は他組織の"
            "決定で失効させます: jp20 organisation key revoke {key} --case … --document …",
        ),
    ),
    "KeyOlder": (
        ("{key} is older than the key here.", "{key} は手元の鍵より先に登録された鍵です。"),
        (
            "A key takes away itself or younger ones, so that a thief with a later key does not "
            "take over.",
            "鍵で失効させられるのは、自身と後から登録された鍵のみです(盗難時の乗っ取りを防ぐため)。",
        ),
        (
            "Use that key or an older one, or decide: jp20 organisation key revoke {key} --case … "
            "--document …",
            "その鍵、またはより古い鍵を使用するか、決定により失効させてください: "
            "jp20 organisation key revoke {key} --case … --document …",
        ),
    ),
    "RolesIncompatible": (
        ("{who} cannot hold {role} as well.", "{who} に {role} を付与できません。"),
        (
            "Who holds OPERATOR or VALIDATOR holds no other role.",
            "OPERATOR または VALIDATOR の役割を持つ組織は、他の役割を持てません。",
        ),
        _LOOK,
    ),
    "OwnRuleUnfit": (
        (
            "The organisations left could not decide on the consortium any more.",
            "残る組織では、コンソーシアム自身の手続を決定できなくなります。",
        ),
        None,
        (
            "Give others roles or keys first: jp20 organisation grant, jp20 organisation key add",
            "先に他の組織に役割または鍵を付与してください: jp20 organisation grant、"
            "jp20 organisation key add",
        ),
    ),
    "LastHolder": (
        ("{who} is the last holder of {held}.", "{held} の役割を持つ組織は {who} のみです。"),
        ("No role loses its last holder.", "役割を持つ組織がなくなる変更はできません。"),
        (
            'Hand it over: jp20 organisation transfer-role {role} "{who}" ORGANISATION{option}',
            '引き継いでください: jp20 organisation transfer-role {role} "{who}" 引継先{option}',
        ),
    ),
    "RoleAlreadyHeld": (
        ("{who} holds {held} already.", "{who} は既に {held} の役割を持っています。"),
        None,
        _LOOK,
    ),
    "RoleNotHeld": (
        ("{who} does not hold {held}.", "{who} は {held} の役割を持っていません。"),
        (
            "A role for one token is another than the one at large: --token.",
            "個別トークンの役割は、全トークンに共通の役割とは別のものです(--token で指定)。",
        ),
        _LOOK,
    ),
    "RoleNotScoped": (
        ("{role} is not held for a single token.", "{role} は個別トークンについて付与できません。"),
        (
            "ISSUER, BROKER and REGISTRAR can be.",
            "個別トークンに付与できるのは ISSUER・BROKER・REGISTRAR です。",
        ),
        ("Leave --token out.", "--token を付けずに実行してください。"),
    ),
}


class ChangeRefused(JP20Error):
    """The Consortium would refuse a change as things stand, with its error `name`. Nothing was
    sent.
    """

    def __init__(self, name: str, arguments: Mapping[str, object]) -> None:
        what, why, next_step = _SENTENCES[name]
        super().__init__(
            _filled(what, arguments),
            None if why is None else _filled(why, arguments),
            _filled(next_step, arguments),
        )
        self.name = name


def is_known(name: str) -> bool:
    """Whether there are sentences for an error."""
    return name in _SENTENCES


def _filled(sentence: tuple[str, str], arguments: Mapping[str, object]) -> Text:
    return Sentence(Text(*sentence)).filled(arguments)
