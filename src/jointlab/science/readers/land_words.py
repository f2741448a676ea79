"""The header words of LAND exports, English and Chinese, folded (see `cycler_columns.fold`), and its spellings of units."""

import re

from jointlab.science.readers.cycler_columns import Meaning


def _words(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    return {word: meaning for words, meaning in groups for word in words.split()}


VOCABULARY = _words(
    ("record index 记录 记录号 记录序号 序号", Meaning("index")),
    ("testtime time 测试时间 总时间", Meaning("time")),
    ("testtimes", Meaning("time", unit="s")),
    ("steptime 步骤时间 工步时间 步时间 相对时间", Meaning("step_time")),
    ("steptimes", Meaning("step_time", unit="s")),
    ("systime datetime datetimeisostring 系统时间 日期 绝对时间", Meaning("unix_time")),
    ("voltage 电压", Meaning("potential")),
    ("voltagev", Meaning("potential", unit="V")),
    ("current 电流", Meaning("current")),
    ("currenta", Meaning("current", unit="A")),
    ("capacity 容量", Meaning("capacity")),
    ("capc capacityc 充电容量", Meaning("charge_capacity")),
    ("capd capacityd 放电容量", Meaning("discharge_capacity")),
    ("specap 比容量", Meaning("specific_capacity")),
    ("specapcal", Meaning("specific_capacity", "specific_capacity_calculated")),
    ("specapc 充电比容量", Meaning("specific_charge_capacity")),
    ("specapd 放电比容量", Meaning("specific_discharge_capacity")),
    ("energy 能量", Meaning("energy")),
    ("energyc 充电能量", Meaning("charge_energy")),
    ("energyd 放电能量", Meaning("discharge_energy")),
    ("speenergy 比能量", Meaning("specific_energy")),
    ("power 功率", Meaning("power")),
    ("dqdv", Meaning("differential_capacity")),
    ("auxtemp temperature temp 温度 辅助温度", Meaning("temperature")),
    ("auxvolt 辅助电压", Meaning("potential", "auxiliary_potential")),
    ("cycle cycleindex cycleno 循环 循环号 循环序号", Meaning("cycle")),
    ("step stepindex stepno 步骤 步骤号 步骤序号 工步 工步号 工步序号", Meaning("step")),
    ("state status stepstate stepstatus workmode 步骤状态 工步状态 状态 工作模式", Meaning(None, "state")),
)
VOLTAGE = re.compile(r"^(Voltage|电压)/[mu]?V$", re.IGNORECASE)
CURRENT = re.compile(r"^(Current|电流)/[munµμ]?A$", re.IGNORECASE)
TABLE_WORDS = {
    "testtime",
    "steptime",
    "time",
    "systime",
    "capacity",
    "specap",
    "cycleindex",
    "stepindex",
    "测试时间",
    "容量",
    "比容量",
    "循环序号",
    "系统时间",
}
ISO_COLUMNS = {"cycle_index", "step_index", "test_time_s", "voltage_v", "current_a"}
SPELLINGS = (  # as LAND writes units: as we do
    (re.compile(r"/\s*(?:Sec|S|s)\.?$"), "/s"), (re.compile(r"/\s*(?:Min|min)\.?$"), "/min"),
    (re.compile(r"/\s*(?:Hour|Hr|h)\.?$"), "/h"), (re.compile(r"/\s*(?:dC|DegC|℃|°C)\.?$"), "/degC"),
    (re.compile(r"(temp.*|温度)/C\.?$", re.IGNORECASE), r"\1/degC"),
    (re.compile(r"^dQ/dV/"), "dQdV/"), (re.compile(r"^dQ/dV$"), "dQdV"), (re.compile(r"^dV/dQ/"), "dVdQ/"),
)  # fmt: skip


def direction(state: str) -> float:
    """RateC, CCC, CC_Chg, 恒流充电: charge; RateD, CCD, CC_DChg, 恒流放电: discharge; R and others tell nothing."""
    word = state.strip().casefold()
    if "放电" in word or re.search(r"(?:^|rate|cc|cr|cp|cv)d$|dchg|dch$|disch", word):
        return -1.0
    if "充电" in word or re.search(r"(?:^|rate|cc|cr|cp|cv)c$|chg|charge", word):
        return 1.0
    return 0.0
