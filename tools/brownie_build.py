"""What Brownie compiled earlier, in `build/contracts`."""

import json
import shutil
from pathlib import Path


def forget_what_is_stale(project: Path) -> None:
    """Deletes what Brownie compiled where a source of it is no longer there, at which Brownie would
    fail with a traceback, or where the settings are newer, at which it would not compile again.
    """
    settings, built = project / "brownie-config.yaml", project / "build" / "contracts"
    if not settings.exists():
        return
    for file in built.glob("*.json"):
        build = json.loads(file.read_text("utf-8"))
        sources = [build["sourcePath"], *(build.get("allSourcePaths") or {}).values()]
        are_there = all((project / source).exists() for source in sources)
        if not are_there or file.stat().st_mtime < settings.stat().st_mtime:
            shutil.rmtree(built)
            return
