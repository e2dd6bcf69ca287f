"""The stored facts and the one way to write them."""

from models import zones
from models.api_token import ApiToken
from models.database.base import db
from models.export.job import ExportJob, ExportState
from models.export.query import ExportQuery
from models.following.follower import Follower
from models.login_log import LoginLog, QuarantinedEntry
from models.login_total import LoginTotal
from models.stream_head import StreamHead
from models.transaction import NotWritten, adds_entry, on_commit, write_transaction
from models.user import User
from models.user_session import UserSession
from models.vocabulary import Action, Outcome, Reason, Role, Scope

__all__ = [
    "Action",
    "ApiToken",
    "ExportJob",
    "ExportQuery",
    "ExportState",
    "Follower",
    "LoginLog",
    "LoginTotal",
    "NotWritten",
    "Outcome",
    "QuarantinedEntry",
    "Reason",
    "Role",
    "Scope",
    "StreamHead",
    "User",
    "UserSession",
    "adds_entry",
    "db",
    "on_commit",
    "write_transaction",
    "zones",
]
