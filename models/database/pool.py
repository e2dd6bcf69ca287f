"""A pool in which nobody waits beyond their deadline."""

from sqlalchemy.pool import QueuePool

from models.database.deadline import left


class Pool(QueuePool):
    """A pool whose ``timeout`` is what is left of the deadline, when that is less."""

    @property
    def _timeout(self) -> float:
        return left(self._longest)

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._longest = seconds

    def recreate(self) -> "Pool":
        """Return a new pool like this one."""
        pool = super().recreate()
        assert isinstance(pool, Pool)  # noqa: S101 - for the type
        pool._longest = self._longest
        return pool
