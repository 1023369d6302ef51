"""Chemical formulae: a name spelt in symbols of elements is not an acronym."""

from __future__ import annotations

import re

# The symbols of the elements, IUPAC Periodic Table of 2022.
_ELEMENTS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br "
    "Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho "
    "Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es "
    "Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
)
_SYMBOL = "(?:" + "|".join(sorted(_ELEMENTS.split(), key=lambda symbol: (-len(symbol), symbol))) + ")"
_MASS = re.compile(rf"\(?\d{{1,3}}\)?{_SYMBOL}")
_ION = re.compile(rf"(?:{_SYMBOL}\d*)+\(?\d*[+\-]\)?")
_COMPOUND = re.compile(rf"{_SYMBOL}\d*(?:{_SYMBOL}\d*)+")


def is_formula(name: str) -> bool:
    """True for an isotope, an ion, or symbols of two elements or more with a number among them.

    >>> [is_formula(n) for n in ("(32)P", "Ca(2+)", "H2O2", "CdSO4", "CAT", "PI", "B12", "SDS")]
    [True, True, True, True, False, False, False, False]
    """
    if _MASS.fullmatch(name) or _ION.fullmatch(name):
        return True
    return any(c.isdigit() for c in name) and _COMPOUND.fullmatch(name) is not None
