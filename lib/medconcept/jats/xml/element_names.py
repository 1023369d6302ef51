"""Element names of NLM 2 and 3, of JATS 1.0 to 1.4 in its three tag sets, and of what these borrow.

Borrowed: MathML, the XHTML and OASIS tables, `ali:license_ref`. An element with another name is still read
as text, but adds a warning to the article.
"""

from __future__ import annotations

_JATS = """
abbrev abbrev-journal-title abstract access-date ack addr-line address aff aff-alternatives alt-text
alt-title alternatives annotation anonymous answer answer-set app app-group array article
article-categories article-id article-meta article-title article-version article-version-alternatives
attrib author-comment author-notes award-desc award-group award-id award-name b back bio
block-alternatives body bold boxed-text br break caption chapter-title chem-struct chem-struct-wrap
chem-struct-wrapper citation citation-alternatives city code col colgroup collab collab-alternatives
colspec comment compound-kwd compound-kwd-part compound-subject compound-subject-part conf-acronym
conf-date conf-loc conf-name conf-num conf-sponsor conf-theme conference contract-num contract-sponsor
contrib contrib-group contrib-id contributed-resource-group copyright-holder copyright-statement
copyright-year corresp count country counts custom-meta custom-meta-group custom-meta-wrap data-title date
date-in-citation date-not-available day def def-head def-item def-list degrees disp-formula
disp-formula-group disp-quote edition element-citation elocation-id email entry equation-count era etal
event event-desc event-id explanation ext-link extended-by fax fig fig-count fig-group fixed-case
floats-group floats-wrap fn fn-group fpage free_to_read front front-stub funding-group funding-source
funding-statement given-names gloss-group glossary glyph-data glyph-ref gov grant-num grant-sponsor
graphic history hr i index-term index-term-range-end inline-formula inline-graphic inline-media
inline-supplementary-material institution institution-id institution-wrap isbn issn issn-l issue issue-id
issue-part issue-sponsor issue-subtitle issue-title issue-title-group italic journal-id journal-meta
journal-subtitle journal-title journal-title-group kwd kwd-group label legend license license-p
license_ref list list-item long-desc lpage media meta-name meta-value milestone-end milestone-start
mixed-citation monospace month name name-alternatives named-content nested-kwd nlm-citation note notes
object-id on-behalf-of open-access option overline overline-end overline-start p page-count page-range
part-title patent permissions person-group phone postal-code prefix preformat price
principal-award-recipient principal-investigator private-char processing-meta product pub-date
pub-date-not-available pub-elocation-id pub-history pub-id publisher publisher-loc publisher-name question
question-preamble question-wrap question-wrap-group rb ref ref-count ref-list related-article
related-object resource-group resource-id resource-name resource-wrap response restricted-by role roman
row rp rt ruby sans-serif sc season sec sec-meta see see-also self-uri series series-text series-title sig
sig-block size source spanspec speaker speech state statement std std-organization strike string-conf
string-date string-name styled-content sub sub-article subj-group subject subtitle suffix sup supplement
supplementary-material support-description support-group support-source surname table table-count
table-wrap table-wrap-foot table-wrap-group target tbody td term term-head tex-math textual-form tfoot
tgroup th thead time-stamp title title-group tr trans-abstract trans-source trans-subtitle trans-title
trans-title-group u underline underline-end underline-start unstructured-kwd-group uri verse-group
verse-line version volume volume-id volume-issue-group volume-series word-count x xref year
"""
_MATHML = """
DeprecatedContExp Differential-Operator.class MalignExpression PresentationExpression TableCellExpression
TableRowExpression TokenExpression abs and annotation-xml apply approx arccos arccosh arccot arccoth
arccsc arccsch arcsec arcsech arcsin arcsinh arctan arctanh arg binary-linalg.class binary-logical.class
binary-reln.class binary-set.class bind bvar card cartesianproduct cbytes ceiling cerror ci cn codomain
complexes compose condition conjugate constant-arith.class constant-set.class cos cosh cot coth cs csc
csch csymbol curl declare degree determinant diff divergence divide domain domainofapplication emptyset eq
equivalent eulergamma exists exp exponentiale factorial factorof false floor forall gcd geq grad gt ident
image imaginary imaginaryi implies in infinity int int.class integers intersect interval interval.class
inverse lambda lambda.class laplacian lcm leq limit limit.class ln log logbase lowlimit lt maction
maligngroup malignmark math matrix matrixrow max mean median menclose merror mfenced mfrac mglyph mi min
minus mlabeledtr mlongdiv mmultiscripts mn mo mode moment momentabout mover mpadded mphantom mprescripts
mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable
mtd mtext mtr munder munderover nary-arith.class nary-constructor.class nary-functional.class
nary-linalg.class nary-logical.class nary-minmax.class nary-reln.class nary-set-reln.class nary-set.class
nary-setlist-constructor.class nary-stats.class naturalnumbers neq none not notanumber notin notprsubset
notsubset or otherwise outerproduct partialdiff partialdiff.class pi piece piecewise plus power primes
product.class prsubset quantifier.class quotient rationals real reals reln rem root scalarproduct sdev
sech selector semantics sep set setdiff share sin sinh subset sum sum.class tan tanh tendsto times
transpose true unary-elementary.class unary-functional.class unary-linalg.class unary-logical.class
unary-set.class unary-veccalc.class union uplimit variance vector vectorproduct xor
"""
ELEMENT_NAMES = frozenset((_JATS + _MATHML).split())
"""Every local name (tag without namespace) that an article may use."""
