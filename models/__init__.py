"""The stored facts and the one way to write them."""

from models.base import db
from models.export_job import ExportJob, ExportState
from models.export_query import ExportQuery
from models.login_log import LoginLog
from models.stream import StreamHead
from models.totals import LoginTotal
from models.transaction import NotWritten, on_commit, write_transaction
from models.user import User
from models.user_session import UserSession
from models.vocabulary import Action, Outcome, Reason, Role

__all__ = [
    "Action",
    "ExportJob",
    "ExportQuery",
    "ExportState",
    "LoginLog",
    "LoginTotal",
    "NotWritten",
    "Outcome",
    "Reason",
    "Role",
    "StreamHead",
    "User",
    "UserSession",
    "db",
    "on_commit",
    "write_transaction",
]
