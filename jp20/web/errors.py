"""What the API refuses by itself, each with its status of HTTP. What operations refuse has its
status in `problems`.
"""

from typing import ClassVar, Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

_TOKEN: Final = Text("Sign in: jp20 api token URL")


class ApiRefusal(JP20Error):
    """A request that the API does not answer. `status` is HTTP's."""

    status: ClassVar[int] = 400


class NotSignedIn(ApiRefusal):
    """No token, one that ended, or one of a key that was revoked since."""

    status = 401
    what = Text("You are not signed in.")
    why = Text("The token is missing, unknown or expired, or its key was revoked.")
    next_step = _TOKEN


class NonceUnfit(ApiRefusal):
    """The nonce of a text to sign in with is not this server's, is too old, or was used."""

    status = 401
    what = Text("The nonce of the text cannot be used.")
    why = Text("This server did not issue it, or it has expired or was used before.")
    next_step = Text("Ask for a new nonce, and sign a new text: jp20 api token URL")


class NoSuchResource(ApiRefusal):
    """Nothing is at that path."""

    status = 404
    what = Text("There is nothing at this path.")
    next_step = Text("The paths are listed in /openapi.json")


class MethodUnfit(ApiRefusal):
    """The resource has no such method: it is read."""

    status = 405
    what = Text("This resource does not take {method}.")
    why = Text("The API reads. What moves units is proposed and signed with jp20 itself.")

    def __init__(self, method: str) -> None:
        super().__init__(method=method)


class RequestUnfit(ApiRefusal):
    """Fields of a request that cannot be used. `faults` has each: where it stands, and what is
    wrong there.
    """

    what = Text("The request cannot be used.")
    next_step = Text("Correct what is named; /openapi.json says what each field takes.")

    def __init__(self, faults: tuple[tuple[str, Text], ...]) -> None:
        said = [Text("{field}: {what}", field=field, what=what) for field, what in faults]
        super().__init__(why=Text.lines(said))
        self.faults = faults


class RequestTooLarge(ApiRefusal):
    """A body, a path or a query that is longer than any that is of use."""

    status = 413
    what = Text("The request is too large.")
    why = Text("A body has up to {body} bytes, a path with its query up to {path}.")

    def __init__(self, body: int, path: int) -> None:
        super().__init__(body=body, path=path)


class TooManyRequests(ApiRefusal):
    """More requests than the server's settings let one client or organisation make. `after` is in
    seconds.
    """

    status = 429
    what = Text("Too many requests were sent.")
    next_step = Text("Try again in {after} seconds.")

    def __init__(self, after: int) -> None:
        super().__init__(after=after)
        self.after = after


class Unexpected(ApiRefusal):
    """A fault of the server's own; what it was is in its log."""

    status = 500
    what = Text("Something unexpected went wrong.")
    next_step = Text("Tell the operator of this server the time and the path.")
