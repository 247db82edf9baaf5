"""What a developer's machine needs and production does not: an own PostgreSQL, and one command that runs all parts."""
