"""A believable city for demonstrations, and a big one for measurements. Never in production.

`city` plans the businesses without touching the database, `load` writes them, `workflows` plays the cases that wait on
somebody's desk, `people` makes the sign-ins, `scale` fills a register of any size. People and businesses are invented.
"""
