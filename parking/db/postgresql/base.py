"""A kept connection is looked at before a request uses it, without asking the database anything."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which would send `SELECT 1` before the first statement of each request: a round trip of its own."""

    def is_usable(self) -> bool:
        """Whether the server has neither closed the connection nor said why it will.

        Nobody talks on a connection that waits: what can be read from it is its end, or a notice. Only what the
        server could not tell, such as a cable that was cut, is not seen here; `SELECT 1` would hang on that.
        """
        if self.connection is None:
            return False
        pgconn = self.connection.pgconn
        heard = select.poll()  # `select.select` knows no descriptor above 1023
        try:
            heard.register(pgconn.socket, select.POLLIN)
            while heard.poll(0):
                pgconn.consume_input()
        except (self.Database.Error, OSError, ValueError):
            return False
        return bool(pgconn.status == ConnStatus.OK)
