"""The query language: read, refused with a reason, compiled into conditions."""
