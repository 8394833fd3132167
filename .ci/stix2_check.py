"""Feeds a STIX bundle of the registry, JSON on standard input, to an implementation that is not ours: the PyPI package
stix2 (OASIS Open's Python library for STIX 2.1).

The bundle must parse there without custom content, patterns included, come out of that library as it went in, and refer
to nothing that is not in it.
"""

import json
import sys

import stix2

EXTENSION = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
REFERENCES = ("created_by_ref", "source_ref", "target_ref")


def plain(given):
    """An object with its times written in one way: a full second with and without milliseconds is the same time."""
    return json.dumps(given, sort_keys=True).replace('.000Z"', 'Z"')


def faults(bundle):
    """What is wrong with a bundle, as sentences."""
    parsed = stix2.parse(bundle, version="2.1", allow_custom=False)
    back = {o["id"]: o for o in json.loads(parsed.serialize())["objects"]}
    for given in bundle["objects"]:
        if plain(back[given["id"]]) != plain(given):
            yield f"{given['id']} comes back as {json.dumps(back[given['id']])}"
        named = [given[r] for r in REFERENCES if r in given]
        named += given.get("object_refs", []) + given.get("object_marking_refs", [])
        yield from (f"{given['id']} refers to {other}" for other in named if other not in back)
    incidents = [o for o in parsed.objects if o.type == "incident"]
    if len(incidents) != 1 or EXTENSION not in incidents[0].extensions:
        yield "there is not one incident with the incident extension"


found = list(faults(json.load(sys.stdin)))
print("\n".join(found) or "a bundle that stix2 takes")
sys.exit(bool(found))
