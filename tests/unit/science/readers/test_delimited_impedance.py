"""Plain spectra with names; the sign of Im(Z) by the spectrum."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jointlab.errors import BadInput
from jointlab.science.readers.impedance_sign import phase_agreement
from tests.unit.science.readers.potentiostat import read_bytes

F = np.logspace(5, -1, 31)
Z: NDArray[np.complexfloating[Any, Any]] = 10 + 1 / (1 / 100 + 2j * np.pi * F * 1e-5)


def agreement(frequency: Any, z: Any) -> float:
    return phase_agreement(frequency, z.real, z.imag)


def table(names: str, sign: int = 1, separator: str = ",", scale: float = 1.0) -> str:
    rows = (separator.join(f"{v:.8g}" for v in (f, z.real * scale, sign * z.imag * scale)) for f, z in zip(F, Z, strict=True))  # fmt: skip
    return "\n".join([names, *rows]) + "\n"


@pytest.mark.parametrize(
    ("names", "sign"),
    [
        ("freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", -1), ("Frequency (Hz),Z' (ohm),Z'' (ohm)", 1), ("Freq(Hz),Zreal(Ohm),Zimag(Ohm)", 1),
        ('Freq/Hz,Z\'/ohm,-Z"/ohm', -1), ("frequency [Hz],Z_re [Ω],neg. Z_im [Ω]", -1), ("f (Hz),Z′ (Ω),−Z″ (Ω)", -1),
    ],
)  # fmt: skip
def test_names(names: str, sign: int) -> None:
    read_table = read_bytes("x.csv", table(names, sign)).tables[0]
    assert np.allclose(read_table.array("impedance_imaginary"), Z.imag, rtol=1e-6)
    assert np.allclose(read_table.array("impedance_real"), Z.real, rtol=1e-6)


def test_units_are_converted_or_said() -> None:
    file = read_bytes("x.csv", table("freq/Hz;Z' (kOhm);Z'' (kOhm)", separator=";", scale=1e-3))
    assert np.allclose(file.tables[0].array("impedance_real"), Z.real, rtol=1e-6)
    assert not file.warnings
    bare = read_bytes("x.csv", table("freq,Zre,Zim"))
    assert [w.code for w in bare.warnings] == ["units.not-stated"]
    with pytest.raises(BadInput) as caught:
        read_bytes("x.csv", table("freq/Hz,Z' (ohm cm2),Z'' (ohm cm2)"))
    assert caught.value.code == "impedance.columns"


def test_a_name_that_the_spectrum_contradicts_is_asked() -> None:
    wrong = table("freq/Hz,Z' (ohm),Z'' (ohm)", -1)
    with pytest.raises(BadInput) as caught:
        read_bytes("x.csv", wrong)
    assert caught.value.question is not None and caught.value.question.key == "imaginary_sign"
    for answer, sign in (("imaginary", -1), ("minus_imaginary", 1)):
        found = read_bytes("x.csv", wrong, imaginary_sign=answer).tables[0].array("impedance_imaginary")
        assert np.allclose(found, sign * Z.imag, rtol=1e-6)
    named = table("freq/Hz,Z' (ohm),-Z'' (ohm)", 1)
    assert np.allclose(read_bytes("x.csv", named, imaginary_sign="imaginary").tables[0].array("impedance_imaginary"), Z.imag, rtol=1e-6)  # fmt: skip


def test_modulus_and_phase() -> None:
    rows = "\n".join(f"{f}\t{abs(z)}\t{np.degrees(np.angle(z))}" for f, z in zip(F, Z, strict=True))
    found = read_bytes("x.txt", f"Frequency/Hz\t|Z|/Ohm\tPhase/deg\n{rows}\n").tables[0]
    assert np.allclose(found.array("impedance_phase"), np.degrees(np.angle(Z)))


def test_agreement_of_phase_and_slope() -> None:
    assert agreement(F, Z) > 0.9
    assert agreement(F, Z.conj()) < -0.9
    assert agreement(F[:3], Z[:3]) == 0.0
    coil = 1 + 2j * np.pi * F * 1e-4  # an inductor has a positive imaginary part, and the slope says so
    assert agreement(F, coil) > 0.9


def test_a_spectrum_beside_time_potential_and_current_is_a_spectrum() -> None:
    rows = "".join(f"{i},{f:.8g},{abs(z):.8g},{np.degrees(np.angle(z)):.8g},1e-6,3.06\n" for i, (f, z) in enumerate(zip(F, Z, strict=True)))  # fmt: skip
    file = read_bytes("x.csv", "time/s,freq/Hz,|Z|/Ohm,Phase(Z)/deg,I/A,Ewe/V\n" + rows)
    assert (file.reading.format, file.reading.technique) == ("delimited.impedance", "impedance")
    assert file.tables[0].array("potential")[0] == 3.06


def test_both_parts_may_be_turned_by_their_names() -> None:
    rows = "".join(f"{f:.8g},{-z.real:.10g},{-z.imag:.10g}\n" for f, z in zip(F, Z, strict=True))
    found = read_bytes("x.csv", "f,-Z',-Z''\n" + rows).tables[0]
    assert np.allclose(found.array("impedance_real"), Z.real, rtol=1e-6)
    assert np.allclose(found.array("impedance_imaginary"), Z.imag, rtol=1e-6)
