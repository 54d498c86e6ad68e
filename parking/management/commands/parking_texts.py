"""`manage.py parking_texts gather` and `compile`: the catalogues of translations."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from parking.management import texts


class Command(BaseCommand):
    help = "Gather the texts of pages and errors for translation (gather), or build what is served (compile)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=["gather", "compile"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["step"] == "compile":
            texts.compile_all()
            return
        for language in texts.languages():
            missing = texts.update(language=language)
            self.stdout.write(f"{language}: {missing} texts want a translation.")
