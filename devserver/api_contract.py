"""What of a new description of the API (OpenAPI 3.0) would break a program written for the one released last.

    python -m devserver.api_contract                 tell what breaks; leaves with 1 where something does
    python -m devserver.api_contract --release       record the description of now as released
    python -m devserver.api_contract --release --breaking     the same though it breaks programs

Recording asks for a new sentence in the page of changes (semarang_ikm/api_changes.py). tests/test_api_contract.py compares at
each run of the tests.

What may change at any time: new addresses, new members of an answer, new values of an answer's enumeration, new members of a
body and new parameters that may be left out, wider limits of what is sent, narrower limits of what is answered.
"""

import argparse
import json
import os
import sys
from pathlib import Path

RELEASED = Path(__file__).resolve().parent.parent / "docs" / "openapi-released.json"
#: Where the released description tells how many sentences the page of changes had.
SENTENCES = "x-sentences-of-changes"
#: Words and examples bind nobody. As members of an object that is itself named by the API they stay.
_WORDS = {"description", "summary", "example", "examples", "tags"}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
#: Limits of a schema: those that must not rise, and those that must not fall, from the narrower schema to the wider one.
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME = ("format", "pattern", "multipleOf", "uniqueItems")


def breaks(before, after):
    """Sentences, each about one thing that a program written for the description `before` would trip over in `after`."""
    return list(_Comparison(before, after).run())


class _Comparison:
    def __init__(self, before, after):
        self.before, self.after = before, after

    def run(self):
        yield from self._sign_in()
        for path, methods in self.before["paths"].items():
            now = self.after["paths"].get(path, {})
            for method in _METHODS:
                if method not in methods:
                    continue
                place = f"{method.upper()} {path}"
                if method in now:
                    yield from self._operation(place, methods[method], now[method])
                elif not methods[method].get("deprecated"):
                    yield f"{place}: is gone without having been deprecated"

    def _sign_in(self):
        schemes = self.after.get("components", {}).get("securitySchemes", {})
        for name, old in self.before.get("components", {}).get("securitySchemes", {}).items():
            new = schemes.get(name)
            if new is None:
                yield f"sign-in {name}: is gone"
                continue
            for key in ("type", "in", "name", "scheme"):
                if old.get(key) != new.get(key):
                    yield f"sign-in {name}: {key} was {old.get(key)}, is {new.get(key)}"
            for flow, options in old.get("flows", {}).items():
                now = new.get("flows", {}).get(flow, {})
                if options.get("tokenUrl") != now.get("tokenUrl"):
                    yield f"sign-in {name}: tokens come from {now.get('tokenUrl')}, not from {options.get('tokenUrl')}"
                for scope in options.get("scopes", {}).keys() - now.get("scopes", {}).keys():
                    yield f"sign-in {name}: the scope {scope} is gone"

    def _operation(self, place, old, new):
        if old.get("operationId") != new.get("operationId"):
            yield f"{place}: operationId was {old.get('operationId')}, is {new.get('operationId')}"
        for way in old.get("security", [{}]):
            if not any(_suffices(way, other) for other in new.get("security", [{}])):
                yield f"{place}: {_way(way)} is not enough any more"
        yield from self._parameters(place, old, new)
        yield from self._body(place, old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(place, old["responses"], new["responses"])

    def _parameters(self, place, old, new):
        was = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
        now = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
        for key, parameter in now.items():
            if parameter.get("required") and not was.get(key, {}).get("required"):
                yield f"{place}: {key[0]} parameter {key[1]} is now required"
        for key, parameter in was.items():
            where = f"{place}: {key[0]} parameter {key[1]}"
            if key not in now:
                yield f"{where} is gone"
                continue
            for option in ("style", "explode"):
                if parameter.get(option) != now[key].get(option):
                    yield f"{where}: {option} was {parameter.get(option)}, is {now[key].get(option)}"
            yield from self._sent(where, parameter["schema"], now[key]["schema"])

    def _body(self, place, old, new):
        if new and new.get("required") and not (old and old.get("required")):
            yield f"{place}: a body is now required"
        if not old:
            return
        now = (new or {}).get("content", {})
        for kind, content in old["content"].items():
            if kind not in now:
                yield f"{place}: a body of {kind} is not taken any more"
            else:
                yield from self._sent(
                    f"{place}: body", content.get("schema", {}), now[kind].get("schema", {})
                )

    def _answers(self, place, old, new):
        for status, answer in old.items():
            if status not in new:
                yield f"{place}: the answer {status} is gone"
                continue
            now = new[status].get("content", {})
            for kind, content in answer.get("content", {}).items():
                where = f"{place}: answer {status}"
                if kind not in now:
                    yield f"{where} is not {kind} any more"
                else:
                    yield from self._answered(where, content.get("schema", {}), now[kind].get("schema", {}))

    def _sent(self, place, old, new):
        """What could be sent must still be taken."""
        return _Within(self.before, self.after, place).run(old, new)

    def _answered(self, place, old, new):
        """What is answered must be what could be answered, except for what was added; and nothing is left out."""
        return _Within(self.after, self.before, place, answered=True).run(new, old)


def _suffices(old, new):
    """Whether who signs in as `old` asks has what `new` asks."""
    return new.keys() <= old.keys() and all(set(new[name]) <= set(old[name]) for name in new)


def _way(way):
    return " and ".join(f"{name} {' '.join(scopes)}".strip() for name, scopes in way.items()) or "no sign-in"


class _Within:
    """Whether every value of a schema of one document (`inner`) is one of a schema of the other (`outer`).

    Of what is `answered`, the inner schema is the new one: it may have members and values that the outer one does not know,
    and must have those that it does.
    """

    def __init__(self, inner, outer, place, *, answered=False):
        self.inner, self.outer, self.place, self.answered = inner, outer, place, answered
        self._compared = set()

    def run(self, inner, outer):
        return self._compare("", inner, outer)

    def _say(self, pointer, words):
        return f"{self.place}{' ' + pointer if pointer else ''}: {words}"

    def _change(self, pointer, name, inner, outer):
        was, now = (outer, inner) if self.answered else (inner, outer)
        return self._say(pointer, f"{name} was {_shown(was)}, is {_shown(now)}")

    def _compare(self, pointer, inner, outer):
        key = (inner.get("$ref"), outer.get("$ref"))
        if all(key):
            if key in self._compared:
                return
            self._compared.add(key)
        inner, outer = _plain(self.inner, inner), _plain(self.outer, outer)
        if not outer:
            return
        if "oneOf" in inner or "oneOf" in outer:
            yield from self._one_of(pointer, inner, outer)
            return
        if inner.get("type") != outer.get("type") and (inner.get("type"), outer.get("type")) != (
            "integer",
            "number",
        ):
            yield self._change(pointer, "the type", inner.get("type"), outer.get("type"))
            return
        if inner.get("nullable") and not outer.get("nullable"):
            yield self._say(pointer, "may now be null" if self.answered else "may not be null any more")
        yield from self._values(pointer, inner, outer)
        yield from self._limits(pointer, inner, outer)
        if inner.get("type") == "array":
            yield from self._compare(f"{pointer}/*", inner.get("items", {}), outer.get("items", {}))
        yield from self._members(pointer, inner, outer)

    def _one_of(self, pointer, inner, outer):
        wide = outer.get("oneOf", [outer])
        for one in inner.get("oneOf", [inner]):
            tries = [list(_Within(self.inner, self.outer, self.place, answered=self.answered)._compare(pointer, one, other))
                     for other in wide]  # fmt: skip
            if all(tries):
                yield from min(tries, key=len)

    def _values(self, pointer, inner, outer):
        narrow, wide = inner.get("enum"), outer.get("enum")
        if self.answered:
            if wide is not None and narrow is None:
                yield self._say(pointer, "is not one of a known list any more")
            elif wide is not None:
                for value in _missing(wide, narrow):
                    yield self._say(pointer, f"the value {_shown(value)} is answered no more")
        elif wide is not None:
            if narrow is None:
                yield self._say(pointer, f"is now one of {_shown(wide)}")
            else:
                for value in _missing(narrow, wide):
                    yield self._say(pointer, f"the value {_shown(value)} is not taken any more")

    def _limits(self, pointer, inner, outer):
        for name in _LOWER:
            if name in outer and (name not in inner or inner[name] < outer[name]):
                yield self._change(pointer, name, inner.get(name), outer[name])
        for name in _UPPER:
            if name in outer and (name not in inner or inner[name] > outer[name]):
                yield self._change(pointer, name, inner.get(name), outer[name])
        for name in _SAME:
            if name in outer and inner.get(name) != outer[name]:
                yield self._change(pointer, name, inner.get(name), outer[name])

    def _members(self, pointer, inner, outer):
        narrow, wide = inner.get("properties", {}), outer.get("properties", {})
        needed, given = set(outer.get("required", ())), set(inner.get("required", ()))
        for name in sorted(needed - given):
            if self.answered and name not in narrow:
                continue
            yield self._say(f"{pointer}/{name}", "may now be missing" if self.answered else "is now required")
        for name, schema in narrow.items():
            if name in wide:
                yield from self._compare(f"{pointer}/{name}", schema, wide[name])
            elif not self.answered:
                yield self._say(f"{pointer}/{name}", "is gone")
        if self.answered:
            for name in wide.keys() - narrow.keys():
                yield self._say(f"{pointer}/{name}", "is gone")
        elif (
            outer.get("additionalProperties") is False
            and inner.get("additionalProperties", True) is not False
            and inner.get("type") == "object"
        ):
            yield self._say(pointer, "takes no other members any more")
        rest, other = inner.get("additionalProperties"), outer.get("additionalProperties")
        if isinstance(other, dict):
            yield from self._compare(f"{pointer}/*", rest if isinstance(rest, dict) else {}, other)


def _plain(document, schema):
    """The schema with its $ref looked up and its allOf put into one."""
    while "$ref" in schema:
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    if "allOf" in schema:
        whole = {name: value for name, value in schema.items() if name != "allOf"}
        for part in schema["allOf"]:
            for name, value in _plain(document, part).items():
                if name == "properties":
                    whole[name] = {**whole.get(name, {}), **value}
                elif name == "required":
                    whole[name] = [*whole.get(name, ()), *value]
                else:
                    whole.setdefault(name, value)
        schema = whole
    options = [_plain(document, one) for one in schema.get("oneOf", ())]
    if options and all("enum" in one for one in options):
        # A list of values that may also be empty, or null: drf-spectacular writes one list beside the other.
        values = [value for one in options for value in one["enum"]]
        whole = {name: value for name, value in schema.items() if name != "oneOf"}
        schema = {**options[0], **whole, "enum": [value for value in values if value is not None]}
        if None in values:
            schema["nullable"] = True
    return schema


def _missing(values, others):
    return [value for value in values if value not in others]


def _shown(value):
    return "not limited" if value is None else json.dumps(value, ensure_ascii=False)


def without_words(node, *, names=False):
    """The description without what binds nobody. `names`: the keys of `node` are the API's own, of whatever spelling."""
    if isinstance(node, list):
        return [without_words(one) for one in node]
    if not isinstance(node, dict):
        return node
    named = {"properties", "schemas", "scopes", "paths", "responses", "content", "securitySchemes"}
    return {
        key: without_words(value, names=key in named and not names)
        for key, value in node.items()
        if names or key not in _WORDS
    }


def released():
    """The description released last."""
    return json.loads(RELEASED.read_text())


def _described():
    """(the description of now, how many sentences the page of changes has)"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    import django

    django.setup()
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiJsonRenderer

    from semarang_ikm.api_changes import CHANGES

    text = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))
    return json.loads(text), sum(len(sentences) for _day, sentences in CHANGES)


def release(now, sentences, *, breaking):
    """The text of the released description. Raises ValueError with a sentence where it may not be released."""
    before = released() if RELEASED.exists() else None
    if before:
        found = breaks(before, now)
        if found and not breaking:
            raise ValueError(
                "\n".join(
                    [*found, "This breaks programs. Add --breaking if that is agreed with the partners."]
                )
            )
        if sentences <= before["info"][SENTENCES]:
            raise ValueError("Say first in semarang_ikm/api_changes.py what changed.")
    whole = without_words(now)
    whole["info"][SENTENCES] = sentences
    return _a_line_each(whole, 3) + "\n"


def _a_line_each(node, depth):
    """JSON whose objects down to `depth` have a line for each member, so that a change shows where it is."""
    if not depth or not isinstance(node, dict):
        return json.dumps(node, ensure_ascii=False, sort_keys=True)
    members = [f"{json.dumps(name)}: {_a_line_each(node[name], depth - 1)}" for name in sorted(node)]
    return "{\n" + ",\n".join(members) + "\n}"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="devserver.api_contract", description=__doc__.split("\n\n")[0])
    parser.add_argument("--release", action="store_true", help="record the description of now as released")
    parser.add_argument("--breaking", action="store_true", help="though it breaks programs")
    options = parser.parse_args(arguments)
    now, sentences = _described()
    if options.release:
        try:
            RELEASED.write_text(release(now, sentences, breaking=options.breaking))
        except ValueError as refusal:
            return str(refusal)
        return None
    return "\n".join(breaks(released(), now)) or None


if __name__ == "__main__":
    sys.exit(main())
