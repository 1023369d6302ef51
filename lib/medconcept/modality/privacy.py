"""Signs in a caption that its figure may identify a person: photographs, faces, masks, initials, dates,"
" numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PRIVACY_FLAGS: Mapping[str, str] = {
    "patient_photograph": "a photograph of a patient or of a part of a patient's body",
    "face": "a face, or a view that shows one",
    "eyes_masked": "a bar over the eyes, or a face that was blurred or masked",
    "initials": "the initials of a patient",
    "date": "a day, or the month of an examination or a birth",
    "record_number": "the number of a patient, a hospital record, an examination or a specimen",
}

_PERSON = (
    r"(?:patients?|probands?|child(?:ren)?|infants?|newborns?|neonates?|girls?|boys?|wom[ae]n|m[ae]n|fetus"
    r"|foetus"
    r"|subjects?|volunteers?|participants?|propositus|proposita|siblings?|twins?|sisters?|brothers?|mother"
    r"|father"
    r"|index case|(?:the|our|this) case|case [0-9]+|paciente|pacientes)"
)
_BODY = (
    r"(?:faces?|head|scalp|foreheads?|cheeks?|lips?|mouth|tongue|teeth|dentition|palate|oral cavity|nose"
    r"|ears?|neck|chest"
    r"|breasts?|back|abdomen|trunk|buttocks?|arms?|forearms?|elbows?|hands?|fingers?|palms?|thumbs?|nails?"
    r"|legs?|thighs?"
    r"|knees?|ankles?|foot|feet|toes?|soles?|skin|wounds?|ulcers?|scars?|lesions?|rash|genitalia|penis"
    r"|scrotum|vulva|eyes?"
    r"|eyelids?|limbs?|swelling|stump|defect)"
)
_PHOTO = r"(?:photo(?:graph)?s?|pictures?|snapshots?|photographic (?:views?|images?)|fotograf[ií]as?|fotos?)"
_NO_PHOTO = re.compile(
    r"(?:mice|mouse"
    r"|goats?\b|\brats?\b|plant|lea(?:f|ves)|beetle|\bfish|larva|embryo|species|holotype|micrograph"
    r"|microphoto"
    r"|electron|satellite|aerial|fundus|apparatus|device|setup|set-up|gel\b|plates?\b|cadaver|skeleton"
    r"|statue|dogs?\b"
    r"|\bcows?\b|sheep|rabbit|monkey|lizard|insect|radiogra|sonogra|ultraso|X-?ray|tomogra|\bCT\b|\bMRI\b"
    r"|microscop|slit|anterior segment|flower|seeds?\b|dissect|specimens?\b|phantom)",
    re.IGNORECASE,
)
_PATIENT_PHOTOGRAPH = re.compile(
    rf"\b{_PHOTO}\b[^.;]{{0,80}}\b(?:{_PERSON}|{_BODY})\b|\b{_PERSON}(?:['’]s)?\b[^.;]{{0,50}}\b{_PHOTO}\b"
    r"|\b(?:clinical|intra-?oral|extra-?oral|facial|pre-?operative|post-?operative|intra-?operative"
    r"|per-?operative|medical"
    rf"|bedside|profile|frontal) (?:clinical )?{_PHOTO}\b(?<!the clinical picture)"
    r"|\b(?:clinical|intra-?oral|extra-?oral|facial|intra-?operative) (?:appearance|aspects?|views?"
    r"|images?|presentation)\b"
    rf"|\b(?:appearance|view|image|aspect) of (?:the |our |a |this )?(?:\w+ ){{0,2}}{_PERSON}(?:['’]s)?\b"
    rf"(?:[^.;]{{0,40}}\b{_BODY}\b)",
    re.IGNORECASE,
)
_FACE = re.compile(
    r"\b(?:facial|face) (?:photo\w*|pictures?|images?|views?|appearance|features?|gestalt|dysmorphi\w*"
    r"|profile|phenotype"
    r"|asymmetry|swelling|aspects?|scan|expression|anomal\w+|characteristics)\b"
    r"|\bfaces? of (?:the |our |a |an |this |two |three |both )?(?:\w+[- ]){0,3}" + _PERSON + r"\b"
    r"|\b(?:patient|child|infant|boy|girl|woman|man|proband|subject)(?:['’]s)? face\b"
    r"|\b(?:frontal|profile|lateral|three-quarter) (?:and \w+ )?(?:facial |face )?(?:photo\w*|portraits?)\b"
    r"|\b(?:profile|frontal|front|side) views? of (?:the |our |a )?(?:\w+ ){0,2}(?:patient|face|child"
    r"|proband|girl|boy)\b"
    r"|\bportraits? (?:of|photo)|\bfacies\b|\bsmil(?:e|ing)\b[^.;]{0,40}\b(?:photo\w*|view|patient)"
    r"|\bphoto\w*[^.;]{0,60}\bface\b"
    r"|\b(?:hypertelorism|low-set ears|epicanth\w+|micrognathia|ptosis|proptosis|exophthalmos|cleft lip)\b"
    r"(?=[^.;]{0,80}\b(?:note|show|photo|appearance|patient|proband))",
    re.IGNORECASE,
)
_NO_FACE = re.compile(
    r"\bfacial (?:nerve|nucleus|artery|bones?|skeleton|fractures?|canal)|en face\b"
    r"|mice|mouse|gestation|workers?\b|full-face|sp\. n",
    re.IGNORECASE,
)
_MASKED = re.compile(
    r"\b(?:eyes?|faces?|facial features?|identit(?:y|ies)|identifying (?:features?|marks?|details?)"
    r"|patient)\b[^.;]{0,30}"
    r"\b(?:masked|covered|blacked|black(?:ed)?[- ]out|obscured|blurred|pixelat\w+|concealed|hidden"
    r"|anonymi[sz]ed"
    r"|de-?identified|blocked)\b|\b(?:masked|blurred|pixelat\w+|obscured|concealed|blacked[- ]out"
    r"|covered) (?:the )?(?:eyes?"
    r"|faces?|identit)|\b(?:black|white|grey|gray) (?:bars?|bands?|rectangles?|strips?"
    r"|box(?:es)?)\b[^.;]{0,40}\b(?:eyes?|face"
    r"|identit\w+|anonym\w+)|\b(?:eye|ocular) (?:bars?|masks?|bands?)\b(?! of)|\b(?:anonymi[sz]"
    r"|identif)\w+[^.;]{0,40}\b(?:eyes|face)"
    r" (?:are|is|were|was|have been)",
    re.IGNORECASE,
)
_NOT_MASKED = re.compile(
    r"mask(?:ed|ing) (?:stimul|face prim|condition|trial)|blindfold|eyes? cover(?:ed)? by", re.IGNORECASE
)
_INITIALS = re.compile(
    r"\b(?:[Pp]atients?|[Cc]ase|[Ss]ubject|[Pp]roband|[Mm]rs?|[Mm]r?s|[Mm]iss|[Bb]oy"
    r"|[Gg]irl)\.?,?\s+(?:[A-Z]\.[ -]?){2,3}(?![a-z])"
    r"|\b(?:[Pp]atients?|[Pp]roband)\s+\(?[A-Z]{2,3}\)?(?=,? (?:\()?(?:an? )?[0-9]{1,3}[- ]?(?:y|years?"
    r"|months?|yrs?)\b)"
    r"|\binitials:?\s+(?:are |were )?[\"“']?(?:[A-Z]\.? ?){2,3}(?![a-z])|\b(?:Mr|Mrs|Ms"
    r"|Miss)\.?\s+[A-Z]\.(?!\w)"
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro"
    r"|novembro"
    r"|dezembro|enero|febrero|marzo|mayo|junio|julio|septiembre|octubre|noviembre|diciembre)\.?"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"\b{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\b"
    rf"|\b{_DAY}(?P<mark>[./-])(?:0?[1-9]|1[0-2])(?P=mark){_YEAR}\b|\b(?:0?[1-9]|1[0-2])/{_DAY}/{_YEAR}\b"
    rf"|\b{_YEAR}/(?:0?[1-9]|1[0-2])/{_DAY}\b"
    rf"|\b{_DAY}(?:st|nd|rd|th)?(?: of| de)? {_MONTH}(?:,| de|,? of)? {_YEAR}\b|\b{_MONTH} {_DAY}(?:st|nd"
    rf"|rd|th)?,? {_YEAR}\b"
    rf"|\b{_MONTH},? {_YEAR}\b[:( ]{{1,3}}(?:[\w-]+ ){{0,2}}"
    r"(?:CT|MRI|[Ss]can|X-?ray|[Rr]adiograph|[Uu]ltrasound)\b"
    rf"|\b(?:born|birth|DOB|[Ee]xamin\w+|[Ss]cans?|MRI|CT|X-?ray|[Rr]adiograph\w*|[Ii]mag(?:e|ing)"
    rf"|[Ee]chocardiogra\w+|[Pp]hotograph\w*"
    rf"|[Aa]dmi(?:tted|ssion)|[Ss]urgery|[Oo]peration|[Bb]iopsy|[Ff]ollow-up|taken|acquired|obtained"
    rf"|performed)\b[^.;]{{0,30}}"
    rf"\b(?:in|on|of|from|at|dated|:) ?{_MONTH},? {_YEAR}\b|\b(?:DOB|date of birth"
    rf"|born)\b[^.;]{{0,12}}{_YEAR}\b"
)
_NO_DATE = re.compile(
    r"(?:accessed|retrieved|downloaded|last updated|published|version|licen[sc]e\w*|copyright|doi|http\S*"
    r"|release|available)"
    r"[^.;]{0,30}\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?i:hospital|medical record|patient|registration|admission|chart|file|identification|inpatient"
    r"|outpatient|radiology"
    r"|examination|exam|study|imaging|pathology|biopsy|specimen|slide|laboratory|lab|surgical|record"
    r"|unit)[ -]"
    r"(?:(?:accession|identification|record|file)[ -])?(?:numbers?|no\.?|nr\.?|ID|identifiers?|code"
    r"|№)(?: (?:is|was))?[:.#]? ?#?"
    r"(?=[A-Z0-9/-]*[0-9]{3})[A-Z]{0,3}[-/ ]?[0-9][A-Z0-9/-]*"
    r"|\b(?:MRN|UHID|CR No\.?|IP No\.?|OPD No\.?|Reg\.? No\.?)[:#. ]{0,3}[A-Z]{0,3}[-/ ]?[0-9]{3}[0-9/-]*"
    r"|\b(?:[Pp]atient|[Cc]ase) ?(?:ID|#|[Nn]o\.|№)[:. ]{0,2}[A-Z]{0,4}[-/]?[0-9]{4}[0-9/-]*"
    r"|\b(?:[Aa]ccession) (?:numbers?|[Nn]o\.?)[:. ]{0,2}[0-9]{4}[0-9-]*(?=[^.;]{0,60}\b(?:hospital"
    r"|radiolog|patholog|patient|scan|exam))"
)
_NO_NUMBER = re.compile(
    r"(?:GenBank|EMBL|NCBI|GEO|SRA|PDB|UniProt|ArrayExpress|DDBJ|trial|ethic\w*|IRB|protocol|museum|herbarium)"
    r"[^.;]{0,40}\Z",
    re.IGNORECASE,
)
_REACH = 60


@dataclass(frozen=True, slots=True)
class PrivacyFlag:
    """One sign: its flag, and the words `caption[start:end]` that raised it."""

    flag: str
    text: str
    start: int
    end: int


def privacy_flags(caption: str) -> tuple[PrivacyFlag, ...]:
    """The privacy flags of a caption, each at the first place that raises it, in a fixed order.

    >>> [f.flag for f in privacy_flags("Photograph of the patient's face; eyes masked.")]
    ['patient_photograph', 'face', 'eyes_masked']
    >>> privacy_flags("Facial nerve of the mouse. GenBank accession number 123456.")
    ()
    """
    return tuple(_flags(caption))


def _flags(caption: str) -> Iterator[PrivacyFlag]:
    for flag, pattern, unless, scope in _RULES:
        for match in pattern.finditer(caption):
            start, end = match.span()
            if scope == "before":
                around = caption[max(0, start - _REACH) : start]
            else:
                around = caption[max(0, start - _REACH) : end + _REACH]
            if unless is None or not unless.search(around):
                yield PrivacyFlag(flag, match.group(), start, end)
                break


_RULES = (
    ("patient_photograph", _PATIENT_PHOTOGRAPH, _NO_PHOTO, "around"),
    ("face", _FACE, _NO_FACE, "around"),
    ("eyes_masked", _MASKED, _NOT_MASKED, "around"),
    ("initials", _INITIALS, None, "around"),
    ("date", _DATE, _NO_DATE, "before"),
    ("record_number", _NUMBER, _NO_NUMBER, "before"),
)
