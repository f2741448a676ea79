"""Binary files of fixed layouts: every look is checked against the length of the data before anything is allocated."""

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.text.decoding import decode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Binary:
    """Little-endian data. `where` names the place in the file for the sentence of a refusal."""

    name: str
    data: bytes

    def integer(self, at: int, kind: str = "I", *, where: str) -> int:
        """One integer of a `struct` kind (``H``, ``h``, ``I``, ``i``)."""
        return int(self._one(at, kind, where))

    def real(self, at: int, kind: str = "d", *, where: str) -> float:
        """One float of a `struct` kind. A 4-byte float becomes the shortest decimal number that it can stand for."""
        value = float(self._one(at, kind, where))
        if kind == "d":
            return value
        import numpy as np

        return float(str(np.float32(value)))

    def words(self, at: int, length: int, *, where: str) -> str:
        """Text in a field of fixed length, up to its first NUL; letters that cannot be decided are shown as codes."""
        field = self._slice(at, length, where).split(b"\0")[0].strip()
        try:
            return decode(field, name=self.name).data.decode()
        except BadInput:
            return field.decode("ascii", errors="backslashreplace")

    def records(self, at: int, count: int, dtype: "np.dtype[np.void]", *, where: str) -> "NDArray[np.void]":
        """`count` records of a structured dtype, shape (count,), read in place."""
        import numpy as np

        return np.frombuffer(self._slice(at, count * dtype.itemsize, where), dtype=dtype)

    def _one(self, at: int, kind: str, where: str) -> float:
        value: float = struct.unpack("<" + kind, self._slice(at, struct.calcsize("<" + kind), where))[0]
        return value

    def _slice(self, at: int, length: int, where: str) -> bytes:
        if at < 0 or length < 0 or at + length > len(self.data):
            raise BadInput(
                "binary.cut",
                "“{name}” ends inside {where}: {need} bytes are needed at byte {at}, and the file has {have}. It is cut or damaged; copy it again.",
                name=self.name, where=where, need=length, at=at, have=len(self.data),
            )  # fmt: skip
        return self.data[at : at + length]
