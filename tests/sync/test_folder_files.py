"""Files of a folder: each is read, refused with a reason, or counted, whatever it is called."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from medconcept.workers.sync.folder_files import COUNTED, list_files, read_listed

INCLUDE = ("*.xml", "*.nxml", "*.xml.gz")
START = pa.RecordBatch.from_pylist([{"id": 0}])


def listed(folder: Path | str, include: tuple[str, ...] = INCLUDE, **options: bool) -> dict[str, dict]:
    """The rows of a folder by key; fails where two rows share one."""
    batches = list_files([START], root=str(folder), include=include, **options)
    rows = [row for batch in batches for row in batch.to_pylist()]
    by_key = {row["source_key"]: row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def reasons(folder: Path, include: tuple[str, ...] = INCLUDE) -> dict[str, str | None]:
    return {key: row["reason"] for key, row in listed(folder, include).items()}


def contents(folder: Path, max_bytes: int = 100) -> dict[str, dict]:
    rows = [row for row in listed(folder).values() if row["reason"] is None]
    schema = pa.schema(
        [("source_key", pa.string()), ("size", pa.int64()), ("uri", pa.string())]
        + [(name, pa.string()) for name in ("reason", "detail")]
    )
    batch = pa.RecordBatch.from_pylist([{n: row[n] for n in schema.names} for row in rows], schema)
    read = read_listed([batch], columns=schema.names, max_bytes=max_bytes)
    return {row["source_key"]: row for out in read for row in out.to_pylist()}


def test_names_that_spark_passes_over_are_read(tmp_path: Path) -> None:
    names = [
        "_a.xml",
        ".b.xml",
        "UP.XML",
        "c.xml",
        "a:b.xml",
        "p%41#?.xml",
        "sub/_d/e.nxml",
        "é α.xml",
        "x\\y.xml",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "empty.xml").touch()
    (tmp_path / "picture.jpg").touch()
    assert reasons(tmp_path) == {**dict.fromkeys([*names, "empty.xml"]), "picture.jpg": "other_file"}
    read = contents(tmp_path)
    assert {key: row["content"] for key, row in read.items()} == {
        **{name: name.encode() for name in names},
        "empty.xml": b"",
    }


def test_names_that_cannot_be_shown_are_refused_one_by_one(tmp_path: Path) -> None:
    shown = {
        b"a\nb.xml": r"$'a\x0ab.xml'",
        b"\x1b[31m.xml": r"$'\x1b[31m.xml'",
        b"\xff.xml": r"$'\xff.xml'",
        b"\xfe.xml": r"$'\xfe.xml'",
        "\u202elmx.a.xml".encode(): r"$'\xe2\x80\xaelmx.a.xml'",
    }
    for name in (*shown, b"a\\nb.xml", b"ok.xml"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    assert reasons(tmp_path) == {
        **dict.fromkeys(shown.values(), "hostile_key"),
        r"a\nb.xml": None,
        "ok.xml": None,
    }


def test_links_out_of_the_folder_are_refused_and_loops_give_no_second_row(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", tmp_path / "in-other"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.xml").write_text("secret")
    (folder / "a.xml").write_text("a")
    links = {
        "passwd.xml": "/etc/passwd", "sibling.xml": "../in-other/secret.xml", "others": "../in-other",
        "picture.jpg": "/etc/passwd", "dangling.xml": "nowhere.xml", "self.xml": "self.xml",
        "loop": ".", "b.xml": "a.xml", "dangling.jpg": "nowhere",
    }  # fmt: skip
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.xml")
    assert reasons(folder) == {
        "a.xml": None, "b.xml": None, "passwd.xml": "link_outside", "sibling.xml": "link_outside",
        "others": "link_outside", "picture.jpg": "other_file", "dangling.xml": "dangling_link",
        "self.xml": "dangling_link", "loop": "link_to_folder", "dangling.jpg": "other_file",
        "pipe.xml": "not_a_file",
    }  # fmt: skip
    assert {key: row["content"] for key, row in contents(folder).items()} == {"a.xml": b"a", "b.xml": b"a"}


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.xml").touch()
    (tmp_path / "link").symlink_to("in")
    assert reasons(tmp_path / "link") == {"a.xml": None}


def test_only_the_folder_itself_where_archives_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.zip", "sub/b.zip"):
        (tmp_path / name).touch()
    assert list(listed(tmp_path, ("*.zip",), recursive=False)) == ["a.zip"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.xml").touch(mode=0)
    assert reasons(tmp_path) == {"closed": "not_readable", "a.xml": None}
    assert contents(tmp_path)["a.xml"]["reason"] == "not_readable"


def test_a_file_that_changes_or_goes_before_it_is_read(tmp_path: Path) -> None:
    for name in ("gone", "grown", "link", "same"):
        (tmp_path / f"{name}.xml").write_bytes(b"x")
    schema = pa.schema([("source_key", pa.string()), ("size", pa.int64()), ("uri", pa.string())])
    schema = schema.append(pa.field("reason", pa.string())).append(pa.field("detail", pa.string()))
    rows = [{n: row[n] for n in schema.names} for row in listed(tmp_path).values()]
    (tmp_path / "gone.xml").unlink()
    (tmp_path / "grown.xml").write_bytes(b"x" * 200)
    (tmp_path / "link.xml").unlink()
    (tmp_path / "link.xml").symlink_to("/etc/passwd")
    batch = pa.RecordBatch.from_pylist(rows, schema)
    read = read_listed([batch], columns=schema.names, max_bytes=100)
    found = {r["source_key"]: (r["size"], r["content"], r["reason"]) for b in read for r in b.to_pylist()}
    assert found == {
        "gone.xml": (1, None, "not_readable"),
        "grown.xml": (200, None, None),
        "link.xml": (1, None, "not_readable"),
        "same.xml": (1, b"x", None),
    }


def test_names_of_random_bytes_are_taken_or_refused_one_by_one(tmp_path: Path) -> None:
    """Every name that the file system takes is one row; those without control characters are read."""
    draw = random.Random(26)
    made: set[bytes] = set()
    while len(made) < 2000:
        name = bytes(draw.randrange(1, 256) for _ in range(draw.randrange(1, 12))).replace(b"/", b"")
        made.add(name + draw.choice([b".xml", b".XML", b"", b".jpg"]))
    made -= {b"", b".", b".."}
    for name in made:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as out:
            out.write(name)
    rows = listed(tmp_path)
    assert len(rows) == len(made)
    counted = Counter(row["reason"] for row in rows.values())
    assert counted["hostile_key"] > 500 and set(counted) <= {None, "hostile_key", *COUNTED}
    for key, row in contents(tmp_path).items():
        assert row["content"] == key.encode()
