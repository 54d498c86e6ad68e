"""How static files are laid out for serving."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.staticfiles.storage import ManifestFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped] # it has none

_OF_CSS, _ = ManifestFilesMixin.patterns
_, _IMPORTS = ManifestFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]
_OUR_MODULES: Final = "parking/web/*.js"


class CollectedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # for the same reason
    """Compressed, and named by what is in them.

    Our JavaScript modules import each other by those names too. Not others': Django would take words in them for
    imports, and ask for maps of their sources that they do not ship.
    """

    patterns: Any = (_OF_CSS, (_OUR_MODULES, _IMPORTS))
