"""The one table of quantities: every column and every figure of the product is one of these, in its one unit.

A value is converted to this unit at the door (in the reader), so no function below takes a unit argument. Names in the
four languages are the terms of the field: IUPAC Gold Book and Recommendations, ISO 80000, GB/T and GOST usage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

INFINITY = float("inf")


@dataclass(frozen=True)
class Quantity:
    """One quantity. `low` and `high` bound what is physically possible, in `unit`; outside of them a reading is wrong."""

    name: str
    symbol: str
    unit: str
    definition: str
    en: str
    ru: str
    kk: str
    zh: str
    source: str = ""
    low: float = -INFINITY
    high: float = INFINITY
    integer: bool = False

    def title(self, language: str = "en") -> str:
        """The name in `language` (en, ru, kk, zh-Hans), English where there is no such language."""
        return {"ru": self.ru, "kk": self.kk, "zh-Hans": self.zh}.get(language, self.en)


_IUPAC_BET = "IUPAC 2015, doi:10.1515/pac-2014-1117"
_IEC_IV = "IEC 60904-1"
_GOLD = "IUPAC Gold Book"
Q = Quantity

_GENERAL = (
    Q("time", "t", "s", "Time since the start of the measurement.", "time", "время", "уақыт", "时间", "ISO 80000-3", -1.0, 1e10),
    Q("step_time", "t_step", "s", "Time since the start of the step.", "step time", "время шага", "қадам уақыты", "工步时间", "", -1.0, 1e10),
    Q("unix_time", "t_unix", "s", "Seconds since 1970-01-01 of the instrument's clock, in the zone that the file states or none.",
      "clock time", "время по часам прибора", "аспап сағаты бойынша уақыт", "仪器时钟时间", "", 0.0, 4.2e9),
    Q("index", "i", "1", "Running number of a point as the instrument counts.", "record number", "номер записи", "жазба нөмірі", "记录号", integer=True),
    Q("temperature", "T", "K", "Thermodynamic temperature.", "temperature", "температура", "температура", "温度", "ISO 80000-5", 0.0, 1e5),
    Q("mass", "m", "g", "Mass of the sample.", "mass", "масса", "масса", "质量", "ISO 80000-4", 0.0),
    Q("area", "A", "cm^2", "Geometric area.", "area", "площадь", "аудан", "面积", "ISO 80000-3", 0.0),
    Q("thickness", "d", "nm", "Thickness.", "thickness", "толщина", "қалыңдық", "厚度", "ISO 80000-3", 0.0),
    Q("intensity_arbitrary", "I", "arb", "Intensity in arbitrary units.", "intensity (arbitrary units)",
      "интенсивность (отн. ед.)", "қарқындылық (салыст. бірл.)", "强度（任意单位）"),
)  # fmt: skip

_ELECTROCHEMISTRY = (
    Q("potential", "E", "V", "Potential of the working electrode, or voltage of the cell.", "potential", "потенциал", "потенциал", "电位", _GOLD, -1e4, 1e4),
    Q("open_circuit_potential", "E_oc", "V", "Potential of the working electrode without current.",
      "open-circuit potential", "потенциал разомкнутой цепи", "ажыратылған тізбек потенциалы", "开路电位", _GOLD, -1e4, 1e4),
    Q("counter_potential", "E_ce", "V", "Potential of the counter electrode against the reference.",
      "counter-electrode potential", "потенциал вспомогательного электрода", "көмекші электрод потенциалы", "对电极电位", "", -1e4, 1e4),
    Q("control_potential", "E_set", "V", "Potential that was asked for.", "set potential", "заданный потенциал", "берілген потенциал", "设定电位", "", -1e4, 1e4),
    Q("current", "I", "A", "Electric current; the sign is the file's own.", "current", "ток", "ток", "电流", "ISO 80000-6", -1e5, 1e5),
    Q("control_current", "I_set", "A", "Current that was asked for.", "set current", "заданный ток", "берілген ток", "设定电流", "", -1e5, 1e5),
    Q("current_density", "j", "mA/cm^2", "Current over geometric area.", "current density", "плотность тока", "ток тығыздығы", "电流密度", "ISO 80000-6"),
    Q("power", "P", "W", "Electric power.", "power", "мощность", "қуат", "功率", "ISO 80000-6"),
    Q("charge", "Q", "mAh", "Charge passed since the start; the sign is the file's own.", "charge", "электрический заряд", "электр заряды", "电荷量", "ISO 80000-6"),
    Q("capacity", "Q", "mAh", "Charge of a half-cycle, without sign.", "capacity", "ёмкость", "сыйымдылық", "容量", _GOLD),
    Q("charge_capacity", "Q_ch", "mAh", "Charge taken in while charging.", "charge capacity", "зарядная ёмкость", "зарядтау сыйымдылығы", "充电容量"),
    Q("discharge_capacity", "Q_dis", "mAh", "Charge given out while discharging.",
      "discharge capacity", "разрядная ёмкость", "разрядтау сыйымдылығы", "放电容量"),
    Q("specific_capacity", "q", "mAh/g", "Capacity over the mass of active material.",
      "specific capacity", "удельная ёмкость", "меншікті сыйымдылық", "比容量"),
    Q("specific_charge_capacity", "q_ch", "mAh/g", "Charge capacity over the mass of active material.",
      "specific charge capacity", "удельная зарядная ёмкость", "меншікті зарядтау сыйымдылығы", "充电比容量"),
    Q("specific_discharge_capacity", "q_dis", "mAh/g", "Discharge capacity over the mass of active material.",
      "specific discharge capacity", "удельная разрядная ёмкость", "меншікті разрядтау сыйымдылығы", "放电比容量"),
    Q("energy", "W", "mWh", "Electric energy of a half-cycle, or since the start.", "energy", "энергия", "энергия", "能量", "ISO 80000-5"),
    Q("charge_energy", "W_ch", "mWh", "Energy taken in while charging.", "charge energy", "энергия при заряде", "зарядтау энергиясы", "充电能量"),
    Q("discharge_energy", "W_dis", "mWh", "Energy given out while discharging.", "discharge energy", "энергия при разряде", "разрядтау энергиясы", "放电能量"),
    Q("specific_energy", "w", "Wh/kg", "Energy over the mass of active material.", "specific energy", "удельная энергия", "меншікті энергия", "比能量"),
    Q("specific_power", "p", "W/kg", "Power over the mass of active material.", "specific power", "удельная мощность", "меншікті қуат", "比功率"),
    Q("cycle", "n", "1", "Number of the cycle.", "cycle", "номер цикла", "цикл нөмірі", "循环号", integer=True),
    Q("half_cycle", "n_half", "1", "Number of the half-cycle.", "half-cycle", "номер полуцикла", "жартылай цикл нөмірі", "半循环号", integer=True),
    Q("step", "s", "1", "Number of the step of the programme.", "step", "номер шага", "қадам нөмірі", "工步号", integer=True),
    Q("segment", "s", "1", "Number of the segment of a sweep.", "segment", "номер сегмента", "сегмент нөмірі", "扫描段号", integer=True),
    Q("coulombic_efficiency", "CE", "%", "Charge given out over charge taken in, one cycle.",
      "coulombic efficiency", "кулоновская эффективность", "кулондық тиімділік", "库仑效率"),
    Q("energy_efficiency", "EE", "%", "Energy given out over energy taken in, one cycle.",
      "energy efficiency", "энергетическая эффективность", "энергетикалық тиімділік", "能量效率"),
    Q("capacity_retention", "R", "%", "Discharge capacity over that of the reference cycle.",
      "capacity retention", "сохранение ёмкости", "сыйымдылықтың сақталуы", "容量保持率"),
    Q("cycles_to_80_percent", "n_80", "1", "First cycle whose discharge capacity is below 80 % of the reference cycle's.",
      "cycles to 80 %", "число циклов до 80 % ёмкости", "сыйымдылықтың 80 %-ына дейінгі циклдер саны",
      "容量降至80%的循环次数", "", 0.0),
    Q("mean_charge_voltage", "E_ch", "V", "Charge energy over charge capacity.",
      "mean charge voltage", "среднее напряжение заряда", "орташа зарядтау кернеуі", "平均充电电压"),
    Q("mean_discharge_voltage", "E_dis", "V", "Discharge energy over discharge capacity.",
      "mean discharge voltage", "среднее напряжение разряда", "орташа разрядтау кернеуі", "平均放电电压"),
    Q("voltage_hysteresis", "dE", "V", "Mean charge voltage minus mean discharge voltage.",
      "voltage hysteresis", "гистерезис напряжения", "кернеу гистерезисі", "电压滞后"),
    Q("differential_capacity", "dQ/dE", "mAh/V", "Derivative of charge by voltage.",
      "differential capacity", "дифференциальная ёмкость", "дифференциалдық сыйымдылық", "微分容量"),
    Q("capacitance", "C", "F", "Capacitance.", "capacitance", "электрическая ёмкость", "электр сыйымдылығы", "电容", "IEC 62391-1"),
    Q("specific_capacitance", "C_m", "F/g", "Capacitance over the mass of active material.",
      "specific capacitance", "удельная электрическая ёмкость", "меншікті электр сыйымдылығы", "比电容", "IEC 62391-1"),
    Q("areal_capacitance", "C_A", "F/cm^2", "Capacitance over geometric area.",
      "areal capacitance", "электрическая ёмкость на единицу площади", "аудан бірлігіне шаққандағы электр сыйымдылығы", "面积比电容"),
    Q("voltage_drop", "dE_IR", "V", "Step of the voltage when the current turns.", "IR drop", "омическое падение напряжения",
      "кернеудің омдық түсуі", "欧姆压降", "IEC 62391-1"),
    Q("internal_resistance", "R_i", "ohm", "Voltage step over current step.", "internal resistance", "внутреннее сопротивление", "ішкі кедергі", "内阻"),
    Q("scan_rate", "v", "V/s", "Rate of the potential sweep.", "scan rate", "скорость развёртки потенциала", "потенциалды жаю жылдамдығы", "扫描速率"),
    Q("peak_potential", "E_p", "V", "Potential at the extreme current of a sweep.", "peak potential", "потенциал пика", "шың потенциалы", "峰电位", _GOLD),
    Q("peak_current", "I_p", "A", "Extreme current of a sweep.", "peak current", "ток пика", "шың тогы", "峰电流", _GOLD),
    Q("peak_current_density", "j_p", "mA/cm^2", "Extreme current density of a sweep.", "peak current density", "плотность тока пика", "шың тогының тығыздығы", "峰电流密度"),
    Q("peak_current_ratio", "I_pr/I_pf", "1", "Current of the reverse peak over that of the forward peak, each above what it would be without it.",
      "peak current ratio", "отношение токов пиков", "шың токтарының қатынасы", "峰电流比"),
    Q("peak_charge", "Q_p", "C", "Charge under a peak above its base line.", "peak charge", "заряд пика", "шың заряды", "峰电荷量"),
    Q("peak_separation", "dE_p", "V", "Anodic minus cathodic peak potential.", "peak separation", "разность потенциалов пиков", "шың потенциалдарының айырымы", "峰电位差"),
    Q("half_wave_potential", "E_1/2", "V", "Mean of the two peak potentials.",
      "half-wave potential", "потенциал полуволны", "жарты толқын потенциалы", "半波电位", _GOLD),
    Q("frequency", "f", "Hz", "Frequency of the excitation.", "frequency", "частота", "жиілік", "频率", "ISO 80000-3", 0.0, 1e12),
    Q("impedance_real", "Z'", "ohm", "Real part of the impedance.", "real impedance", "действительная часть импеданса",
      "импеданстың нақты бөлігі", "阻抗实部", "ISO 80000-6"),
    Q("impedance_imaginary", "Z''", "ohm", "Imaginary part of the impedance; negative for a capacitor.",
      "imaginary impedance", "мнимая часть импеданса", "импеданстың жорамал бөлігі", "阻抗虚部", "ISO 80000-6"),
    Q("impedance_modulus", "|Z|", "ohm", "Modulus of the impedance.", "impedance modulus", "модуль импеданса", "импеданс модулі", "阻抗模", "ISO 80000-6", 0.0),
    Q("impedance_phase", "phi", "deg", "Argument of the impedance; negative for a capacitor.", "phase", "фазовый угол импеданса", "импеданстың фазалық бұрышы", "相位角", "ISO 80000-6"),
    Q("series_resistance", "R_s", "ohm", "Series (ohmic) resistance of a fitted circuit, or of a device.",
      "series resistance", "последовательное сопротивление", "тізбектей жалғанған кедергі", "串联电阻"),
    Q("charge_transfer_resistance", "R_ct", "ohm", "Charge-transfer resistance of a fitted circuit.",
      "charge-transfer resistance", "сопротивление переноса заряда", "заряд тасымалдау кедергісі", "电荷转移电阻", _GOLD),
    Q("high_frequency_resistance", "R_hf", "ohm", "Real impedance where the spectrum crosses the real axis at high frequency.",
      "high-frequency resistance", "высокочастотное сопротивление", "жоғары жиілікті кедергі", "高频电阻"),
    Q("polarization_resistance", "R_p", "ohm", "Extent of the spectrum along the real axis, from high to low frequency.",
      "polarisation resistance", "поляризационное сопротивление", "поляризациялық кедергі", "极化电阻", _GOLD),
    Q("kramers_kronig_residual", "Δ_KK", "%", "Deviation from a Kramers-Kronig transformable model over the impedance modulus.",
      "Kramers-Kronig residual", "невязка Крамерса — Кронига", "Крамерс — Крониг қалдығы", "Kramers-Kronig残差", "doi:10.1149/1.2044210"),
    Q("arc_resistance", "R", "ohm", "Resistance in a parallel branch of a fitted circuit.",
      "arc resistance", "сопротивление дуги годографа", "годограф доғасының кедергісі", "阻抗弧电阻"),
    Q("inductance", "L", "H", "Inductance.", "inductance", "индуктивность", "индуктивтілік", "电感", "ISO 80000-6"),
    Q("cpe_admittance", "Q", "S", "Modulus of the admittance of a constant-phase element at 1 rad/s; the number of Q in 1/(Q (jω)^n).",
      "CPE admittance at 1 rad/s", "адмиттанс элемента постоянной фазы при 1 рад/с",
      "тұрақты фаза элементінің 1 рад/с кезіндегі адмиттансы", "常相位元件导纳 (1 rad/s)"),
    Q("cpe_exponent", "n", "1", "Exponent n of a constant-phase element.",
      "CPE exponent", "показатель степени элемента постоянной фазы", "тұрақты фаза элементінің дәреже көрсеткіші", "常相位元件指数"),
    Q("warburg_coefficient", "σ_W", "ohm", "Real part of a Warburg impedance at 1 rad/s; the number of σ in σ(1 - j)/√ω.",
      "Warburg coefficient", "коэффициент Варбурга", "Варбург коэффициенті", "Warburg系数"),
    Q("diffusion_resistance", "R_d", "ohm", "Resistance R of a finite-length or finite-space Warburg element.",
      "diffusion resistance", "диффузионное сопротивление", "диффузиялық кедергі", "扩散电阻"),
    Q("diffusion_time", "τ_d", "s", "Time constant of a finite-length or finite-space Warburg element.",
      "diffusion time constant", "постоянная времени диффузии", "диффузияның уақыт тұрақтысы", "扩散时间常数"),
)  # fmt: skip

_DIFFRACTION = (
    Q("two_theta", "2θ", "deg", "Scattering angle.", "2θ", "2θ", "2θ", "2θ", "IUCr", -180.0, 360.0),
    Q("angle_omega", "ω", "deg", "Angle of incidence.", "ω", "ω", "ω", "ω", "IUCr", -360.0, 360.0),
    Q("angle_chi", "χ", "deg", "Tilt of the sample.", "χ", "χ", "χ", "χ", "IUCr", -360.0, 360.0),
    Q("angle_phi", "φ", "deg", "Rotation of the sample about its normal.", "φ", "φ", "φ", "φ", "IUCr", -360.0, 720.0),
    Q("intensity", "I", "counts", "Counts of the detector, corrected for the attenuator.", "intensity", "интенсивность", "қарқындылық", "强度", "", -1e3),
    Q("count_rate", "R", "counts/s", "Counts over counting time, corrected for the attenuator.", "count rate", "скорость счёта", "санау жылдамдығы", "计数率"),
    Q("counting_time", "t_c", "s", "Counting time of a point.", "counting time", "время счёта", "санау уақыты", "计数时间", "", 0.0),
    Q("attenuation", "a", "1", "Factor by which the counts were multiplied for the attenuator.", "attenuation factor",
      "кратность ослабления", "әлсірету еселігі", "衰减因子", "", 0.0),
    Q("wavelength", "λ", "nm", "Wavelength.", "wavelength", "длина волны", "толқын ұзындығы", "波长", "ISO 80000-7", 0.0),
    Q("peak_position", "2θ_p", "deg", "Position of a reflection (Kα1).", "peak position", "положение пика", "шыңның орны", "峰位"),
    Q("peak_height", "I_p", "counts", "Height of a reflection above background.", "peak height", "высота пика", "шың биіктігі", "峰高"),
    Q("peak_area", "A_p", "counts*deg", "Area of a reflection above background.", "peak area", "площадь пика", "шың ауданы", "峰面积"),
    Q("peak_width", "FWHM", "deg", "Full width at half maximum of a reflection.", "FWHM", "полная ширина на половине высоты", "жарты биіктіктегі толық ен", "半高宽"),
    Q("integral_breadth", "β", "deg", "Area over height of a reflection.", "integral breadth", "интегральная ширина", "интегралдық ен", "积分宽度"),
    Q("lattice_spacing", "d", "angstrom", "Spacing of lattice planes, λ/(2 sin θ).",
      "lattice spacing d", "межплоскостное расстояние", "жазықтықаралық қашықтық", "晶面间距", "IUCr", 0.0),
    Q("crystallite_size", "L", "nm", "Volume-weighted crystallite size.", "crystallite size", "размер кристаллитов", "кристаллит өлшемі", "晶粒尺寸",
      "EN 13925-2", 0.0),
    Q("microstrain", "ε", "1", "Strain ε in β = 4 ε tan θ (Stokes and Wilson); 1.25 times the root mean square of a Gaussian distribution of strains.", "microstrain", "микродеформация",
      "микродеформация", "微观应变", "EN 13925-2"),
    Q("lattice_parameter", "a", "angstrom", "Length of a cell edge.", "lattice parameter", "параметр решётки", "кристалдық тор параметрі", "晶格参数", "IUCr", 0.0),
    Q("lattice_angle", "α", "deg", "Angle between two cell edges.", "lattice angle", "угол элементарной ячейки", "элементар ұяшық бұрышы", "晶胞角", "IUCr", 0.0, 180.0),
    Q("two_theta_shift", "Δ2θ", "deg", "Observed minus true 2θ, at 2θ = 0 where it depends on the angle.",
      "shift of 2θ", "сдвиг 2θ", "2θ ығысуы", "2θ偏移", "EN 13925-2"),
    Q("cell_volume", "V", "angstrom^3", "Volume of the unit cell.", "cell volume", "объём элементарной ячейки", "элементар ұяшық көлемі", "晶胞体积", "IUCr", 0.0),
)  # fmt: skip

_ADSORPTION = (
    Q("pressure", "p", "kPa", "Equilibrium pressure; a gauge near zero may read slightly below it.", "pressure", "давление", "қысым", "压力", _IUPAC_BET, -1.0, 1e6),
    Q("saturation_pressure", "p0", "kPa", "Saturation pressure of the adsorptive.", "saturation pressure", "давление насыщенного пара",
      "қаныққан бу қысымы", "饱和蒸气压", _IUPAC_BET, 0.0, 1e6),
    Q("relative_pressure", "p/p0", "1", "Equilibrium over saturation pressure.", "relative pressure p/p₀", "относительное давление p/p₀",
      "салыстырмалы қысым p/p₀", "相对压力 p/p₀", _IUPAC_BET, -0.02, 1.2),
    Q("loading", "n", "mmol/g", "Amount adsorbed over mass of adsorbent.", "amount adsorbed", "величина адсорбции", "адсорбция шамасы", "吸附量", _IUPAC_BET, -10.0),
    Q("mass_uptake", "w", "%", "Mass adsorbed over dry mass.", "mass uptake", "относительный прирост массы", "массаның салыстырмалы өсімі", "吸附增重率", _IUPAC_BET),
    Q("bet_area", "a_BET", "m^2/g", "Specific surface area by Brunauer, Emmett and Teller.", "BET area", "удельная поверхность по БЭТ",
      "БЭТ бойынша меншікті бет ауданы", "BET比表面积", _IUPAC_BET, 0.0),
    Q("bet_constant", "C", "1", "Constant C of the BET equation.", "BET constant C", "константа C БЭТ", "БЭТ тұрақтысы C", "BET常数C", _IUPAC_BET),
    Q("bet_slope", "s_BET", "g/mmol", "Slope of (p/p0)/[n(1-p/p0)] over p/p0.", "BET slope", "наклон прямой БЭТ", "БЭТ түзуінің көлбеуі", "BET斜率", _IUPAC_BET),
    Q("bet_intercept", "i_BET", "g/mmol", "Intercept of (p/p0)/[n(1-p/p0)] over p/p0.", "BET intercept", "отрезок, отсекаемый прямой БЭТ на оси ординат",
      "БЭТ түзуінің ордината осінен қиятын кесіндісі", "BET截距", _IUPAC_BET),
    Q("fit_correlation", "r", "1", "Correlation coefficient of a straight line.", "correlation coefficient", "коэффициент корреляции",
      "корреляция коэффициенті", "相关系数", "", -1.0, 1.0 + 1e-9),
    Q("langmuir_area", "a_L", "m^2/g", "Specific surface area by Langmuir.", "Langmuir area", "удельная поверхность по Ленгмюру",
      "Ленгмюр бойынша меншікті бет ауданы", "Langmuir比表面积", _IUPAC_BET, 0.0),
    Q("pore_area", "a_p", "m^2/g", "Cumulative area of pore walls.", "area of pores", "площадь поверхности пор", "кеуектер бетінің ауданы", "孔表面积", _IUPAC_BET, 0.0),
    Q("monolayer_capacity", "n_m", "mmol/g", "Amount that fills a monolayer.", "monolayer capacity", "ёмкость монослоя",
      "моноқабат сыйымдылығы", "单层饱和吸附量", _IUPAC_BET),
    Q("micropore_volume", "V_mic", "cm^3/g", "Volume of micropores by the t-plot.", "micropore volume", "объём микропор",
      "микрокеуектер көлемі", "微孔体积", _IUPAC_BET),
    Q("micropore_area", "a_mic", "m^2/g", "BET area minus external area.", "micropore area", "площадь поверхности микропор", "микрокеуектер бетінің ауданы", "微孔表面积", _IUPAC_BET),
    Q("external_area", "a_ext", "m^2/g", "Area outside of micropores by the t-plot.", "external area", "площадь внешней поверхности",
      "сыртқы бет ауданы", "外表面积", _IUPAC_BET),
    Q("pore_volume", "V_p", "cm^3/g", "Total pore volume (Gurvich).", "pore volume", "объём пор", "кеуектер көлемі", "孔体积", _IUPAC_BET),
    Q("pore_width", "w", "nm", "Width of pores.", "pore width", "ширина пор", "кеуектер ені", "孔径", _IUPAC_BET, 0.0),
    Q("pore_volume_distribution", "dV/dw", "cm^3/(g*nm)", "Differential pore volume by width.", "pore-size distribution",
      "распределение пор по размерам", "кеуектердің өлшем бойынша үлестірілуі", "孔径分布", _IUPAC_BET),
    Q("film_thickness", "t", "nm", "Statistical thickness of the adsorbed film.", "film thickness t", "статистическая толщина адсорбционной плёнки t",
      "адсорбциялық қабықшаның статистикалық қалыңдығы t", "吸附层厚度 t"),
)  # fmt: skip

_PHOTOVOLTAICS = (
    Q("short_circuit_current_density", "J_sc", "mA/cm^2", "Current density at zero voltage, positive when power is delivered.",
      "short-circuit current density", "плотность тока короткого замыкания", "қысқа тұйықталу тогының тығыздығы", "短路电流密度", _IEC_IV),
    Q("short_circuit_current", "I_sc", "A", "Current at zero voltage, positive when power is delivered.", "short-circuit current", "ток короткого замыкания",
      "қысқа тұйықталу тогы", "短路电流", _IEC_IV),
    Q("open_circuit_voltage", "V_oc", "V", "Voltage at zero current.", "open-circuit voltage", "напряжение холостого хода", "бос жүріс кернеуі", "开路电压", _IEC_IV),
    Q("fill_factor", "FF", "%", "Maximum power over I_sc V_oc.", "fill factor", "коэффициент заполнения ВАХ", "ВАС толтыру коэффициенті", "填充因子", _IEC_IV),
    Q("power_conversion_efficiency", "PCE", "%", "Maximum power over incident light power.", "power conversion efficiency",
      "КПД преобразования энергии", "энергияны түрлендіру ПӘК-і", "光电转换效率", _IEC_IV),
    Q("maximum_power", "P_max", "W", "Power at the maximum power point.", "maximum power", "максимальная мощность", "ең жоғары қуат", "最大功率", _IEC_IV),
    Q("maximum_power_density", "p_max", "mW/cm^2", "Power over area at the maximum power point.",
      "maximum power density", "плотность максимальной мощности", "ең жоғары қуат тығыздығы", "最大功率密度", _IEC_IV),
    Q("maximum_power_voltage", "V_mpp", "V", "Voltage at the maximum power point.", "voltage at maximum power", "напряжение в точке максимальной мощности",
      "ең жоғары қуат нүктесіндегі кернеу", "最大功率点电压", _IEC_IV),
    Q("maximum_power_current_density", "J_mpp", "mA/cm^2", "Current density at the maximum power point.", "current density at maximum power",
      "плотность тока в точке максимальной мощности", "ең жоғары қуат нүктесіндегі ток тығыздығы", "最大功率点电流密度", _IEC_IV),
    Q("maximum_power_current", "I_mpp", "A", "Current at the maximum power point.", "current at maximum power", "ток в точке максимальной мощности",
      "ең жоғары қуат нүктесіндегі ток", "最大功率点电流", _IEC_IV),
    Q("area_series_resistance", "R_s A", "ohm*cm^2", "Series resistance times area.", "area-specific series resistance",
      "удельное последовательное сопротивление (на площадь)", "аудан бойынша меншікті тізбектей кедергі", "面积归一化串联电阻"),
    Q("area_shunt_resistance", "R_sh A", "ohm*cm^2", "Shunt resistance times area.", "area-specific shunt resistance",
      "удельное шунтирующее сопротивление (на площадь)", "аудан бойынша меншікті шунттаушы кедергі", "面积归一化并联电阻"),
    Q("shunt_resistance", "R_sh", "ohm", "Shunt resistance.", "shunt resistance", "шунтирующее сопротивление", "шунттаушы кедергі", "并联电阻"),
    Q("hysteresis_index", "HI", "%", "(PCE reverse - PCE forward) / PCE reverse.", "hysteresis index", "индекс гистерезиса", "гистерезис индексі", "迟滞因子"),
    Q("irradiance", "G", "mW/cm^2", "Incident light power over area.", "irradiance", "облучённость", "энергетикалық жарықталыну", "辐照度", "ISO 80000-7", 0.0),
    Q("external_quantum_efficiency", "EQE", "%", "Electrons collected over photons incident.", "external quantum efficiency",
      "внешняя квантовая эффективность", "сыртқы кванттық тиімділік", "外量子效率", "IEC 60904-8"),
    Q("spectral_response", "SR", "A/W", "Short-circuit current over incident light power.", "spectral response", "спектральная чувствительность",
      "спектрлік сезімталдық", "光谱响应", "IEC 60904-8"),
    Q("integrated_current_density", "J_EQE", "mA/cm^2", "Current density from EQE and the AM1.5G spectrum.", "integrated short-circuit current density",
      "интегральная плотность тока короткого замыкания", "қысқа тұйықталу тогының интегралдық тығыздығы", "积分短路电流密度", "ASTM G173"),
    Q("band_gap", "E_g", "eV", "Band gap.", "band gap", "ширина запрещённой зоны", "тыйым салынған аймақ ені", "带隙", _GOLD, 0.0),
    Q("photon_energy", "hν", "eV", "Energy of a photon.", "photon energy", "энергия фотона", "фотон энергиясы", "光子能量", "", 0.0),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (*_GENERAL, *_ELECTROCHEMISTRY, *_DIFFRACTION, *_ADSORPTION, *_PHOTOVOLTAICS)
}


def quantity(name: str) -> Quantity:
    """The quantity of that name; KeyError is a fault of ours, never of a file."""
    return QUANTITIES[name]


def all_quantities() -> Iterator[Quantity]:
    """Every quantity, in the order of the table."""
    return iter(QUANTITIES.values())
