"""An accumulator of counts by name: tasks add, the driver reads."""

from __future__ import annotations

from pyspark.accumulators import AccumulatorParam


class Tally(AccumulatorParam[dict[str, int]]):
    """Adds dictionaries of counts.

    >>> Tally().addInPlace({"a": 1}, {"a": 2, "b": 1})
    {'a': 3, 'b': 1}
    """

    def zero(self, value: dict[str, int]) -> dict[str, int]:
        """Nothing counted yet."""
        return {}

    def addInPlace(self, value1: dict[str, int], value2: dict[str, int]) -> dict[str, int]:
        """The sum by name; the method's name is Spark's."""
        for name, count in value2.items():
            value1[name] = value1.get(name, 0) + count
        return value1
