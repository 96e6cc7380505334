"""Puts the peers into an environment of their own: `python -m bench.peer_env [PYTHON]`.

What cannot be installed is named and left out; the benchmark then skips it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-bench"
PYTHON = HOME / "bin" / "python"
NODE_HOME = HOME / "node"
LOCK = ROOT / "requirements-bench.lock"
NODE_FILES = (ROOT / "bench" / "node" / "package.json", ROOT / "bench" / "node" / "package-lock.json")
STAMP = HOME / ".installed"

# The lock names everything, so nothing is resolved again. Three have never been built into a wheel.
INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
BUILT = ("--only-binary", ":all:", "--no-binary", "docopt,minidb,urlwatch")


def ran(*command: str | Path) -> bool:
    """Whether this command could be started and did well."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def chosen_python() -> str:
    """This Python if it is 3.12 or newer, which one peer asks for; else the newest such that works; else this."""
    if sys.version_info >= (3, 12):
        return sys.executable
    names = ("python3.13", "python3.12")
    return next((name for name in names if ran(name, "-c", "import venv, ensurepip")), sys.executable)


def entries(lock: str) -> list[str]:
    """The lock's requirements one by one, each with its hashes."""
    found: list[str] = []
    for line in lock.splitlines(keepends=True):
        if line.startswith((" ", "\t")) and found:
            found[-1] += line
        elif line.strip() and not line.startswith("#"):
            found.append(line)
    return found


def install_python_peers() -> list[str]:
    """Installs the lock, all at once or else one by one; returns what could not be installed."""
    if ran(PYTHON, *INSTALL, *BUILT, "-r", LOCK):
        return []
    left_out = []
    with tempfile.TemporaryDirectory() as folder:
        single = Path(folder) / "one.txt"
        for entry in entries(LOCK.read_text("utf-8")):
            single.write_text(entry, "utf-8")
            if not ran(PYTHON, *INSTALL, *BUILT, "-r", single):
                left_out.append(entry.split("==")[0].strip())
    return left_out


def install_node_peers() -> list[str]:
    """Installs the peers that run in node; returns what could not be installed."""
    NODE_HOME.mkdir(parents=True, exist_ok=True)
    for file in NODE_FILES:
        shutil.copy(file, NODE_HOME)
    npm = shutil.which("npm")
    command = (npm, "ci", "--prefix", NODE_HOME, "--ignore-scripts", "--no-audit", "--no-fund") if npm else None
    return [] if command and ran(*command) else ["readability.js (node and npm)"]


def main(python: str | None = None) -> None:
    """Make the environment, unless it was already made from the same lock with the same Python."""
    python = python or chosen_python()
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in (LOCK, *NODE_FILES)) + python.encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text("utf-8") == wanted:
        return
    print(f"installing the peers into {HOME.name} …", file=sys.stderr, flush=True)
    if not ran(python, "-m", "venv", "--clear", HOME):
        print(f"no peers: {python} cannot make {HOME.name}", file=sys.stderr)
        return
    left_out = [*install_python_peers(), *install_node_peers()]
    for name in left_out:
        print(f"could not be installed and is left out: {name}", file=sys.stderr)
    if not left_out:
        STAMP.write_text(wanted, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:2])
