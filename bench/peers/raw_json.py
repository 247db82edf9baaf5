"""The limit: WSGI, psycopg2 and one statement that makes the page's JSON. No sign-in, no permission, no checks."""

import os
import threading
from urllib.parse import parse_qs

import psycopg2

_here = threading.local()

PAGE = """
    SELECT json_agg(row)::text FROM (
        SELECT b.reference, b.status, b.name, b.legal_form, b.nib, b.brand, b.branch, b.commodity, b.product_words,
               json_build_object('version', k.version, 'code', k.code, 'title', k.title) AS kbli, b.address,
               json_build_object('code', a.code, 'name', a.name) AS kelurahan,
               json_build_object('code', p.code, 'name', p.name) AS kecamatan,
               b.postcode, b.latitude, b.longitude, b.phone, b.email, b.website, b.founded_year, b.scale, b.workers,
               b.registered_on, b.closed_on, b.verified_on, b.modified_at, b.version
        FROM ikm_business b
        JOIN ikm_kbli k ON k.id = b.main_kbli_id
        JOIN ikm_area a ON a.code = b.kelurahan_id
        JOIN ikm_area p ON p.code = a.parent_id
        WHERE {condition} ORDER BY b.id LIMIT 50
    ) row
"""
LIST = PAGE.format(
    condition="b.status = 'registered' AND b.kecamatan_code = %(area)s AND b.scale = %(scale)s AND b.id > %(after)s"
)
ONE = PAGE.format(condition="b.reference = %(reference)s")
WORDS = PAGE.format(condition="b.status = 'registered' AND upper(b.name) LIKE upper(%(pattern)s)")
FULL_TEXT = PAGE.format(
    condition="b.status = 'registered' AND b.search @@ websearch_to_tsquery('indonesian', %(search)s)"
)
LIKENESS = PAGE.format(condition="b.status = 'registered' AND upper(%(search)s) <%% upper(b.name)")


def application(environ, start_response):
    if not hasattr(_here, "cursor"):
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
        _here.cursor = connection.cursor()
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    if "reference" in query:
        statement = ONE
    elif "search" in query and query.get("by") == "full text":
        statement = FULL_TEXT
    elif "search" in query and query.get("by") == "likeness":
        statement = LIKENESS
    elif "search" in query:
        statement, query["pattern"] = WORDS, f"%{query['search']}%"
    else:
        statement = LIST
        query.setdefault("after", 0)
        query.setdefault("area", "")
        query.setdefault("scale", "")
    _here.cursor.execute(statement, query)
    body = (_here.cursor.fetchone()[0] or "[]").encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
