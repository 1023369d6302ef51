"""Which figures have training copies: the terms of figure, article and source decide, as for triplets."""

from __future__ import annotations

from dataclasses import fields

import pyarrow as pa
import pytest

from medconcept.jats.records.figure import Rights
from medconcept.workers.images.match_media import derivable

STATED = ("licence_code", "licence_url", "licence_text", "copyright_statement", "pmc_licence_code", "rights")
NO_RIGHTS = dict.fromkeys(STATED)
REPRINTED = {
    **dict.fromkeys((field.name for field in fields(Rights)), None),
    "reuse": "reprinted",
    "by_permission": True,
    "evidence": [{"origin": "caption", "text": "Reprinted with permission from [3]."}],
}


def may_derive(**stated: object) -> bool:
    row = {"image_key": "PMC1#f1/0", **NO_RIGHTS, **stated}
    (batch,) = derivable([pa.RecordBatch.from_pylist([row])])
    (found,) = batch.to_pylist()
    return bool(found["may_derive"])


@pytest.mark.parametrize("code", ["CC-BY-4.0", "CC-BY-NC-SA-4.0", "CC0-1.0"])
def test_licences_that_permit_changed_copies(code: str) -> None:
    assert may_derive(licence_code=code)


@pytest.mark.parametrize("code", ["CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", None])
def test_no_derivatives_and_unknown_licences_do_not(code: str | None) -> None:
    assert not may_derive(licence_code=code)


@pytest.mark.parametrize(("stated", "expected"), [("CC BY", True), ("CC BY-ND", False), ("TDM", False)])
def test_the_source_may_be_stricter_than_the_article(stated: str, expected: bool) -> None:
    assert may_derive(licence_code="CC-BY-4.0", pmc_licence_code=stated) is expected


def test_where_the_article_states_nothing_the_source_does() -> None:
    assert may_derive(pmc_licence_code="CC BY")


def test_anothers_work_has_no_copy_whatever_its_article_permits() -> None:
    assert not may_derive(licence_code="CC-BY-4.0", rights=REPRINTED)
