"""The firmware as a whole on the PC, with AddressSanitizer and UBSan: what it says to a stream of sound and to commands."""

import base64
import json
import re
import struct
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.board.protocol import LineReader, encode
from tests.firmware.conftest import FLAGS, HOST, ROOT, SANITIZERS, SHIPPED, Build, firmware_sources, run, words
from training.convert import board_frontend
from training.convert.board_check import Reference
from training.convert.sketch import check_for_board, check_labels, write_sketch
from training.features.params import load_default

PARAMS = load_default()
VECTORS = json.loads((ROOT / "tests" / "vectors" / "decision.json").read_text(encoding="utf-8"))
SETTLE_SAMPLES = 64_000  # that the Arduino's adapter leaves out
Step = tuple[str, bytes]


def samples(pcm: np.ndarray) -> Step:
    return "m", pcm.astype("<i2").tobytes()


def say(message: dict[str, Any], seq: int = 0) -> Step:
    return "s", encode(message, seq)


def lost(n: int) -> Step:
    return "l", struct.pack("<I", n)


def noise(n: int, seed: int = 0, level: float = 3000) -> np.ndarray:
    return np.clip(np.rint(np.random.default_rng(seed).normal(0, level, n)), -32768, 32767).astype(np.int16)


def run_board(program: Path, steps: Iterable[Step]) -> tuple[list[dict[str, Any]], list[str]]:
    """What the board says, every line of it whole, and its LED."""
    script = b"".join(kind.encode() + struct.pack("<I", len(content)) + content for kind, content in steps)
    done = subprocess.run([str(program)], input=script, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    reader = LineReader()
    messages = reader.feed(done.stdout)
    assert (reader.dropped_lines, reader.sequence_gaps) == (0, 0)
    return messages, done.stderr.decode().splitlines()


Converse = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def converse(program: Path) -> Converse:
    """Run steps; what the board says after its first hello."""

    def run_steps(*steps: Step) -> list[dict[str, Any]]:
        messages, _ = run_board(program, steps)
        assert messages[0]["type"] == "hello"
        return messages[1:]

    return run_steps


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference(SHIPPED)


def of_type(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


def without(message: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in names}


# Saying what it is


def test_it_says_hello_at_start_and_when_asked(program: Path, manifest: dict[str, Any]) -> None:
    (first, second), _ = run_board(program, [say({"type": "info"})])
    assert first.pop("arena_bytes") > 0
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert first == {
        "type": "hello",
        "seq": 0,
        "firmware": version[1],
        "bundle": f"{manifest['project']}/{manifest['run']}",
        "labels": manifest["labels"],
        "params_crc32": manifest["params_crc32"],
        "runtime": "generated",
        "sample_rate": 16000,
        "window": manifest["window"],
        "stride": manifest["stride"],
        "presets": list(manifest["decision"]["presets"]),
        "preset": "normal",
    }
    assert without(second, "seq", "arena_bytes") == without(first, "seq")


# Hearing


def python_board(reference: Reference, pcm: np.ndarray, threshold: float) -> tuple[list[dict], list[dict]]:
    """What the board must say of a stream: inferences and detections, by Python's front end, TFLM and decision."""
    manifest = reference.manifest
    labels, decision = manifest["labels"], manifest["decision"]
    inferences, detections, history, silent_until = [], [], [], 0
    end = PARAMS.frame_length + (PARAMS.n_frames - 1) * PARAMS.hop_length
    while end <= len(pcm):
        scores = np.array(reference.expect(pcm[max(0, end - PARAMS.clip_length) : end]).scores)
        inferences.append({"scores": scores.tolist(), "label": int(scores.argmax()), "at": end})
        history = [*history, (scores - manifest["output"]["zero_point"]) * manifest["output"]["scale"]][-decision["n_smooth"] :]
        mean = np.mean(history, axis=0)
        best = int(mean.argmax())
        is_ready = len(history) == decision["n_smooth"] and end >= silent_until
        if is_ready and labels[best] != "unknown" and mean[best] >= threshold:
            detections.append({"label": best, "score": round(float(mean[best]), 4), "at": end})
            silent_until = end + decision["refractory"]
        end += manifest["stride"]
    return inferences, detections


def test_a_stream_is_heard_as_python_hears_it(
    program: Path, reference: Reference, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each inference covers 15,840 samples: 49 frames; Python's window begins where the first of them does.
    monkeypatch.setattr(Reference, "expect", _expect_frames)
    pcm = words(160_000)
    threshold = 0.2
    sizes = np.random.default_rng(4).integers(1, 3000, 400)
    pieces = [piece for piece in np.split(pcm, np.cumsum(sizes)) if len(piece)]
    messages, leds = run_board(program, [say({"type": "threshold", "value": threshold}), *map(samples, pieces)])
    inferences, detections = python_board(reference, pcm, threshold)
    heard = [without(message, "type", "seq", "features_us", "model_us") for message in of_type(messages, "inference")]
    assert heard == inferences and len(heard) > 40
    assert [without(message, "type", "seq") for message in of_type(messages, "detection")] == detections
    assert len(detections) > 3, "most of ten spoken keywords should be detected"
    colours = ("0072b2", "e69f00", "009e73")
    assert [led for led in leds if led != "000000"] == [colours[detection["label"]] for detection in detections]


def _expect_frames(self: Reference, pcm: np.ndarray) -> Any:
    """As `Reference.expect`, for the 15,840 samples that 49 frames cover."""
    from training.convert.board_check import Expected

    pcm = pcm[-(PARAMS.frame_length + (PARAMS.n_frames - 1) * PARAMS.hop_length) :]
    model = self._model
    features = board_frontend.quantise(board_frontend.extract(pcm, PARAMS), model.input["scale"], model.input["zero_point"])
    return Expected(features.tobytes(), tuple(map(int, model.run(features.reshape(1, *PARAMS.shape))[0])))


@pytest.fixture(scope="session")
def decided(manifest: dict[str, Any], model: bytes, build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sketch of the golden vectors' bundle, with a program around its decision."""
    sketch = tmp_path_factory.mktemp("decided") / "sketch"
    output = manifest["output"] | {"scale": VECTORS["scale"], "zero_point": VECTORS["zero_point"]}
    write_sketch(manifest | {name: VECTORS[name] for name in ("labels", "decision")} | {"output": output}, model, sketch)
    sources = [sketch / "src" / "decision.cpp", sketch / "src" / "generated" / "bundle.cpp"]
    return build([HOST / "decision_main.cpp", *sources], [sketch / "src"], ["-O1", *SANITIZERS])


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_the_board_decides_as_python_does(decided: Path, case: dict[str, Any]) -> None:
    rows = [f"{at} {' '.join(map(str, row))}" for at, row in zip(case["at"], case["scores"], strict=True)]
    for number, preset in enumerate(VECTORS["decision"]["presets"]):
        lines = run([str(decided)], "\n".join([str(number), *rows]).encode()).decode().splitlines()
        found = [(int(label), float(score), int(at)) for label, score, at in (line.split() for line in lines)]
        wanted = case["detections"][preset]
        assert [(VECTORS["labels"][label], at) for label, _, at in found] == [(each["label"], each["at"]) for each in wanted]
        assert [score for _, score, _ in found] == pytest.approx([each["score"] for each in wanted], abs=VECTORS["tolerance"])


def test_a_preset_is_chosen_and_said(manifest: dict[str, Any], model: bytes, build: Build, tmp_path: Path) -> None:
    presets = {name: preset | {"thresholds": {"yes": 0.0, "no": 0.0}} for name, preset in VECTORS["decision"]["presets"].items()}
    presets["strict"]["thresholds"] = {"yes": 1.0, "no": 1.0}
    write_sketch(manifest | {"decision": VECTORS["decision"] | {"presets": presets}}, model, tmp_path / "sketch")
    program = build([HOST / "app_main.cpp", *firmware_sources(tmp_path / "sketch")], [tmp_path / "sketch" / "src", HOST], ["-O0"])
    info, word = say({"type": "info"}), samples(words(160_000))
    eager, strict = say({"type": "decision", "preset": "eager"}), say({"type": "decision", "preset": "strict"})
    messages, _ = run_board(program, [eager, info, word, say({"type": "threshold", "value": 0.4}), info])
    hello = of_type(messages, "hello")
    assert [(each["presets"], each["preset"]) for each in hello] == [(list(presets), name) for name in ("normal", "eager", None)]
    assert of_type(messages, "detection")
    messages, _ = run_board(program, [say({"type": "threshold", "value": 0}), strict, info, word])
    assert of_type(messages, "hello")[-1]["preset"] == "strict" and not of_type(messages, "detection")


def test_nothing_is_heard_before_there_is_a_window_nor_decided_before_three(converse: Converse) -> None:
    first = PARAMS.frame_length + (PARAMS.n_frames - 1) * PARAMS.hop_length
    assert converse(samples(noise(first - 1))) == []
    quiet = [say({"type": "threshold", "value": 0}), samples(noise(first + 2 * 3200))]
    messages = converse(*quiet)
    assert [message["at"] for message in of_type(messages, "inference")] == [first, first + 3200, first + 6400]
    assert all(message["at"] >= first + 6400 for message in of_type(messages, "detection"))


def test_inferences_are_sent_only_while_they_are_wanted(converse: Converse) -> None:
    off, on = say({"type": "stream", "on": False}), say({"type": "stream", "on": True}, 1)
    messages = converse(off, samples(noise(32_000)), on, samples(noise(6400)))
    assert [message["type"] for message in messages][:2] == ["ack", "ack"]
    assert len(of_type(messages, "inference")) == 2


def test_lost_samples_end_what_they_cut(converse: Converse) -> None:
    messages = converse(
        samples(noise(16_000)),
        say({"type": "record", "ms": 1000}, 7),
        samples(noise(8000)),
        lost(500),
        samples(noise(3000)),
        samples(noise(15_840)),
    )
    (error,) = of_type(messages, "error")
    assert (error["re"], error["detail"]) == (7, "samples were lost: the board was busy for too long")
    assert len(of_type(messages, "audio")) == 8000 // 300
    # Positions count the lost samples too; a new window begins after them.
    assert of_type(messages, "inference")[-1]["at"] == 16_000 + 8000 + 500 + 15_840


# Recording


def test_a_recording_is_what_the_microphone_hears_from_then_on(converse: Converse) -> None:
    pcm = noise(20_000, 6)
    messages = converse(samples(pcm[:1000]), say({"type": "record", "ms": 1000}, 3), *map(samples, np.split(pcm[1000:], 19)))
    pieces = of_type(messages, "audio")
    assert [(piece["re"], piece["piece"], piece["pieces"]) for piece in pieces] == [(3, n, 54) for n in range(54)]
    heard = b"".join(base64.b64decode(piece["data"]) for piece in pieces)
    assert heard == pcm[1000:17_000].astype("<i2").tobytes()
    assert pieces[-1]["seq"] < messages[-1]["seq"] or messages[-1] == pieces[-1]


def test_the_longest_recording_and_a_second_one_at_once(converse: Converse) -> None:
    messages = converse(say({"type": "record", "ms": 10_000}, 0), say({"type": "record", "ms": 1}, 1), samples(noise(160_001)))
    (error,) = of_type(messages, "error")
    assert (error["re"], error["detail"]) == (1, "a recording is going on")
    assert len(of_type(messages, "audio")) == 534


# Replaying


def replay(kind: str, content: bytes, size: int = 600) -> list[Step]:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return [
        say({"type": "replay", "kind": kind, "piece": n, "pieces": len(pieces), "data": base64.b64encode(piece).decode()}, n)
        for n, piece in enumerate(pieces)
    ]


@pytest.mark.parametrize("size", [600, 2, 598])
def test_a_replayed_clip_is_answered_with_features_and_scores(converse: Converse, reference: Reference, size: int) -> None:
    pcm = noise(16_000, 9)
    expected = reference.expect(pcm)
    steps = replay("clip", pcm.astype("<i2").tobytes(), size)
    *acks, result = converse(*steps)
    assert [(ack["type"], ack["re"]) for ack in acks] == [("ack", n) for n in range(len(steps) - 1)]
    assert without(result, "seq", "features_us", "model_us") == {
        "type": "result",
        "re": len(steps) - 1,
        "features_crc32": expected.features_crc32,
        "scores": list(expected.scores),
    }


def test_replayed_features_are_answered_with_scores(converse: Converse, reference: Reference) -> None:
    expected = reference.expect(noise(16_000, 10))
    ack, result = converse(*replay("features", expected.features))
    assert (ack["type"], result["type"]) == ("ack", "result")
    assert (result["features_crc32"], tuple(result["scores"])) == (expected.features_crc32, expected.scores)


def test_a_replay_does_not_disturb_what_the_microphone_hears(converse: Converse) -> None:
    pcm = noise(32_000, 11)
    steps = replay("clip", noise(16_000, 12).astype("<i2").tobytes())
    alone = of_type(converse(samples(pcm)), "inference")
    half = [samples(pcm[:17_000]), *steps, samples(pcm[17_000:])]
    assert [without(message, "seq") for message in of_type(converse(*half), "inference")] == [
        without(message, "seq") for message in alone
    ]


def piece(**changes: Any) -> Step:
    message = {"type": "replay", "kind": "features", "piece": 0, "pieces": 2, "data": base64.b64encode(bytes(600)).decode()}
    return say(message | changes)


@pytest.mark.parametrize(
    ("steps", "detail"),
    [
        ([piece(kind="song")], "'kind' must be clip or features"),
        ([piece(piece=2)], "'piece' must be 0 to 'pieces' - 1"),
        ([piece(pieces=-1)], "'piece' must be 0 to 'pieces' - 1"),
        ([piece(piece=1)], "a piece is missing; begin again with piece 0"),
        ([piece(), piece(piece=1, pieces=3)], "a piece is missing; begin again with piece 0"),
        ([piece(), piece(piece=1, kind="clip")], "a piece is missing; begin again with piece 0"),
        ([piece(), piece(piece=1)], "the pieces are more than one window"),
        ([piece(), piece(piece=1, data="")], "the pieces are not one window"),
        ([piece(data="AAA")], "'data' must be base64 of at most 600 bytes"),
        ([piece(data="AAA*")], "'data' must be base64 of at most 600 bytes"),
        ([piece(data="AB==")], "'data' must be base64 of at most 600 bytes"),
        ([piece(data="AA=A")], "'data' must be base64 of at most 600 bytes"),
        ([piece(data="A" * 804)], "'data' must be base64 of at most 600 bytes"),
        ([piece(data=7)], "'data' must be base64"),
        ([piece(kind="clip", data="AAAA")], "a piece ends within a sample"),
        ([say({"type": "record"})], "'ms' must be 1 to 10000"),
        ([say({"type": "record", "ms": 10_001})], "'ms' must be 1 to 10000"),
        ([say({"type": "record", "ms": 0.5})], "'ms' must be 1 to 10000"),
        ([say({"type": "stream", "on": 1})], "'on' must be true or false"),
        ([say({"type": "threshold", "value": 1.01})], "'value' must be 0 to 1"),
        ([say({"type": "threshold", "value": -0.1})], "'value' must be 0 to 1"),
        ([say({"type": "threshold", "value": None})], "'value' must be 0 to 1"),
        ([say({"type": "decision", "preset": "bold"})], "'preset' must be one that hello names"),
        ([say({"type": "decision"})], "'preset' must be one that hello names"),
        ([say({"type": "dance"})], "'type' must be info, stream, record, replay, decision or threshold"),
    ],
)
def test_what_cannot_be_done_is_said(converse: Converse, steps: list[Step], detail: str) -> None:
    last = converse(*steps)[-1]
    assert (last["type"], last["detail"], last["re"]) == ("error", detail, 0)


def test_after_an_error_a_replay_begins_again(converse: Converse, reference: Reference) -> None:
    expected = reference.expect(noise(16_000, 13))
    messages = converse(piece(), piece(piece=1, data=""), *replay("features", expected.features))
    assert messages[-1]["type"] == "result" and tuple(messages[-1]["scores"]) == expected.scores


def test_noise_on_the_line_leaves_the_board_as_it_was(converse: Converse) -> None:
    rng = np.random.default_rng(14)
    rubbish = [("s", rng.integers(0, 256, 5000).astype(np.uint8).tobytes()), ("s", b"y" * 1_000_000), ("s", b"\n")]
    assert [message["type"] for message in converse(*rubbish, say({"type": "info"}))] == ["hello"]


def test_broken_commands_are_survived(program: Path) -> None:
    """Commands with members changed at random: each is answered once, and never by a crash."""
    rng = np.random.default_rng(15)
    values = [0, 1, -1, 2**31, 2**32 - 1, 1e30, 0.5, True, None, "clip", "features", "A" * 200, "AAAA", ""]
    names = ["on", "ms", "kind", "piece", "pieces", "data", "value"]
    types = ["info", "stream", "record", "replay", "decision", "threshold", "x"]
    steps = []
    for seq in range(3000):
        chosen = rng.choice(names, rng.integers(0, 5), replace=False)
        members = {str(name): values[rng.integers(len(values))] for name in chosen}
        steps.append(say({"type": str(rng.choice(types)), **members}, seq))
    messages, _ = run_board(program, steps)
    answered = [message["re"] for message in messages if "re" in message]
    assert len(set(answered)) == len(answered)
    n_hello = len(of_type(messages, "hello")) - 1
    n_records = sum(b'"record"' in content and b'"ms":1,' in content for _, content in steps)
    assert len(answered) + n_hello >= 3000 - n_records


# The sketch itself


@pytest.fixture(scope="session")
def arduino_program(sketch: Path, build: Build) -> Path:
    """The sketch, whole, on a fake Arduino."""
    sources = [HOST / "arduino" / "fake_board.cpp", sketch / "nestling.ino", *sorted((sketch / "src").rglob("*.cpp"))]
    return build(sources, [HOST / "arduino"], ["-O1", *SANITIZERS])


def test_the_sketch_says_on_an_arduino_what_the_application_says(arduino_program: Path, program: Path) -> None:
    pcm = noise(48_000, 16)
    unsettled = samples(np.full(SETTLE_SAMPLES, 12_345, np.int16))
    commands = [say({"type": "info"}, 0), say({"type": "record", "ms": 500}, 1)]
    on_arduino, lines = run_board(arduino_program, [unsettled, *commands, samples(pcm)])
    on_pc, _ = run_board(program, [*commands, samples(pcm)])
    assert on_arduino == on_pc
    assert lines[0] == "led 0 0 0" and not any("not read" in line for line in lines)


def test_without_a_listener_the_sketch_goes_on(arduino_program: Path) -> None:
    settled = samples(np.zeros(SETTLE_SAMPLES, np.int16))
    script = [settled, ("d", b""), samples(noise(32_000)), ("c", b""), say({"type": "info"})]
    reader = LineReader()
    data = b"".join(kind.encode() + struct.pack("<I", len(content)) + content for kind, content in script)
    messages = reader.feed(run([str(arduino_program)], data))
    assert [message["type"] for message in messages] == ["hello", "hello"]
    assert (reader.dropped_lines, reader.sequence_gaps) == (0, 1)


def test_a_board_that_is_busy_says_so(arduino_program: Path) -> None:
    settled = samples(np.zeros(SETTLE_SAMPLES, np.int16))
    messages, _ = run_board(arduino_program, [settled, ("i", noise(9000).astype("<i2").tobytes()), samples(noise(16_000))])
    assert [message["detail"] for message in of_type(messages, "error")] == ["samples were lost: the board was busy for too long"]
    assert of_type(messages, "inference")


@pytest.mark.parametrize("runtime", ["generated", "tflm"])
def test_the_sketch_compiles_as_the_board_s_core_compiles_it(
    manifest: dict[str, Any], model: bytes, gxx: str, tmp_path: Path, runtime: str
) -> None:
    folder = tmp_path / "my-words"
    write_sketch(manifest, model, folder, runtime)
    sources = [folder / "my-words.ino", *sorted((folder / "src").rglob("*.cpp"))]
    include = [f"-I{HOST / 'arduino'}", f"-I{HOST / 'tflm'}"]
    for source in sources:
        # The IDE puts Arduino.h, with its macros, before a sketch's first line.
        first = ["-include", "Arduino.h"] if source.suffix == ".ino" else []
        run([gxx, *FLAGS, *include, *first, "-fsyntax-only", "-x", "c++", str(source)])
    is_tflm = "\n#define NESTLING_RUNTIME_TFLM\n" in (folder / "src" / "runtime" / "runtime_choice.h").read_text()
    assert is_tflm == (runtime == "tflm")
    text = (folder / "src" / "generated" / "tflm_ops.h").read_text()
    assert re.findall(r"->Add(\w+)\(\)", text) == ["Reshape", "DepthwiseConv2D", "Conv2D", "Mean", "FullyConnected", "Softmax"]


def test_only_the_adapters_know_arduino() -> None:
    for path in (ROOT / "firmware" / "nestling" / "src").rglob("*.*"):
        includes = re.findall(r"#include\s*[<\"](Arduino\.h|PDM\.h)", path.read_text(encoding="utf-8"))
        assert not includes or path.parent.name == "adapters", path


# What the board refuses to be


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({'kParamsCrc32[] = "a82be873"': 'kParamsCrc32[] = "00000000"'}, "tables are not those that the model was trained with"),
        ({"kInputScale = 0": "kInputScale = 1"}, "quantisation is not that of the manifest"),
    ],
)
def test_a_model_that_does_not_fit_is_an_error_and_nothing_is_heard(
    sketch: Path, build: Build, tmp_path: Path, changes: dict[str, str], detail: str
) -> None:
    import shutil

    shutil.copytree(sketch / "src", tmp_path / "src")
    header = tmp_path / "src" / "generated" / "bundle.h"
    text = header.read_text()
    for old, new in changes.items():
        assert old in text
        header.write_text(text.replace(old, new))
    program = build([HOST / "app_main.cpp", *firmware_sources(tmp_path)], [tmp_path / "src", HOST], ["-O0"])
    messages, _ = run_board(program, [samples(noise(40_000)), say({"type": "info"}, 5)])
    assert [(message["type"], message["re"]) for message in messages] == [("error", None), ("error", 5)]
    assert detail in messages[0]["detail"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stride": 100}, "'stride' must be a multiple of 320"),
        ({"stride": 0}, "'stride' must be a multiple of 320"),
        ({"window": 8000}, "the board hears windows of 16000 samples"),
        ({"labels": ["yes", "unknown"]}, "into 2 scores"),
        ({"project": "No!"}, "a bundle is named"),
        (
            {
                "decision": {
                    "n_smooth": 3,
                    "refractory": 1,
                    "preset": "bold",
                    "presets": {"bold": VECTORS["decision"]["presets"]["eager"]},
                }
            },
            "the board knows the presets strict, normal, eager, the manifest has 'bold'",
        ),
    ],
)
def test_a_manifest_that_the_board_cannot_honour_is_refused(
    manifest: dict[str, Any], model: bytes, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        write_sketch(manifest | changes, model, tmp_path / "sketch")


def test_labels_of_any_script_are_said_in_ascii(manifest: dict[str, Any], model: bytes, build: Build, tmp_path: Path) -> None:
    labels = ["größe", "да", "unknown"]
    decision = {"n_smooth": 3, "threshold": 0.7, "refractory": 16_000}
    write_sketch(manifest | {"labels": labels, "decision": decision}, model, tmp_path / "sketch")
    program = build([HOST / "app_main.cpp", *firmware_sources(tmp_path / "sketch")], [tmp_path / "sketch" / "src", HOST], ["-O0"])
    (hello,), _ = run_board(program, [])
    assert hello["labels"] == labels
    check_labels(["a" * 32] * 18)
    with pytest.raises(ValueError, match="use fewer or shorter ones"):
        check_labels(["да" * 16] * 10)


def test_the_shipped_bundle_fits_the_board(manifest: dict[str, Any]) -> None:
    check_for_board(json.loads(json.dumps(manifest)))


# TFLM as the runtime, with a stand-in for it


@pytest.fixture(scope="session")
def tflm_program(manifest: dict[str, Any], model: bytes, build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tflm") / "nestling"
    write_sketch(manifest, model, folder, "tflm")
    sources = [HOST / "app_main.cpp", HOST / "tflm" / "fake_tflm.cpp", *firmware_sources(folder)]
    return build(sources, [folder / "src", HOST, HOST / "tflm"], ["-O1", *SANITIZERS])


def test_with_tflm_the_interpreter_s_scores_are_said(tflm_program: Path, reference: Reference) -> None:
    expected = reference.expect(noise(16_000, 20))
    (hello, ack, result), _ = run_board(tflm_program, replay("features", expected.features))
    assert (hello["runtime"], hello["arena_bytes"], ack["type"]) == ("tflm", 12345, "ack")
    assert result["scores"] == np.frombuffer(expected.features, np.int8)[:3].tolist()


@pytest.mark.parametrize(
    ("failing", "detail"),
    [
        ("version", "the model is of another TensorFlow Lite schema"),
        ("operator", "TensorFlow Lite refuses an operator of the model"),
        ("arena", "the model does not fit into the tensor arena"),
        ("type", "the model's input or output is not what the manifest says"),
        ("size", "the model's input or output is not what the manifest says"),
        ("scale", "the model's quantisation is not that of the manifest"),
        ("invoke", "TensorFlow Lite failed to run the model"),
    ],
)
def test_every_failure_of_tflm_is_said(tflm_program: Path, monkeypatch: pytest.MonkeyPatch, failing: str, detail: str) -> None:
    monkeypatch.setenv("FAKE_TFLM", failing)
    messages, _ = run_board(tflm_program, [samples(noise(20_000)), say({"type": "info"}, 8)])
    errors = of_type(messages, "error")
    assert [(error["re"], error["detail"]) for error in errors] == [(None, detail), (8, detail)]
