"""Stand-alone verifier of the audit chain. Needs nothing of the portal: only Python, and the exported lines.

    python manage.py export_audit > audit.jsonl         the lines, oldest first
    python manage.py export_audit --head > head.json    the anchored head, kept outside the portal
    python core/verify_audit.py audit.jsonl --head head.json

Each line's hash is SHA-256 over, joined by U+001F: the previous line's hash, number, time (UTC, microseconds), actor,
action, subject, detail (the database's own JSON text) and origin. Exit status 1 and the first fault when the chain
does not hold: a line edited, removed, put in another order, or the tail cut off below an anchored head.
"""

import argparse
import hashlib
import json
import sys

SEPARATOR = "\x1f"
FIELDS = ("number", "at", "actor", "action", "subject", "detail", "origin")


def line_hash(previous_hash, line):
    """The hash that a line must carry."""
    return hashlib.sha256(
        SEPARATOR.join([previous_hash, *(line[name] for name in FIELDS)]).encode()
    ).hexdigest()


def first_fault(lines, heads=()):
    """The first fault of the chain as a sentence, or "" when it holds. `heads`: anchored {"number", "hash"} documents."""
    wanted = {str(head["number"]): head["hash"] for head in heads}
    previous_hash, number = "0" * 64, 0
    for line in lines:
        number += 1
        if line["number"] != str(number):
            return f"line {number} is missing or out of order (found {line['number']})"
        if line["previous_hash"] != previous_hash:
            return f"line {number} does not follow line {number - 1}"
        if line["hash"] != line_hash(previous_hash, line):
            return f"line {number} was changed"
        if wanted.pop(line["number"], line["hash"]) != line["hash"]:
            return f"line {number} is not the anchored one"
        previous_hash = line["hash"]
    if wanted:
        return f"the chain ends at line {number}, before the anchored line {min(wanted, key=int)}"
    return ""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=argparse.FileType(encoding="utf-8"))
    parser.add_argument(
        "--head", action="append", default=[], help="file of an anchored head; may be given often"
    )
    options = parser.parse_args(arguments)
    heads = []
    for path in options.head:
        with open(path, encoding="utf-8") as stream:
            heads.append(json.load(stream))
    with options.file as stream:
        fault = first_fault((json.loads(text) for text in stream), heads)
    sys.stdout.write(f"{fault or 'the chain holds'}\n")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
