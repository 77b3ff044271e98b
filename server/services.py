"""What the blueprints use, made once for an app."""

import logging
import sqlite3
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from server.access import load_token
from server.board.bridge import Bridge
from server.bundles import Bundles
from server.database import open_engine
from server.files import make_folder
from server.findings import Findings
from server.jobs import Jobs
from server.looks import Looker
from server.maps import Maps
from server.network import WILDCARDS, OwnHosts, host_names, lan_addresses
from server.project_settings import AllSettings
from server.reindex import reindex
from server.settings import Settings
from server.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """The parts of one running server."""

    settings: Settings
    store: Store
    project_settings: AllSettings
    jobs: Jobs
    bundles: Bundles
    looker: Looker
    findings: Findings
    maps: Maps
    board: Bridge
    hosts: OwnHosts
    token: str

    def addresses(self) -> list[str]:
        """Where phones reach the server, best first: `https://192.168.1.7:8443`."""
        names = [self.settings.host]
        if self.settings.host in WILDCARDS:
            names = [*lan_addresses(), *(name for name in host_names() if name.endswith(".local"))] or ["localhost"]
        return [f"{self.settings.scheme}://{name}:{self.settings.port}" for name in names]

    def trust_url(self) -> str:
        """Where a phone learns to trust the certificate: over plain HTTP, because it does not trust it yet."""
        return f"{self.addresses()[0].replace('https://', 'http://', 1)}/trust"

    def join_url(self, bundle: str = "") -> str:
        """The address that lets a phone in, and shows it a bundle. The token stands behind `#`, which browsers never send."""
        return f"{self.addresses()[0]}/#join={self.token}{bundle and f'&bundle={bundle}'}"


def start_services(settings: Settings) -> Services:
    """Open the data folder, bring the index in line with the files, and start the worker."""
    engine, _ = _open_index(settings)
    store = Store(settings.data, engine, settings.max_bytes)
    reindex(store, engine)
    project_settings = AllSettings(store)
    # These two begin when the server runs, not where an app is only made.
    board, looker = Bridge(settings.board_port), Looker(engine, store)
    jobs = Jobs(settings.data, settings.exports, engine, store, project_settings, board, settings.expert_model)
    jobs.start()
    return Services(
        settings=settings,
        store=store,
        project_settings=project_settings,
        jobs=jobs,
        bundles=Bundles(settings.exports),
        looker=looker,
        findings=Findings(store, looker),
        maps=Maps(store, looker, jobs),
        board=board,
        hosts=OwnHosts((settings.host,)),
        token=load_token(settings.data / "token"),
    )


def open_store(settings: Settings) -> Store:
    """The clips alone, also while a server runs on the same folder: what that is writing is left alone."""
    engine, is_new = _open_index(settings)
    store = Store(settings.data, engine, settings.max_bytes)
    if is_new:  # then no server runs
        reindex(store, engine)
    return store


def _open_index(settings: Settings) -> tuple[Engine, bool]:
    """Open the database as `open_engine` does. One of our own that is damaged is put aside: the clips are in their files."""
    make_folder(settings.data)
    path = settings.data / "nestling.db"
    try:
        return open_engine(settings.engine_url)
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if settings.database_url or isinstance(error, OperationalError | sqlite3.OperationalError):
            raise  # it is busy, or cannot be opened, which is no damage
        path.replace(path.with_suffix(".db.damaged"))
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        log.warning("the database was damaged (%s); it is made again from the clips, jobs are forgotten", error)
        return open_engine(settings.engine_url)


def services(app: Flask | None = None) -> Services:
    """The parts of `app`, or of the app that answers the present request."""
    found: Services = (app or current_app).extensions["nestling"]
    return found
