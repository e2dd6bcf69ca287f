"""Django's model and admin of the book; imported by Django itself, after its setup."""

from django.contrib import admin
from django.db import models
from django.urls import path

from bench.questions import PAGE


class Entry(models.Model):
    """The columns that the list shows or filters by."""

    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    reason = models.CharField(max_length=32, null=True)
    username = models.CharField(max_length=64, null=True)
    username_key = models.CharField(max_length=192, null=True)
    ip = models.BinaryField(null=True)
    browser = models.CharField(max_length=64, null=True)

    class Meta:
        """The table is Gatehouse's."""

        app_label, db_table, managed = "bench", "login_log", False


class EntryAdmin(admin.ModelAdmin):
    """The list as Django makes it, in the order of the book."""

    list_display = ("occurred_at", "outcome", "action", "username", "reason", "ip", "browser")
    ordering = ("-occurred_at", "-id")
    list_per_page = PAGE

    def lookup_allowed(self, *_args: object) -> bool:
        """Let every column be asked for."""
        return True


admin.site.register(Entry, EntryAdmin)
view = admin.site.get_model_admin(Entry)
urlpatterns = [path("admin/", admin.site.urls)]
