"""An invented garage for the sandbox: some weeks of visits and what people do about them, lived through the use cases.

Nothing here writes a row. Every visit is a story that goes on at a moment of its own; the stories are played in order
of time, each use case being told that moment as its `now`, and what has not happened by the end stays as it is then.
"""
