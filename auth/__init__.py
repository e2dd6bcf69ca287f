"""End users: register, sign in, sign out. Knows the models, never the dashboard."""
