"""Feeds the registry's OpenC2 commands, one JSON text a line on standard input, to an implementation that is not ours:
the PyPI package openc2 (OASIS Open's Python library for the Language Specification 1.0 and the packet filter profile).

Every command must parse there, with nothing unknown in it but our documented extension targets, and must come out of
that library as it went in. Commands about addresses must also satisfy its packet filter profile.
"""

import json
import sys

import openc2
import stix2.properties

# Our extension targets and what stands in them: required, optional.
TARGETS = {
    "email": ({"message_id"}, {"mailbox"}),
    "account": ({"uid"}, set()),
    "sessions": ({"uid"}, set()),
    "credential": ({"uid"}, set()),
}


@openc2.properties.CustomProperty(
    "x-probatum", [(name, stix2.properties.StringProperty()) for name in ("mailbox", "message_id", "uid")]
)
class Specifiers:
    """What our targets hold. The library knows one such type per namespace, so `judge` tells the targets apart."""


for target in TARGETS:
    openc2.v10.CustomTarget(f"x-probatum:{target}", [(target, Specifiers())])(type(target, (), {}))


def judge(command):
    """Parses a command and compares what the library makes of it; answers with what was wrong, or None."""
    try:
        parsed = openc2.parse(command)
        back = json.loads(parsed.serialize())
        if back != command:
            return f"comes back as {json.dumps(back)}"
        if "slpf" in command.get("actuator", {}):
            openc2.v10.slpf.SLPF(**command)
        for name, specifiers in command["target"].items():
            if name.startswith("x-probatum:"):
                required, optional = TARGETS[name.removeprefix("x-probatum:")]
                if not required <= specifiers.keys() <= required | optional:
                    return f"{name} holds {sorted(specifiers)}"
    except Exception as error:  # whatever it raises is its verdict
        return f"{type(error).__name__}: {error}"
    return None


def main():
    count, faults = 0, 0
    for line in sys.stdin:
        command = json.loads(line)
        count += 1
        why = judge(command)
        if why is not None:
            faults += 1
            print(f"{line.strip()}\n    {why}", file=sys.stderr)
    # The judge must be able to say no.
    for wrong in ({"action": "obliterate", "target": {"ipv4_net": "192.0.2.1/32"}}, {"action": "deny"},
                  {"action": "deny", "target": {"x-probatum:moon": {"phase": "full"}}},
                  {"action": "deny", "target": {"file": {"hashes": {"sha256": "abc"}}}}):
        if judge(wrong) is None:
            faults += 1
            print(f"{wrong} should not have passed", file=sys.stderr)
    print(f"openc2 {openc2.__version__}: {count} commands, {faults} faults")
    return 1 if faults or count < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
