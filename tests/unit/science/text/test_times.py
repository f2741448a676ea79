"""Durations and time stamps."""

from datetime import datetime, timedelta, timezone

import polars as pl
import pytest

from jointlab.science.text.times import clock_times, date_order, durations, parse_timestamp


def test_durations_go_past_a_day() -> None:
    cells = pl.Series(["00:00:05", "30:05:00.5", "  3d 18:47:23.42", "rest", None])
    assert durations(cells).to_list() == [5.0, 108300.5, 3 * 86400 + 18 * 3600 + 47 * 60 + 23.42, None, None]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2021-05-06 11:23:46", datetime(2021, 5, 6, 11, 23, 46)),
        ("2022-06-28T09:37:31+05:00", datetime(2022, 6, 28, 9, 37, 31, tzinfo=timezone(timedelta(hours=5)))),
        ("2021年5月6日 11:23", datetime(2021, 5, 6, 11, 23)),
        ("07/29/2020 10:31:01", datetime(2020, 7, 29, 10, 31, 1)),
        ("29.07.2020 10:31:01.250", datetime(2020, 7, 29, 10, 31, 1, 250000)),
        ("07/07/2020 10:31:01", datetime(2020, 7, 7, 10, 31, 1)),
        ("July 27, 2020   17:16:02", datetime(2020, 7, 27, 17, 16, 2)),
        ("27-Jul-2020 5:16:02 PM", datetime(2020, 7, 27, 17, 16, 2)),
        ("06/05/2021 11:23:46", None),
        ("hello", None),
        ("2021-02-31 10:00:00", None),
        ("2021-02-03 25:61:00", None),
    ],
)
def test_a_time_stamp_is_read_or_none(stamp: str, expected: datetime | None) -> None:
    assert parse_timestamp(stamp) == expected


def test_which_number_is_the_day_is_evidence() -> None:
    assert date_order(["06/05/2021", "13/05/2021"]) == "dmy"
    assert date_order(["06/05/2021", "05/13/2021"]) == "mdy"
    assert date_order(["06/05/2021"]) is None
    assert parse_timestamp("06/05/2021", order="dmy") == datetime(2021, 5, 6)


def test_a_fourth_part_of_a_duration_is_not_dropped() -> None:
    assert durations(pl.Series(["00:00:10", "00:00:10:500", "144:02:18"])).to_list() == [10.0, None, 518538.0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2022-05-18 16:27:52", "", "2022-05-18 16:28:52.250"], [1652891272.0, None, 1652891332.25]),
        (["05/18/2022 4:27:52 PM"], [1652891272.0]),
        (["18.05.2022 16:27:52"], [1652891272.0]),
        (["01/02/2022 00:00:00", "01/13/2022 00:00:00"], [1640995200.0 + 86400, 1642032000.0]),
        (["01/02/2022 00:00:00"], None),
        (["13/02/2022 00:00:00", "01/14/2022 00:00:00"], None),
        (["2022-05-18 16:27:52", "later"], None),
    ],
)
def test_clock_times_are_seconds_since_1970(cells: list[str], expected: list[float | None] | None) -> None:
    found = clock_times(pl.Series(cells))
    assert (None if found is None else found.to_list()) == expected


def test_years_of_two_digits_and_halves_of_the_day_before_the_hour() -> None:
    assert parse_timestamp("02/14/98 00:00:00") == datetime(1998, 2, 14)
    assert parse_timestamp("02/14/26") == datetime(2026, 2, 14)
    assert parse_timestamp("2021/12/16 下午 06:50:16") == datetime(2021, 12, 16, 18, 50, 16)
    assert parse_timestamp("2021-12-16 上午12:05") == datetime(2021, 12, 16, 0, 5)
