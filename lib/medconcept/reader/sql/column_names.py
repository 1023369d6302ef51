"""Names of the columns of an answer, as Spark chooses them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from medconcept.reader.needs_spark import NeedsSpark

_OPERATORS: dict[type[exp.Expression], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.EQ: "=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.And: "AND",
    exp.Or: "OR",
}
_FUNCTIONS: dict[type[exp.Expression], str] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Min: "min",
    exp.Max: "max",
    exp.Avg: "avg",
}


def column_name(part: Any) -> str:
    """The name of a column as it stands in a query. Raises NeedsSpark where only Spark knows it.

    >>> import sqlglot
    >>> query = sqlglot.parse_one("SELECT a.Seq, count(*), max(seq) + 1, 'x' AS `Y z`", dialect="spark")
    >>> [column_name(part) for part in query.selects]
    ['Seq', 'count(1)', '(max(seq) + 1)', 'Y z']
    """
    if isinstance(part, exp.Alias):
        return str(part.args["alias"].name)
    if isinstance(part, exp.Column | exp.Dot):
        return str(part.name)
    if isinstance(part, exp.Literal):
        return str(part.this)
    if isinstance(part, exp.Null):
        return "NULL"
    if isinstance(part, exp.Boolean):
        return str(part.this).lower()
    if isinstance(part, exp.Paren):
        return column_name(part.this)
    if isinstance(part, exp.Bracket) and not part.args.get("offset") and len(part.expressions) == 1:
        return f"{column_name(part.this)}[{column_name(part.expressions[0])}]"
    if function := _FUNCTIONS.get(type(part)):
        return f"{function}({_argument(part.this)})"
    if operator := _OPERATORS.get(type(part)):
        return f"({column_name(part.this)} {operator} {column_name(part.args['expression'])})"
    raise NeedsSpark("a column without a name (AS …)")


def _argument(part: Any) -> str:
    if isinstance(part, exp.Star):
        return "1"
    if isinstance(part, exp.Distinct):
        return f"DISTINCT {', '.join(map(column_name, part.expressions))}"
    return column_name(part)
