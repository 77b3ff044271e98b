"""What a project collects: sounds or photos. The store, the index, imports and jobs are the same for both; what differs
between a WAV and a JPEG is one `Medium`, in `server.audio` and `server.photos`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Content:
    """What was recorded, without what is known of it: the samples of a sound, the JPEG of a photo.

    `measures` are those columns of the index that only one kind has: {"n_samples", "sample_rate"} or {"width", "height"}.
    """

    data: bytes
    measures: Mapping[str, int]

    @property
    def sha256(self) -> str:
        """The content's hash: by it the same recording is known again, whatever its id."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Medium:
    """One kind of project, and of clip.

    `noun` and `files` are the words of messages: "recording", "WAV, FLAC, OGG or MP3 file". `folder` is the clips' below the
    project's, and tells its kind. `suffix` is a stored file's, `suffixes` are those that an import takes.

    `decode(body, max_bytes)` reads an upload, `encode(content, about)` gives the file to be stored, `read(body, name)` a stored
    file's content and what it tells of itself; the first and the last raise RefusedError. `name` is what messages call it.
    """

    kind: str
    noun: str
    files: str
    folder: str
    suffix: str
    suffixes: frozenset[str]
    mimetype: str
    decode: Callable[[bytes, int], Content]
    encode: Callable[[Content, Mapping[str, Any]], bytes]
    read: Callable[[bytes, str], tuple[Content, dict[str, Any]]]
