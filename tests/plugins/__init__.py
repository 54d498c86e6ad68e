"""pytest plugins that must be loaded before Django is."""
