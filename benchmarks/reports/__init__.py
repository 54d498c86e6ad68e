"""What the runs found, as Markdown and SVG below docs/evidence/."""
