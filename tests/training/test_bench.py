"""The benchmark's protocols, on data of synthetic voices: who is judged on what, and what the tables say."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.bench import commands, negatives, speech
from training.bench.speech import Bench
from training.bench.stream import RATES, hear
from training.features import load_default
from training.labels import NOISE
from training.speech.say import speak
from training.speech.voices import Voices

PARAMS = load_default()
SHIPPED = Path(__file__).parents[2] / "exports" / "yes-no"
VOICE = "en_US_f_Allison"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve recordings each of yes, no and house, in files of Speech Commands' names."""
    folder = tmp_path_factory.mktemp("spoken")
    rng = np.random.default_rng(3)
    with Voices() as voices:
        for word in ("yes", "no", "house"):
            (folder / word).mkdir()
            for number in range(12):
                pcm = np.zeros(16000, np.int16)
                said = speak(voices, word, 16000, rng)[:16000]
                start = (16000 - len(said)) // 2
                pcm[start : start + len(said)] = said
                soundfile.write(folder / word / f"p{number}_nohash_0.wav", pcm, 16000)
    return folder


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Prompts as Debian installs them: three of a voice, one with a keyword, and one of which nobody knows the text; music."""
    texts = "; a remark\nhello: Hello, how are you?\ndigits/one: One\nvm-no: There is no message\nempty: Nothing\n"
    about = tmp_path / "doc" / "asterisk-core-sounds-en"
    about.mkdir(parents=True)
    (about / "core-sounds-en.txt.gz").write_bytes(gzip.compress(texts.encode()))
    for number, name in enumerate(("hello", "digits/one", "vm-no", "unheard-of"), 1):
        file = tmp_path / "sounds" / VOICE / f"{name}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, np.full(8000 * number, 0.01 * number), 8000)
    soundfile.write(tmp_path / "sounds" / VOICE / "empty.wav", np.zeros(0), 8000)
    monkeypatch.setattr(negatives, "SOUNDS", tmp_path / "sounds")
    monkeypatch.setattr(negatives, "TEXTS", tmp_path / "doc")
    monkeypatch.setattr(negatives, "MUSIC", tmp_path / "music")
    (tmp_path / "music").mkdir()
    soundfile.write(tmp_path / "music" / "tune.wav", np.full(8000 * 7, 0.01), 8000)
    monkeypatch.setattr(negatives, "VOICES", {VOICE: "asterisk-core-sounds-en-wav"})
    monkeypatch.setattr(negatives, "UNHEARD", {VOICE: "asterisk-prompt-en"})
    return tmp_path


def test_prompts_that_say_a_keyword_or_nobody_knows_what_are_left_out(debian: Path) -> None:
    [pcm] = negatives.prompts(["yes", "no"], 16000)
    assert len(pcm) == 16000 * 3, "one second of 'hello' and two of 'digits/one'"
    [pcm] = negatives.prompts(["one"], 16000)
    assert len(pcm) == 16000 * 4, "'hello' and the three of 'vm-no'"


def test_without_prompts_it_says_what_to_install(debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negatives, "VOICES", {"it_IT_m_Carlo": "asterisk-core-sounds-it-wav"})
    with pytest.raises(ValueError, match="install asterisk-core-sounds-it-wav"):
        list(negatives.prompts(["no"], 16000))
    (debian / "music" / "tune.wav").unlink()
    with pytest.raises(ValueError, match="install asterisk-moh-opsound-wav"):
        list(negatives.unheard(["no"], 16000))


def test_what_nothing_was_chosen_on_is_another_voice_and_music(debian: Path) -> None:
    assert [len(pcm) for pcm in negatives.unheard(["yes", "no"], 16000)] == [16000 * 3, 16000 * 7]


def test_a_stream_tells_what_is_missed_at_how_many_false_accepts(debian: Path, spoken: Path) -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    heard = hear(SHIPPED, manifest, spoken)
    assert heard.normal.keywords == 24
    assert heard.normal.hours * 3600 > 12 + 30 + 3, "other words, half a minute of nothing, the prompts"
    assert heard.unheard_normal.hours * 3600 == pytest.approx(3 + 7), "the other voice and the music"
    assert heard.unheard_normal.false_accepts == 0 and set(heard.unheard.values()) == {0.0}, "of a constant"
    missed = [heard.missed[rate] for rate in RATES]
    assert missed == sorted(missed, reverse=True), "the more may be accepted falsely, the less is missed"
    assert heard.missed[RATES[-1]] < 0.5


def test_twelve_classes_are_judged_on_seconds_of_noise_that_were_not_learned(tmp_path: Path, spoken: Path) -> None:
    noise = np.arange(10 * 16000) / (11 * 16000)  # louder from sample to sample, so that each tells when it was
    for folder in ("train", "validation"):
        (tmp_path / folder).symlink_to(spoken, target_is_directory=True)
    (tmp_path / "background_noise").mkdir()
    soundfile.write(tmp_path / "background_noise" / "hum.wav", noise, 16000)
    learned, tested = commands.read_windows(tmp_path, PARAMS)
    silence = commands.LABELS.index(NOISE)
    assert {commands.LABELS[label] for label in learned.labels} == {"yes", "no", NOISE, "unknown"}
    heard = learned.pcm[learned.labels == silence], tested.pcm[tested.labels == silence]
    assert len(heard[0]) == 8 and len(heard[1]) == 2
    assert heard[0].max() <= heard[1].min()


def test_the_document_has_the_tables_that_were_asked_for(spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trained for one epoch: what is asked is that every protocol's pieces fit together."""
    for folder in ("train", "validation"):
        (tmp_path / folder).symlink_to(spoken, target_is_directory=True)
    (tmp_path / "background_noise").mkdir()
    rng = np.random.default_rng(1)
    soundfile.write(tmp_path / "background_noise" / "hiss.wav", rng.uniform(-0.1, 0.1, 160000), 16000)
    said: list[str] = []
    bench = Bench(speech=tmp_path, work=tmp_path / "work", protocols=("words", "commands"), seeds=1, epochs=1)
    lines = speech.run(bench, said.append)
    assert [line for line in lines if line.startswith("## ")] == [
        "## yes, no, unknown: trained on `speech/train`, judged on `speech/validation`",
        "## Twelve classes, ten commands, unknown and silence: trained on `speech/train`, judged on `speech/validation`",
    ]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith(("| small", "| medium"))]
    assert [row[0] for row in rows] == ["small", "medium", "medium"] and {len(row) for row in rows} == {6}
    sizes = [int(row[3].replace(",", "")) for row in rows]
    assert sizes[0] < sizes[1] < sizes[2] < 61_440
    assert "yes, no: small, seed 1 of 1" in said and "twelve classes: seed 1 of 1" in said
