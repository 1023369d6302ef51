"""The words of Creative Commons licences in the languages in which journals print them.

A word that is missing here must never make terms look more permissive: `is_understood` is false for a name
with an element that is not listed, and for a mention of commerce that neither permits nor forbids it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DASHES = re.compile("[‐‑‒–—―−－]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_JOINED_WORDS = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ][a-zß-ÿ])")  # NonCommercial, SinDerivadas
CREATIVE_COMMONS = re.compile(
    r"creative[\s-]*commons?|知识共享|創用\s*CC|创用\s*CC|创作共用|クリエイティブ・?コモンズ|크리에이티브\s*커먼즈",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(
    r"Attribution|Atribui[çc][ãa]o|Atribuci[óo]n|Reconocimiento|Reconeixement|Recoñecemento|Paternit[ée]"
    r"|Namensnennung|Attribuzione|Naamsvermelding|Uznanie\s+autorstwa|Navngivelse|Navngivning|Kreditering"
    r"|Erkännande|Nimeä|Atribuire|Atribusi|\bAtıf\b|Imenovanje|Autorstvo|Priznanje\s+avtorstva|Uveďte\s+(?:původ|autora)"
    r"|Nevezd\s+meg|Aitortu|Ghi\s+công|Αναφορά|署名|姓名標示|表示|저작자\s?표시|Атрибуция|указанием\s+авторства"
    r"|Із\s+зазначенням\s+авторства",
    re.IGNORECASE,
)
_NON = r"non|n[ãa]o|no|nicht|niet|ikke|icke|ei|ne|nu"
COMMERCIAL = r"[ck]om+er(?:[csz]i[aeèá]|čn|cij|cyj)\w*|kaupalli\w*|gewerblich\w*|marchande?s?\b"
_NEVER = (
    r"no|not|non|nor|never|without|prohibit\w*|exclud\w*|except|unless|forbid\w*|forbidden|restrict\w*|pas|sans|aucune?"
    r"|interdi\w*|sin|prohib\w*|prohíb\w*|sem|n[ãa]o|vedad[oa]s?|proib\w*|pro[íi]b\w*|senza|vietat\w*|kein\w*|nicht|nur"
    r"|untersagt|verboten|ohne|geen|niet|verboden|ingen|ikke|requires?|requir\w*|only\s+with|needs?|contact|nécessite"
    r"|solicit\w*|subject\s+to"
)
_PARTS: tuple[tuple[str, str], ...] = (
    (
        "NC",
        rf"\b(?:{_NON})[\s-]*(?:(?:uso|use|utilisation|usage|fins?|fines)[\s-]+)?(?:{COMMERCIAL})"
        rf"|\b(?:pas|sans|aucune?)[\s-]*(?:d[e'])?[\s-]*(?:utilisation|usage|fins?)[\s-]+(?:{COMMERCIAL})"
        r"|\bniekomerc\w*|\bnekomer[cč]\w*|\bnecomer\w*|\bepäkaupalli\w*|\bgayri[\s-]*ticari\w*|\bnon[\s-]*komersial"
        r"|\bne\s+add\s+el\b|\bneužívejte(?:\s+dílo)?\s+komerčně|\bez[\s-]*komertziala|\bphi\s+thương\s+mại"
        r"|\bμη\s+εμπορικ\w*|非商业|非商業|非营利|非營利|非営利|非商用|비영리|некоммерч\w*|некомерц\w*"
        rf"|\b(?:{COMMERCIAL})\s+(?:re-?)?(?:use|purposes?|exploitation|gain|distribution)\b[^.;]{{0,30}}"
        r"\b(?:not\b|prohibited|forbidden|requires?)"
        r"|\bnot[\s-]for[\s-]profit|\bnon[\s-]?profit|\bnon[\s-]+lucrati\w+|\bno\s+lucrativ\w+"
        r"|\b(?:sin|sem|sans|senza)\s+(?:[\wáâ]+\s+){0,2}(?:lucr\w+|[áa]nimo\s+de\s+lucro)"
        r"|\b(?:personal|private|educational|academic|research|scientific|teaching)"
        r"(?:\s*(?:,|and|or|/)\s*(?:personal|private|educational|academic|research|scientific|teaching)){0,4}"
        r"\s+(?:use|purposes?)\s+only\b"
        r"|\bonly\s+for\s+(?:personal|private|educational|academic|research|scientific|teaching)\b",
    ),
    (
        "ND",
        r"\b(?:no|non|without|nao|não|ez)[\s-]*(?:opere\s+|obras?\s+|works?\s+)?deriv|\bsem[\s-]*(?:obras?[\s-]*)?deriva"
        r"|\bsin[\s-]*(?:obras?[\s-]*)?deriva|\bsense[\s-]*obra|\bsenza[\s-]*opere|\bno[\s-]*(?:obras?|opere)[\s-]*deriv"
        r"|\b(?:pas|sans|aucune?)[\s-]*(?:d[e'’]?[\s-]*)?(?:modification|œuvres?\s+dérivée?s?|[oœ]e?uvres?\s+d[ée]riv[ée]e?s?"
        r"|adaptation)"
        r"|\bkeine?[\s-]*(?:Bearbeitung|[ÄA]e?nderung|Veränderung|abgeleitet)|\bgeen[\s-]*afgeleide"
        r"|\binga[\s-]*bearbet\w+|\bingen[\s-]*bearbei?[djt]\w*|\bbez[\s-]*(?:utworów|prerad\w*)|\bbrez[\s-]*predelav"
        r"|\bf[ăa]r[ăa][\s-]*(?:deriv|modific)|\bei[\s-]*(?:muutoksia|jälj)|\btüretilemez|\btanpa[\s-]*turunan"
        r"|\bnezasahujte|\bnezpracovávejte|\bne\s+változtasd|\bÓχι\s+Παράγωγα|\bΌχι\s+Παράγωγα"
        r"|\b(?:proibi\w+|vedad[oa]s?)\s+(?:de\s+|a\s+)?(?:realiza|cria)\w+\s+de\s+obras\s+derivad"
        r"|\bno\s+se\s+permit\w+\s+(?:\w+\s+){0,4}obras\s+derivad"
        r"|\b(?:no|any|without)\s+(?:further\s+|any\s+)?(?:modifications?|adaptations?|alterations?)\b"
        r"(?:[^.;]{0,40}?\b(?:are|is)\s+(?:made|permitted|allowed)\b|(?=\s*[,.;)]|\s+(?:or|and|is|are)\b|\s*\Z))"
        r"|\b(?:not|never)\s+(?:be\s+|been\s+)?(?:altered|changed|modified|transformed|adapted|built\s+upon|edited)\b"
        r"|\bnot\b[^.;]{0,60}\b(?:share|distribut\w+)\s+(?:the\s+)?(?:adapted|modified)\s+material"
        r"|\b(?:unaltered|unmodified)\b|\bunchanged\s+and\b|\balong\s+unchanged\b"
        r"|\b(?:sin|sem|senza)\s+(?:\w+\s+)?modifica|\bn[ãa]o\s+(?:seja\w*\s+)?(?:modificad|alterad)"
        r"|\bnicht\s+(?:bearbeitet|verändert)|\bne\s+(?:soit|soient|doit|peut)\s+(?:pas\s+)?(?:être\s+)?(?:modifi|transform)"
        r"|禁止演绎|禁止演繹|禁止改作|禁止修改|改変禁止|변경\s?금지|без\s+производных|без\s+похідних",
    ),
    (
        "SA",
        r"share[\s-]?alike|compart(?:ilhar?|ir|a|ida|ilha)[\s-]*igual|compartilhamento\s+pela"
        r"|compartir[\s-]+bajo[\s-]+la[\s-]+misma"
        r"|partilha\s+nos\s+(?:mesmos\s+)?termos|\bmisma[\s-]*licencia|\bmesma[\s-]*licen|\bstessa\s+licenza"
        r"|\bsame\s+(?:licen[sc]e|terms|conditions)|\bidentical\s+(?:licen[sc]e|terms)"
        r"|partage[\s-]*(?:dans\s+les\s+mêmes\s+conditions|à\s+l['’]identique|des\s+conditions)"
        r"|Weitergabe\s+unter\s+gleichen\s+Bedingungen|condividi\s+allo\s+stesso\s+modo|gelijk[\s-]?delen"
        r"|na\s+tych\s+samych\s+warunkach|del[\s-]*på[\s-]*samme[\s-]*vilkår|dela[\s-]*lika|jaa[\s-]*samoin"
        r"|zachovejte\s+licenci|így\s+add|berbagi[\s-]*serupa|d(?:ij)?eli[\s-]*pod|aynı[\s-]*lisans"
        r"|相同方式共享|相同方式分享|継承|동일조건|на\s+тех\s+же\s+условиях",
    ),
)
_RESTRICTIONS = tuple((part, re.compile(pattern, re.IGNORECASE)) for part, pattern in _PARTS)
_CODES = re.compile(r"\bBY((?:[\s/_]*-[\s/_]*|[\s/_]+)(?:NC|ND|SA)\b)+", re.IGNORECASE)
_ANY_USE = re.compile(
    r"(?<!non-)(?<!non)(?<!non )\b(?:commercial|kommerziell\w*|comercia\w+)"
    r"\s+(?:and|or|as well as|und|oder|y|e|ou|o)"
    r"\s+(?:non|no|não|nicht)[\s-]?(?:commercial|kommerziell\w*|comercia\w+)"
    r"|\bnon[\s-]?commercial\s+(?:and|or|as\s+well\s+as)\s+commercial"
    r"|\bcommercia\w+\s+ou\s+non\b|\bcomercia\w+\s+o\s+no\b|\bcomercia\w+\s+ou\s+n[ãa]o\b|\bcommercia\w+\s+o\s+meno\b",
    re.IGNORECASE,
)
_NO_LIMIT = re.compile(
    r"\b(?:without|no|sin|sem|sans|ohne|senza|non)[\s-]+(?:any\s+|further\s+|other\s+|additional\s+)*"
    r"(?:restri\w+|limit\w+|exclusiv\w+|einschränkung\w*)|\bnot\s+limited\s+to\b|\bunrestricted\b|\bnon-?exclusive\w*",
    re.IGNORECASE,
)
_EVEN = re.compile(
    rf"\b(?:even|also|including|includes|inclusive|both|any|either|whether|même|y\s+compris|incluso|incluyendo|inclus[oaie]"
    rf"|mesmo|aun|también|também|auch|sogar|einschließlich|anche|incl)\b[^.;]{{0,40}}?\b(?:{COMMERCIAL})",
    re.IGNORECASE,
)
_MAY_SELL = re.compile(
    rf"\b(?:permit\w*|allow\w*|autor\w+|consent\w+|erlaub\w+|gestatte\w+|permet\w*)\b[^.;]{{0,60}}?\b(?:{COMMERCIAL})"
    rf"|\b(?:{COMMERCIAL})[^.;]{{0,40}}?\b(?:permitted|allowed|permise?|autorisée?|permitid[oa]|erlaubt|gestattet"
    r"|zulässig|consentit[oa]|permess[oa]|otherwise)\b|\bcommercially\s+or\b",
    re.IGNORECASE,
)
_COMMERCE = re.compile(
    rf"\b(?:{COMMERCIAL})\b(?!\s+(?:or\s+financial\s+)?(?:organi[sz]ation|compan|interest|relationship|entit"
    r"|publisher|firm|provider|vendor|source|name))",
    re.IGNORECASE,
)
_NEVER_IN = re.compile(rf"\b(?:{_NEVER})\b", re.IGNORECASE)
_WITHIN_NAME = re.compile(r"[\s:(,\"'-]*(?:[\w'-]+[\s:(,\"'-]+){0,4}", re.IGNORECASE)
_OTHER_LICENCE = re.compile(r"\bCC[\s-]?0|\bzero\b|\bpublic\b", re.IGNORECASE)
_REACH = 80  # characters of a clause on either side of a word
# What may follow the attribution element: the end of the name, or words that belong to no name.
_JOIN = re.compile(
    r"(?:[\s/+&(_-]|\b(?:with|and|com|con|avec|mit|et|und|e|y|i|en|og|och|uso|use|utilisation|usage|użycie)\b(?=[\s-]))+",
    re.IGNORECASE,
)
_REST_OF_ELEMENT = re.compile(
    r"\w*(?:[\s-]+(?:works?|werken?|obras?|opere|derivad\w+|derivat\w+|dérivées?|zależnych|initiales|à|l'identique|x"
    r"|χρήση|la|misma|licencia|mesma|licença|licenza|use|uso|nutzung|gebruik|purposes?|i\s+kasnije)(?!\w))*",
    re.IGNORECASE,
)
_END = re.compile(
    r"""\Z|[.,;:)\]"'»”’“«„!?（）。、，；【】<>©=]|[0-9]
    |(?:licen[csçtz]\w*|lizenz\w*|lisens\w*|lisans\w*|lisenssi\w*|лиценз\w*|ліценз\w*|international\w*|interna[ct]ional\w*
    |internazional\w*|unported|gen[eé]ri[ck]\w*|não\s+adaptad\w*|versi[oóõ]n\w*|versão|version\w*|ver|v|cc|by|igo|int|intl
    |https?|www|deed|legal|public|agreement|terms|which|that|who|this|these|you|it|its|see|open|as|in|at|under|for|from
    |to|on|of|or|is|are|has|have|was|were|be|the|an?|where|if|provided|permit\w*|allow\w*|published|available|distributed
    |copyright|que|qui|quale|che|o|ou|do|da|de|del|du|della|dei|la|le|el|los|les|il|para|por|se|segundo|conforme|sob|bajo
    |sous|sotto|una?|uma?|une|dans|pour|est|selon|conformément|permet\w*|consente|die|der|das|dem|welche\w*|oder|erlaubt
    |unter|zugänglich|veröffentlicht|ist|sind|alle|permite\w*|sem\s+restri\w+|sin\s+restri\w+)(?![^\W\d_])
    |许可|許可|协议|協議|国际|國際|授权|授權|条款|條款|ライセンス|国際|라이선스|라이센스|국제|の|に|で|下|通用|공개|보통""",
    re.IGNORECASE | re.VERBOSE,
)


def normalised(text: str) -> str:
    """Return a text with one kind of dash and apostrophe, and a dash where words are joined by a capital.

    >>> normalised("Attribution–NonCommercial")
    'Attribution-Non-Commercial'
    """
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).replace("’", "'")
    return " ".join(_JOINED_WORDS.sub("-", _DASHES.sub("-", text)).split())


@lru_cache(maxsize=1024)  # asked several times of one text, and a publisher says the same in all its articles
def restrictions_in(text: str) -> frozenset[str]:
    """Return the restrictions that a normalised text states, of NC, ND and SA.

    >>> sorted(restrictions_in("Attribution - Pas d'Utilisation Commerciale - Pas de Modification"))
    ['NC', 'ND']
    """
    found = {part for part, pattern in _RESTRICTIONS if pattern.search(text)}
    for match in _CODES.finditer(text):
        found.update(re.findall("NC|ND|SA", match.group().upper()))
    if _forbids_commerce(text):
        found.add("NC")
    elif "NC" in found and _ANY_USE.search(text) and not _RESTRICTIONS[0][1].search(_ANY_USE.sub("", text)):
        found.discard("NC")
    return frozenset(found)


def _forbids_commerce(text: str) -> bool:
    """True if a clause that mentions commerce says no to it, in whatever order of words."""
    if _COMMERCE.search(text) is None:
        return False
    return any(_NEVER_IN.search(clause) and not _EVEN.search(clause) for clause in _clauses(text))


def _clauses(text: str) -> list[str]:
    """Return the clauses that mention commerce, without phrases that leave all uses free."""
    free = _NO_LIMIT.sub(" ", _ANY_USE.sub(" ", text))
    clauses: list[str] = []
    for match in _COMMERCE.finditer(free):
        before = re.split(r"[.;:()]", free[max(0, match.start() - _REACH) : match.start()])[-1]
        after = re.split(r"[.;()]", free[match.end() : match.end() + _REACH])[0]
        clauses.append(before + match.group() + after)
    return clauses


def is_understood(text: str) -> bool:
    """False if a normalised text may say more than is read: an unknown element of a name, unclear commerce.

    >>> is_understood("Creative Commons Attribution License")
    True
    >>> is_understood("Creative Commons Attribution - Xyz 4.0")
    False
    """
    return _is_name_understood(text) and _is_commerce_understood(text)


def _is_name_understood(text: str) -> bool:
    """False if what follows the attribution element is neither a known element nor the end of the name."""
    name = named_attribution(text)
    if name is None:
        return True
    at = name.end()
    while True:
        start = at
        if joined := _JOIN.match(text, at):
            at = joined.end()
        known = next((m for _, pattern in _RESTRICTIONS if (m := pattern.match(text, at))), None)
        if known is None:
            known = ATTRIBUTION.match(text, at) or CREATIVE_COMMONS.match(text, at)
        if known is not None and known.end() > start:
            rest = _REST_OF_ELEMENT.match(text, known.end())  # the pattern may end within a word
            at = rest.end() if rest else known.end()
            continue
        return _END.match(text, at) is not None


def named_attribution(text: str) -> re.Match[str] | None:
    """Return the attribution element in the name of a licence, else its first mention; None without any."""
    return attribution_of_name(text) or ATTRIBUTION.search(text)


def attribution_of_name(text: str) -> re.Match[str] | None:
    """Return the attribution element that follows "Creative Commons" as a part of the licence's name.

    >>> attribution_of_name("Creative Commons CC0: no attribution is asked for") is None
    True
    """
    for licence in CREATIVE_COMMONS.finditer(text):
        element = ATTRIBUTION.search(text, licence.end(), licence.end() + 60)
        if element is None or not _WITHIN_NAME.fullmatch(text, licence.end(), element.start()):
            continue
        between = text[licence.end() : element.start()]
        if not _NEVER_IN.search(between) and not _OTHER_LICENCE.search(between):
            return element
    return None


def _is_commerce_understood(text: str) -> bool:
    if _COMMERCE.search(text) is None or "NC" in restrictions_in(text):
        return True
    return all(
        not _NEVER_IN.search(clause) and (_EVEN.search(clause) or _MAY_SELL.search(clause))
        for clause in _clauses(text)
    )
