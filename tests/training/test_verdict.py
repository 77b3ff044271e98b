"""The verdict on a recording: golden vectors that the page's own tests read too, and the file as it would be made now."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from training.speech.verdict import PATH, build, peak_db, rms_db, verdict

VECTORS = json.loads(PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_golden_vectors(case: dict[str, Any]) -> None:
    pcm = np.frombuffer(base64.b64decode(case["pcm"]), "<i2").astype(np.int16)
    tolerance = VECTORS["tolerance"]["python"]
    assert verdict(pcm, case["sample_rate"]) == case["verdict"]
    assert peak_db(pcm) == pytest.approx(case["peak_db"], abs=tolerance)
    assert rms_db(pcm) == pytest.approx(case["level_db"], abs=tolerance)


def test_the_vectors_are_those_that_are_made_now() -> None:
    assert [case["pcm"] for case in build()["cases"]] == [case["pcm"] for case in VECTORS["cases"]]
