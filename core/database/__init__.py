"""The database engine (settings.DATABASES): Django's for PostgreSQL, with a cheaper look at a kept connection."""
