"""The pages: parse, one service call or query, render (docs/architecture.md). They decide nothing."""
