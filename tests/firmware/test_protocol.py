"""The serial protocol on both sides: what is whole arrives, what is broken is skipped and counted, and nothing crashes."""

import json
import random
import zlib
from collections import Counter
from pathlib import Path

import pytest

from server.board.protocol import MAX_LINE_BYTES, LineReader, LineTooLongError, decode, encode
from tests.firmware.conftest import FIRMWARE, HOST, SANITIZERS, Build, run

COMMANDS = (
    {"type": "info"},
    {"type": "stream", "on": True},
    {"type": "record", "ms": 1000},
    {"type": "threshold", "value": 0.25},
    {"type": "replay", "kind": "clip", "piece": 0, "pieces": 54, "data": "A" * 800},
)


def with_crc(body: bytes) -> bytes:
    return body + b',"crc":"%08x"}\n' % zlib.crc32(body)


def test_a_line_is_what_the_design_says() -> None:
    line = encode({"type": "ack", "re": 4}, 2**32 + 17)
    assert line == with_crc(b'{"type":"ack","seq":17,"re":4')
    assert decode(line[:-1]) == {"type": "ack", "seq": 17, "re": 4}


def test_what_cannot_be_a_line_is_refused() -> None:
    with pytest.raises(LineTooLongError, match="at most 1024 bytes"):
        encode({"type": "audio", "data": "A" * 1024}, 0)
    with pytest.raises(ValueError, match="needs a 'type'"):
        encode({"on": True}, 0)
    with pytest.raises(ValueError, match="added by the encoder"):
        encode({"type": "info", "seq": 3}, 0)
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode({"type": "threshold", "value": float("nan")}, 0)


@pytest.mark.parametrize(
    "body",
    [
        b'{"seq":0,"type":"info"',
        b'{"type":"info","x":1,"seq":0',
        b'{"type":"info","seq":"0"',
        b'{"type":"info","seq":true',
        b'{"type":"info","seq":-1',
        b'{"type":"info","seq":4294967296',
        b'{"type":1,"seq":0',
        b'{"type":"info","seq":0,"seq":1',
        b'{"type":"info","seq":0,"x":NaN',
        b'{"type":"info","seq":0,"x":1e999',
        b'{"type":"info","seq":0,"x":"\xc3\xa4"',
        b'{"type":"info","seq":0,',
        b'["type","seq"',
        b'{"type":"info","seq":0,"x":' + b"[" * 900,
        b"",
    ],
)
def test_a_line_of_another_form_is_none(body: bytes) -> None:
    assert decode(with_crc(body)[:-1]) is None


def test_lines_arrive_however_the_bytes_come() -> None:
    stream = b"".join(encode(message, seq) for seq, message in enumerate(COMMANDS))
    whole = LineReader().feed(stream)
    assert [message["type"] for message in whole] == [message["type"] for message in COMMANDS]
    for size in (1, 2, 7, 100):
        reader = LineReader()
        pieces = [message for start in range(0, len(stream), size) for message in reader.feed(stream[start : start + size])]
        assert (pieces, reader.dropped_lines, reader.sequence_gaps) == (whole, 0, 0)


def test_what_is_lost_is_counted() -> None:
    reader = LineReader()
    assert len(reader.feed(b"half a li\n" + encode({"type": "a"}, 5) + encode({"type": "b"}, 6))) == 2
    assert (reader.dropped_lines, reader.sequence_gaps) == (1, 0)
    reader.feed(encode({"type": "c"}, 9) + encode({"type": "d"}, 9))
    assert (reader.dropped_lines, reader.sequence_gaps) == (1, 2)
    reader.feed(encode({"type": "hello"}, 0) + encode({"type": "e"}, 1))  # the board was reset
    assert reader.sequence_gaps == 2


def test_a_number_wraps_without_a_gap() -> None:
    reader = LineReader()
    reader.feed(encode({"type": "a"}, 2**32 - 1) + encode({"type": "a"}, 2**32) + encode({"type": "a"}, 1))
    assert reader.sequence_gaps == 0


def test_a_megabyte_without_a_line_end_costs_one_line_and_no_memory() -> None:
    reader = LineReader()
    for _ in range(64):
        assert reader.feed(b"x" * 16384) == []
    assert len(reader._partial) < MAX_LINE_BYTES
    assert [message["type"] for message in reader.feed(b"\n" + encode({"type": "info"}, 0))] == ["info"]
    assert reader.dropped_lines == 1


def test_a_line_of_the_full_length_arrives_and_one_byte_more_does_not() -> None:
    empty = len(encode({"type": "x", "d": ""}, 0))
    body = b'{"type":"x","seq":0,"d":"%s"'
    for extra, n_lines in ((0, 1), (1, 0)):
        reader = LineReader()
        line = with_crc(body % (b"A" * (MAX_LINE_BYTES - empty + extra)))
        assert len(line) == MAX_LINE_BYTES + extra
        assert (len(reader.feed(line)), reader.dropped_lines) == (n_lines, 1 - n_lines)


def noisy_stream(rng: random.Random) -> tuple[bytes, list[int]]:
    """Lines, some of them damaged, with noise in between; and the numbers of those that are whole."""
    stream, whole = bytearray(), []
    for seq in range(rng.randrange(1, 12)):
        line = bytearray(encode(rng.choice(COMMANDS), seq))
        damage = rng.choice(["none", "none", "cut", "flip", "insert", "noise", "crc"])
        if damage == "cut":
            del line[rng.randrange(len(line) - 1) : -1]
        elif damage == "flip":
            at = rng.randrange(len(line) - 1)
            line[at] ^= 1 << rng.randrange(8)
        elif damage == "insert":
            line.insert(rng.randrange(len(line) - 1), rng.randrange(256))
        elif damage == "noise":
            line[:0] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 2000))) + b"\n"
        elif damage == "crc":
            line[-4:-3] = b"0" if line[-4:-3] != b"0" else b"1"
        if damage in ("none", "noise"):
            whole.append(seq)
        stream += line
    return bytes(stream), whole


def test_the_reader_survives_a_fuzzer() -> None:
    rng = random.Random(20261123)
    for _ in range(2000):
        stream, whole = noisy_stream(rng)
        reader = LineReader()
        cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randrange(4)))
        heard = []
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            heard += reader.feed(stream[start:end])
        assert [message["seq"] for message in heard] == whole
        assert reader.dropped_lines == stream.count(b"\n") - len(whole)


@pytest.fixture(scope="session")
def board_reader(build: Build) -> Path:
    """The board's reader on the PC, with AddressSanitizer and UBSan."""
    source = FIRMWARE / "nestling" / "src"
    names = ("crc32", "json", "line_reader")
    sources = [HOST / "lines_main.cpp", *(source / "protocol" / f"{name}.cpp" for name in names)]
    return build(sources, [source], ["-O1", *SANITIZERS])


def board_reads(program: Path, stream: bytes) -> tuple[list[int], int, int]:
    """Numbers of the lines that the board takes; how many it dropped; how many gaps."""
    *lines, counts = run([str(program)], stream).decode().splitlines()
    _, dropped, _, gaps = counts.split()
    return [int(line.split()[0]) for line in lines], int(dropped), int(gaps)


def test_the_board_survives_the_same_fuzzer_and_counts_the_same(board_reader: Path) -> None:
    rng = random.Random(11)
    streams = [noisy_stream(rng)[0] for _ in range(3000)]
    streams += [b"x" * 1_000_000 + b"\n", b"\n" * 1000, bytes(rng.randrange(256) for _ in range(200_000)) + b"\n"]
    stream = b"".join(streams)
    reader = LineReader()
    heard = [message["seq"] for message in reader.feed(stream)]
    assert len(heard) > 7000
    assert board_reads(board_reader, stream) == (heard, reader.dropped_lines, reader.sequence_gaps)


@pytest.mark.parametrize(
    ("members", "is_taken"),
    [
        ('"a":1,"b":-0.5,"c":1e3,"d":true,"e":null', True),
        ('"a":"plain text"', True),
        ('"a":01', False),
        ('"a":1.', False),
        ('"a":.5', False),
        ('"a":1e', False),
        ('"a":-', False),
        ('"a":tru', False),
        ('"a":"\\u0041"', False),
        ('"a":"\t"', False),
        ('"a":[1]', False),
        ('"a":{}', False),
        ('"a":1,"a":2', False),
        ('"a":1,', False),
        ('"a":1}', False),
        ('"a" :1', False),
        (",".join(f'"{name}":0' for name in "abcde"), True),
        (",".join(f'"{name}":0' for name in "abcdef"), False),
    ],
)
def test_the_board_takes_flat_json_only(board_reader: Path, members: str, is_taken: bool) -> None:
    line = with_crc(f'{{"type":"x","seq":0,{members}'.encode())
    assert board_reads(board_reader, line) == ([0] if is_taken else [], 0 if is_taken else 1, 0)


def test_the_board_is_strict_in_the_same_places(board_reader: Path) -> None:
    for body in (
        b'{"seq":0,"type":"info"',
        b'{"type":"info","seq":"0"',
        b'{"type":"info","seq":4294967296',
        b'{"type":1,"seq":0',
    ):
        assert board_reads(board_reader, with_crc(body)) == ([], 1, 0)
    assert board_reads(board_reader, json.dumps({"type": "info", "seq": 0}).encode() + b"\n") == ([], 1, 0)


def test_the_board_takes_no_line_that_the_pc_would_not_send(board_reader: Path) -> None:
    """JSON changed at random, with a CRC that is right again: the board's reader takes less than Python's, and never more."""
    rng = random.Random(7)
    alphabet = b'{}[]",:\\0123456789.-+eEtrufalsn \t\x00\xff'
    lines = []
    for seq in range(20_000):
        body = bytearray(encode(rng.choice(COMMANDS[:4]), seq)[: -len(',"crc":"00000000"}\n')])
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(body))
            body[at : at + rng.randrange(2)] = bytes([rng.choice(alphabet)])[: rng.randrange(2)]
        lines.append(with_crc(bytes(body).replace(b"\n", b"")))
    taken_by_python = Counter(message["seq"] for line in lines if (message := decode(line[:-1])) is not None)
    taken_by_board, dropped, _ = board_reads(board_reader, b"".join(lines))
    assert len(taken_by_board) + dropped == len(lines)
    assert Counter(taken_by_board) <= taken_by_python
    assert len(taken_by_board) > 1000
