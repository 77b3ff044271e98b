"""Every setting of the server, declared once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one server runs. Folders are given; the rest has defaults that suit a room with one laptop.

    `database_url` may name another database, for example PostgreSQL; by default it is SQLite in `data`.
    `expert_model` is a Python file whose network projects may train; nothing that a browser sends is ever run.
    `board_port` names the board's port; without it, one is searched for. `virtual_board` starts one, which hears `board_audio`.
    `host`, `port` and `tls` say how the server is reached, so that addresses and QR codes are right.
    """

    data: Path = CHECKOUT / "data"
    exports: Path = CHECKOUT / "exports"
    web: Path = CHECKOUT / "web"
    database_url: str = ""
    host: str = "0.0.0.0"  # noqa: S104  # phones must reach it
    port: int = 8443
    tls: bool = True
    expert_model: Path | None = None
    board_port: str = ""
    virtual_board: bool = False
    board_audio: Path | None = None
    # Larger than any upload: a clip of 10 s in 16-bit stereo at 48 kHz is 1.9 MB.
    max_upload_bytes: int = 2_000_000
    # A phone's photo of 48 megapixels has 10 to 20 MB.
    max_photo_bytes: int = 25_000_000

    @classmethod
    def from_mapping(cls, overrides: Mapping[str, Any]) -> "Settings":
        """Defaults with some values replaced. Raises ValueError at an unknown name."""
        if unknown := sorted(set(overrides) - {field.name for field in fields(cls)}):
            raise ValueError(f"unknown setting {unknown[0]!r}")
        return cls(**overrides)

    @property
    def engine_url(self) -> str:
        """The database's address, as SQLAlchemy takes it."""
        return self.database_url or f"sqlite:///{self.data / 'nestling.db'}"

    @property
    def max_bytes(self) -> dict[str, int]:
        """The largest clip that is taken, by the kind of project."""
        return {"speech": self.max_upload_bytes, "vision": self.max_photo_bytes}

    @property
    def scheme(self) -> str:
        """How phones reach it."""
        return "https" if self.tls else "http"
