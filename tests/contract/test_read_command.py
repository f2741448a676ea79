"""`jointlab read` keeps its contract: fields, order, exit codes, and one bad file never stops the others."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jointlab.node.cli import main
from jointlab.science.demonstration.laboratory import FILES

TOP = [
    "schema", "file", "sha256", "format", "technique", "instrument", "started", "started_zone", "tables", "stated",
    "figures", "warnings", "refused",
]  # fmt: skip
MPT = next(entry for entry in FILES if entry.path.endswith(".mpt"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    status = main(["read", "--json", *arguments])
    out = capsys.readouterr().out
    return status, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def mpt(tmp_path: Path) -> Path:
    path = tmp_path / "cell.mpt"
    path.write_bytes(MPT.make())
    return path


def test_a_file_gives_every_field_of_the_schema(mpt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, [answer] = run(capsys, str(mpt))
    assert status == 0
    assert set(TOP) <= set(answer)
    assert answer["schema"] == 1
    assert answer["refused"] is None
    [table] = answer["tables"]
    frame_rows = table["rows"]
    assert frame_rows > 1000
    for column in table["columns"]:
        assert {"name", "unit", "first", "middle", "last", "min", "max"} <= set(column)
    potential = next(c for c in table["columns"] if c["name"] == "potential")
    assert potential["unit"] == "V"
    assert potential["min"] <= potential["middle"] <= potential["max"]


def test_middle_is_the_row_rows_over_2(mpt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, [answer] = run(capsys, "--columns", str(tmp_path / "columns"), str(mpt))
    assert status == 0
    [table] = answer["tables"]
    stored = pl.read_parquet(tmp_path / "columns" / f"{answer['sha256']}-{table['name']}.parquet")
    assert stored.height == table["rows"]
    for column in table["columns"]:
        values = stored[column["name"]]
        assert (column["first"], column["middle"], column["last"]) == (
            values[0],
            values[table["rows"] // 2],
            values[-1],
        )


def test_one_bad_file_never_stops_the_others(mpt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.mpr"
    empty.touch()
    status, answers = run(capsys, str(empty), str(tmp_path / "absent"), str(mpt), str(tmp_path))
    assert status == 3
    assert [a["refused"]["code"] if a["refused"] else None for a in answers] == [
        "file.empty",
        "file.missing",
        None,
        "file.directory",
    ]
    for answer in answers:
        assert set(TOP) <= set(answer)
        assert answer["refused"] is None or set(answer["refused"]) >= {"code", "message", "question"}
    assert answers[0]["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert answers[1]["sha256"] is None


@pytest.mark.parametrize(
    "arguments",
    [[], ["read"], ["read", "--set", "no-equals", "x"], ["read", "--set", "activ_mass=1", "x"], ["nonsense"]],
)
def test_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    assert capsys.readouterr().err


def test_a_question_is_answered_by_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "undecided.mpt"
    rows = "".join(f"{i}\t{i},500\t{i},125\n" for i in range(1, 30))
    path.write_text("EC-Lab ASCII FILE\nNb header lines : 4\n\nmode\ttime/s\tEwe/V\n" + rows)
    status, [answer] = run(capsys, str(path))
    assert status == 3
    question = answer["refused"]["question"]
    assert question["key"] == "decimal_mark"
    assert {option["value"] for option in question["options"]} == {"comma", "point"}
    status, [answer] = run(capsys, "--set", "decimal_mark=comma", str(path))
    assert status == 0
    column = next(c for c in answer["tables"][0]["columns"] if c["name"] == "potential")
    assert (column["first"], column["last"]) == (1.125, 29.125)


def test_a_name_with_control_characters_is_shown_safely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad\x1b[31m\nname.mpt"
    path.write_bytes(MPT.make())
    status, [answer] = run(capsys, str(path))
    assert status == 0
    assert "\x1b" not in answer["file"]
    main(["read", str(path)])
    assert "\x1b" not in capsys.readouterr().out


def test_a_symlink_is_followed_and_a_loop_or_a_pipe_is_refused(
    mpt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link.mpt").symlink_to(mpt)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    status, answers = run(capsys, *(str(tmp_path / name) for name in ("link.mpt", "loop", "pipe")))
    assert status == 3
    assert [a["refused"]["code"] if a["refused"] else None for a in answers] == [
        None,
        "file.unreadable",
        "file.not-regular",
    ]


def test_a_file_beyond_the_limit_is_refused_without_reading_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "huge.mpt"
    with path.open("wb") as file:
        file.write(b"EC-Lab ASCII FILE\n")
        file.truncate(2 << 30)  # sparse: two gigabytes of nothing
    status, [answer] = run(capsys, str(path))
    assert status == 3
    assert answer["refused"]["code"] == "file.too-large"


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = "import sys, jointlab.node.cli; print(sorted({'numpy','polars','scipy','fastexcel','jointlab.science'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_a_text_file_imports_no_scipy(mpt: Path) -> None:
    code = f"import sys; from jointlab.science import read; read({str(mpt)!r}); print('scipy' in sys.modules, 'fastexcel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


def test_output_that_nobody_reads_ends_quietly(mpt: Path) -> None:
    command = f"{sys.executable} -m jointlab.node read {' '.join([str(mpt)] * 20)} --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
