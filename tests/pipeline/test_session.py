"""A session beside another: what is written through it is the same, what is set in it stays there."""

from __future__ import annotations

from medconcept.spark.session import CARRIED, new_session


def test_it_has_the_settings_that_were_made_and_keeps_its_own(spark) -> None:
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    try:
        beside = new_session(spark)
        assert {n: beside.conf.get(n, None) for n in CARRIED} == {n: spark.conf.get(n, None) for n in CARRIED}
        assert beside.conf.get("spark.sql.shuffle.partitions") == "7"
        beside.conf.set("spark.databricks.delta.write.txnVersion", "3")
        assert spark.conf.get("spark.databricks.delta.write.txnVersion", None) is None
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", before)


def test_views_of_one_are_not_seen_by_the_other(spark) -> None:
    beside = new_session(spark)
    beside.range(3).createOrReplaceTempView("only_beside")
    assert beside.table("only_beside").count() == 3
    assert not spark.catalog.tableExists("only_beside")
    assert beside.sparkContext is spark.sparkContext
