"""Texts of the card that are the same for every export; responsible use follows the card of "
"MedConcept-23M."""

SUMMARY = """\
Images of biomedical articles with their captions and the concepts that the captions name: image, text and
concept
together, for research on

- biomedical vision-language pretraining
- concept-grounded understanding of medical images
- explainable medical AI
- multimodal retrieval and its evaluation

It is a research resource, not a clinical product."""

LIMITS = """\
- Concepts are linked by a program; a mention may be missed or mean something else. `similarity`, `method`,
  `flags` and `centrality` say how each was found.
- Modalities are read from words and measures of the image; `modality` has the confidence and the evidence.
- Published figures are not a sample of clinical practice: what is published, in which journal and under which
  licence decides what is here. Rare diseases and rare concepts may be under-represented.
- The languages, article types and licences are those of the counts above."""

INTENDED_USE = """\
## Intended use

- biomedical vision-language pretraining, fine-tuning or continued pretraining
- research on medical concept grounding
- benchmarking of retrieval and of representation learning
- data-centric studies of biomedical multimodal learning
- explainable medical image analysis, under appropriate governance

## Out-of-scope use

- re-identification of persons, or attacks on their privacy
- use as a medical device or in place of a clinician's judgement
- clinical decisions without task-specific validation and oversight
- redistribution or reuse against the terms of the upstream sources, local law or institutional policy"""

RESPONSIBLE_USE = """\
## Responsible use

Using these files may involve more than downloading them: you may reconstruct content from upstream sources,
link back to them, or build derived datasets. You are responsible for checking the terms that apply, for
keeping provenance and credit lines, for your institution's data governance, and for the law and the rules of
publishers and repositories.

- Do not try to identify persons. `privacy_flags` marks captions that say that a person may be seen.
- Keep records of which files come from here and which were reconstructed from upstream sources.
- Document filtering, cleaning and reconstruction in what you derive.
- Validate models before any use in the real world; a benchmark result does not establish clinical validity.
- Check for retractions before you use a row as evidence; leave out rows of works that opted out later."""

CITATION = """\
@article{nie2025conceptclip,
  title={An Explainable Biomedical Foundation Model via Large-Scale Concept-Enhanced
         Vision-Language Pre-training},
  author={Nie, Yuxiang and He, Sunan and Bie, Yequan and Wang, Yihui and Chen, Zhixuan and Yang, Shu and
          Cai, Zhiyuan and Wang, Hongmei and Wang, Xi and Luo, Luyang and Wu, Mingxiang and Wu, Xian and
          Chan, Ronald Cheong Kin and Lau, Yuk Ming and Zheng, Yefeng and Rajpurkar, Pranav and Chen, Hao},
  journal={arXiv preprint arXiv:2501.15579},
  year={2025}
}"""
