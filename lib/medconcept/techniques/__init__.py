"""Imaging and laboratory techniques: a reviewed list, used by the dictionary, the linker and `modality`.

>>> from medconcept.techniques import find_techniques
>>> [m.technique.name for m in find_techniques("Axial T2-weighted MR image")]
['T2-weighted imaging', 'magnetic resonance imaging']
"""

from medconcept.techniques.in_text import TechniqueMention, find_techniques, techniques
from medconcept.techniques.technique_list import SOURCE, Technique, dictionary_list

__all__ = ["SOURCE", "Technique", "TechniqueMention", "dictionary_list", "find_techniques", "techniques"]
