"""A forecast that starts from today: from the deals that a firm's records show as open."""
