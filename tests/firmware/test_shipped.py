"""The shipped bundle's sketch is what the sources of today make; `make generated` renews it."""

from pathlib import Path

from training.convert.manifest import FILE_NAME, describe_files, read_manifest
from training.convert.sketch import write_sketch

SHIPPED = Path(__file__).parents[2] / "exports" / "yes-no"


def test_the_shipped_sketch_is_up_to_date(tmp_path: Path) -> None:
    write_sketch(read_manifest(SHIPPED), (SHIPPED / "model_int8.tflite").read_bytes(), tmp_path / "arduino")
    fresh, shipped = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "arduino", SHIPPED / "arduino")
    )
    assert fresh.keys() == shipped.keys()
    assert [name for name in fresh if fresh[name] != shipped[name]] == []


def test_the_shipped_manifest_lists_its_files() -> None:
    assert read_manifest(SHIPPED)["files"] == describe_files(SHIPPED)
    assert FILE_NAME not in read_manifest(SHIPPED)["files"]
