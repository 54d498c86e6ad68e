"""Start the provider, say where it is, and serve until killed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from threading import Thread

from tests.fake_provider.ledger import Ledger
from tests.fake_provider.server import Provider, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any that is free")
    parser.add_argument("--ledger", type=Path, required=True, help="the file of its books")
    parser.add_argument("--secret", default="fake-secret", help="signs its events")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started it")
    options = parser.parse_args()
    server = serve(provider=Provider(ledger=Ledger(path=options.ledger), secret=options.secret), port=options.port)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    if options.until_stdin_closes:
        Thread(target=_end_with_stdin, daemon=True).start()
    server.serve_forever()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
