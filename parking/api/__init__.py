"""The HTTP API: thin views that parse, make one service call, and render. It reads no cookie and no session."""
