"""The header words of Arbin, folded (see `cycler_columns.fold`). Units are those that MITS Pro always uses.

Arbin's counters of charge and energy run on until the schedule sets them; they are kept as they are.
"""

from jointlab.science.readers.cycler_columns import Meaning

RECORD: dict[str, Meaning] = {
    "datapoint": Meaning("index"),
    "testtime": Meaning("time", unit="s"),
    "steptime": Meaning("step_time", unit="s"),
    "datetime": Meaning("unix_time"),
    "stepindex": Meaning("step"),
    "cycleindex": Meaning("cycle"),
    "current": Meaning("current", unit="A"),
    "voltage": Meaning("potential", unit="V"),
    "power": Meaning("power", unit="W"),
    "chargecapacity": Meaning("charge_capacity", unit="Ah"),
    "dischargecapacity": Meaning("discharge_capacity", unit="Ah"),
    "chargeenergy": Meaning("charge_energy", unit="Wh"),
    "dischargeenergy": Meaning("discharge_energy", unit="Wh"),
    "capacity": Meaning("capacity", unit="Ah"),
    "internalresistance": Meaning("internal_resistance", unit="ohm"),
    "acr": Meaning("internal_resistance", "ac_resistance", "ohm"),
    "dqdv": Meaning("differential_capacity", unit="Ah/V"),
    "acimpedance": Meaning("impedance_modulus", unit="ohm"),
    "aciphaseangle": Meaning("impedance_phase", unit="deg"),
    "temperature": Meaning("temperature", unit="degC"),
    "auxtemperature": Meaning("temperature", unit="degC"),
    "chargespecificcapacity": Meaning("specific_charge_capacity", unit="Ah/g"),
    "dischargespecificcapacity": Meaning("specific_discharge_capacity", unit="Ah/g"),
}  # fmt: skip

# Words that only tables with one row a cycle or step have.
STATISTICS = {"vmaxoncycle", "chargetime", "dischargetime", "vmaxcycle"}

# Folded words of Global_Table and Global_Info: name of the fact.
FACTS = {
    "testname": "test_name", "channelindex": "channel_index", "channel": "channel", "schedulefilename": "programme", "creator": "operator",
    "comments": "remark", "itemid": "item", "softwareversion": "software", "serialnumber": "serial_number", "scheduleversion": "programme_version",
}  # fmt: skip


def is_record_header(keys: set[str]) -> bool:
    """Whether these folded words head Arbin's channel data."""
    return (
        {"testtime", "current", "voltage"} <= keys
        and bool(keys & {"cycleindex", "stepindex"})
        and bool(keys & {"chargecapacity", "datapoint"})
        and not keys & (STATISTICS | {"steptype", "工步类型"})
    )
