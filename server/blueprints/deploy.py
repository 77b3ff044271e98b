"""Taking a model elsewhere: folders of a bundle as archives, and what the board needs to be flashed."""

import hashlib
import shutil
from collections.abc import Mapping

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server.bundles import Bundle
from server.errors import MissingError
from server.fit import fit
from server.packing import zip_stream
from server.services import services
from server.web_files import FOREVER, REVALIDATE

bp = Blueprint("deploy", __name__)

# What an archive holds: where in the bundle it lies, and what that is called in the archive. The first fits first.
_ARCHIVES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "arduino": (("arduino/", "arduino/"),),  # the Arduino IDE wants a folder with the name of the .ino
    "cpp": (("arduino/src/generated/model.", "cpp/generated/model."), ("arduino/src/kernels/", "cpp/kernels/")),
    "tfjs": (("tfjs/", "tfjs/"),),
}


@bp.get("/bundles/<path:path>/download/<what>.zip")
def download(path: str, what: str) -> ResponseReturnValue:
    """A folder of a bundle as a zip: `arduino` (the sketch), `cpp` (the generated model with its kernels) or `tfjs`."""
    bundle, _ = services().bundles.file(f"{path}/manifest.json")
    names = _names(bundle, what)
    response = Response(zip_stream((inner, bundle.folder / name) for name, inner in names.items()), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{path.replace("/", "-")}-{what}.zip"'
    response.headers["Cache-Control"] = REVALIDATE if bundle.is_shipped else FOREVER
    digests = "".join(bundle.manifest["files"][name]["sha256"] for name in names)
    response.set_etag(hashlib.sha256(digests.encode()).hexdigest()[:32])
    return response.make_conditional(request)


def _names(bundle: Bundle, what: str) -> dict[str, str]:
    """Files that the manifest lists, and their names in the archive. Raises MissingError where there is none, or one is gone."""
    found = {
        name: name.replace(start, inner, 1)
        for start, inner in _ARCHIVES.get(what, ())
        for name in sorted(bundle.manifest["files"])
        if name.startswith(start)
    }
    if not found:
        known = ", ".join(_ARCHIVES)
        raise MissingError(f"bundle {bundle.path!r} has nothing to download by the name {what[:40]!r}; there are: {known}")
    for name in found:
        services().bundles.file(f"{bundle.path}/{name}")  # it may be listed and gone
    return found


@bp.get("/board/fit")
def show_fit() -> ResponseReturnValue:
    """What a model takes of the board. Query: bundle. And whether this computer has the program that flashes one."""
    bundle, _ = services().bundles.file(f"{request.args.get('bundle', '')}/manifest.json")
    return {**fit(bundle.manifest), "arduino_cli": shutil.which("arduino-cli") is not None}
