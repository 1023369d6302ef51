"""Sentences with a target in brackets, and what a reader says of it.

Written for this test, after the kinds of construction that the papers on NegEx and ConText describe.
"""

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
    # lists, to their last item, and long names
    ("No evidence of type II diabetes in the left and [right ventricle]", "negated"),
    (
        "Negative for fever, chills, night sweats, weight loss, shortness of breath or [chest pain].",
        "negated",
    ),
    (
        "Denies any [bleeding other than the bleeding that she had from the wound two weeks before].",
        "negated",
    ),
    (
        "No effusion was seen in the first of the many scans that were made in that year of [cardiomegaly].",
        "",
    ),
    # the end of a clause
    ("No fever; [cough] for two weeks.", ""),
    ("No effusion other than a small [pleural effusion].", ""),
    ("He has no fever and he has [asthma].", ""),
    ("No tumor instead a large [abscess] in the liver.", ""),
    # panels
    ("(A) no tumor, (B) liver [metastasis].", ""),
    ("No tumor (A), [fibrosis] (B).", ""),
    ("No lesion(s) of the [liver] are seen.", "negated"),
    # both of two groups
    ("Kidneys of mice with or without [diabetes].", ""),
    ("Patients with and without [asthma].", ""),
    ("Sections with/without [necrosis].", ""),
    ("Cells in the presence or absence of [apoptosis].", ""),
    ("Mice without [diabetes].", "negated"),
    ("Patients positive or negative for [hepatitis].", ""),
    # nitric oxide
    ("Effect of NO on [platelet aggregation].", ""),
    ("NO levels in the [liver].", ""),
    ("The NO donor reduced [edema].", ""),
    ("NO EVIDENCE OF [METASTASIS] IN THE LIVER.", "negated"),
    ("NO evidence of [metastasis].", "negated"),
    ("No [metastasis].", "negated"),
    ("Figure no. 5: [melanoma].", ""),
    # what lacks something does something
    ("Mice lacking Pten develop [prostate tumors].", ""),
    ("Cells lacking p53 and Rb1 form [tumors] fast.", ""),
    ("Embryos lacking the Shh gene with [holoprosencephaly].", ""),
    ("Sections lacking [inflammation].", "negated"),
    ("Patients without fever were admitted with [pneumonia].", ""),
    ("Mice without [fever] were kept.", "negated"),
    ("No patient developed [sepsis].", "negated"),
    # values
    ("Metastasis of the [lung]: none.", "negated"),
    ("Invasion: present, [necrosis]: absent.", "negated"),
    ("[Invasion]: present, necrosis: absent.", ""),
    ("Fecal [occult blood] was negative.", "negated"),
    ("[Biopsy] was negative for cancer.", ""),
    ("The [cultures] remained negative.", "negated"),
    ("Triple negative [breast cancer].", ""),
    ("[Tumor]-free margins.", "negated"),
    ("Free fluid in the [abdomen].", ""),
    # history
    ("The [obstruction] has resolved.", "negated"),
    ("[Pneumonia], resolved.", "negated"),
    ("[Proteins] were resolved by electrophoresis.", ""),
    ("Reimplantation once the [infection] is completely resolved.", ""),
    # contractions
    ("The patient didn't have [fever].", "negated"),
    ("[Edema] wasn't seen.", "negated"),
    # what changes nothing
    ("The drug did not affect [apoptosis].", ""),
    ("The drug had no effect on [blood pressure].", ""),
    ("[Data] not shown.", ""),
    ("CT to rule out [appendicitis].", "uncertain"),
    ("[Appendicitis] cannot be ruled out.", "uncertain"),
)


def marked(sentence: str) -> tuple[str, int, int]:
    """The sentence without brackets, and start and end of its target."""
    start = sentence.index("[")
    text = sentence.replace("[", "").replace("]", "")
    return text, start, sentence.index("]") - 1
