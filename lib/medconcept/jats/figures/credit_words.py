"""Words with which captions credit another's picture: reprinted, adapted, by permission, copyright.

In English, Portuguese, Spanish, French, German, Italian and Dutch. Verbs of everyday reports ("images taken from
the left", "DNA extraída de células") count only where a work or its owner follows.
"""

from __future__ import annotations

import re
from typing import Literal

# What may stand between the verb and "from": "reprinted, in part and with minor changes, from".
_BETWEEN = r"""
    (?:[\s,;:(–—-]*(?:and\s+|y\s+|e\s+|et\s+|und\s+)?(?:
        in\s+(?:part|whole|full|colou?r|its\s+entirety|(?:a\s+)?(?:slightly\s+)?modified\s+form)
        |partly|partially|partial|directly|here|originally|slightly|freely|largely|loosely|by\s+the\s+authors?
        |with\s+(?:\w+\s+){0,2}(?:modifications?|changes?|alterations?|adaptations?|additions?|corrections?|adjustments?)
        |(?:and|or|/)\s*(?:re-?)?\w+(?:ed|n)|(?:figure|image|data|version)\s+(?=from)
        |em\s+parte|en\s+(?:parte|partie)|parcialmente|partiellement|teilweise|in\s+parte|com\s+modifica[çc][õo]es
        |con\s+modificaciones|avec\s+modifications|(?:y|e|et|und|en)\s+\w+(?:d[oa]s?|ée?s?|t|iert)
    )[),]?){0,4}"""
_PERMISSION_WORDS = (
    r"(?:permi(?:ssions?|so|ssão)|permesso|authori[sz]ation|autori[sz]a(?:tion|ción|ção|zione)|approval"
    r"|courtesy|genehmigung|toestemming|agreement|licen[cs]e|consent\s+of)"
)
_WITH_PERMISSION = (
    rf"(?:with|by|under)\b[^.;]{{0,60}}?\b{_PERMISSION_WORDS}|courtesy"
    rf"|(?:com|con|avec|mit|met)\b[^.;]{{0,40}}?\b{_PERMISSION_WORDS}"
    r"|under\s+(?:an?\s+|the\s+)?(?:terms|open|creative|cc\b)"
)
_SOURCE = rf"(?:from|after|out\s+of|following|{_WITH_PERMISSION})"
_SOURCE_ABROAD = r"(?:d[eo]|da|d['’]\s*apr[èe]s|du|des|nach|aus|von|vom|da[lu]?|dalla?|dal?l['’]|uit|van|naar)"
# What must follow at once where the verb alone says nothing: a reference, a name with its year, an address.
_A_WORK = r"""(?=\s*(?:(?:the|an?|el|la|le|les|los|las|os?|as?|der|dem|den|das|il|lo|het|de)\s+)?(?:
    \[[0-9]|\(?(?:19|20)[0-9]{2}\b|refs?\b|references?\b|https?:|www\.
    |(?:work|study|paper|article|thesis|report|website|art[íi]culo|artigo)\b
    |(?-i:[A-ZÀ-Ý])[\w'’-]+(?:,?\s+(?-i:[A-ZÀ-Ý])[\w.'’-]*)*,?\s+(?:et\s+al\b|[\[(]?(?:19|20)[0-9]{2}\b
        |\[[0-9]|(?:and|&|e|y|et|und|en)\s+(?-i:[A-ZÀ-Ý]))))"""
# Repeats of an experiment are reproduced, too.
_NO_REPEATS = (
    r"(?!\s+(?:at\s+least|over|more|two|three|four|five|several|multiple|many|independent|separate|n\s*=|[0-9]+"
    r"\s+(?:independent|separate|experiments|mice|animals|replicates))\b)"
)
_REPRINTED = rf"""\b(?:
    (?:re-?print(?:ed)?|republished|re-?used|re-?produced)\b{_BETWEEN}[\s,;:(]*{_SOURCE}{_NO_REPEATS}
    |used\b{_BETWEEN}[\s,(]*(?:with|by)\s+(?:the\s+)?(?:kind\s+|written\s+)?permission
    |(?:taken|copied|excerpted|extracted|borrowed|sourced|obtained|reproduction)\b{_BETWEEN}[\s,(]*
        (?:with\s+permission|from\b{_A_WORK})
    |(?:image|figure|fig\.|photo\w*|picture|drawing|diagram|map|panel|scan)s?\s+(?:is\s+|are\s+|was\s+|were\s+)?
        from\s+(?:\[[0-9]|refs?\b|reference\b|[A-Z][\w'’-]+\s+et\s+al)
    |(?:reproduzid[oa]s?|reproducid[oa]s?|reprodui?t(?:e?s?)|riprodott[oaei]|reproduziert|gereproduceerd
        |reimpres[oa]s?|réimprimée?s?|ristampat[oaei]|abgedruckt|nachgedruckt|nachdruck|overgenomen)\b
        {_BETWEEN}[\s,(]*(?:{_SOURCE_ABROAD}\b|{_WITH_PERMISSION})
    |(?:extra[ií]d[oa]s?|tomad[oa]s?|retirad[oa]s?|tirée?s?|extraite?s?|tratt[oaei]|entnommen|ontleend|sacad[oa]s?)
        \s+(?:{_SOURCE_ABROAD}\b|d['’]){_A_WORK}
)"""
_ADAPTED = rf"""\b(?:
    (?<!-)(?:adapted|adaptation|modified|re-?drawn|re-?drafted|re-?traced)\b
        {_BETWEEN}[\s,;:(]*(?:{_SOURCE}|on\s+the\s+basis\s+of)
    |(?:adaptad[oa]s?|adapatad[oa]s?|modificad[oa]s?|adaptée?s?|modifiée?s?|adattat[oaei]|modificat[oaei]|modifiziert
        |adaptiert|verändert|umgezeichnet|aangepast|bewerkt|redibujad[oa]s?|redesenhad[oa]s?|redessinée?s?)
        \b{_BETWEEN}[\s,(]*(?:{_SOURCE_ABROAD}\b|{_WITH_PERMISSION})
)
|(?:\A|[.(;]\s*)after\s+(?-i:[A-Z])[\w'’-]+(?:,?\s+(?:et\s+al\b|(?:and|&)\s+(?-i:[A-Z])|[\[(]?(?:19|20)[0-9]{{2}}))"""

REPRINTED = re.compile(_REPRINTED, re.IGNORECASE | re.VERBOSE)
ADAPTED = re.compile(_ADAPTED, re.IGNORECASE | re.VERBOSE)
PERMISSION = re.compile(
    r"""\b(?:with|by)\s+(?:the\s+)?(?:(?:kind|written|express|prior|author['’]?s['’]?|publisher['’]?s)\s+)*
        (?:permission|authori[sz]ation)\b
    |\bpermission\s+(?:of|from|granted|obtained|was)\b|\bused\s+(?:with|by)\s+permission\b
    |\bcourtesy(?:\s+of\b|\s*:|,?\s+(?-i:[A-Z]))|\bby\s+courtesy\b|\bkindly\s+(?:provided|supplied)\s+by\b
    |\bcom\s+(?:a\s+)?(?:devida\s+)?(?:permissão|autorização)\b|\bcortesia\s+d|\bcortes[íi]a\s+de
    |\bcon\s+(?:el\s+|la\s+)?(?:debid[oa]\s+)?(?:permiso|autorización|permesso|il\s+permesso)\b
    |\bcon\s+(?:il\s+)?permesso\b|\bper\s+gentile\s+concessione\b
    |\bavec\s+(?:la\s+|l['’]\s*)?(?:aimable\s+)?(?:autorisation|permission)\b
    |\bmit\s+(?:freundlicher\s+)?(?:genehmigung|erlaubnis)\b|\bmet\s+toestemming\b""",
    re.IGNORECASE | re.VERBOSE,
)
COPYRIGHT = re.compile(
    r"""©|\(c\)\s*(?:copyright\b|(?:19|20)[0-9]{2})
    |\bcopyright\b\s*(?:\(c\)|©)?\s*(?::|(?:19|20)[0-9]{2}\b|by\b|of\b|held\b|owner|holder|(?-i:[A-Z])\w)
    |\ball\s+rights\s+reserved\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Each pattern with word stems, one of which it needs: a prefilter, since hardly any caption has them.
CREDITS = tuple(
    (tuple(stem.encode() for stem in stems), pattern)
    for stems, pattern in (
        (
            ("reprint", "re-print", "reprod", "re-prod", "republ", "reuse", "re-use", "used with", "used by",
             "taken from", "taken, ", "obtained with perm", "copied", "excerpt", "borrowed", "sourced", " from ref",
             " from [", "mage from", "mages from", "igure from", "hoto from", "hotos from", "riprod", "reimpr", "imprim", "ristampat", "druck", "overgenomen", "gereprod", "extra",
             "tomad", "retirad", "tiré", "tratt", "entnommen", "ontleend", "sacad"),
            REPRINTED,
        ),
        (
            ("adapt", "adapat", "adatt", "modifi", "redraw", "re-draw", "redraft", "retrace", "after ", "ändert", "gezeichnet", "aangepast", "bewerkt", "redibuj", "redesenh",
             "redessin"),
            ADAPTED,
        ),
        (
            ("permi", "courtesy", "cortes", "autori", "authori", "kindly", "genehmigung", "erlaubnis",
             "toestemming", "concessione", "permesso"),
            PERMISSION,
        ),
        (("©", "copyright", "(c)", "rights reserved"), COPYRIGHT),
    )
)  # fmt: skip


def reuse_in(credits: str) -> Literal["reprinted", "adapted"] | None:
    """Return what words say was done with another's work; adapted if they say both.

    >>> reuse_in("curves are reprinted in part from [7]"), reuse_in("redrawn and modified after Ostrom (1963)")
    ('reprinted', 'adapted')
    >>> reuse_in("results were reproduced from three experiments"), reuse_in("sections taken from mice")
    (None, None)
    """
    if ADAPTED.search(credits):
        return "adapted"
    return "reprinted" if REPRINTED.search(credits) else None
