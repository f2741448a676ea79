"""What the node of Almaty begins with. All of it is invented."""

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
    DemonstrationPerson("omarova", "D. Omarova", "administrator", "omarova"),
    DemonstrationPerson("serikov", "A. Serikov", "researcher", "serikov"),
    DemonstrationPerson("abenova", "Z. Abenova", "reader", "abenova"),
)
PROJECTS = (
    DemonstrationProject(
        SHARED, "fundamental",
        "Anatase powders with a large surface and perovskite films; the same sample is measured in both cities.", ("serikov",),
    ),
    DemonstrationProject(
        "Cathodes for cold climates", "applied",
        "Lithium iron phosphate that keeps its capacity at −20 °C: doping, carbon coating, particle size.", ("serikov",),
    ),
)  # fmt: skip
INSTRUMENTS = (
    DemonstrationInstrument("biologic-sp-150", "BioLogic SP-150", "bl-sp150", "Almaty, room 214"),
    DemonstrationInstrument("gamry-1010e", "Gamry 1010E", "gamry-pc", "Almaty, room 214"),
    DemonstrationInstrument("xpert-pro", "X’Pert Pro", "xrd-pc", "Almaty, room 118", {"instrument_fwhm": "0.06"}),
    DemonstrationInstrument("tristar", "TriStar II", "bet-pc", "Almaty, room 118"),
    DemonstrationInstrument("belsorp-almaty", "BELSORP MAX II", "sorption-pc", "Almaty, room 118"),
    DemonstrationInstrument("solar-bench", "Solar simulator", "jv-pc", "Almaty, room 220"),
)
SAMPLES = (
    DemonstrationSample(
        "KZ-26-0109", "LiFePO₄/C, undoped", "LiFePO4", "powder", "Cathodes for cold climates", "serikov", "2026-08-18", "1450 mg",
        "Sol-gel from citrates, two calcinations.",
        (("Gel from citrates, stirred", "80 °C", "6 h", "air"), ("Calcined", "350 °C", "4 h", "Ar"), ("Calcined", "700 °C", "10 h", "Ar + 5 % H2")),
        ("cathode", "sol-gel"),
    ),
    DemonstrationSample(
        "KZ-26-0117", "LiFePO₄/C, 2 % Zn", "LiFe0.98Zn0.02PO4", "powder", "Cathodes for cold climates", "serikov", "2026-09-02", "620 mg",
        "As KZ-26-0109, with zinc acetate in the gel.",
        (("Gel from citrates with zinc acetate", "80 °C", "6 h", "air"), ("Calcined", "700 °C", "10 h", "Ar + 5 % H2")),
        ("cathode", "doped", "sol-gel"), (), "KZ-26-0109",
        (
            DemonstrationDevice("electrode", {"active_fraction": "80 %", "area": "1.131 cm2"}),
            DemonstrationDevice("cell", {"counter_electrode": "Li", "electrolyte": "1 M LiPF6 in EC:DMC 1:1"}, "KZ-26-0117-E1"),
        ),
    ),
    DemonstrationSample(
        "KZ-26-0203", "Anatase, hydrothermal", "TiO2", "powder", SHARED, "serikov", "2026-09-28", "3.1 g",
        "Hydrothermal from titanium butoxide; the same powder is measured in both cities.",
        (("Hydrothermal", "180 °C", "24 h", ""), ("Dried", "80 °C", "12 h", "air")), ("anatase", "round robin"),
    ),
)  # fmt: skip
PLACES = {
    "almaty/KZ-26-0117_cell07_GCPL.mpt": Placed("biologic-sp-150", "serikov", "KZ-26-0117-C1"),
    "almaty/KZ-26-0203_anatase.xrdml": Placed(
        "xpert-pro", "serikov", "KZ-26-0203", {"unit_cell": "tetragonal a=3.785 c=9.514"}
    ),
    "almaty/KZ-26-0203_N2.aif": Placed("belsorp-almaty", "serikov", "KZ-26-0203"),
    "almaty/CN-26-0058_a.jv.txt": Placed("solar-bench", "serikov", "CN-26-0058-S1"),
    "almaty/KZ-26-0117_cell07_EIS.DTA": Placed(
        "gamry-1010e", "serikov", "KZ-26-0117-C1", {"circuit": "randles_warburg"}
    ),
    "almaty/KZ-26-0203_tristar.SMP": Placed("tristar", "serikov", ""),
}
