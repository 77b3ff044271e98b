"""Imports: the layouts that are understood, and the zips that want to do harm."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from server import zips
from server.cli import main
from server.errors import ConflictError
from server.importer import Report, import_path
from server.services import Services
from tests.server.pictures import encoded, jpeg, picture, taken_outside
from tests.server.recordings import samples, wav


@pytest.fixture
def take(parts: Services) -> Callable[[Path], Report]:
    return lambda path: import_path(parts.store, "p", path)


@pytest.fixture
def take_photos(parts: Services) -> Callable[[Path], Report]:
    return lambda path: import_path(parts.store, "photos", path, "vision")


def make_zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return path


def make_folder(root: Path, entries: dict[str, bytes]) -> Path:
    for name, body in entries.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(body)
    return root


MIXED = {
    "yes/a.wav": wav(samples(1)),
    "Yes/b.flac": wav(samples(2), form="FLAC"),
    "no/c.ogg": wav(samples(3), subtype="VORBIS", form="OGG"),
    "no/again.wav": wav(samples(1)),
    "no/long.wav": wav(samples(4, seconds=11)),
    "no/text.wav": b"not audio",
    "no/notes.txt": b"hello",
    "bad label/a.wav": wav(samples(5)),
    "top.wav": wav(samples(6)),
    "yes/deep/er.wav": wav(samples(7)),
    ".DS_Store": b"clutter",
}
REASONS = {
    "no/again.wav": "already stored",
    "no/long.wav": "11.0 s; at most 10 s",
    "no/text.wav": "cannot be read",
    "no/notes.txt": "no WAV, FLAC, OGG or MP3",
    "bad label/a.wav": "letters, digits",
    "top.wav": "no label's folder",
    "yes/deep/er.wav": "too deep",
}


@pytest.mark.parametrize("make", [make_folder, make_zip])
def test_it_says_what_it_took_and_what_not(
    take: Callable[[Path], Report], parts: Services, tmp_path: Path, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    report = take(make(tmp_path / "in", MIXED))
    # Sorted by name, `no` comes first in a folder, so that either of the two equal clips may be the one taken.
    assert sum(report.taken.values()) == 3
    left_out = dict(report.left_out)
    assert len(left_out) == 7
    for name, reason in REASONS.items():
        if name != "no/again.wav":
            assert reason in left_out[name]
    assert any("already stored" in reason for reason in left_out.values())
    assert sum(parts.store.counts("p").values()) == 3


@pytest.mark.parametrize("make", [make_folder, make_zip])
def test_one_folder_above_the_labels_is_seen_through(
    take: Callable[[Path], Report], tmp_path: Path, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    entries = {"set/yes/a.wav": wav(samples(1)), "set/no/b.wav": wav(samples(2)), "set/README.md": b"", "__MACOSX/x/._a.wav": b""}
    assert take(make(tmp_path / "in", entries)).taken == {"yes": 1, "no": 1}


def test_importing_twice_stores_once(take: Callable[[Path], Report], parts: Services, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", {"yes/a.wav": wav(samples(1)), "no/b.wav": wav(samples(2))})
    take(folder)
    before = parts.store.clips("p")[0]
    again = take(folder)
    assert not any(again.taken.values()) and len(again.left_out) == 2
    assert parts.store.clips("p")[0] == before


def test_speech_commands_gives_speakers_and_noise(take: Callable[[Path], Report], parts: Services, tmp_path: Path) -> None:
    noise = samples(9, seconds=25.05)
    entries = {"yes/0a7c2a8d_nohash_0.wav": wav(samples(1)), "_background_noise_/doing_the_dishes.wav": wav(noise)}
    assert take(make_folder(tmp_path / "in", entries)).taken == {"yes": 1, "background_noise": 3}
    clips = {clip.label: clip for clip in parts.store.clips("p")[0]}
    assert clips["yes"].speaker == "0a7c2a8d"
    pieces, _ = parts.store.clips("p", "background_noise")
    assert {piece.session for piece in pieces} == {"doing_the_dishes"}
    assert sorted(piece.n_samples for piece in pieces) == [80_800, 160_000, 160_000]


def test_noise_has_its_own_limit(take: Callable[[Path], Report], tmp_path: Path) -> None:
    report = take(make_folder(tmp_path / "in", {"silence/a.wav": wav(np.zeros(121 * 8000, np.int16), 8000)}))
    assert "at most 120 s" in report.left_out[0][1]


@pytest.mark.parametrize("name", ["../yes/a.wav", "yes/../../a.wav", "/yes/a.wav", "yes\\a.wav", "C:/yes/a.wav"])
def test_a_name_that_leads_out_is_left_out(take: Callable[[Path], Report], tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), wav(samples(1)))
    files = set(tmp_path.rglob("*"))
    report = take(path)
    assert [reason for _, reason in report.left_out] == ["its name leads out of the zip"]
    assert {file for file in tmp_path.rglob("*") if file.suffix == ".wav"} <= files


def test_links_and_encrypted_entries_are_left_out(take: Callable[[Path], Report], tmp_path: Path) -> None:
    link = zipfile.ZipInfo("yes/link.wav")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("yes/secret.wav", wav(samples(1)))
    content = bytearray(body.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(signature) + offset] |= 1  # the flag that says encrypted
    (tmp_path / "in.zip").write_bytes(content)
    assert dict(take(tmp_path / "in.zip").left_out) == {
        "yes/link.wav": "it is a link or no plain file",
        "yes/secret.wav": "it is encrypted",
    }


def test_a_link_in_a_folder_is_left_out(take: Callable[[Path], Report], tmp_path: Path) -> None:
    (tmp_path / "outside.wav").write_bytes(wav(samples(1)))
    folder = make_folder(tmp_path / "in", {"yes/a.wav": wav(samples(2))})
    (folder / "yes" / "b.wav").symlink_to(tmp_path / "outside.wav")
    report = take(folder)
    assert report.taken == {"yes": 1} and "link" in dict(report.left_out)["yes/b.wav"]


def test_a_bomb_is_read_no_further_than_its_limit(
    take: Callable[[Path], Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MAX_FILE_BYTES", 3_000_000)
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", 6_000_000)
    bombs = {f"yes/{n}.wav": bytes(20_000_000) for n in range(3)}
    path = make_zip(tmp_path / "in.zip", bombs)
    content = path.read_bytes().replace((20_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(content)  # the directory lies about the size
    report = take(path)
    assert not any(report.taken.values()) and len(report.left_out) == 3


def test_a_real_bomb_meets_the_limits(take: Callable[[Path], Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_FILE_BYTES", 3_000_000)
    monkeypatch.setattr(zips, "MAX_TOTAL_BYTES", 6_000_000)
    reasons = [
        reason
        for _, reason in take(make_zip(tmp_path / "in.zip", {f"yes/{n}.wav": bytes(20_000_000) for n in range(3)})).left_out
    ]
    assert "more than 3,000,000 bytes" in reasons[0] and "expands to more than 6,000,000 bytes" in reasons[-1]


def test_too_many_entries_are_cut_off(take: Callable[[Path], Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_ENTRIES", 2)
    report = take(make_zip(tmp_path / "in.zip", {f"yes/{n}.wav": wav(samples(n)) for n in range(4)}))
    assert report.taken == {"yes": 2} and "only the first 2" in report.left_out[0][1]


def test_a_damaged_entry_does_not_stop_the_others(take: Callable[[Path], Report], tmp_path: Path) -> None:
    path = make_zip(tmp_path / "in.zip", {"yes/a.wav": wav(samples(1)), "yes/b.wav": wav(samples(2))})
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)
    report = take(path)
    assert report.taken == {"yes": 1} and "broken" in dict(report.left_out)["yes/a.wav"]


PHOTOS = {
    "cup/a.jpg": jpeg(1, exif=taken_outside(6)),
    "Cup/b.JPEG": encoded(picture(2, 1000, 500)),
    "spoon/c.png": encoded(picture(3, mode="RGBA"), "PNG"),
    "spoon/d.webp": encoded(picture(4), "WEBP"),
    "silence/e.jpg": jpeg(5),
    "cup/f.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "cup/g.jpg": b"not a photo",
    "cup/h.jpg": jpeg(6)[:-100],
    "cup/i.png": encoded(picture(7, 20, 20), "PNG"),
    "cup/j.wav": wav(samples(1)),
    "bad label/k.jpg": jpeg(8),
    "top.jpg": jpeg(9),
    "cup/deep/er.jpg": jpeg(10),
    ".DS_Store": b"clutter",
}
WHY_NOT = {
    "cup/f.heic": "it is no JPEG, PNG or WebP file",
    "cup/g.jpg": "it holds text",
    "cup/h.jpg": "is cut off",
    "cup/i.png": "20 x 20 pixels; a photo has at least 32",
    "cup/j.wav": "it is no JPEG, PNG or WebP file",
    "bad label/k.jpg": "letters, digits",
    "top.jpg": "no label's folder",
    "cup/deep/er.jpg": "too deep",
}


@pytest.mark.parametrize("make", [make_folder, make_zip])
def test_photos_are_taken_as_they_are_stored(
    take_photos: Callable[[Path], Report],
    parts: Services,
    tmp_path: Path,
    make: Callable[[Path, dict[str, bytes]], Path],
) -> None:
    report = take_photos(make(tmp_path / "in", PHOTOS))
    # No folder of photos is noise.
    assert {label: n for label, n in report.taken.items() if n} == {"cup": 2, "spoon": 2, "silence": 1}
    left_out = dict(report.left_out)
    for name, reason in WHY_NOT.items():
        assert reason in left_out.pop(name)
    assert left_out == {}
    clips = parts.store.clips("photos")[0]
    assert {(clip.session, clip.speaker, clip.source) for clip in clips} == {(None, None, "import")}
    assert sorted((clip.width, clip.height) for clip in clips) == [(48, 64), *[(64, 48)] * 3, (640, 320)]
    stored = b"".join(path.read_bytes() for path in parts.store.clips_folder("photos").rglob("*.jpg"))
    assert b"Pear Phone" not in stored and b"Exif" not in stored


def test_importing_photos_twice_stores_once(take_photos: Callable[[Path], Report], parts: Services, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", {"set/cup/a.jpg": jpeg(1), "set/spoon/b.jpg": jpeg(2), "set/spoon/c.jpg": jpeg(1)})
    first = take_photos(folder)
    assert first.taken == {"cup": 1, "spoon": 1}
    assert "already stored, under label 'cup'" in dict(first.left_out)["set/spoon/c.jpg"]
    before = parts.store.clips("photos")[0]
    again = take_photos(folder)
    assert not any(again.taken.values()) and len(again.left_out) == 3
    assert parts.store.clips("photos")[0] == before


def test_a_photo_s_id_follows_from_what_is_stored(take_photos: Callable[[Path], Report], parts: Services, tmp_path: Path) -> None:
    take_photos(make_folder(tmp_path / "one", {"cup/a.jpg": jpeg(1)}))
    (clip,) = parts.store.clips("photos")[0]
    parts.store.delete("photos", clip.id)
    take_photos(make_zip(tmp_path / "two.zip", {"cup/other-name.jpg": jpeg(1, exif=taken_outside())}))
    assert [again.id for again in parts.store.clips("photos")[0]] == [clip.id]


@pytest.mark.parametrize(("before", "after"), [("vision", "speech"), ("speech", "vision")])
def test_the_kind_must_agree(parts: Services, tmp_path: Path, before: str, after: str) -> None:
    folder = make_folder(tmp_path / "in", {"cup/a.jpg": jpeg(1), "yes/a.wav": wav(samples(1))})
    parts.store.create_project("q", before)
    with pytest.raises(ConflictError, match="project 'q' holds"):
        import_path(parts.store, "q", folder, after)
    # Without a kind the project's own counts.
    taken = {label: n for label, n in import_path(parts.store, "q", folder).taken.items() if n}
    assert taken == ({"cup": 1} if before == "vision" else {"yes": 1})


def test_the_command_takes_photos(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", {"cup/a.jpg": jpeg(1), "cup/b.txt": b""})
    command = ["import", str(folder), "--project", "p", "--data", str(tmp_path / "data"), "--json"]
    result = CliRunner().invoke(main, [*command, "--kind", "vision"])
    assert (result.exit_code, json.loads(result.stdout)["taken"]) == (0, {"cup": 1})
    result = CliRunner().invoke(main, [*command, "--kind", "speech"])
    assert (result.exit_code, result.stderr) == (1, "nestling: project 'p' holds photos; choose another name for recordings\n")
    result = CliRunner().invoke(main, command)
    assert "already stored under label 'cup'" in json.loads(result.stdout)["left_out"][0]["reason"]


def test_the_command_prints_what_it_did(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", {"yes/a.wav": wav(samples(1)), "no/b.txt": b""})
    command = ["import", str(folder), "--project", "p", "--data", str(tmp_path / "data")]
    result = CliRunner().invoke(main, [*command, "--json"])
    assert (result.exit_code, json.loads(result.stdout)["taken"]) == (0, {"yes": 1})
    assert json.loads(result.stdout)["left_out"] == [{"file": "no/b.txt", "reason": "it is no WAV, FLAC, OGG or MP3 file"}]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0 and "already stored under label 'yes'" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["no-such-path", "--project", "p"], 2, "does not exist"),
        ([__file__, "--project", "p"], 1, "neither a folder nor a zip"),
        ([str(Path(__file__).parent), "--project", "../p"], 2, "a project's name"),
        ([str(Path(__file__).parent)], 2, "Missing option"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(tmp_path: Path, arguments: list[str], exit_code: int, sentence: str) -> None:
    result = CliRunner().invoke(main, ["import", *arguments, "--data", str(tmp_path / "data")])
    assert (result.exit_code, sentence in result.stderr, "Traceback" in result.stderr) == (exit_code, True, False)
