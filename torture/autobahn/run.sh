#!/usr/bin/env bash
# R14: Autobahn's fuzzing client against the echo route of a debug build of parlor. Says how many of
# its cases passed, and fails where one did not. Compression (12, 13) is left out: Parlor has none.
#
#   cargo build -p server && torture/autobahn/run.sh [CASE…]       (such as 6.* or 9.1.1)
#
# On a machine with nothing else to do: its cases give an answer half a second.
#
# The suite (PyPI: autobahntestsuite 25.10.1) runs on Python 2.7 only: the one on the PATH as
# python2.7 or named in PYTHON27 is used, with its pip. No other test needs it.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON27:-python2.7}
target=${CARGO_TARGET_DIR:-target}
suite=$target/autobahntestsuite
if [ ! -d "$suite/autobahntestsuite" ]; then
    "$python" -m pip install --quiet --target "$suite" "autobahntestsuite==25.10.1"
    # A namespace package, which --target leaves without its beginning.
    touch "$suite/zope/__init__.py"
fi
work=$(mktemp -d)
PARLOR_DATA_DIR=$work/data PARLOR_LISTEN=127.0.0.1:0 PARLOR_LOG=error \
    timeout 1800 "$target/debug/parlor" serve >"$work/out" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
until address=$(sed -n 's/.*http:\/\/\([0-9.:]*\).*/\1/p' "$work/out") && [ -n "$address" ]; do
    kill -0 $server
done
if [ $# -eq 0 ]; then set -- '*'; fi
cases=$(printf '"%s",' "$@")
cat >"$work/spec.json" <<SPEC
{"options": {"failByDrop": false}, "outdir": "$work/reports", "exclude-cases": ["12.*", "13.*"],
 "exclude-agent-cases": {}, "cases": [${cases%,}],
 "servers": [{"agent": "parlor", "url": "ws://$address/test/echo", "options": {"version": 18}}]}
SPEC
PYTHONPATH=$suite "$python" -c 'import sys; from autobahntestsuite.wstest import run; sys.exit(run())' \
    -m fuzzingclient -s "$work/spec.json" >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
"$python" - "$work/reports/index.json" <<'PYTHON'
import json, sys
from collections import Counter
cases = json.load(open(sys.argv[1]))["parlor"]
counts = Counter(case["behavior"] for case in cases.values())
for behavior, count in sorted(counts.items()):
    print("%s: %d" % (behavior, count))
for name, case in sorted(cases.items()):
    if case["behavior"] not in ("OK", "INFORMATIONAL", "NON-STRICT") or \
            case["behaviorClose"] not in ("OK", "INFORMATIONAL"):
        print("%s: %s, close %s" % (name, case["behavior"], case["behaviorClose"]))
failed = [c for c in cases.values() if c["behavior"] not in ("OK", "INFORMATIONAL", "NON-STRICT")]
print("cases: %d, failed: %d" % (len(cases), len(failed)))
sys.exit(1 if failed or not cases else 0)
PYTHON
