"""One request to an endpoint: where it may go, what it says, how it is signed, what comes back."""
