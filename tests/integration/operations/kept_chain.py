"""A development chain that is stopped and started again: its blocks stay, its pool does not."""

from pathlib import Path

from jp20.chain.local import LocalChain, Program


class KeptChain(LocalChain):
    """Keeps its blocks in a folder."""

    def __init__(self, program: Program, folder: Path, block_time: int | None = None) -> None:
        super().__init__(program, block_time=block_time)
        self._folder = folder

    def _options(self) -> list[str]:
        if self.program == "anvil":
            return [*super()._options(), "--state", str(self._folder / "state.json")]
        return [*super()._options(), "--database.dbPath", str(self._folder)]
