"""What letters leave behind: which were sent, which links were used, which troubles were told."""
