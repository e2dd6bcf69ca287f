"""Webhooks of the longest names and addresses, with deliveries in every state."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from dashboard.followers import cursor
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.followers.webhooks.sending.signing import encrypted, new_secret
from models import DeliveryState, Webhook, WebhookDelivery, WebhookTrouble, write_transaction

ID = UUID(int=1)


def add_odd_webhooks(names: list[str], made_by: int) -> None:
    """Add a disabled webhook for each name: nothing is sent. The first has deliveries."""
    now = datetime.now(UTC)

    def add(session: object) -> None:
        for number, name in enumerate(names, 1):
            uid = UUID(int=number)
            webhook = Webhook(
                public_id=uid,
                name=name,
                url=f"https://hooks.{'x' * 60}.example/{'y' * 300}",
                query="user:" + "W" * 64 + " action:login outcome:failure -agent:Firefox",
                format="ocsf",
                secret=encrypted(new_secret(), uid),
                made_by=made_by,
                made_at=now,
                secret_at=now,
                former_until=now + timedelta(hours=3),
                disabled_at=now,
                disabled_why=WebhookTrouble.ERASED,
                failing_since=now - timedelta(days=2),
                succeeded_at=now - timedelta(days=2),
                failures=12,
            )
            session.add(webhook)  # type: ignore[attr-defined]
            session.flush()  # type: ignore[attr-defined]
            cursor.create(session, follower_name(webhook.id), now)  # type: ignore[arg-type]
        session.add_all(_deliveries(now))  # type: ignore[attr-defined]

    write_transaction(add)


def _deliveries(now: datetime) -> list[WebhookDelivery]:
    numbers = count(1)
    return [
        WebhookDelivery(
            webhook_id=1,
            event_id=UUID(int=next(numbers)),
            seq=None if trouble is None else 1_234_567_000 + index,
            state=state,
            attempts=index,
            made_at=now,
            began_at=now,
            tried_at=now,
            next_try_at=now if state is DeliveryState.FAILED else None,
            status=None if index % 2 else 500,
            trouble=trouble,
            answer=("W" * 200, "no " * 60, None)[index % 3],
            milliseconds=14_999,
        )
        for index, trouble in enumerate([None, *WebhookTrouble])
        for state in DeliveryState
    ]
