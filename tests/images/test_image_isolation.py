"""A file that crashes, hangs or fills a decoder costs itself and no other."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import time
from collections.abc import Callable, Iterator

import pytest
from image_examples import picture, saved

from medconcept.images import examine as examine_module
from medconcept.images import isolation
from medconcept.images.derive import derive
from medconcept.images.examine import examine
from medconcept.images.isolation import deriver, examine_isolated
from medconcept.images.settings import Derivation, Settings
from medconcept.images.statuses import Status
from medconcept.images.verify import ImageFile
from medconcept.runtime.isolated_worker import Bounds

FILES = [ImageFile(f"f{n}.jpg", saved(picture(seed=n)), thumbnail=n == 2) for n in range(6)]
QUICK = Bounds(processor_seconds=0.5, seconds=3)


def test_records_are_those_of_the_process_itself() -> None:
    files = [*FILES, ImageFile("f7.jpg", b"", size=3), ImageFile("f8.jpg", b"<html>", md5="00")]
    assert list(examine_isolated(files)) == [examine(file) for file in files]
    assert list(examine_isolated([])) == []


def test_settings_reach_the_child() -> None:
    (record,) = examine_isolated(FILES[:1], Settings(pixel_digest=False))
    assert record.pixel_sha256 is None


def crash() -> None:
    faulthandler.disable()  # of the test runner: it would fill the report
    ctypes.string_at(0)


def loop() -> None:
    sum(range(10**12))


def wait() -> None:
    time.sleep(600)


def fill() -> None:
    bytearray(2**40)


@pytest.mark.parametrize(
    ("harm", "status"),
    [
        (crash, Status.DECODER_CRASHED),
        (loop, Status.DECODER_TIMEOUT),
        (wait, Status.DECODER_TIMEOUT),
        (fill, Status.DECODER_MEMORY),
    ],
)
def test_a_file_that_ends_its_decoder_costs_itself_alone(
    harm: Callable[[], None], status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = examine_module.verify

    def harmed(file: ImageFile, *more: object) -> object:
        if file.name == "bad.jpg":
            harm()
        return verify(file, *more)

    monkeypatch.setattr(examine_module, "verify", harmed)
    bad = ImageFile("bad.jpg", FILES[0].data)
    records = list(examine_isolated([*FILES[:3], bad, *FILES[3:5], bad, FILES[5]], bounds=QUICK))
    places = [3, 6]
    assert [n for n, record in enumerate(records) if record.status != Status.RESOLVED] == places
    assert [(records[n].status, records[n].format) for n in places] == [(status, "jpeg")] * 2
    assert [r for r in records if r.status == Status.RESOLVED] == [examine(file) for file in FILES]


def test_no_more_than_a_chunk_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_CHUNK_FILES", 4)
    taken = 0

    def files() -> Iterator[ImageFile]:
        nonlocal taken
        for _ in range(20):
            taken += 1
            yield FILES[0]

    records = examine_isolated(files())
    next(records)
    assert taken <= 5
    assert len(list(records)) == 19


def test_the_child_writes_nothing_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    tiff = bytearray(saved(picture().convert("1"), "TIFF", compression="group4"))
    tiff[20:400] = b"\x5a" * 380
    assert [r.status for r in examine_isolated([ImageFile("f.tif", bytes(tiff))])] != []
    os.write(2, b"the test itself")
    assert capfd.readouterr().err == "the test itself"


def test_memory_stays_flat() -> None:
    def many(count: int) -> int:
        for record in examine_isolated((FILES[n % 6] for n in range(count)), Settings(pixel_digest=False)):
            assert record.status == Status.RESOLVED
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    start = many(300)
    assert many(1_500) - start < 20_000  # kB


@pytest.mark.timeout(30)
def test_two_children_at_a_time_both_end() -> None:
    """The later child must not hold the pipe by which the earlier one learns that there is no more to do."""
    data = saved(picture(), "PNG")
    with deriver(Derivation(size=32, format="png")) as copy:
        for record in examine_isolated([ImageFile("f.png", data)] * 2):
            assert record.status is Status.RESOLVED
            made = copy(data)
            assert made is not None and made == derive(data, Derivation(size=32, format="png"))
    with deriver(Derivation()) as copy:
        assert copy(b"no image") is None
