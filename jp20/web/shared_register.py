"""The register for many who ask at once, each of whom sees what its organisation may (S5, G17)."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.access_log.accesses import AccessLog
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.governance.views import Purpose, Viewer, Views
from jp20.domain.register.answers import OrganisationAsOf, Stamp
from jp20.operations.people.viewed import ViewedQuestions, viewer_for
from jp20.operations.register.feed import FeedPart, Position, feed
from jp20.operations.session import NoOrganisationKey, Session
from jp20.register.questions import Questions

_ASKERS: Final = 1_000
"""Of how many it is remembered what they were refused."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: an organisation by its number, with the key that signed in, where one did; for what
    purpose, and under which case.
    """

    organisation: int
    key: ChecksumAddress | None
    purpose: Purpose
    case: str = ""


class SharedRegister:
    """`asking` gives the questions as of the newest block; they are asked for again when there is a
    newer one. `views` says who sees what, and `log` has a line for each question that was asked.
    Several threads may use it, one after the other.
    """

    def __init__(
        self, session: Session, asking: Callable[[], Questions], views: Views, log: AccessLog
    ) -> None:
        self.session: Final = session
        self._asking = asking
        self._views = views
        self._log = log
        self._lock = threading.Lock()
        self._newest = b""
        self._questions: Questions | None = None
        self._organisations: dict[int, OrganisationAsOf] = {}
        self._version = ""
        self._refused: dict[Asker, set[ChecksumAddress]] = {}

    @contextmanager
    def viewed(self, asker: Asker) -> Iterator[ViewedQuestions]:
        """The questions of who asks. Answers that are iterators are read before it ends."""
        with self._lock:
            yield self._viewed(self._fresh(), asker)

    def version(self) -> str:
        """Changes whenever what an organisation may see can have changed."""
        with self._lock:
            self._fresh()
            return self._version

    def final(self) -> int:
        """Up to which block nothing can change the chain."""
        return self.session.connection.final_block()

    def newest(self) -> Stamp:
        """The newest block that answers speak of."""
        with self._lock:
            return self._fresh().stamp()

    def feed(self, asker: Asker, position: Position, limit: int) -> FeedPart:
        """What happened, as far as who asks may see it: movements for its purpose, requests for
        deciding them. Raises PositionAhead.
        """
        with self._lock:
            questions = self._fresh()
            final = questions.stamp(block=min(self.final(), questions.stamp().block))
            return feed(
                self.session,
                questions,
                self._viewed(questions, asker),
                self._viewed(questions, replace(asker, purpose=Purpose.DECISION)),
                final,
                position,
                limit,
                self._refused_to(asker),
            )

    def _refused_to(self, asker: Asker) -> set[ChecksumAddress]:
        """What the feed was refused for who asks, so that the access log says it once and not at
        every block; until what anybody may see changes.
        """
        if len(self._refused) > _ASKERS and asker not in self._refused:
            self._refused.clear()
        return self._refused.setdefault(asker, set())

    def _viewed(self, questions: Questions, asker: Asker) -> ViewedQuestions:
        member = self._organisations.get(asker.organisation)
        if member is None or not member.active:
            raise NoOrganisationKey(asker.key or ZERO_ADDRESS)
        viewer: Viewer = viewer_for(member, asker.key)
        return ViewedQuestions(questions, viewer, self._views, self._log, asker.purpose, asker.case)

    def _fresh(self) -> Questions:
        newest = self.session.connection.block().hash
        if self._questions is None or newest != self._newest:
            self._questions, self._newest = self._asking(), newest
            found = self._questions.organisations(self._questions.stamp())
            self._organisations = {each.number: each for each in found}
            version = hashlib.sha256(repr((found, self._views)).encode()).hexdigest()[:16]
            if version != self._version:
                self._version = version
                self._refused.clear()
        return self._questions
