"""medconcept: image-text-concept data from the figures of PubMed Central articles."""

__version__ = "0.1.0"
