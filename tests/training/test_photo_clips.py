"""Photos on disk: what is known of them, their splits by burst, and the sentences about data that will not do."""

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from training.clips import FRACTIONS, SPLITS, Clip, cut, deal, fingerprint
from training.vision.clips import check_trainable, list_photos, split_photos
from training.vision.jpeg import read_about, segments, with_about, without_comment

LABELS = ["cup", "spoon"]


def burst(name: str, n: int, folder: str = "cup") -> list[Clip]:
    """`n` photos of one burst, in the order in which they were taken."""
    return [
        Clip(
            path=Path(folder, f"{name}{number:03}.jpg"), folder=folder, session=name, recorded_at=f"2026-03-01T09:30:{number:02}Z"
        )
        for number in range(n)
    ]


def bursts(sizes: list[int], folder: str = "cup") -> list[Clip]:
    return [photo for number, size in enumerate(sizes) for photo in burst(f"{folder}-{number}", size, folder)]


def sessions(photos: list[Clip]) -> set[str | None]:
    return {photo.session for photo in photos}


def jpeg(seed: int = 0) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (seed, 0, 0)).save(content, "JPEG")
    return content.getvalue()


@pytest.mark.parametrize("sizes", [[20, 20, 20], [5, 5, 5, 5, 5], [30, 3, 3, 3], [3, 3, 3, 30], [1, 1, 1], [7] * 20, [1] * 100])
def test_a_burst_stands_in_one_split_and_no_split_is_empty(sizes: list[int]) -> None:
    photos = [*bursts(sizes), *bursts(sizes[::-1], "spoon")]
    splits, cut_labels = split_photos(photos, LABELS)
    assert cut_labels == []
    assert sum(map(len, splits.values())) == len(photos)
    found = [sessions(splits[split]) for split in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    for split in SPLITS:
        assert {photo.folder for photo in splits[split]} == set(LABELS)


@pytest.mark.parametrize("sizes", [[1] * 50, [10] * 10, [4, 9, 2, 7, 5, 11, 3, 8, 6, 5]])
def test_the_splits_come_near_to_their_fractions(sizes: list[int]) -> None:
    splits, _ = split_photos(bursts(sizes), ["cup"])
    for split, fraction in zip(SPLITS, FRACTIONS, strict=True):
        assert len(splits[split]) == pytest.approx(fraction * sum(sizes), abs=max(sizes) / 2)


def test_most_photos_of_unequal_bursts_are_there_to_learn_from() -> None:
    splits, _ = split_photos(bursts([3, 3, 3, 30]), ["cup"])
    assert sessions(splits["train"]) == {"cup-3"}


@pytest.mark.parametrize("sizes", [[20], [10, 10], [5], [3, 2]])
def test_a_label_of_few_bursts_is_cut_in_the_order_of_time_and_named(sizes: list[int]) -> None:
    photos = [*bursts(sizes), *bursts([5, 5, 5], "spoon")]
    splits, cut_labels = split_photos(photos[::-1], LABELS)
    assert cut_labels == ["cup"]
    in_time = {split: [photo for photo in splits[split] if photo.folder == "cup"] for split in SPLITS}
    assert all(in_time.values())
    times = [photo.recorded_at for split in SPLITS for photo in in_time[split]]
    assert times == sorted(times) and len(times) == sum(sizes)


def test_photos_without_a_burst_are_a_burst_each() -> None:
    photos = [Clip(path=Path("cup", f"{number}.png"), folder="cup") for number in range(10)]
    splits, cut_labels = split_photos(photos, ["cup"])
    assert ([len(splits[split]) for split in SPLITS], cut_labels) == ([6, 2, 2], [])


def test_a_burst_keeps_its_split_where_a_photo_got_another_label() -> None:
    """One photo of each burst was put under another label: its neighbours still stand on the same side."""
    photos = [*bursts([6] * 8), *(burst(f"cup-{number}", 1, "spoon")[0] for number in range(8)), *bursts([4] * 3, "spoon")]
    splits, cut_labels = split_photos(photos, LABELS)
    assert cut_labels == []
    found = [sessions(splits[split]) for split in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_a_label_whose_bursts_all_went_one_way_is_cut() -> None:
    photos = [*bursts([20, 2, 2]), *burst("cup-0", 6, "spoon")]
    splits, cut_labels = split_photos(photos, LABELS)
    assert cut_labels == ["spoon"]
    assert all(Counter(photo.folder for photo in splits[split])["spoon"] for split in SPLITS)


def test_the_splits_do_not_depend_on_the_order_of_the_photos_or_on_their_folder() -> None:
    photos = bursts([4, 9, 2, 7, 5])
    elsewhere = [Clip(path="elsewhere" / photo.path, folder=photo.folder, session=photo.session) for photo in photos]
    names = [
        {split: {photo.path.name for photo in members} for split, members in split_photos(found, ["cup"])[0].items()}
        for found in (photos, photos[::-1], elsewhere)
    ]
    assert names[0] == names[1] == names[2]


def test_a_split_without_a_share_stays_empty() -> None:
    photos = bursts([5, 5])
    splits, cut_labels = split_photos(photos, ["cup"], (0.8, 0.2, 0.0))
    assert ([len(splits[split]) for split in SPLITS], cut_labels) == ([5, 5, 0], [])
    assert [len(members) for members in cut(photos, (0.8, 0.2, 0.0)).values()] == [8, 2, 0]
    assert deal({}, FRACTIONS, {}) == {}


def test_reads_the_burst_from_the_comment_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cup").mkdir()
    stored = with_about(jpeg(), {"id": "1", "session": "b1", "recorded_at": "2026-03-01T09:30:00Z"})
    # The picture itself is missing: it is not looked at.
    (tmp_path / "cup" / "stored.jpg").write_bytes(stored[: stored.index(b"\xff\xda")])
    (tmp_path / "cup" / "plain.JPEG").write_bytes(jpeg(1))
    (tmp_path / "cup" / "other.jpg").write_bytes(jpeg(2)[:2] + b"\xff\xfe\x00\x09Made\xff\xff\xff" + jpeg(2)[2:])
    (tmp_path / "cup" / "list.jpg").write_bytes(with_about(jpeg(3), {"session": ["b"], "recorded_at": 3}))
    (tmp_path / "cup" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0\xff")
    Image.new("RGB", (40, 30)).save(tmp_path / "cup" / "picture.png")
    (tmp_path / "cup" / ".hidden.jpg").write_bytes(jpeg())
    (tmp_path / "cup" / "notes.txt").write_text("not a photo")
    found = {photo.path.name: (photo.session, photo.recorded_at) for photo in list_photos(tmp_path)}
    assert found.pop("stored.jpg") == ("b1", "2026-03-01T09:30:00Z")
    assert set(found) == {"plain.JPEG", "other.jpg", "list.jpg", "broken.jpg", "picture.png"}
    assert set(found.values()) == {(None, "")}


def test_no_photos_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no JPEG, PNG or WebP file in .*; they are expected as <label>/<file>"):
        list_photos(tmp_path)


@pytest.mark.parametrize(
    ("counts", "labels", "message"),
    [
        ({"cup": 30, "spoon": 2}, LABELS, "label 'spoon' has 2 photos; at least 5 are needed. Take 3 more."),
        ({"cup": 30, "spoon": 1}, LABELS, "label 'spoon' has 1 photo;"),
        ({"cup": 30}, LABELS, "label 'spoon' has 0 photos;"),
        ({"cup": 30, "spoon": 30}, ["cup"], "there is only one label, 'cup': a model needs something to tell it from."),
        ({}, [], "there is no label"),
        ({"cup": 30}, ["cup", "cup"], "label 'cup' stands twice"),
        ({"cup": 30}, ["../cup", "cup"], "a label holds only letters"),
    ],
)
def test_data_that_will_not_do(counts: dict, labels: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_trainable(counts, labels)


def test_there_is_no_label_for_the_rest_but_one_that_is_asked_for() -> None:
    counts = {"spoon": 9, "cup": 9, "unknown": 9, "silence": 9}
    assert check_trainable(counts, ["spoon", "cup"]) == ["spoon", "cup"]
    assert check_trainable(counts, ["cup", "unknown", "silence"]) == ["cup", "unknown", "silence"]
    assert check_trainable(counts, []) == ["cup", "silence", "spoon", "unknown"]


def test_a_comment_changes_nothing_but_itself() -> None:
    plain, about = jpeg(), {"id": "1", "speaker": "Zoë", "session": None}
    stored = with_about(plain, about)
    assert (read_about(io.BytesIO(stored)), without_comment(stored), without_comment(plain)) == (about, plain, plain)
    with Image.open(io.BytesIO(stored)) as image:
        assert json.loads(image.info["comment"]) == about
    assert [marker for marker, _ in segments(io.BytesIO(stored))][:2] == [0xE0, 0xFE]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\x89PNG", jpeg()[:30], b"\xff\xd8\xff\xff\xff\xff", b"\xff\xd8\xff\xe0\x00\x00"]
)
def test_what_is_no_whole_jpeg_tells_nothing(content: bytes) -> None:
    assert read_about(io.BytesIO(content)) == {}
    with pytest.raises(ValueError, match="not a JPEG|cut off"):
        without_comment(content)


def test_a_comment_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 65533 bytes"):
        with_about(jpeg(), {"session": "x" * 70_000})


def test_fingerprint_sees_content_and_label(tmp_path: Path) -> None:
    for folder in LABELS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(jpeg())
    photos = list_photos(tmp_path)
    assert fingerprint(photos) == fingerprint(photos[::-1]) != fingerprint(photos[1:])
