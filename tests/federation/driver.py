"""A process that works on one node: JSON lines {"code"} in, {"value"} or {"fault"} out; names stay from line to line."""

import json
import sys
import traceback
from pathlib import Path
from typing import Any


def main(folder: str) -> None:
    """Until the input ends."""
    from jointlab.node.creation import set_up_django

    set_up_django(Path(folder))
    from jointlab.errors import Fault

    names: dict[str, Any] = {}
    exec("from tests.federation.driver_names import *", names)
    for line in sys.stdin:
        names["value"] = None
        try:
            exec(json.loads(line)["code"], names)
            answer = {"value": names["value"]}
        except Fault as fault:
            answer = {"fault": fault.code, "sentence": fault.message}
        except BaseException:  # noqa: BLE001 - the test must see what happened
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
