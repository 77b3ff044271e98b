"""What is shown of web/ and exports/, and what is not."""

import gzip
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.services import services
from tests.server.conftest import Client
from training.convert.manifest import check_manifest
from training.features import load_default
from training.vision.params import DEFAULT_PATH
from training.vision.params import load_default as load_default_preprocess

VISION = DEFAULT_PATH.parent

SHOWN = {
    "index.html": "text/html",
    "js/main.js": "text/javascript",
    "js/a.mjs": "text/javascript",
    "css/a.css": "text/css",
    "sw.js": "text/javascript",
    "manifest.webmanifest": "application/manifest+json",
    "vendor/simd.wasm": "application/wasm",
    "icons/a.svg": "image/svg+xml",
    "icons/a.png": "image/png",
}
HIDDEN = [
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "esbuild.config.mjs",
    "node_modules/x/index.js",
    ".npmrc",
    ".git/config.txt",
    "js/.hidden.js",
    "build.py",
]
CONTENT = b"/* nestling */ " * 100


@pytest.fixture
def web(tmp_path: Path):
    folder = tmp_path / "web"
    for name in [*SHOWN, *HIDDEN]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(CONTENT)
    (tmp_path / "secret.js").write_bytes(b"secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    app = create_app({"data": tmp_path / "data", "exports": tmp_path / "exports", "web": folder})
    app.test_client_class = Client
    yield app.test_client()
    services(app).jobs.stop()


@pytest.mark.parametrize("name", SHOWN)
def test_a_file_has_its_type_and_is_asked_for_again(web: FlaskClient, name: str) -> None:
    answer = web.get(f"/{name}")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, SHOWN[name], CONTENT)
    assert answer.headers["Cache-Control"] == "no-cache"
    again = web.get(f"/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        *HIDDEN,
        "link.js",
        "../secret.js",
        "js/../../secret.js",
        "..%2fsecret.js",
        "%2e%2e/secret.js",
        "js",
        "js/",
        "js//main.js",
        "js%5cmain.js",
        "main.js%00.js",
        "x" * 300 + ".js",
    ],
)
def test_nothing_else_is_shown(web: FlaskClient, path: str) -> None:
    answer = web.get(f"/{path}")
    assert answer.status_code == 404 and b"secret" not in answer.data


def test_text_is_compressed_for_those_who_take_it(web: FlaskClient, tmp_path: Path) -> None:
    answer = web.get("/js/main.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and answer.vary.to_header() == "Accept-Encoding"
    assert gzip.decompress(answer.data) == CONTENT
    assert web.get("/js/main.js", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "Content-Encoding" not in web.get("/icons/a.png", headers={"Accept-Encoding": "gzip"}).headers
    assert "Content-Encoding" not in web.get("/js/main.js", headers={"Accept-Encoding": "gzip;q=0"}).headers
    (tmp_path / "web" / "js" / "main.js").write_bytes(CONTENT * 2)
    assert gzip.decompress(web.get("/js/main.js", headers={"Accept-Encoding": "gzip"}).data) == CONTENT * 2


def test_what_is_declared_once_is_the_very_file(web: FlaskClient) -> None:
    assert web.get("/params/mfcc.json").json == load_default().to_dict()
    assert web.get("/params/vectors.json").json["params"] == load_default().to_dict()
    assert web.get("/params/preprocess.json").json == load_default_preprocess().to_dict()
    assert web.get("/params/kernels.json").json == json.loads((VISION / "kernels.json").read_text(encoding="utf-8"))


def test_the_names_of_things_are_a_table_of_text(web: FlaskClient) -> None:
    answer = web.get("/params/things.tsv", headers={"Accept-Encoding": "gzip"})
    assert (answer.mimetype, answer.mimetype_params) == ("text/tab-separated-values", {"charset": "utf-8"})
    assert answer.headers["Content-Encoding"] == "gzip" and answer.headers["Cache-Control"] == "no-cache"
    assert gzip.decompress(answer.data) == (VISION / "things.tsv").read_bytes()
    assert web.get("/params/things.tsv").data == (VISION / "things.tsv").read_bytes()


MANIFEST = {
    "schema": 1,
    "kind": "speech",
    "project": "p",
    "run": "r",
    "created_at": "2026-01-01T00:00:00Z",
    "labels": ["yes", "unknown"],
    "params": load_default().to_dict(),
    "params_crc32": load_default().crc32,
    "window": 16000,
    "stride": 3200,
    "input": {},
    "output": {},
    "decision": {},
    "metrics": {},
    "files": {"model_int8.tflite": {"bytes": 5, "sha256": "0"}, "tfjs/model.json": {"bytes": 2, "sha256": "0"}},
}


VISION_MANIFEST = {
    "schema": 1,
    "kind": "vision",
    "project": "things",
    "run": "shipped",
    "created_at": "2028-01-01T00:00:00Z",
    "labels": ["tench", "goldfish"],
    "preprocess": load_default_preprocess().to_dict(),
    "preprocess_crc32": load_default_preprocess().crc32,
    "input": {"shape": [1, 224, 224, 3], "dtype": "float32"},
    "output": {"shape": [1, 2], "dtype": "float32"},
    "metrics": {},
    "files": {"tfjs/model.json": {"bytes": 2, "sha256": "0"}},
}


def make_bundle(exports: Path, path: str, **changes: object) -> None:
    folder = exports / path
    (folder / "tfjs").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | changes))
    (folder / "model_int8.tflite").write_bytes(b"model")
    (folder / "tfjs" / "model.json").write_bytes(b"{}")
    (folder / "notes.json").write_bytes(b"{}")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    make_bundle(folder, "yes-no", created_at="2027-01-01T00:00:00Z")
    make_bundle(folder, "p/older")
    make_bundle(folder, "p/newer", created_at="2026-02-01T00:00:00Z")
    make_bundle(folder, "p/broken", params_crc32="00000000")
    make_bundle(folder, "p/.being-written")
    (folder / "p" / "empty").mkdir()
    (folder / "p" / "no-json").mkdir()
    (folder / "p" / "no-json" / "manifest.json").write_bytes(b"\xff{")
    return folder


def test_whole_bundles_are_listed_newest_first_shipped_last(stranger: FlaskClient, exports: Path) -> None:
    bundles = stranger.get("/bundles").json["bundles"]
    assert [bundle["path"] for bundle in bundles] == ["p/newer", "p/older", "yes-no"]
    assert all(check_manifest(bundle["manifest"]) for bundle in bundles)


def test_models_for_photos_are_served_beside_those_for_sounds(stranger: FlaskClient, exports: Path) -> None:
    for path, changes in (("things", {}), ("cups/r", {"project": "cups", "run": "r"})):
        (exports / path / "tfjs").mkdir(parents=True)
        (exports / path / "manifest.json").write_text(json.dumps(VISION_MANIFEST | changes))
        (exports / path / "tfjs" / "model.json").write_bytes(b"{}")
    bundles = stranger.get("/bundles").json["bundles"]
    assert [bundle["path"] for bundle in bundles] == ["cups/r", "p/newer", "p/older", "things", "yes-no"]
    assert [bundle["manifest"]["kind"] for bundle in bundles] == ["vision", "speech", "speech", "vision", "speech"]
    for path, cache in (("things", "no-cache"), ("cups/r", "immutable")):
        answer = stranger.get(f"/bundles/{path}/tfjs/model.json")
        assert (answer.status_code, answer.data) == (200, b"{}") and cache in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("bundle", "cache"), [("p/older", "immutable"), ("yes-no", "no-cache")])
def test_a_bundle_s_files(stranger: FlaskClient, exports: Path, bundle: str, cache: str) -> None:
    for name, content in [("model_int8.tflite", b"model"), ("tfjs/model.json", b"{}"), ("manifest.json", None)]:
        answer = stranger.get(f"/bundles/{bundle}/{name}")
        assert answer.status_code == 200 and content in (None, answer.data)
        assert cache in answer.headers["Cache-Control"] and "ETag" in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "p/older/notes.json",
        "p/older/tfjs",
        "p/older",
        "p",
        "p/broken/manifest.json",
        "p/broken/model_int8.tflite",
        "p/.being-written/manifest.json",
        "p/empty/manifest.json",
        "p/no-json/manifest.json",
        "../data/token",
        "p/../../data/token",
        "p/older/../newer/model_int8.tflite",
        "..%2fdata/token",
        "p\0/x/manifest.json",
    ],
)
def test_nothing_else_of_exports_is_shown(stranger: FlaskClient, exports: Path, path: str) -> None:
    assert stranger.get(f"/bundles/{path}").status_code == 404


def test_a_file_that_is_listed_and_lost_is_not_found(stranger: FlaskClient, exports: Path) -> None:
    (exports / "p" / "older" / "model_int8.tflite").unlink()
    assert stranger.get("/bundles/p/older/model_int8.tflite").status_code == 404


def test_a_manifest_cannot_list_a_file_outside(stranger: FlaskClient, exports: Path) -> None:
    (exports / "secret").write_bytes(b"secret")
    make_bundle(exports, "p/evil", files={"../../secret": {}, "..\\x": {}, "/etc/passwd": {}})
    for name in ("../../secret", "..%2f..%2fsecret", "/etc/passwd", "%2fetc/passwd"):
        assert stranger.get(f"/bundles/p/evil/{name}").status_code in (400, 404)
