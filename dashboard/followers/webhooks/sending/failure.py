"""How sending fails."""

from models import WebhookTrouble


class SendFailed(Exception):
    """A request could not be made, or its answer not be read; ``trouble`` says why."""

    def __init__(self, trouble: WebhookTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
