"""Every measure of this site: one that is added here is shown by itself."""

from models.measures.measure import Measure

ENTRIES = Measure(
    "entries", "Entries that serving processes wrote into the log.", ("action", "outcome", "reason")
)
SEAL_LAG = Measure(
    "seal_lag_seconds",
    "Seconds from the commit of an entry until it was seen sealed.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
HASH_TIME = Measure(
    "password_hash_seconds",
    "Seconds that hashing or checking a password took, once it had a slot.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
WRITE_RETRIES = Measure("write_retries", "Transactions that began again because the database asked for it.")
THROTTLED = Measure(
    "throttled_requests", "Requests answered 429, as there were too many of them.", ("endpoint",)
)
SPOOLED = Measure("spooled_attempts", "Refused attempts that were kept in the spool.")
LOST = Measure("lost_attempts", "Refused attempts that could not even be kept: they are in no log.")

MEASURES = (ENTRIES, SEAL_LAG, HASH_TIME, WRITE_RETRIES, THROTTLED, SPOOLED, LOST)
