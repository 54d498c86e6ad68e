"""docs/backtest.md shows what its command prints, and the picture that it draws."""

from __future__ import annotations

import re
import shlex
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

PAGE = Path(__file__).parents[2] / "docs" / "backtest.md"


def test_the_page_and_its_picture_are_what_the_command_makes(tmp_path, monkeypatch):
    monkeypatch.chdir(settings.BASE_DIR)
    page = PAGE.read_text(encoding="utf-8")
    command = re.search(r"```sh\n\S+ manage.py backtest (.*?)```", page, re.DOTALL)[1].replace("\\\n", "")
    *arguments, picture = shlex.split(command)
    printed = StringIO()
    call_command("backtest", *arguments, str(tmp_path / "drawn.svg"), stdout=printed)
    assert re.search(r"```text\n(.*?)\n```", page, re.DOTALL)[1] == printed.getvalue().rstrip("\n")
    assert (tmp_path / "drawn.svg").read_text(encoding="utf-8") == Path(picture).read_text(encoding="utf-8")
