"""What pages of the panel share."""
