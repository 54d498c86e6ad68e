"""The texts of pages and errors, gathered for translation and compiled, by Babel: nobody needs gettext's programs.

A catalogue (`parking/locale/*/LC_MESSAGES/django.po`) is source; the `.mo` beside it is built from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from parking.domain.errors import ParkingError
from parking.edge import errors as edge_errors

APP: Final = Path(__file__).resolve().parent.parent
CATALOGUES: Final = APP / "locale"
DOMAIN: Final = "django"
_WIDTH: Final = 110
_PAGES_TELL: Final = (ParkingError.__module__, edge_errors.__name__)
"""Where the errors are defined that pages show; the API's own are of its own."""
_HEADER: Final = """\
# Translations of Smart Parking. `make texts` keeps the msgids; the msgstrs are yours.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
_RAISE_WHAT_PAGES_TELL: Final = ("domain", "services", "queries", "edge", "web")
"""An error that is raised with words of its own, `NotFound("...")`, is gathered there."""
_KEYWORDS: Final[Mapping[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

Message = str | tuple[str, ...]


def gather() -> Catalog:
    """Every text that code, templates and errors may show."""
    catalogue = Catalog(domain=DOMAIN, project="Smart Parking", copyright_holder="the Smart Parking contributors")
    for place, message, context in sorted(_all_messages(), key=lambda found: found[0]):
        catalogue.add(message, locations=[(place, None)], context=context)  # type: ignore[list-item] # no line numbers: they would change with every line above
    return catalogue


def languages() -> list[str]:
    return sorted(path.name for path in CATALOGUES.iterdir() if path.is_dir())


def source(*, language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(*, language: str) -> Catalog:
    with source(language=language).open("rb") as stream:
        return read_po(stream, locale=language, domain=DOMAIN)


def update(*, language: str) -> int:
    """Put what was gathered into a language's catalogue. Returns how many texts want a translation."""
    catalogue = read(language=language)
    catalogue.update(gather(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with source(language=language).open("wb") as stream:
        stream.write(_HEADER.format(language=language, plural_forms=catalogue.plural_forms).encode())
        write_po(stream, catalogue, width=_WIDTH, sort_by_file=True, ignore_obsolete=True, omit_header=True)
    return sum(1 for message in catalogue if message.id and not is_translated(message.string))


def is_translated(translation: str | list[str] | tuple[str, ...] | None) -> bool:
    forms = [translation] if isinstance(translation, str) else list(translation or ())
    return bool(forms) and all(forms)


def compile_all() -> None:
    """Build what is served of each catalogue that has changed; whole, for others may read it meanwhile."""
    for language in languages():
        built = source(language=language).with_suffix(".mo")
        if built.exists() and built.stat().st_mtime >= source(language=language).stat().st_mtime:
            continue
        unfinished = built.with_suffix(f".{os.getpid()}")
        with unfinished.open("wb") as stream:
            write_mo(stream, read(language=language))
        unfinished.replace(built)


def _all_messages() -> Iterator[tuple[str, Message, str | None]]:
    errors = {error.__name__: (1,) for error in _all_errors(ParkingError) if error.__module__ in _PAGES_TELL}
    for path in APP.rglob("*.py"):
        code = path.read_text()
        yield from _messages(place=path, code=code, keywords=_KEYWORDS)
        if path.relative_to(APP).parts[0] in _RAISE_WHAT_PAGES_TELL:
            raised = _messages(place=path, code=code, keywords=errors)
            yield from (found for found in raised if _is_sentence(found[1]))
    for path in (APP / "templates" / "parking").rglob("*.html"):
        # Django's own reading of a template, as code; its lines are indented by chance.
        code = "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())
        yield from _messages(place=path, code=code, keywords=_KEYWORDS)
    for error in _all_errors(ParkingError):
        if error.__module__ in _PAGES_TELL:
            yield f"{error.__module__.removeprefix('parking.').replace('.', '/')}.py", error.default_message, None


def _messages(*, place: Path, code: str, keywords: Mapping[str, Any]) -> Iterator[tuple[str, Message, str | None]]:
    for _, message, _, context in extract("python", BytesIO(code.encode()), keywords=keywords):
        yield str(place.relative_to(APP)), message, context


def _is_sentence(message: Message) -> bool:
    """Not the name of a field, nor the end of a text that is put together."""
    return isinstance(message, str) and message[:1].isupper() and " " in message


def _all_errors(error: type[ParkingError]) -> Iterator[type[ParkingError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _all_errors(kind)
