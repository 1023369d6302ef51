"""Rights to a figure: effective licence terms, what they withhold, the credit line, and who opted out."""

from medconcept.rights.attribution import AttributionSource, attribution_line, licence_name
from medconcept.rights.effective import FigureStatement, LicenceStatement, Terms, effective_terms
from medconcept.rights.opt_out import OptOutError, OptOutList, parse_opt_out
from medconcept.rights.source_statement import with_source_statement
from medconcept.rights.terms import TERMS, Answer, Term, terms_of_code
from medconcept.rights.withholding import (
    RESTRICTED_VOCABULARY,
    WITHHELD_PARTS,
    WITHHOLDING_RULES,
    Withheld,
    meets,
    withheld,
)

__all__ = [
    "RESTRICTED_VOCABULARY", "TERMS", "WITHHELD_PARTS", "WITHHOLDING_RULES", "Answer", "AttributionSource",
    "FigureStatement", "LicenceStatement", "OptOutError", "OptOutList", "Term", "Terms", "Withheld",
    "attribution_line", "effective_terms", "licence_name", "meets", "parse_opt_out", "terms_of_code",
    "with_source_statement", "withheld",
]  # fmt: skip
