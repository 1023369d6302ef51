"""Words with a prefix, written together, with a hyphen or apart: non-small, preeclampsia, post partum."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Prefixes that some authors write with a hyphen and others do not (The Chicago Manual of Style, 7.96). Behind
# the first ones a space is left out too.
_APART = "non|pre|post|anti"
_HYPHENATED = (
    "auto|bi|co|de|di|extra|hemi|hyper|hypo|infra|inter|intra|macro|micro|mono|multi|para|peri|poly|pseudo|re|semi"
    "|sub|super|supra|tetra|tri|ultra"
)
# Words with "co-": most words that begin with these letters are others (colon, complex, cortex).
_CO = (
    "a(?:ct|dm|gon|mpl|ss)|carcin|chap|cult|delet|depend|domin|e(?:nr|nz|vol|x)|factor|hybrid|imm|in[cfh]|local"
    "|medic|morbid|o[cpr]|polym|precip|prod|pur|re(?:ce|pr)|segreg|stim|substr|trans|treat|twin|vari|work"
)
_DASH = "[-\u2010\u2011\u2012\u2013]"
_TOGETHER = re.compile(rf"\b(?:({_APART})(?:{_DASH}| )|({_HYPHENATED}){_DASH})(?=[a-z]{{2}})", re.IGNORECASE)
_WITH_PREFIX = re.compile(rf"\b(?:({_APART}|tri)(?=[a-z]{{4}})|(co)(?={_CO}))", re.IGNORECASE)
# A name that does not match has no such word: a pattern without look-ahead, for whole columns of names.
MAY_HAVE_PREFIX = (
    rf"(?i)\b(?:{_APART}|tri)(?:{_DASH}| )?[a-z]{{2}}|\b(?:{_HYPHENATED}){_DASH}[a-z]{{2}}|\bco(?:{_CO})"
)


_PREFIX = re.compile(MAY_HAVE_PREFIX)


def may_have_prefix(name: str) -> bool:
    """False for a name that `with_prefixes` has nothing for; most names have none.

    >>> may_have_prefix("non-small cell tumor"), may_have_prefix("colon")
    (True, False)
    """
    return _PREFIX.search(name) is not None


def with_prefixes(name: str) -> Iterator[str]:
    """The name with its prefixed words written together, and with a hyphen; one by one if there are two.

    >>> list(with_prefixes("Non-small cell tumor")), list(with_prefixes("preeclampsia"))
    (['Nonsmall cell tumor'], ['pre-eclampsia'])
    >>> list(with_prefixes("pre-T cell")), list(with_prefixes("colon"))
    ([], [])
    """
    for pattern, better in ((_TOGETHER, _joined), (_WITH_PREFIX, _hyphenated)):
        count = len(pattern.findall(name))
        if count:
            yield pattern.sub(better, name)
        if count == 2:
            yield pattern.sub(better, name, count=1)
            first = pattern.search(name)
            if first is not None:
                yield name[: first.end()] + pattern.sub(better, name[first.end() :], count=1)


def _joined(match: re.Match[str]) -> str:
    return str(match[1] or match[2])


def _hyphenated(match: re.Match[str]) -> str:
    return f"{match[1] or match[2]}-"
