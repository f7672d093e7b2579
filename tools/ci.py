"""The stages of CI: those that wait for blocks run beside those that compute.

    ci.py           all stages, as .ci/run runs them
    ci.py NAME …    these stages alone, in the same order

Rounds follow one another; in a round the lanes run side by side, and the stages of a lane one after
the other. What a stage prints goes to a file and is shown, whole, when it has ended. One that fails
fails everything: the others are ended with all that they started, and what it printed comes last.
So do SIGINT, SIGTERM and SIGHUP. At the end stands what each stage took: seconds by the clock, and
of all processors together. CONTRIBUTING.md has the table.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jp20.chain.local import stop_on_signals

ROOT: Final = Path(__file__).resolve().parent.parent

LOOKED_AFTER: Final = 0.1
"""Seconds between two looks at the stages that run."""

TO_END: Final = 30.0
"""Seconds that a stage has to end what it started before that is killed."""

_SUBREAPER: Final = 36  # of prctl(2): whose parent ends becomes ours, and can be ended with us


@dataclass(frozen=True, slots=True)
class Stage:
    """A command. `chances`: how often it may be begun until it ends well."""

    name: str
    command: tuple[str, ...]
    chances: int = 1


Lane = Sequence[Stage]
Round = Sequence[Lane]


def _make(target: str, chances: int = 1) -> Stage:
    return Stage(target, ("make", target), chances)


ROUNDS: Final[Sequence[Round]] = (
    (
        (_make("test-python"),),
        (_make("lint"), _make("test-installed")),
    ),
    (
        (_make("test-contracts"), _make("test-anvil"), _make("test-invariants")),
        # A Clique chain may come to stand still by itself (docs/network.md): a second chance.
        (_make("test-network", chances=2), _make("poa", chances=2)),
    ),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a stage: its exit code, its seconds, and how often it was begun by then."""

    stage: Stage
    code: int
    seconds: float
    processor: float
    begun: int


class _Running:
    """A stage that runs, in a session of its own."""

    def __init__(self, stage: Stage, begun: int = 1) -> None:
        self.stage: Final = stage
        self.begun: Final = begun
        self._since: Final = time.monotonic()
        self._output: Final = tempfile.TemporaryFile()  # noqa: SIM115
        self.process: Final = subprocess.Popen(
            stage.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ended(self) -> Ended | None:
        """None while it runs."""
        pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
        if pid == 0:
            return None
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - self._since
        return Ended(self.stage, code, seconds, used.ru_utime + used.ru_stime, self.begun)

    def show(self) -> None:
        """What it printed."""
        self._output.seek(0)
        _say(f"── {self.stage.name}")
        sys.stdout.buffer.write(self._output.read())
        sys.stdout.buffer.flush()


class _Lane:
    """The stages of a lane, of which at most one runs."""

    def __init__(self, lane: Lane) -> None:
        self._left = iter(lane)
        self.running: _Running | None = None
        self.next()

    def next(self) -> None:
        stage = next(self._left, None)
        self._begin(stage, 1) if stage is not None else self._rest()

    def again(self, ended: Ended) -> None:
        self._begin(ended.stage, ended.begun + 1)

    def _begin(self, stage: Stage, begun: int) -> None:
        _say(f"▶ {stage.name}" + (f", chance {begun}" if begun > 1 else ""))
        self.running = _Running(stage, begun)

    def _rest(self) -> None:
        self.running = None


def run(rounds: Sequence[Round]) -> int:
    """Runs them; returns 0, or the exit code of the stage that failed."""
    took: list[Ended] = []
    began = time.monotonic()
    code = 0
    try:
        for each in rounds:
            for ended in _round(each):
                took.append(ended)
                if ended.code != 0 and ended.begun == ended.stage.chances:
                    code = ended.code
                    break
            if code != 0:
                break
    finally:
        end(descendants(os.getpid()))
    _say(table(took, time.monotonic() - began))
    if code != 0:
        _say(f"✗ {took[-1].stage.name} failed with exit code {code}")
    return code


def _round(lanes: Round) -> Iterator[Ended]:
    """Runs a round, and yields each stage as it ends, shown."""
    open_lanes = [_Lane(lane) for lane in lanes]
    while any(lane.running for lane in open_lanes):
        for lane in open_lanes:
            ended = lane.running.ended() if lane.running else None
            if lane.running is None or ended is None:
                continue
            lane.running.show()
            yield ended
            if ended.code == 0:
                lane.next()
            else:
                lane.again(ended)
        time.sleep(LOOKED_AFTER)


def table(took: Iterable[Ended], seconds: float) -> str:
    """What the stages took, for CONTRIBUTING.md."""
    rows = [
        f"| {each.stage.name} | {each.seconds:,.0f} | {each.processor:,.0f} |"
        + (f" exit code {each.code}" if each.code else "")
        for each in took
    ]
    head = ["| stage | seconds | processor seconds |", "|---|---|---|"]
    return "\n".join([*head, *rows, f"| all | {seconds:,.0f} | |"])


# Ending


def adopt_orphans() -> None:
    """A process whose parent ends becomes this one's: so it is known, and ends with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def descendants(process: int) -> list[int]:
    """All that a process started, and what these did. Empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            parent = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    found, todo = [], [process]
    while todo:
        new = children.get(todo.pop(), [])
        found += new
        todo += new
    return found


def end(processes: Iterable[int]) -> None:
    """Ends processes, by force after a while, and whatever they leave behind."""
    for each in processes:
        _send(each, signal.SIGTERM)
    deadline = time.monotonic() + TO_END
    while _reap() and time.monotonic() < deadline:
        time.sleep(LOOKED_AFTER)
    while _reap():
        for each in descendants(os.getpid()):
            _send(each, signal.SIGKILL)
        time.sleep(LOOKED_AFTER)


def _reap() -> bool:
    """Whether this process still has children; those that ended are forgotten."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def _send(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _say(text: str) -> None:
    print(text, flush=True)


def chosen(names: Sequence[str]) -> Sequence[Round]:
    """The rounds with the named stages alone; all where none is named. SystemExit for a name that
    is none.
    """
    known = [stage.name for each in ROUNDS for lane in each for stage in lane]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no stage: {', '.join(unknown)}. There are: {', '.join(known)}")
    return [
        [[stage for stage in lane if not names or stage.name in names] for lane in each]
        for each in ROUNDS
    ]


if __name__ == "__main__":
    stop_on_signals()
    adopt_orphans()
    sys.exit(run(chosen(sys.argv[1:])))
