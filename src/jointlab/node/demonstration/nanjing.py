"""What the node of Nanjing begins with. All of it is invented."""

from jointlab.node.demonstration.content import (
    SHARED,
    DemonstrationDevice,
    DemonstrationInstrument,
    DemonstrationPerson,
    DemonstrationProject,
    DemonstrationSample,
    Placed,
)

PEOPLE = (
    DemonstrationPerson("zhou", "Zhou M.", "administrator", "zhou"),
    DemonstrationPerson("wang", "Wang L.", "researcher", "wang"),
    DemonstrationPerson("li", "Li N.", "reader", "li"),
)
PROJECTS = (
    DemonstrationProject(
        "Electrodes from waste", "applied", "Carbons and phosphates for cells that are cheap to make again.", ("wang",)
    ),
)
INSTRUMENTS = (
    DemonstrationInstrument("neware-ct-4008", "Neware CT-4008", "neware-pc", "Nanjing, building 3"),
    DemonstrationInstrument("lanhe-ct3001", "LANHE CT3001A", "lanhe-pc", "Nanjing, building 3"),
    DemonstrationInstrument("chi-760e", "CHI 760E", "chi-pc", "Nanjing, building 3"),
    DemonstrationInstrument("smartlab", "SmartLab", "rigaku-pc", "Nanjing, building 5", {"instrument_fwhm": "0.045"}),
    DemonstrationInstrument("belsorp-max", "BELSORP MAX", "belsorp-pc", "Nanjing, building 5"),
    DemonstrationInstrument("eqe-bench", "Quantum efficiency bench", "eqe-pc", "Nanjing, building 3"),
)
SAMPLES = (
    DemonstrationSample(
        "CN-26-0042", "LiFePO₄/C, solvothermal", "LiFePO4", "powder", "Electrodes from waste", "wang", "2026-08-30", "900 mg",
        "Solvothermal in ethylene glycol, then carbon-coated with glucose.",
        (("Solvothermal", "200 °C", "12 h", ""), ("Carbon coating with glucose", "650 °C", "5 h", "Ar")), ("cathode", "solvothermal"), (), "",
        (DemonstrationDevice("cell", {"active_mass": "9.8 mg", "counter_electrode": "Li", "electrolyte": "1 M LiPF6 in EC:DMC 1:1"}),),
    ),
    DemonstrationSample(
        "CN-26-0061", "Activated carbon from walnut shells", "C", "powder", "Electrodes from waste", "wang", "2026-09-11", "2.4 g",
        "Carbonised, then activated with KOH.", (("Carbonised", "600 °C", "2 h", "N2"), ("Activated with KOH 1:3", "800 °C", "1 h", "N2")),
        ("carbon", "supercapacitor"), ("GHS05",), "",
        (DemonstrationDevice("cell", {"active_mass": "6.2 mg", "electrolyte": "6 M KOH"}),),
    ),
    DemonstrationSample(
        "CN-26-0071", "Ferrocene, 1 mM in acetonitrile", "Fe(C5H5)2", "solution", "Electrodes from waste", "wang", "2026-10-12", "",
        "Reference couple for the potentials of the electrolytes; 0.1 M Bu₄NPF₆.", (("Dissolved", "25 °C", "10 min", "Ar"),),
        ("reference",), ("GHS02", "GHS07"),
    ),
    DemonstrationSample(
        "CN-26-0058", "MAPbI₃ solar cell film", "CH3NH3PbI3", "film", SHARED, "wang", "2026-10-06", "",
        "One-step spin coating with an antisolvent.", (("Spin-coated, chlorobenzene as antisolvent", "", "30 s", "N2"), ("Annealed", "100 °C", "10 min", "N2")),
        ("perovskite",), ("GHS06", "GHS08", "GHS09"), "",
        (DemonstrationDevice("solar_cell", {"area": "0.16 cm2"}),),
    ),
)  # fmt: skip
PLACES = {
    "nanjing/CN-26-0042_cell11.csv": Placed("neware-ct-4008", "wang", "CN-26-0042-C1"),
    "nanjing/CN-26-0061_supercap.csv": Placed("lanhe-ct3001", "wang", "CN-26-0061-C1", {"device": "supercapacitor"}),
    "nanjing/KZ-26-0203_anatase.ras": Placed(
        "smartlab", "wang", "KZ-26-0203", {"unit_cell": "tetragonal a=3.785 c=9.514"}
    ),
    "nanjing/KZ-26-0203_N2.DAT": Placed("belsorp-max", "wang", "KZ-26-0203"),
    "nanjing/CN-26-0058_a.eqe.txt": Placed("eqe-bench", "wang", "CN-26-0058-S1"),
    "nanjing/CN-26-0058_a.mppt.csv": Placed("eqe-bench", "wang", "CN-26-0058-S1"),
    "nanjing/CN-26-0042_cell11_EIS.txt": Placed("chi-760e", "wang", "CN-26-0042-C1", {"circuit": "randles_warburg"}),
    "nanjing/CN-26-0071_ferrocene_CV.txt": Placed("chi-760e", "wang", "CN-26-0071"),
}
