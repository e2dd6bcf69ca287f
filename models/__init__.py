"""The stored facts and the one way to write them."""

from models import zones
from models.api_token import ApiToken
from models.database.base import db
from models.export.job import ExportJob, ExportState
from models.export.query import ExportQuery
from models.following.follower import Follower
from models.following.webhook import DeliveryState, Webhook, WebhookDelivery, WebhookTrouble
from models.login_log import LoginLog, QuarantinedEntry
from models.login_total import LoginTotal
from models.mail.incident import Incident
from models.mail.letter import Letter, LetterState
from models.mail.used_link import UsedLink
from models.request_trace import RequestTrace
from models.stream_head import StreamHead
from models.transaction import NotWritten, adds_entry, on_commit, write_transaction
from models.user import User
from models.user_session import UserSession
from models.vocabulary import Action, Outcome, Reason, Role, Scope

__all__ = [
    "Action",
    "ApiToken",
    "DeliveryState",
    "ExportJob",
    "ExportQuery",
    "ExportState",
    "Follower",
    "Incident",
    "Letter",
    "LetterState",
    "LoginLog",
    "LoginTotal",
    "NotWritten",
    "Outcome",
    "QuarantinedEntry",
    "Reason",
    "RequestTrace",
    "Role",
    "Scope",
    "StreamHead",
    "UsedLink",
    "User",
    "UserSession",
    "Webhook",
    "WebhookDelivery",
    "WebhookTrouble",
    "adds_entry",
    "db",
    "on_commit",
    "write_transaction",
    "zones",
]
