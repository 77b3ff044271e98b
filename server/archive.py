"""A project as one zip: its clips as they stand, its settings, and a list of both. It makes the same project again.

`nestling.json` comes last, because it lists what is in the zip: {"schema": 1, "project", "kind", "clips": {file: stored_at}}.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from server import clock, files, project_settings, zips
from server.errors import ConflictError, MissingError, RefusedError, disk_full_told
from server.media import Medium
from server.names import check_clip_id, check_label, check_project
from server.store import MEDIA, Store, about_of, index_row

MANIFEST = "nestling.json"
_PLAIN_FILE = 0o100600 << 16  # as the zip's entries have their mode
_FIRST_YEAR = 1980  # of a zip's calendar


def export(store: Store, project: str) -> Iterator[bytes]:
    """The zip of a project, piece by piece: it never is in memory or on disk as a whole. Raises MissingError."""
    medium, folder = store.medium(project), store.clips_folder(project).parent
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        written = {}
        for clip_id in store.ids(project):
            try:
                label, stored_at, body = store.whole(project, clip_id)
            except MissingError:  # it was deleted meanwhile
                continue
            name = f"{medium.folder}/{label}/{clip_id}{medium.suffix}"
            written[name] = stored_at
            archive.writestr(_entry(name, stored_at), body)
            yield pipe.taken()
        if (settings := folder / project_settings.NAME).is_file():
            archive.writestr(_entry(project_settings.NAME, clock.modified(settings)), settings.read_bytes())
        described = {"schema": 1, "project": project, "kind": medium.kind, "clips": written}
        archive.writestr(_entry(MANIFEST, clock.now()), json.dumps(described, indent=1, ensure_ascii=False).encode())
    yield pipe.taken()


def read(store: Store, path: Path, name: str) -> None:
    """Make a project from the zip of one, wholly or not at all.

    Args:
        store: where to.
        path: of the zip.
        name: of the project, which may be another than it had.
    Raises:
        RefusedError: the name is malformed, or the zip is not a project's, or something in it will not do.
        ConflictError: there is a project of this name.
        DiskFullError: nothing was stored.
    """
    if check_project(name) in store.project_names():
        raise ConflictError(f"project {name!r} is already there; choose another name for this one")
    with zips.opened(path) as archive, disk_full_told(), store.new_folder() as folder:
        _Reader(archive, folder, name).unpack(store)


class _Pipe(io.RawIOBase):
    """What is written to it is taken out again at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """All since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _entry(name: str, stored_at: str) -> zipfile.ZipInfo:
    """An entry that is stored as it is: recordings and photos hardly get smaller."""
    year, month, day, hour, minute, second = clock.parts(stored_at)
    info = zipfile.ZipInfo(name, (max(year, _FIRST_YEAR), month, day, hour, minute, second))
    info.external_attr = _PLAIN_FILE
    return info


@dataclass(frozen=True)
class _Listed:
    """A clip of the list: where it stands in the zip, whose file it is, and when it was stored."""

    name: str
    label: str
    clip_id: str
    stored_at: str


class _Reader:
    """Unpacks one project into a folder of its own."""

    def __init__(self, archive: zipfile.ZipFile, folder: Path, project: str) -> None:
        self._archive = archive
        self._folder = folder
        self._project = project
        self._budget = zips.Budget()
        self._entries = self._checked_entries()

    def unpack(self, store: Store) -> None:
        """Write and check all files, then put the folder where projects are."""
        medium, listed = self._read_manifest()
        files.make_folder(self._folder / medium.folder)
        self._unpack_settings()
        rows = [self._unpack_clip(clip, medium) for clip in listed]
        store.adopt(self._project, self._folder, rows)

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._archive.infolist()
        if len(infos) > zips.MAX_ENTRIES:
            raise RefusedError(f"the zip lists {len(infos):,} files; at most {zips.MAX_ENTRIES:,} are taken")
        for info in infos:
            if reason := zips.refusal(info):
                raise RefusedError(f"{info.filename[:200]!r} in the zip cannot be taken: {reason}. Nothing was imported.")
        return {info.filename: info for info in infos}

    def _read(self, name: str) -> bytes:
        try:
            return zips.read(self._archive, self._entries[name], self._budget)
        except KeyError:
            raise RefusedError(f"{name[:200]!r} is missing in the zip; export the project again") from None
        except RefusedError as error:
            raise RefusedError(f"{name[:200]!r} in the zip cannot be taken: {error}. Nothing was imported.") from error

    def _read_manifest(self) -> tuple[Medium, list[_Listed]]:
        if MANIFEST not in self._entries:
            raise RefusedError(
                f"the zip holds no {MANIFEST}, so it is no exported project; drop it on a project to add its files"
            )
        try:
            values = json.loads(self._read(MANIFEST))
        except ValueError as error:
            raise RefusedError(str(error) if isinstance(error, RefusedError) else f"{MANIFEST} is no JSON ({error})") from error
        medium = MEDIA.get(str(values.get("kind"))) if isinstance(values, dict) else None
        if medium is None or values.get("schema") != 1 or not isinstance(values.get("clips"), dict):
            raise RefusedError(f"{MANIFEST} must name schema 1, a kind ({', '.join(MEDIA)}) and the clips")
        return medium, [_listed(name, stored_at, medium) for name, stored_at in values["clips"].items()]

    def _unpack_settings(self) -> None:
        if project_settings.NAME not in self._entries:
            return
        body = self._read(project_settings.NAME)
        try:
            project_settings.parse(json.loads(body))
        except ValueError as error:
            raise RefusedError(f"{project_settings.NAME} in the zip cannot be used: {error}. Nothing was imported.") from error
        files.write(self._folder / project_settings.NAME, body)

    def _unpack_clip(self, clip: _Listed, medium: Medium) -> Mapping[str, Any]:
        body = self._read(clip.name)
        content, comment = medium.read(body, clip.name)
        path = self._folder / medium.folder / clip.label / f"{clip.clip_id}{medium.suffix}"
        files.write(path, body)
        stored = clock.nanoseconds(clip.stored_at)
        os.utime(path, ns=(stored, stored))
        return index_row(self._project, clip.label, about_of(clip.clip_id, comment, content, path), content, path)


def _listed(name: str, stored_at: object, medium: Medium) -> _Listed:
    parts = PurePosixPath(name).parts
    if len(parts) != 3 or parts[0] != medium.folder or not name.endswith(medium.suffix):
        raise RefusedError(f"{MANIFEST} lists {name[:200]!r}, which is not {medium.folder}/<label>/<clip id>{medium.suffix}")
    clip_id = parts[2].removesuffix(medium.suffix)
    return _Listed(name, check_label(parts[1]), check_clip_id(clip_id), clock.check_written(stored_at))
