"""Words with which captions credit another's picture: reprinted, adapted, by permission, copyright.

In English, Portuguese, Spanish, French, German, Italian and Dutch. Verbs of everyday reports ("images taken
from the left", "DNA extraída de células") count only where a work or its owner follows.
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
_SOURCE_ABROAD = (
    r"(?:d[eo]|da|d['’]\s*apr[èe]s|du|des|nach|aus|von|vom|da[lu]?|dalla?|dal?l['’]|uit|van|naar)"
)
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
    |used\b{_BETWEEN}[\s,(]*(?:(?:with|by)\s+(?:the\s+)?(?:kind\s+|written\s+)?permission
        |under\s+(?:an?\s+|the\s+)?(?:licen|creative|cc\b))
    |(?:taken|copied|excerpted|extracted|borrowed|sourced|obtained|reproduction)\b{_BETWEEN}[\s,(]*
        (?:with\s+permission|from\b{_A_WORK})
    |(?:figure|image|photo\w*|picture|drawing|diagram|map|panel)s?\b[^.;]{{0,30}}?\b(?:previously|originally|first)
        \s+published\s+(?:in|by|as|elsewhere)
    |(?:image|figure|fig\.|photo\w*|picture|drawing|diagram|map|panel|scan)s?\s+(?:is\s+|are\s+|was\s+|were\s+)?
        from\s+(?:\[[0-9]|refs?\b|reference\b|[A-Z][\w'’-]+\s+et\s+al)
    |(?:reproduzid[oa]s?|reproducid[oa]s?|reprodui?t(?:e?s?)|riprodott[oaei]|reproduziert|gereproduceerd
        |reimpres[oa]s?|réimprimée?s?|ristampat[oaei]|abgedruckt|nachgedruckt|nachdruck|overgenomen)\b
        {_BETWEEN}[\s,(]*(?:{_SOURCE_ABROAD}\b|{_WITH_PERMISSION})
    |(?:extra[ií]d[oa]s?|tomad[oa]s?|retirad[oa]s?|tirée?s?|extraite?s?|tratt[oaei]|entnommen|ontleend|sacad[oa]s?)
        \s+(?:{_SOURCE_ABROAD}\b|d['’]){_A_WORK}
)"""
# A sentence that only says where the picture is from; in brackets it is data as often.
_FROM_A_WORK = r"""(?:\A|[.;]\s+)(?-i:From)\s+(?:\[[0-9]|refs?\b|reference\b|[^.;]{1,60}\bwith\s+permission
    |(?-i:[A-ZÀ-Ý])[\w'’-]+(?:,?\s+et\s+al\b|\s+(?:(?:and|&)\s+(?-i:[A-ZÀ-Ý])[\w'’-]+\s+)?\((?:19|20)[0-9]{2}))"""
_ADAPTED = rf"""\b(?:
    (?<!-)(?:adapted|modified|redrawn|simplified)\s+version\s+of\b[^.;]{{0,60}}?\b(?:in|from|of|by)\b{_A_WORK}
    |(?<!-)(?:adapted|adaptation|modified|re-?drawn|re-?drafted|re-?traced)\b
        {_BETWEEN}[\s,;:(]*(?:{_SOURCE}|on\s+the\s+basis\s+of|based\s+on|according\s+to|of\s+(?:an?\s+)?(?:fig\w*|image|drawing)\b)
    |(?:adaptad[oa]s?|adapatad[oa]s?|modificad[oa]s?|adaptée?s?|modifiée?s?|adattat[oaei]|modificat[oaei]|modifiziert
        |adaptiert|verändert|umgezeichnet|aangepast|bewerkt|redibujad[oa]s?|redesenhad[oa]s?|redessinée?s?)
        \b{_BETWEEN}[\s,(]*(?:{_SOURCE_ABROAD}\b|{_WITH_PERMISSION})
)
|(?:\A|[.(;]\s*)after\s+(?-i:[A-Z])[\w'’-]+(?:,?\s+(?:et\s+al\b|(?:and|&)\s+(?-i:[A-Z])|[\[(]?(?:19|20)[0-9]{{2}}))"""

REPRINTED = re.compile(f"{_REPRINTED}|{_FROM_A_WORK}", re.IGNORECASE | re.VERBOSE)
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
LICENCE = re.compile(
    r"\b(?-i:CC[\s-]*(?:0|BY))\b|\bcc-by\b|\bcreative\s+commons\b|\b(?:licen[sc]ed|used)\s+under\b",
    re.IGNORECASE,
)
# Each pattern with words, one of which it needs: a prefilter, since hardly any caption has them. A caption is
# cut into words once, in lower case as far as they are ASCII.
_OF_PERMISSION = """
permission permissions permiso permissão permesso courtesy cortesia cortesía authorization
authorisation autorização
autorización autorisation autorizzazione kindly genehmigung erlaubnis toestemming concessione
"""
_TRIGGERS = (
    (
        REPRINTED,
        """
        reprint reprinted re-printed republished reused re-used reproduced re-produced
        reproduzido reproduzidos reproduzida reproduzidas reproducido reproducidos reproducida reproducidas
        reproduit reproduits reproduite reproduites riprodotto riprodotta riprodotti riprodotte reproduziert
        gereproduceerd reimpreso reimpresa reimpressa réimprimé réimprimée ristampato ristampata
        abgedruckt nachgedruckt
        nachdruck overgenomen extraído extraída extraídos extraídas extraido extraida tomado tomada
        tomados tomadas
        retirado retirada retirados retiradas tiré tirée tirés tirées extrait extraite extraits
        extraites tratto tratta
        tratti tratte entnommen ontleend sacado sacada licence license """
        + _OF_PERMISSION,
    ),
    (
        ADAPTED,
        """
        adapted adaptation modified redrawn re-drawn redrafted re-drafted retraced re-traced
        adaptado adaptada adaptados adaptadas adapatado modificado modificada modificados modificadas
        adapté adaptée adaptés adaptées modifié modifiée modifiés modifiées adattato adattata
        adattati adattate
        modificato modificata modificati modificate modifiziert adaptiert verändert umgezeichnet
        aangepast bewerkt
        redibujado redibujada redesenhado redesenhada redessiné redessinée""",
    ),
    (PERMISSION, _OF_PERMISSION),
    (COPYRIGHT, "copyright copyrights reserved"),
    (LICENCE, "cc cc-by cc-by-nc cc-by-nd cc-by-sa cc-by-nc-nd cc-by-nc-sa creative licensed licenced"),
)
_NEEDED = tuple((pattern, frozenset(words.encode().split())) for pattern, words in _TRIGGERS)
# Words of everyday reports, each with what must be there as well.
_WEAK = (
    (
        REPRINTED,
        frozenset(
            b"taken copied excerpted extracted borrowed sourced reproduction ref refs reference al".split()
        ),
        re.compile(
            rb"from (?:the |an? )?(?:[\[(]|[Rr]ef|[A-Z\xc3]\S*,? (?:et|and|&|[(\[]?[12][0-9]|[A-Z\xc3])"
            rb"|https?:|www|work|study|paper|article|thesis)"
        ),
    ),
    (REPRINTED, frozenset((b"published",)), re.compile(rb"(?:previously|originally|first)\s+published")),
    (ADAPTED, frozenset((b"after",)), re.compile(rb"(?:\A|[.(;])\s*[Aa]fter [A-Z\xc3]")),
)
_ANY_WEAK = frozenset().union(*(words for _, words, _ in _WEAK))
_ANY_NEEDED = _ANY_WEAK.union(*(words for _, words in _NEEDED))
_C_SIGN = re.compile(rb"\([cC]\)\s*(?:[Cc]opyright|(?:19|20)[0-9]{2})")
_WORD_BYTES = b"-" + bytes(range(0x61, 0x7B)) + bytes(range(0x80, 0x100))
_TO_WORDS = bytes(
    byte if byte in _WORD_BYTES else byte + 32 if 0x41 <= byte <= 0x5A else 0x20 for byte in range(256)
)


def patterns_for(caption: str) -> list[re.Pattern[str]]:
    """Return the patterns that may match a caption: none for most.

    >>> [pattern is ADAPTED for pattern in patterns_for("Redrawn (with changes) by us.")]
    [True]
    >>> patterns_for("A scan.")
    []
    """
    text = caption.encode()
    words_only = text
    if len(text) != len(caption) and b"\xe2\x80" in text:  # quotation marks and dashes, no part of words
        words_only = text.replace(b"\xe2\x80", b" ")
    hits = _ANY_NEEDED.intersection(words_only.translate(_TO_WORDS).split())
    if caption.startswith("From ") or ". From " in caption:
        hits |= {b"reprinted"}
    # © touches its neighbours, and "(c)" is a panel more often.
    has_sign = "©" in caption or (("(c)" in caption or "(C)" in caption) and _C_SIGN.search(text) is not None)
    cites = " from [" in caption
    if not has_sign and not cites and not hits:
        return []
    patterns = [pattern for pattern, needed in _NEEDED if not needed.isdisjoint(hits)]
    if has_sign:
        patterns.append(COPYRIGHT)
    for pattern, weak, surely in _WEAK:
        if (cites or not weak.isdisjoint(hits)) and pattern not in patterns and surely.search(text):
            patterns.append(pattern)
    return patterns


def reuse_in(credits: str) -> Literal["reprinted", "adapted"] | None:
    """Return what words say was done with another's work; adapted if they say both.

    >>> reuse_in("curves are reprinted in part from [7]"), reuse_in("redrawn and modified after Ostrom")
    ('reprinted', 'adapted')
    >>> reuse_in("results were reproduced from three experiments"), reuse_in("sections taken from mice")
    (None, None)
    """
    if ADAPTED.search(credits):
        return "adapted"
    return "reprinted" if REPRINTED.search(credits) else None
