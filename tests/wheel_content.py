"""Say what a built wheel lacks: ``python tests/wheel_content.py dist/*.whl`` (run by ``.ci/run``)."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path


def missing_from(wheel: Path, package: Path) -> list[str]:
    """Return the files of the package's folder that the wheel does not hold."""
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(name for path in wanted if (name := path.relative_to(package.parent).as_posix()) not in held)


if __name__ == "__main__":
    package = Path(__file__).parent.parent / "chatbot_nb"
    if not (package / "py.typed").is_file():
        sys.exit("chatbot_nb/py.typed is missing")
    if missing := missing_from(Path(sys.argv[1]), package):
        sys.exit(f"not in {sys.argv[1]}: {', '.join(missing)}")
