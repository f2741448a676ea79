"""Where answers go: full disks, folders that are none, names that collapse, consoles that know few letters."""

import gc
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import polars as pl
import pytest

from jointlab.node import read_command
from jointlab.node.answer import answer_json
from jointlab.node.cli import main
from jointlab.node.read_command import Answer, file_names, write_columns
from jointlab.science.door import ReadFile
from jointlab.science.reading import Reading, Table

TEXT = "EC-Lab ASCII FILE\nNb header lines : 4\n\nmode\ttime/s\tEwe/V\n" + "".join(
    f"{i}\t{i}.5\t{i / 100:.4f}\n" for i in range(1, 30)
)


@pytest.fixture
def mpt(tmp_path: Path) -> str:
    path = tmp_path / "cell.mpt"
    path.write_text(TEXT)
    return str(path)


def made(*tables: Table, **more: object) -> ReadFile:
    reading = Reading(format="made", technique="impedance", tables=tables, **more)  # type: ignore[arg-type]
    return ReadFile("made", "0" * 64, reading, ())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_report_on_a_full_disk_is_said_and_the_answers_stand(mpt: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--json", mpt, "--report", "/dev/full"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["refused"] is None
    assert "/dev/full" in said.err
    assert "Traceback" not in said.err


def test_columns_into_what_is_no_folder_is_said_and_the_answers_stand(
    mpt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "--json", mpt, mpt, "--columns", mpt]) == 2
    said = capsys.readouterr()
    assert [json.loads(line)["refused"] for line in said.out.splitlines()] == [None, None]
    assert "cannot write to" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_on_a_full_disk_ends_with_a_sentence(mpt: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jointlab.node", "read", "--json", mpt], stdout=full, stderr=subprocess.PIPE, check=False
        )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_console_with_few_letters_gets_the_same_json(mpt: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jointlab.node", "read", "--json", mpt, "нет.mpt"],
        stdout=subprocess.PIPE, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 3
    assert [json.loads(line)["file"] for line in done.stdout.decode().splitlines()] == [mpt, "нет.mpt"]


def test_tables_whose_names_come_out_equal_are_both_written(tmp_path: Path) -> None:
    names = ["run/1", "run 1", "RUN_1", "Ω" * 300, ""]
    tables = [Table(name, (), pl.DataFrame({"x": [float(i)]})) for i, name in enumerate(names)]
    write_columns(made(*tables), tmp_path)
    parts = file_names(names)
    assert parts[:3] == ["run_1", "run_1-2", "RUN_1-3"]
    for i, part in enumerate(parts):
        assert pl.read_parquet(tmp_path / f"{'0' * 64}-{part}.parquet")["x"].to_list() == [i]


def test_numbers_that_json_does_not_have_are_absent() -> None:
    frame = pl.DataFrame({"x": [1.0]})
    table = Table("t", (), frame, {"temperature": float("nan")})
    answer = Answer("f", None, file=made(table, facts={"mass": float("inf"), "cycle": pl.Series([3])[0], "name": "a"}))
    content = json.loads(answer_json(answer))
    assert content["facts"] == {"cycle": 3, "name": "a"}
    assert content["tables"][0]["conditions"] == {"temperature": None}


def test_answers_are_not_kept_when_no_report_is_made(
    mpt: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alive: weakref.WeakSet[ReadFile] = weakref.WeakSet()
    most: list[int] = []
    read = read_command.read_path

    def counted(path: str, given: dict[str, str]) -> Answer:
        gc.collect()
        most.append(len(alive))
        answer = read(path, given)
        assert answer.file is not None
        alive.add(answer.file)
        return answer

    monkeypatch.setattr(read_command, "read_path", counted)
    assert main(["read", "--json", *[mpt] * 5]) == 0
    capsys.readouterr()
    assert max(most) <= 1
