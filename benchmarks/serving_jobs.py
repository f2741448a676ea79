"""`python -m benchmarks.serving_jobs FOLDER`: a node with some samples, and the cookie of somebody who is signed in, as JSON."""

import json
import sys
from pathlib import Path

from benchmarks.page_jobs import fill, new_node

SAMPLES = 2000


def main() -> None:
    folder = Path(sys.argv[1])
    from jointlab.node.creation import make_folder, set_up_django

    make_folder(new_node(folder))
    set_up_django(folder)
    fill(folder, SAMPLES)
    from django.test import Client

    from jointlab.people.models import Account

    client = Client()
    client.force_login(Account.objects.get(login="bench"))
    print(json.dumps({name: morsel.value for name, morsel in client.cookies.items()}))


if __name__ == "__main__":
    main()
