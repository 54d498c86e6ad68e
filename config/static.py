"""How static files are laid out for serving."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped] # it has none


class CollectedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # for the same reason
    """Compressed, and named by what is in them; our JavaScript modules import each other by those names too."""

    support_js_module_import_aggregation = True
