"""eSpeak NG, spoken to through ctypes, in a process of its own.

Run as a file, so that nothing else of ours is imported: `training.speech.voices` starts it. A library in C that fails ends
this process and not the server. Requests are JSON lines, {"text", "voice", "seed", "words_per_minute", "pitch", "range"};
an answer is a JSON line, {"n_samples"} or {"error"}, and then so many int16 samples in the machine's order. {"text", "voice"}
alone asks for {"phonemes"}. The first line is {"sample_rate"}, or {"error"} where the library cannot be loaded. The process
ends with its standard input.

espeak-ng/speak_lib.h (version 1.52) is the reference for the calls and their numbers.
"""

import ctypes
import json
import os
import sys
from typing import Any

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback, and a call returns when all have
_DO_NOT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_UTF8 = 1  # espeakCHARS_UTF8
_PHONEMES = 0x100  # espeakPHONEMES: what stands in [[ ]] is in eSpeak NG's own letters for sounds
_PARAMETERS = {"words_per_minute": 1, "pitch": 3, "range": 4}  # espeakRATE, espeakPITCH, espeakRANGE
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_Text, _Size, _Flags, _Pointer = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_void_p


class Speech:
    """The library, ready to speak.

    Raises:
        OSError: it is not there, is built for another system, or does not find its data.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._library = _load()
        data = os.fsencode(_package().get_data_path())
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
        if self.sample_rate <= 0:
            raise OSError("eSpeak NG does not find its data")
        self._callback = _CALLBACK(self._hear)  # kept, because the library keeps it
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, seed: int, **parameters: int) -> bytes:
        """Speak.

        Args:
            text: what; [[ ]] around sounds, as `phonemes` gives them.
            voice: the path of a voice among the library's, a variant behind `+`: `gmw/en-US+f2`.
            seed: of what flutters in a voice; otherwise it is the time.
            parameters: words_per_minute; pitch and range from 0 to 100, 50 being the voice's own.
        Returns:
            int16 samples at `sample_rate`.
        Raises:
            ValueError: there is no such voice, or it said nothing.
        """
        self._choose(voice)
        self._library.espeak_ng_SetRandSeed(seed)
        for name, value in parameters.items():
            self._library.espeak_SetParameter(_PARAMETERS[name], value, 0)
        self._pieces.clear()
        body = text.encode() + b"\0"
        if self._library.espeak_Synth(body, len(body), 0, 0, 0, _UTF8 | _PHONEMES, None, None) or not self._pieces:
            raise ValueError(f"eSpeak NG's voice {voice!r} does not say {text!r}")
        return b"".join(self._pieces)

    def phonemes(self, text: str, voice: str) -> str:
        """How a voice would say a text, in eSpeak NG's own letters. Raises ValueError: there is no such voice."""
        self._choose(voice)
        rest = ctypes.c_void_p(ctypes.addressof(body := ctypes.create_string_buffer(text.encode())))
        clauses = []
        while rest.value:  # a clause a call; the pointer is null behind the last
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, 0).decode(errors="replace"))
        del body  # read until here
        return " ".join(clauses)

    def _choose(self, voice: str) -> None:
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"eSpeak NG has no voice {voice!r}")

    def _hear(self, samples: Any, n_samples: int, events: Any) -> int:
        if samples and n_samples > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * n_samples))
        return 0  # go on


def _package() -> Any:
    try:
        import espeakng_loader
    except ImportError as error:
        raise OSError("the package espeakng-loader is not installed") from error
    return espeakng_loader


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(_package().get_library_path())
    library.espeak_Synth.argtypes = [_Text, _Size, _Flags, ctypes.c_int, _Flags, _Flags, _Pointer, _Pointer]
    library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
    library.espeak_TextToPhonemes.argtypes = [_Pointer, ctypes.c_int, ctypes.c_int]
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_SetSynthCallback.argtypes = [_CALLBACK]
    library.espeak_SetSynthCallback.restype = None
    return library


def _answer(speech: Speech, request: dict[str, Any]) -> None:
    try:
        if request.keys() == {"text", "voice"}:
            _write({"phonemes": speech.phonemes(**request)})
            return
        samples = speech.say(**request)
    except ValueError as error:
        _write({"error": str(error)})
    else:
        _write({"n_samples": len(samples) // 2}, samples)


def _write(header: dict[str, Any], samples: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + samples)
    sys.stdout.buffer.flush()


def main() -> None:
    """Answer until standard input ends."""
    try:
        speech = Speech()
    except OSError as error:
        _write({"error": str(error)})
        return
    _write({"sample_rate": speech.sample_rate})
    for line in sys.stdin.buffer:
        _answer(speech, json.loads(line))


if __name__ == "__main__":
    main()
