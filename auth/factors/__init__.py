"""What proves who somebody is: passwords, and how many may be checked at once."""
