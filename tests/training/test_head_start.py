"""Bodies, synthetic voices, and the benchmark's workshop: what training begins with."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.bench.workshop import N_CLIPS, Corpus, all_draws, deal, left_out
from training.features import extract, load_default
from training.learning import Learning
from training.speech import models
from training.speech.augment import Augmenter, mel_powers
from training.speech.design import check_design, preset_design
from training.speech.fit import agreeing, fit
from training.speech.head_start import BODIES, find_head_start, has_head_start, read_about, write_body
from training.speech.pretrain import Material, pretrain
from training.speech.say import sound_of, word_list
from training.speech.spoken import SOUNDS, TALK, WORDS, edit_distance, near_misses, spoken_windows
from training.speech.voices import Voices
from training.speech.windows import Windows

PARAMS = load_default()
LABELS = ["left", "right", "unknown"]
MARGIN = 3200


def said(seed: int) -> Windows:
    return spoken_windows(LABELS, PARAMS, MARGIN, seed, lambda done, of: None)


@pytest.fixture(scope="module")
def spoken() -> Windows:
    return said(1)


@pytest.fixture(scope="module")
def recordings() -> Windows:
    """A dozen of each label, by other voices: as a person's project might hold them."""
    windows = said(2)
    rows = np.concatenate([np.flatnonzero(windows.labels == label)[-12:] for label in range(3)])
    return windows.chosen(np.isin(np.arange(len(windows)), rows))


@pytest.mark.parametrize("preset", ["medium", "small"])
def test_a_body_is_for_its_preset_and_its_front_end_only(preset: str) -> None:
    design = preset_design(preset)
    found = find_head_start(design, PARAMS)
    assert found and found.preset == preset and has_head_start(design, PARAMS)
    assert "CC BY 4.0" in found.about["attribution"] and found.about["words"] == len(word_list())
    assert all(np.isfinite(weight).all() for weight in found.weights)
    own = check_design({"layers": design.layer_list(), "name": "own"})
    assert find_head_start(own, PARAMS), "the same layers are the same network, whatever they are called"
    for other, params in ((preset_design("ds_cnn"), PARAMS), (design, replace(PARAMS, n_mfcc=12))):
        assert find_head_start(other, params) is None and not has_head_start(other, params)


@pytest.mark.parametrize("preset", ["medium", "small"])
def test_a_body_hears_words_whoever_says_them(preset: str, spoken: Windows, recordings: Windows) -> None:
    """One word's centre, by some voices, is nearest to the same word by others."""
    design = preset_design(preset)
    body = models.body_of(find_head_start(design, PARAMS), design, PARAMS)
    vectors = [
        np.asarray(body.predict(extract(w.pcm[:, MARGIN:-MARGIN], PARAMS, np.float32), verbose=0)) for w in (recordings, spoken)
    ]
    known, heard = (v - vectors[1].mean(axis=0) for v in vectors)
    centres = np.stack([known[recordings.labels == label].mean(axis=0) for label in (0, 1)])
    words = spoken.labels < 2
    right = (heard[words] @ centres.T).argmax(axis=1) == spoken.labels[words]
    assert right.mean() > 0.9


def test_synthetic_keywords_count_only_where_they_are_the_words_that_were_recorded(spoken: Windows, recordings: Windows) -> None:
    design = preset_design("medium")
    body = models.body_of(find_head_start(design, PARAMS), design, PARAMS)
    assert agreeing(body, PARAMS, recordings, spoken, 3).all()
    swapped = replace(recordings, labels=np.array([1, 0, 2])[recordings.labels])
    np.testing.assert_array_equal(agreeing(body, PARAMS, swapped, spoken, 3), spoken.labels == 2)
    np.testing.assert_array_equal(agreeing(None, PARAMS, recordings, spoken, 3), spoken.labels == 2)


def test_a_head_start_knows_at_once_what_else_takes_long(recordings: Windows, spoken: Windows) -> None:
    design = preset_design("small")
    judged = extract(spoken.pcm[:, MARGIN:-MARGIN], PARAMS, np.float32), spoken.labels
    right = {}
    for name, start in (("head start", find_head_start(design, PARAMS)), ("scratch", None)):
        model, how = fit(
            design, PARAMS, recordings, 3, epochs=2, seed=1, held=None, emit=lambda event: None, head_start=start
        )  # fmt: skip
        guesses = model.predict(judged[0], verbose=0).argmax(axis=1)
        right[name] = np.mean([(guesses == judged[1])[judged[1] == label].mean() for label in range(3)])
        assert how["start"] == (start and "small") and how["synthetic"] == 0
    assert right["head start"] > 0.7 and right["head start"] > right["scratch"] + 0.1


def test_training_keeps_the_statistics_of_the_many_voices_that_a_body_has_heard(recordings: Windows) -> None:
    design = preset_design("small")
    start = find_head_start(design, PARAMS)
    assert start
    model, _ = fit(design, PARAMS, recordings, 3, epochs=1, seed=1, held=None, emit=lambda event: None, head_start=start)
    changed = {
        weight.name
        for weight, known in zip(model.weights, start.weights, strict=False)  # the last layer is none of the body's
        if not np.array_equal(weight.numpy(), known)
    }
    assert changed == {"kernel"}


@pytest.mark.parametrize(("windows_for_all", "share"), [(1000, 0.65), (48, 0.75), (10, 1.0)])
def test_of_few_clips_it_goes_a_part_of_the_way_only(
    windows_for_all: int, share: float, recordings: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """36 clips; what was learned is what the network had when its training ended."""
    design = preset_design("small")
    known, learned = find_head_start(design, PARAMS), []

    class Watched(Learning):
        def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
            super().on_train_end(logs)
            learned.extend(self.model.get_weights())

    monkeypatch.setattr("training.speech.fit.Learning", Watched)
    monkeypatch.setattr("training.speech.fit._WINDOWS_FOR_ALL", windows_for_all)
    model, _ = fit(design, PARAMS, recordings, 3, epochs=1, seed=1, held=None, emit=lambda event: None, head_start=known)
    assert known
    body = list(zip(known.weights, learned, model.get_weights(), strict=False))  # the last layer is none of the body's
    assert any(not np.array_equal(first, last) for first, last, _ in body)
    for first, last, got in body:
        assert got == pytest.approx(first + share * (last - first), abs=1e-6)


def test_what_sounds_like_a_keyword_is_unknown(spoken: Windows) -> None:
    with Voices() as voices:
        near = near_misses(["yes"], 6, voices)
    assert {"yet", "guess", "less"} <= set(near) and "yes" not in near
    assert [edit_distance(*pair) for pair in (("", "abc"), ("kitten", "sitting"), ("yes", "yes"))] == [3, 3, 0]
    counts = np.bincount(spoken.labels)
    assert counts[0] == counts[1] == 40 and counts[2] > 600
    assert {clip.path.name for clip, label in zip(spoken.clips, spoken.labels, strict=True) if label == 0} == {"left"}
    unknown = [clip.path for clip, label in zip(spoken.clips, spoken.labels, strict=True) if label == 2]
    assert not {path.name for path in unknown} & {"left", "right"}
    with Voices() as voices:
        held = [sum(sound_of(word, voices) in path.name.replace("'", "") for path in unknown) for word in LABELS[:2]]
    assert min(held) >= 150, "none hold the keywords' sounds"
    assert {path.parent.name for path in unknown} == {WORDS, SOUNDS, TALK}


def test_synthetic_voices_have_most_of_a_class_where_little_is_recorded(recordings: Windows, spoken: Windows) -> None:
    """Told by the share of batches in which a silent recording, which a synthetic word never is, was drawn."""
    silent = replace(recordings, pcm=np.zeros_like(recordings.pcm))

    def share_of_recorded(times: int) -> float:
        many = Windows(np.repeat(silent.pcm, times, axis=0), np.repeat(silent.labels, times), [], [*silent.clips] * times)
        features, labels = next(Augmenter(many, PARAMS, 3, 1, spoken=spoken).batches(1000))
        loud = features[:, :, 0].max(axis=1) - features[:, :, 0].min(axis=1)
        return float((loud[labels < 2] < 20).mean())

    few, many = share_of_recorded(1), share_of_recorded(40)
    assert 0.15 < few < 0.6 < 0.85 < many


def test_a_body_is_taught_and_kept(tmp_path: Path, spoken: Windows) -> None:
    names = [clip.path.name for clip in spoken.clips]
    powers = mel_powers(spoken.pcm, PARAMS)
    noise = np.random.default_rng(1).integers(-300, 300, (4, spoken.pcm.shape[1])).astype(np.int16)
    material = Material(powers[:90], names[:90], powers[90:], names[90:], noise).without(["left"])
    assert "left" not in {*material.recorded_words, *material.spoken_words} and "right" in material.recorded_words
    weights, about = pretrain("small", PARAMS, material, 3, 1)
    write_body(tmp_path, "small", weights, about)
    kept = find_head_start(preset_design("small"), PARAMS, tmp_path)
    assert kept and all(np.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(kept.weights, weights, strict=True))
    assert json.loads((tmp_path / "bodies.json").read_text())["small"]["params_crc32"] == PARAMS.crc32
    assert set(read_about(BODIES)) == {"medium", "small"}


def test_the_workshop_tests_people_and_words_that_were_not_learned() -> None:
    rng = np.random.default_rng(1)
    words = [word for _ in range(40) for word in ("left", "right", "cat", "stop")]
    people = [f"p{row // 4}" for row in range(len(words))]
    pcm = rng.integers(-2000, 2000, (len(words), PARAMS.clip_length + 2 * MARGIN)).astype(np.int16)
    corpus = Corpus(pcm, np.array(words), np.array(people))
    for draw in all_draws(1):
        learned, tested = deal(draw, corpus, PARAMS)
        assert draw.words == ("left", "right") and set(draw.words) < set(left_out(draw.fold))
        assert np.bincount(learned.labels).tolist() == [N_CLIPS] * 3
        assert len({clip.speaker for clip in learned.clips}) == draw.people
        assert not {clip.speaker for clip in learned.clips} & {clip.speaker for clip in tested.clips}
        assert tested.pcm.shape[1] == PARAMS.clip_length and len(np.unique(learned.pcm, axis=0)) == len(learned)
        again, _ = deal(draw, corpus, PARAMS)
        np.testing.assert_array_equal(learned.pcm, again.pcm)
