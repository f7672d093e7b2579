"""What the Consortium says to a change of organisations, roles and keys that cannot be, by its
error's name, and what helps (S2).
"""

from collections.abc import Mapping
from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.refusals import Sentence
from jp20.domain.base.text import Text

_LOOK: Final = Text("See: jp20 organisation list")

_SENTENCES: Final[dict[str, tuple[Text, Text | None, Text]]] = {
    "OrganisationUnknown": (Text("{who} is not in the consortium any more."), None, _LOOK),
    "OrganisationHoldsTokenRoles": (
        Text("{who} still holds roles for single tokens: {count}."),
        Text("Such roles are taken or handed over one by one."),
        Text(
            "See which: jp20 organisation list. Then, for each: jp20 organisation revoke … "
            "--token or jp20 organisation transfer-role … --token"
        ),
    ),
    "KeyUnknown": (Text("{key} is not an organisation's key, or is revoked."), None, _LOOK),
    "KeyAlreadyUsed": (
        Text("{key} is or was an organisation's key."),
        Text("A revoked key never returns."),
        Text("Make a new one: jp20 keys create"),
    ),
    "LastKey": (
        Text("{key} is the last key of {who}."),
        Text("An organisation does not take its own last key away."),
        Text(
            "Exchange it: jp20 organisation key rotate {key} NEW. If it is stolen, others "
            "take it: jp20 organisation key revoke {key} --case … --document …"
        ),
    ),
    "KeyOlder": (
        Text("{key} is older than the key here."),
        Text(
            "A key takes away itself or younger ones, so that a thief with a later key does "
            "not take over."
        ),
        Text(
            "Use that key or an older one, or decide: jp20 organisation key revoke {key} "
            "--case … --document …"
        ),
    ),
    "RolesIncompatible": (
        Text("{who} cannot hold {role} as well."),
        Text("Who holds OPERATOR or VALIDATOR holds no other role."),
        _LOOK,
    ),
    "OwnRuleUnfit": (
        Text("The organisations left could not decide on the consortium any more."),
        None,
        Text("Give others roles or keys first: jp20 organisation grant, jp20 organisation key add"),
    ),
    "LastHolder": (
        Text("{who} is the last holder of {held}."),
        Text("No role loses its last holder."),
        Text('Hand it over: jp20 organisation transfer-role {role} "{who}" ORGANISATION{option}'),
    ),
    "RoleAlreadyHeld": (Text("{who} holds {held} already."), None, _LOOK),
    "RoleNotHeld": (
        Text("{who} does not hold {held}."),
        Text("A role for one token is another than the one at large: --token."),
        _LOOK,
    ),
    "RoleNotScoped": (
        Text("{role} is not held for a single token."),
        Text("ISSUER, BROKER and REGISTRAR can be."),
        Text("Leave --token out."),
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


def _filled(sentence: Text, arguments: Mapping[str, object]) -> Text:
    return Sentence(sentence).filled(arguments)
