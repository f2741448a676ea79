"""The header words of Neware's exports, English and Chinese, folded (see `cycler_columns.fold`), and what they mean.

Charges and energies of a record start at zero in every step; the technique and the decisions say so.
"""

from jointlab.science.readers.cycler_columns import Meaning


def _words(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    return {word: meaning for words, meaning in groups for word in words.split()}


RECORD: dict[str, Meaning] = _words(
    ("datapoint recordid recordindex recordnumber recordno record 数据序号 记录序号 记录号 序号", Meaning("index")),
    ("cycleindex cycleid cycle cyclenumber cycleno 循环号 循环序号 循环", Meaning("cycle")),
    ("stepindex stepid step steps 工步号 工步序号 工步", Meaning("step")),
    ("stepnumber stepcount stepno 步次 工步次序", Meaning("step", "step_count")),
    ("steptype stepname status state workmode 工步类型 工步名称 工步状态 状态", Meaning(None, "step_type")),
    ("time steptime relativetime 时间 相对时间 工步时间", Meaning("step_time")),
    ("totaltime cumulativetime testtime runtime 总时间 累计时间 总测试时间", Meaning("time")),
    ("date realtime absolutetime recordtime datetime systemtime 绝对时间 日期 系统时间 真实时间", Meaning("unix_time")),
    ("current cur 电流", Meaning("current")),
    ("voltage volt vol 电压", Meaning("potential")),
    ("capacity cap 容量", Meaning("capacity")),
    (
        "chgcap chgcapacity capacitychg capchg capacitancechg chargecapacity 充电容量",
        Meaning("charge_capacity"),
    ),
    (
        "dchgcap dchgcapacity capacitydchg capdchg capacitancedchg dischargecapacity 放电容量",
        Meaning("discharge_capacity"),
    ),
    ("speccap specificcapacity capacitydensity cmpcap 比容量", Meaning("specific_capacity")),
    (
        "chgspeccap specificcapacitychg rcapchg 充电比容量",
        Meaning("specific_charge_capacity"),
    ),
    (
        "dchgspeccap specificcapacitydchg rcapdchg 放电比容量",
        Meaning("specific_discharge_capacity"),
    ),
    ("energy engy 能量", Meaning("energy")),
    ("chgenergy energychg engychg chargeenergy 充电能量", Meaning("charge_energy")),
    ("dchgenergy energydchg engydchg dischargeenergy 放电能量", Meaning("discharge_energy")),
    ("specenergy specificenergy cmpeng energydensity 比能量", Meaning("specific_energy")),
    ("chgspecenergy 充电比能量", Meaning("specific_energy", "specific_charge_energy")),
    ("dchgspecenergy 放电比能量", Meaning("specific_energy", "specific_discharge_energy")),
    ("power 功率", Meaning("power")),
    ("dcir internalresistance 直流内阻 内阻", Meaning("internal_resistance")),
    ("dqdv", Meaning("differential_capacity")),
    ("temperature temp 温度", Meaning("temperature")),
    ("mint mintemp 最低温度", Meaning("temperature", "temperature_lowest")),
    ("maxt maxtemp 最高温度", Meaning("temperature", "temperature_highest")),
    ("avgt avgtemp 平均温度", Meaning("temperature", "temperature_mean")),
)

CYCLE: dict[str, Meaning] = RECORD | _words(
    ("chgdchgeff chgdchgefficiency chargedischargeefficiency efficiency 充放电效率 库仑效率", Meaning("coulombic_efficiency")),
    ("energyefficiency engyefficiency energyeff 能量效率", Meaning("energy_efficiency")),
)  # fmt: skip
# What a cycle's own row may state as a result of that cycle.
STATED = (
    "charge_capacity", "discharge_capacity", "specific_charge_capacity", "specific_discharge_capacity", "charge_energy",
    "discharge_energy", "coulombic_efficiency", "energy_efficiency",
)  # fmt: skip

INDEX = {"datapoint", "recordid", "recordindex", "recordnumber", "recordno", "数据序号", "记录序号", "记录号"}
CYCLE_ID = {"cycleindex", "cycleid", "cycle", "cyclenumber", "cycleno", "循环号", "循环序号"}
STEP_ID = {"stepindex", "stepid", "step", "steps", "stepnumber", "stepno", "工步号", "工步序号", "步次"}
STEP_TYPE = {"steptype", "stepname", "status", "state", "工步类型", "工步名称", "工步状态", "状态"}
POTENTIAL = {"voltage", "volt", "vol", "电压"}
CURRENT = {"current", "cur", "电流"}

# Folded words of the sheets “test” and “Info”: name of the fact.
FACTS = {
    "barcode": "barcode", "条码": "barcode", "remarks": "remark", "remark": "remark", "备注": "remark", "creator": "operator",
    "创建者": "operator", "channel": "channel", "通道": "channel", "通道号": "channel", "activematerial": "active_mass", "activemass": "active_mass",
    "活性物质": "active_mass", "活性物质质量": "active_mass", "stepfile": "programme", "stepname": "programme", "processname": "programme",
    "工步文件名": "programme", "nominalcapacity": "nominal_capacity", "标称容量": "nominal_capacity", "pn": "part_number", "device": "device",
    "设备号": "device", "batchnumber": "batch", "批号": "batch", "btsversion": "software", "clientversion": "software",
}  # fmt: skip
STARTED = {"starttime", "startingtime", "testtimestart", "启动时间", "开始时间", "起始时间", "测试开始时间"}
