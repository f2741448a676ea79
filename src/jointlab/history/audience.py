"""What a partner may rest its records on: nothing that another partnership alone holds. Audiences never mix."""

from functools import cached_property

from jointlab.history.logs import log_name, shared_logs
from jointlab.history.models import Entry, Log


class Audience:
    """Of one mirror: which records of others its partnership has been told of."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._known: dict[str, bool] = {}

    def knows(self, record: str) -> bool:
        """Whether the home of this mirror can know the record: it is its own, or stands in a log of the partnership.

        What was withheld or erased since is known all the same. With one partnership nothing is asked of the database.
        """
        owner = record.partition(":")[0]
        if owner == self._log.home or not self._several:
            return True
        if record not in self._known:
            told = Entry.objects.filter(log=log_name(self._log.partnership, owner), record=record)
            self._known[record] = told.exists()
        return self._known[record]

    @cached_property
    def _several(self) -> bool:
        return len(shared_logs()) > 1
