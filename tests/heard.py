"""What is asked of the database, as the driver sends it."""

from pymongo import monitoring

from storage.codec import Document


class HeardFinds(monitoring.CommandListener):
    """The searches that were sent, in their order; register it before whoever is to be heard connects.

    Of one database, or of all.
    """

    def __init__(self, database: str | None = None) -> None:
        self._database = database
        self.finds: list[Document] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command goes out."""
        if event.command_name == "find" and self._database in {None, event.database_name}:
            self.finds.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """It was heard when it went out."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It was heard when it went out."""
