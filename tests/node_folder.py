"""A pytest plugin, loaded first: the node's folder that Django's settings need, one for each test process.

JOINTLAB_TEST_DATABASE=postgresql://... runs the same tests on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from jointlab.node.creation import NewNode, make_folder
from jointlab.node.variable import VARIABLE

NODE = NewNode(
    folder=Path(tempfile.mkdtemp(prefix="jointlab-test-")) / "node", prefix="kz", name="almaty", mark="a", zone="Asia/Almaty",
    origin="almaty.example", names={"en": "Al-Farabi Kazakh National University"}, city={"en": "Almaty"}, country="KZ",
    database=os.environ.get("JOINTLAB_TEST_DATABASE", ""), hosts=("localhost", "127.0.0.1", "[::1]", "testserver"),
)  # fmt: skip
make_folder(NODE)
os.environ[VARIABLE] = str(NODE.folder)
atexit.register(shutil.rmtree, NODE.folder.parent, ignore_errors=True)
