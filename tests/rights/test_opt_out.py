"""The opt-out list: its entries, its errors, and what it takes out."""

import pytest

from medconcept.rights import OptOutError, OptOutList, parse_opt_out

SHA = "a" * 63 + "B"


def test_entries_are_normalised() -> None:
    text = f"\ufeff# asked\n\nhttps://doi.org/10.1234/ABC\ndoi:10.1234/abc\npmc007.2\tletter\nPMC8#F1\nsha256:{SHA}\n"
    entries = parse_opt_out(text, "list")
    assert entries == OptOutList(
        frozenset({"10.1234/abc"}), frozenset({"PMC7"}), frozenset({"PMC8#F1"}), frozenset({SHA.lower()})
    )
    assert len(entries) == 4


@pytest.mark.parametrize("line", ["PMC", "10.1234", "12345", "PMC7#", "x#f1", "sha256:abc", "a b"])
def test_a_line_that_is_no_entry_refuses_the_list(line: str) -> None:
    with pytest.raises(OptOutError, match=r"my list: not a DOI.*line 2"):
        parse_opt_out(f"PMC1\n{line}\n", "my list")


def test_many_errors_make_one_line() -> None:
    with pytest.raises(OptOutError, match=r"and 15 more\Z") as error:
        parse_opt_out("wrong\n" * 20, "list")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("entry", "matches"),
    [
        ("10.1234/X", {"doi": "10.1234/x"}),
        ("10.1234/x", {"doi": "https://doi.org/10.1234/X"}),
        ("PMC7", {"pmcid": "PMC7.3"}),
        ("PMC7", {"pmcid": "PMC007"}),
    ],
)
def test_articles(entry: str, matches: dict[str, str]) -> None:
    entries = parse_opt_out(entry, "list")
    assert entries.match_article(**matches) is not None
    assert entries.match_article(doi="10.9999/other", pmcid="PMC70") is None
    assert entries.match_article() is None


def test_figures_by_article_key_and_image() -> None:
    entries = parse_opt_out(f"PMC7\ndoi:10.1234/x#F1\n{SHA}", "list")
    assert entries.match_figure("PMC7#f9") == "PMC7"
    assert entries.match_figure("doi:10.1234/X#F1") == "doi:10.1234/x#F1"
    assert entries.match_figure("doi:10.1234/x#f1") is None  # the figure's own id keeps its case
    assert entries.match_figure("PMC8#f1", image_sha256=SHA) == SHA.lower()
    assert entries.match_figure("PMC8#f1", doi="10.5/y", pmcid="PMC8") is None


def test_a_doi_takes_out_the_figures_of_an_article_keyed_by_pmcid() -> None:
    entries = parse_opt_out("10.1234/x", "list")
    assert entries.match_figure("PMC8#f1", doi="10.1234/x") == "10.1234/x"
    assert entries.match_figure("doi:10.1234/x#f1") == "10.1234/x"


def test_the_digest_depends_on_the_entries_alone() -> None:
    one, two = parse_opt_out("PMC1\nPMC2\tremark", "a"), parse_opt_out("# x\nPMC2\nPMC1\nPMC1", "b")
    assert one.digest == two.digest != parse_opt_out("PMC1", "c").digest
