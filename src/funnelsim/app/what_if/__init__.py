"""The local what-if page: a session that answers, a server that only this machine reaches, and the page."""
