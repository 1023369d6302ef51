"""Sentences with a target in brackets, and what a reader says of it: written for this test, after kinds of
construction that the papers on NegEx and ConText describe."""

SENTENCES = (
    ("No evidence of [metastasis] in the liver.", "negated"),
    ("There is no [pneumothorax].", "negated"),
    ("The patient denies [chest pain].", "negated"),
    ("Sections without [inflammation].", "negated"),
    ("Absence of [fibrosis] in treated mice.", "negated"),
    ("Lack of [apoptosis] in the mutant retina.", "negated"),
    ("Staining was negative for [carcinoma].", "negated"),
    ("The lungs are free of [infiltrates].", "negated"),
    ("[Pneumonia] was ruled out.", "negated"),
    ("[Metastases] were not seen.", "negated"),
    ("[Thrombosis] has been excluded.", "negated"),
    ("Neither [edema] nor effusion was present.", "negated"),
    ("Neither edema nor [effusion] was present.", "negated"),
    ("CT shows no signs of [stroke].", "negated"),
    ("The scan failed to reveal [cancer].", "negated"),
    ("[Cirrhosis] is absent.", "negated"),
    ("The animals never developed [tumors].", "negated"),
    ("[Abscess] is unlikely.", "negated"),
    ("Suspected [lymphoma] of the spleen.", "uncertain"),
    ("Possible [infarction] of the left lobe.", "uncertain"),
    ("Probable [Alzheimer disease].", "uncertain"),
    ("Findings are consistent with [sarcoidosis].", "uncertain"),
    ("Nodules suspicious for [carcinoma].", "uncertain"),
    ("The mass may represent [hematoma].", "uncertain"),
    ("These changes are suggestive of [vasculitis].", "uncertain"),
    ("Differential diagnosis: [tuberculosis].", "uncertain"),
    ("[Malignancy] cannot be excluded.", "uncertain"),
    ("[Embolism] is suspected.", "uncertain"),
    ("Questionable [fracture] of the rib.", "uncertain"),
    ("The mass could be [lipoma].", "uncertain"),
    ("Chest X-ray with [pneumonia].", ""),
    ("Not only [fibrosis] but necrosis was found.", ""),
    ("There was no increase in [inflammation].", ""),
    ("No significant difference in [tumor] volume.", ""),
    ("No fever, but [cough] persisted.", ""),
    ("Without treatment, however, [necrosis] spread.", ""),
    ("Gram negative [sepsis] in a neonate.", ""),
    ("There was no effusion. [Edema] was severe.", ""),
    ("Mice lacking the gene developed [obesity] because of feeding.", ""),
    ("No bleeding, although [anemia] was found.", ""),
    ("Liver with [steatosis], which was not fatal.", ""),
    ("Microscopy of [melanoma].", ""),
    ("Tumors regressed while [metastasis] was not certain if present.", ""),
    ("[Diabetes] was diagnosed in all patients.", ""),
)


def marked(sentence: str) -> tuple[str, int, int]:
    """The sentence without brackets, and start and end of its target."""
    start = sentence.index("[")
    text = sentence.replace("[", "").replace("]", "")
    return text, start, sentence.index("]") - 1
