"""Start the provider, say where it is, and serve until killed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fake_provider.ledger import Ledger
from tests.fake_provider.server import Provider, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any that is free")
    parser.add_argument("--ledger", type=Path, required=True, help="the file of its books")
    parser.add_argument("--secret", default="fake-secret", help="signs its events")
    options = parser.parse_args()
    server = serve(provider=Provider(ledger=Ledger(path=options.ledger), secret=options.secret), port=options.port)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
