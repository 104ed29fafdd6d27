"""``wiretag tag --dask``: a folder of archives in, a folder out, on a cluster, on local disks or object stores through fsspec.

Each file is one piece of work, tagged as `tagging` would tag it. A worker makes the output on its own disk, puts it beside its
place and renames it, and then notes that it is done; so a worker that dies loses what it was at and nothing else, and Dask gives
that to another. A later run passes over the files of which it finds a note.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from distributed import Client, Worker, WorkerPlugin, as_completed, get_worker
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from wiretag import __version__
from wiretag import model as model_file
from wiretag.archive.rows import Counts
from wiretag.archive.tagging import KINDS, Tell, kind_of, mark_of, unpacked
from wiretag.cluster import keep_freed_memory
from wiretag.errors import InputError, UsageError, WiretagError
from wiretag.reading import printable
from wiretag.tagger import Tagger

# In the output's folder; readers of such folders pass over names that begin so.
_NOTES: Final = "_wiretag"
# For an object store that does not answer.
_RETRIES: Final = 2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _File:
    """One file to tag: where it is, where its output goes, and what makes a run of it the same."""

    source: str
    target: str
    text: str
    mark: Mapping[str, str]

    @property
    def name(self) -> str:
        return posixpath.basename(self.source)

    @property
    def note(self) -> str:
        return posixpath.join(posixpath.dirname(self.target), _NOTES, f"{self.name}.json")


def tag_folder(
    sources: str, target: str, model: bytes, text: str, client: Client, tell: Tell, complain: Say
) -> tuple[Counts, int]:
    """Tag the archives of a folder or glob into a folder; gives the counts of rows, and how many files could not be tagged.

    Parameters
    ----------
    sources, target : paths or URLs that fsspec knows, the same for all workers.
    model : the bytes of a model file.
    text : column of the text.
    tell : told the share of the files that are done.
    complain : told why a file could not be tagged.

    Raises
    ------
    UsageError
        No archives, a place that is not there, or an earlier run that does not fit.
    """
    files = _files(sources, target, text, hashlib.sha256(model).hexdigest())
    notes = [_note(file) for file in files]
    counts = sum((note for note in notes if note is not None), Counts())
    waiting = [file for file, note in zip(files, notes, strict=True) if note is None]
    plugin = _Model(model)
    _register(plugin, client)
    if not client.scheduler_info()["workers"]:
        complain("The cluster has no workers yet; waiting for one.")
    failed = 0
    try:
        futures = {client.submit(_tag_file, file, plugin.name, pure=False, retries=_RETRIES): file for file in waiting}
        for done, future in enumerate(as_completed(list(futures)), start=len(files) - len(waiting) + 1):
            file, outcome = futures.pop(future), _outcome(future)
            future.release()  # or the cluster would do it again if the worker died that holds the result
            if isinstance(outcome, Counts):
                counts += outcome
            else:
                complain(f"{printable(file.source)} was not tagged. {outcome}")
                failed += 1
            tell(done / len(files), counts)
    finally:
        client.unregister_worker_plugin(plugin.name)
    _clean(target)
    return counts, failed


class _Model(WorkerPlugin):
    """Loads the model once in every worker, in those too that start later."""

    def __init__(self, model: bytes) -> None:
        self.name = f"wiretag-{uuid.uuid4().hex}"
        self._model = model

    def setup(self, worker: Worker) -> None:  # noqa: ARG002
        keep_freed_memory()
        self.tagger = Tagger(model_file.loads(self._model))


def _register(plugin: _Model, client: Client) -> None:
    try:
        client.register_plugin(plugin)
    except Exception as error:  # whatever befell a worker
        raise UsageError(f"The workers cannot load the model ({_reason(error)}); each needs wiretag {__version__}.") from None


def _reason(error: BaseException) -> str:
    """The first line of what an error of others says."""
    return printable((str(error) or type(error).__name__).splitlines()[0]).rstrip(".")


def _outcome(future: Any) -> Counts | str:
    """What became of a file: its counts, or why there are none."""
    error = future.exception()
    if error is None:
        counts: Counts = future.result()
        return counts
    if isinstance(error, InputError | UsageError):
        return str(error)
    return f"A worker gave up on it: {_reason(error)}."


def _tag_file(file: _File, plugin: str) -> Counts:
    """What a worker does with one file."""
    worker = get_worker()
    tagger = cast("_Model", worker.plugins[plugin]).tagger
    fs, source = url_to_fs(file.source)
    to, target = url_to_fs(file.target)
    counts = Counts()
    with TemporaryDirectory(dir=worker.local_directory) as folder:
        rows, finished = Path(folder, "rows"), Path(folder, "finished")
        with fs.open(source, "rb") as raw, unpacked(raw, file.name) as opened, rows.open("wb") as out:
            kind = kind_of(file.name, file.name, opened, file.text, tagger.facets)
            out.write(kind.head())
            for chunk in kind.chunks(opened, ()):
                data, own = kind.tagged(chunk, tagger)
                out.write(data)
                counts += own
        kind.finish(rows, finished)
        beside = posixpath.join(posixpath.dirname(target), _NOTES, f"{file.name}.{uuid.uuid4().hex}.part")
        to.makedirs(posixpath.dirname(beside), exist_ok=True)
        to.put_file(str(finished), beside)
        to.mv(beside, target)
    content = json.dumps({"mark": dict(file.mark), "counts": asdict(counts)})
    to.pipe_file(url_to_fs(file.note)[1], content.encode())
    return counts


def _files(sources: str, target: str, text: str, model: str) -> list[_File]:
    """The archives to tag, by name."""
    try:
        fs, path = url_to_fs(sources)
        to, folder = url_to_fs(target)
        if to.isfile(folder):
            raise UsageError(f"{printable(target)} is a file; with --dask name a folder to write into.")
        paths = [*_archives(fs, path)]
    except WiretagError:
        raise
    except Exception as error:  # each object store has errors of its own
        raise UsageError(f"{printable(sources)} or {printable(target)} cannot be reached: {_reason(error)}.") from None
    if not paths:
        raise UsageError(f"There are no archives ({', '.join(KINDS)}) in {printable(sources)}.")
    names = [posixpath.basename(own) for own in paths]
    for name, before in zip(sorted(names)[1:], sorted(names), strict=False):
        if name == before:
            raise UsageError(f"Two of the archives are called {printable(name)}; their outputs would be one file.")
    files = []
    for own, name in sorted(zip(paths, names, strict=True), key=lambda pair: pair[1]):
        source, output = _url(fs, own), _url(to, posixpath.join(folder, name))
        if source == output:
            raise UsageError("The output would take the place of the input; name another folder.")
        files.append(_File(source, output, text, mark_of(str(fs.ukey(own)), model, text)))
    return files


def _url(fs: AbstractFileSystem, path: str) -> str:
    """What all workers know a path by, one for each file."""
    url: str = fs.unstrip_protocol(os.path.realpath(path) if isinstance(fs, LocalFileSystem) else path)
    return url


def _archives(fs: AbstractFileSystem, path: str) -> Iterator[str]:
    found: Sequence[str] = fs.ls(path, detail=False) if fs.isdir(path) else fs.glob(path)
    for own in found:
        name = posixpath.basename(own)
        if name.lower().endswith(KINDS) and not name.startswith((".", "_")) and fs.isfile(own):
            yield own


def _note(file: _File) -> Counts | None:
    """Counts of a file that an earlier run has done; None if none has."""
    fs, path = url_to_fs(file.note)
    try:
        note = json.loads(fs.cat_file(path))
        counts = Counts(**note["counts"])
        changed = [what for what, value in file.mark.items() if note["mark"].get(what) != value]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not fs.exists(url_to_fs(file.target)[1]):
        return None
    if changed:
        raise UsageError(
            f"An earlier run had another {' and another '.join(changed)} for {printable(file.name)}, so this one cannot continue "
            f"it. Run it as before, or delete the folder {printable(posixpath.dirname(file.note))} to start anew."
        )
    return counts


def _clean(target: str) -> None:
    """Take away what workers that died have left."""
    fs, path = url_to_fs(target)
    for left in fs.glob(posixpath.join(path.rstrip("/"), _NOTES, "*.part")):
        fs.rm_file(left)
