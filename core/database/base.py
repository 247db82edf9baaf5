"""Whether a kept connection still lives is asked of this machine's own kernel, not of the server at every request."""

import select

from django.db.backends.postgresql import base
from psycopg2 import InterfaceError


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self):
        """Whether the connection can be used.

        Nothing arrives on an idle connection but the server's farewell or the end of the line: while there is nothing
        to read, it stands. Otherwise, and after an error, the server itself is asked.
        """
        return (not self.errors_occurred and self._is_silent()) or super().is_usable()

    def _is_silent(self):
        try:
            line = select.poll()
            line.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        except InterfaceError:
            return False
        return not line.poll(0)
