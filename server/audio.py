"""Sound as it arrives to sound as it is stored: 16-bit mono PCM at 16 kHz in a WAV file that tells about itself."""

import io
import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from server.errors import RefusedError, TooLargeError
from server.media import Content, Medium
from training.speech.audio import FILES, SUFFIXES, read_about, to_pcm

Pcm = NDArray[np.int16]

SAMPLE_RATE = 16_000  # Hz, of every stored clip
MAX_SECONDS = 10.0
MIN_SECONDS = 0.1
_RATES = range(4_000, 192_001)
_MAX_CHANNELS = 2


def decode_upload(body: bytes, max_bytes: int) -> Content:
    """Read the sound file that a phone sent.

    Args:
        body: what libsndfile reads (WAV, FLAC, OGG, MP3 ...), mono or stereo, 4 to 192 kHz.
        max_bytes: the largest body that is accepted.
    Returns:
        0.1 to 10 seconds at 16 kHz.
    Raises:
        RefusedError: it is not such a file.
    """
    if len(body) > max_bytes:
        raise TooLargeError(f"the clip has {len(body):,} bytes; at most {max_bytes:,} are accepted. Send a shorter recording.")
    if not body:
        raise RefusedError("the clip is empty (0 bytes); send a sound file as the request's body")
    return to_content(decode(body, MAX_SECONDS))


def to_content(pcm: Pcm) -> Content:
    """Samples, int16 of shape (n_samples,) at 16 kHz, as what is stored: little-endian, whatever the machine."""
    return Content(pcm.astype("<i2").tobytes(), {"n_samples": len(pcm), "sample_rate": SAMPLE_RATE})


def decode(body: bytes, max_seconds: float) -> Pcm:
    """Read any sound file that libsndfile knows; channels are averaged.

    Args:
        body: the file.
        max_seconds: longer ones are refused before they are decoded.
    Returns:
        int16, shape (n_samples,), at 16 kHz.
    Raises:
        RefusedError: it is not audio, too short, too long, or holds samples that are not numbers.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(body)) as sound:
            _check_header(sound, max_seconds)
            rate = sound.samplerate
            if (rate, sound.channels, sound.subtype) == (SAMPLE_RATE, 1, "PCM_16"):
                return _long_enough(sound.read(dtype="int16"))
            samples = sound.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise RefusedError(f"the sound cannot be read ({error}); send a {FILES}") from error
    if not np.isfinite(samples).all():
        raise RefusedError("the clip holds samples that are not numbers (NaN or infinite); record it again")
    return _long_enough(to_pcm(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE, quality="HQ")))


def encode(sound: Content, about: Mapping[str, Any]) -> bytes:
    """The stored form: a WAV file, 16-bit mono at 16 kHz, with `about` as JSON in its comment (LIST/INFO ICMT)."""
    comment = json.dumps(dict(about), ensure_ascii=False, sort_keys=True).encode() + b"\0"
    form = struct.pack("<HHIIHH", 1, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16)
    # The samples come first, at byte 44, where the simplest of readers expect them.
    chunks = _chunk(b"fmt ", form) + _chunk(b"data", sound.data) + _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", comment))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def read_stored(body: bytes, name: str) -> tuple[Content, dict[str, Any]]:
    """Sound and comment of a stored clip; {} where the comment is not ours.

    Raises:
        RefusedError: the file is not 16-bit mono at 16 kHz.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(body)) as sound:
            if (sound.format, sound.samplerate, sound.channels, sound.subtype) != ("WAV", SAMPLE_RATE, 1, "PCM_16"):
                raise RefusedError(f"{name} is not 16-bit mono at {SAMPLE_RATE} Hz; bring it in with `nestling import`")
            return to_content(_long_enough(sound.read(dtype="int16"))), read_about(sound)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise RefusedError(f"{name} cannot be read ({error})") from error


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _check_header(sound: soundfile.SoundFile, max_seconds: float) -> None:
    if sound.samplerate not in _RATES:
        raise RefusedError(f"the sample rate is {sound.samplerate} Hz; {_RATES[0]} to {_RATES[-1]} Hz are accepted")
    if sound.channels > _MAX_CHANNELS:
        raise RefusedError(f"the sound has {sound.channels} channels; mono and stereo are accepted")
    if sound.frames > max_seconds * sound.samplerate:
        seconds = sound.frames / sound.samplerate
        raise RefusedError(f"the sound lasts {seconds:.1f} s; at most {max_seconds:.0f} s are accepted. Cut it.")


def _long_enough(pcm: Pcm) -> Pcm:
    if len(pcm) < MIN_SECONDS * SAMPLE_RATE:
        raise RefusedError(
            f"the sound lasts {len(pcm) / SAMPLE_RATE:.3f} s; at least {MIN_SECONDS} s are needed. Record it anew."
        )
    return pcm


SOUND = Medium(
    kind="speech",
    noun="recording",
    files=FILES,
    folder="clips",
    suffix=".wav",
    suffixes=SUFFIXES,
    mimetype="audio/wav",
    decode=decode_upload,
    encode=encode,
    read=read_stored,
)
