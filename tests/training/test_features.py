"""The reference front end against librosa, its golden vectors, and the file of its parameters."""

import base64
import json
from dataclasses import replace

import librosa
import numpy as np
import pytest
import scipy.signal

from training.convert.frontend_tables import build_tables
from training.features import MfccParams, extract, load_default, stage_vectors
from training.features import vectors as golden
from training.features.cost import cost, frame_instructions, table_bytes
from training.features.mfcc import frame_clip, stages

PARAMS = load_default()
SIGNALS = {name: pcm for name, _, flags, pcm in golden.signals(PARAMS) if "error" not in flags}


def librosa_mfcc(pcm: np.ndarray, params: MfccParams) -> np.ndarray:
    """The same front end out of librosa's parts, in float64."""
    # librosa puts the window in the middle of the FFT's frame; moving the signal by the difference lines both up.
    lead = (params.n_fft - params.frame_length) // 2
    samples = np.concatenate([np.zeros(lead), pcm / 32768, np.zeros(params.n_fft)])
    mel = librosa.feature.melspectrogram(
        y=samples,
        sr=params.sample_rate,
        n_fft=params.n_fft,
        hop_length=params.hop_length,
        win_length=params.frame_length,
        window=scipy.signal.get_window("hann", params.frame_length, fftbins=True),
        center=False,
        power=2.0,
        n_mels=params.n_mels,
        fmin=params.fmin,
        fmax=params.fmax,
        htk=True,
        norm=None,
        dtype=np.float64,
    )
    mfcc = librosa.feature.mfcc(S=np.log(np.maximum(mel, params.log_floor)), n_mfcc=params.n_mfcc, dct_type=2, norm="ortho")
    return mfcc.T[: params.frames_in(len(pcm))]


@pytest.mark.parametrize("name", SIGNALS)
def test_equals_librosa(name: str) -> None:
    ours = extract(SIGNALS[name], PARAMS)
    np.testing.assert_allclose(ours, librosa_mfcc(SIGNALS[name], PARAMS), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "change",
    [
        {"n_mfcc": 40},
        {"n_mels": 20, "n_mfcc": 20, "fmax": 4000},
        {"frame_length": 512, "hop_length": 256},
        {"frame_length": 640, "n_fft": 1024, "fmin": 0, "fmax": 8000},
        {"log_floor": 1e-3, "n_mfcc": 1},
    ],
)
def test_equals_librosa_with_other_parameters(change: dict) -> None:
    params = replace(PARAMS, **change)
    np.testing.assert_allclose(extract(SIGNALS["chirp"], params), librosa_mfcc(SIGNALS["chirp"], params), rtol=0, atol=1e-6)


def test_golden_vectors_are_what_the_reference_computes() -> None:
    vectors = json.loads(golden.PATH.read_text())
    params = MfccParams.from_dict(vectors["params"])
    assert params == PARAMS and vectors["params_crc32"] == PARAMS.crc32
    for case in vectors["cases"]:
        pcm = np.frombuffer(base64.b64decode(case["pcm"]), "<i2")
        if "error" in case["flags"]:
            with pytest.raises(ValueError, match="at least one frame"):
                extract(pcm, params)
            continue
        mfcc = extract(pcm, params)
        assert list(mfcc.shape) == case["shape"]
        assert np.abs(mfcc.ravel() - case["mfcc"]).max() <= vectors["tolerance"]["python"]


def test_golden_vectors_tell_conventions_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loosest tolerance lies far below the smallest mistake of convention."""
    reference = {name: extract(pcm, PARAMS) for name, pcm in SIGNALS.items()}
    symmetric = np.hanning(PARAMS.frame_length)
    monkeypatch.setattr("training.features.mfcc.hann_periodic", lambda length: symmetric)
    largest = max(np.abs(extract(pcm, PARAMS) - reference[name]).max() for name, pcm in SIGNALS.items())
    assert largest > 10 * max(golden.TOLERANCE.values())


def test_batch_equals_single_clips() -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, (3, 2, PARAMS.clip_length)).astype(np.int16)
    batch = extract(pcm, PARAMS)
    assert batch.shape == (3, 2, *PARAMS.shape)
    np.testing.assert_allclose(batch[2, 1], extract(pcm[2, 1], PARAMS), rtol=0, atol=1e-9)


def test_frames_overlap_and_drop_the_tail() -> None:
    frames = frame_clip(np.arange(1000, dtype=np.int16), PARAMS)
    assert frames.shape == (PARAMS.frames_in(1000), PARAMS.frame_length) == (2, 480)
    assert frames[1, 0] == PARAMS.hop_length
    assert PARAMS.frames_in(PARAMS.frame_length - 1) == 0


@pytest.mark.parametrize("pcm", [np.zeros(16000), np.zeros(16000, np.float32), np.zeros(16000, np.int32)])
def test_only_int16_is_audio(pcm: np.ndarray) -> None:
    with pytest.raises(ValueError, match="must be int16"):
        extract(pcm, PARAMS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_mels": "40"}, "n_mels must be of type int, got '40'"),
        ({"n_mels": True}, "n_mels must be of type int"),
        ({"window": "hamming"}, "window must be one of hann_periodic, got 'hamming'"),
        ({"n_fft": 500}, "n_fft must be a power of two"),
        ({"frame_length": 513}, "frame_length must be 16 to n_fft, got frame_length = 513"),
        ({"hop_length": 0}, "hop_length must be 1 to frame_length"),
        ({"n_mfcc": 41}, "n_mfcc must be 1 to n_mels"),
        ({"fmax": 8001}, "fmin and fmax must satisfy"),
        ({"fmin": float("nan")}, "fmin must be finite"),
        ({"log_floor": 0.0}, "log_floor must be 1e-12 to 1"),
        ({"schema": 2}, "schema must be 1"),
        ({"lifter": 22}, "unknown front end parameter 'lifter'"),
    ],
)
def test_parameters_that_cannot_be_honoured_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MfccParams.from_dict(PARAMS.to_dict() | change)


def test_a_missing_parameter_is_named() -> None:
    values = PARAMS.to_dict()
    del values["dct"]
    with pytest.raises(ValueError, match="'dct' is missing"):
        MfccParams.from_dict(values)


def test_crc_depends_on_every_value_and_not_on_order_or_spelling() -> None:
    values = PARAMS.to_dict()
    assert MfccParams.from_dict(dict(reversed(values.items()))).crc32 == PARAMS.crc32
    assert replace(PARAMS, fmin=20.0).crc32 == PARAMS.crc32
    others = {
        replace(PARAMS, **change).crc32 for change in ({"fmin": 21}, {"n_mfcc": 12}, {"log_floor": 1e-7}, {"hop_length": 321})
    }
    assert len(others | {PARAMS.crc32}) == 5


@pytest.mark.parametrize("name", SIGNALS)
def test_float32_is_near_the_reference(name: str) -> None:
    mfcc = extract(SIGNALS[name], PARAMS, np.float32)
    assert mfcc.dtype == np.float32
    assert np.abs(mfcc - extract(SIGNALS[name], PARAMS)).max() < 1e-3


STAGE_VECTORS = json.loads(stage_vectors.PATH.read_text())


@pytest.mark.parametrize("case", STAGE_VECTORS["cases"], ids=lambda case: case["id"])
def test_the_stages_are_those_of_the_golden_vectors(case: dict) -> None:
    params = MfccParams.from_dict(case["params"])
    found = stages(stage_vectors.signal(), params)
    pcm = np.frombuffer(base64.b64decode(STAGE_VECTORS["pcm"]), "<i2")
    assert np.array_equal(pcm, stage_vectors.signal())
    assert list(params.shape) == case["shape"] and cost(params).to_dict() == case["cost"]
    for stage, wanted in case["stages"].items():
        row = getattr(found, stage)[case["frame"]][: len(wanted)]
        assert np.abs(row - wanted).max() <= 1e-6, stage
        if stage == "windowed":
            assert len(wanted) == params.frame_length


@pytest.mark.parametrize("name", stage_vectors.SETTINGS)
@pytest.mark.filterwarnings("ignore:Empty filters detected")
def test_every_stage_equals_librosa(name: str) -> None:
    """Each stage by librosa from the same samples, not from our stage before it."""
    params = next(params for other, _, params in stage_vectors.settings() if other == name)
    pcm = stage_vectors.signal()
    found = stages(pcm, params)
    frames = librosa.util.frame(pcm / 32768, frame_length=params.frame_length, hop_length=params.hop_length)
    windowed = frames * librosa.filters.get_window("hann", params.frame_length, fftbins=True)[:, None]
    padded = np.pad(windowed, ((0, params.n_fft - params.frame_length), (0, 0)))
    lead = np.zeros((params.n_fft - params.frame_length) // 2)  # librosa puts the window in the middle of the transform
    spectrum = librosa.stft(
        np.concatenate([lead, pcm / 32768, np.zeros(params.n_fft)]), n_fft=params.n_fft, hop_length=params.hop_length,
        win_length=params.frame_length, center=False, dtype=np.complex128,
    )  # fmt: skip
    power = np.abs(spectrum[:, : len(found.power)]) ** 2
    filters = librosa.filters.mel(
        sr=params.sample_rate, n_fft=params.n_fft, n_mels=params.n_mels, fmin=params.fmin, fmax=params.fmax, htk=True, norm=None,
        dtype=np.float64,
    )  # fmt: skip
    log_mel = np.log(np.maximum(filters @ power, params.log_floor))
    wanted = {
        "windowed": padded,
        "power": power,
        "mel": filters @ power,
        "log_mel": log_mel,
        "mfcc": librosa.feature.mfcc(S=log_mel, n_mfcc=params.n_mfcc, dct_type=2, norm="ortho"),
    }
    for stage, values in wanted.items():
        np.testing.assert_allclose(getattr(found, stage), values.T, rtol=1e-9, atol=1e-6, err_msg=stage)


def test_the_bytes_are_those_of_the_board_s_tables() -> None:
    for _, _, params in stage_vectors.settings():
        tables = build_tables(params)
        n_bytes = sum(value.nbytes for value in vars(tables).values() if isinstance(value, np.ndarray))
        assert table_bytes(params) == n_bytes


def test_the_estimate_is_close_to_what_was_measured() -> None:
    assert frame_instructions(PARAMS) == pytest.approx(32_517, rel=0.002)
