"""What tests share: servers, actors, a sample log."""
