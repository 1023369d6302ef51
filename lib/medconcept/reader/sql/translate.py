"""A query of Spark SQL over the tables of a lake, as one of DataFusion that has the same answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from medconcept.errors import InputError
from medconcept.reader.json_values import distinct_names
from medconcept.reader.layout import KEYS
from medconcept.reader.needs_spark import NeedsSpark
from medconcept.reader.sql.column_names import column_name
from medconcept.reader.sql.expressions import Written, ordered, quoted_name, write
from medconcept.reader.sql.kinds import ARRAY, MAP, SCALARS, STRUCT, common, kind_of, require, type_of

WRITES = "sql: reads only; a statement that changes tables or settings is not run"
_WRITING = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable,
    exp.Set, exp.Use, exp.Cache, exp.Uncache, exp.Copy,
)  # fmt: skip
_JOINS = {
    ("", ""): "JOIN", ("", "INNER"): "JOIN", ("", "CROSS"): "CROSS JOIN",
    ("LEFT", ""): "LEFT JOIN", ("LEFT", "OUTER"): "LEFT JOIN",
    ("RIGHT", ""): "RIGHT JOIN", ("RIGHT", "OUTER"): "RIGHT JOIN",
    ("FULL", ""): "FULL JOIN", ("FULL", "OUTER"): "FULL JOIN",
    ("LEFT", "SEMI"): "LEFT SEMI JOIN", ("", "SEMI"): "LEFT SEMI JOIN",
    ("LEFT", "ANTI"): "LEFT ANTI JOIN", ("", "ANTI"): "LEFT ANTI JOIN",
}  # fmt: skip
_SET_OPERATIONS: dict[type[exp.Expression], str] = {
    exp.Union: "UNION",
    exp.Intersect: "INTERSECT",
    exp.Except: "EXCEPT",
}


@dataclass(frozen=True)
class ParsedQuery:
    """A query of Spark SQL and the tables of the lake that it reads."""

    tree: exp.Query
    tables: frozenset[str]

    @property
    def has_limit(self) -> bool:
        """Whether it, or a query within it, takes some of its rows."""
        return self.tree.find(exp.Limit, exp.Offset) is not None


@dataclass(frozen=True)
class Translation:
    """A query in DataFusion's SQL, and what Spark calls the columns of its answer."""

    sql: str
    names: tuple[str, ...]


def parse(query: str) -> ParsedQuery:
    """Parse a query. Raises NeedsSpark for what is no query of tables, InputError for what writes.

    >>> sorted(parse("WITH c AS (SELECT * FROM commits) SELECT * FROM c JOIN runs USING (run_id)").tables)
    ['commits', 'runs']
    >>> parse("DELETE FROM figures")
    Traceback (most recent call last):
    medconcept.errors.InputError: sql: reads only; a statement that changes tables or settings is not run
    """
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements that it does not know
    try:
        statements = [tree for tree in sqlglot.parse(query, dialect="spark") if tree is not None]
    except SqlglotError as error:
        raise NeedsSpark("a statement in a syntax that only Spark reads") from error
    if any(tree.find(*_WRITING) for tree in statements):
        raise InputError(WRITES)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise NeedsSpark("a statement that is no query")
    (tree,) = statements
    if tree.find(exp.Hint):
        raise NeedsSpark("a hint in a query")
    defined = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    if defined & set(KEYS):
        raise NeedsSpark("WITH that gives a query the name of a table")
    named = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.args.get("db"):
            raise NeedsSpark("a table that is not one of the lake's")
        if table.name.lower() not in defined:
            named.add(table.name.lower())
    if unknown := sorted(named - set(KEYS)):
        raise InputError(
            f"sql: [TABLE_OR_VIEW_NOT_FOUND] The table or view `{unknown[0]}` cannot be found "
            f"(tables: {', '.join(KEYS)})"
        )
    assert isinstance(tree, exp.Query)  # as asked above
    return ParsedQuery(tree, frozenset(named))


def translate(query: ParsedQuery, schemas: Mapping[str, pa.Schema]) -> Translation:
    """Translate a query over tables of these columns. Raises NeedsSpark where it may mean something else.

    >>> columns = {"runs": pa.schema([("job", pa.string()), ("n", pa.int64())])}
    >>> translate(parse("SELECT max(n) / 2 FROM runs ORDER BY 1"), columns).names
    ('(max(n) / 2)',)
    >>> translate(parse("SELECT round(n) AS r FROM runs"), columns)
    Traceback (most recent call last):
    medconcept.reader.needs_spark.NeedsSpark: the function round
    """
    parts = query.tree.selects
    stars = [part for part in parts if part.is_star]
    if len(stars) > 1 or any(star.args.get("except_") or star.args.get("replace") for star in stars):
        raise NeedsSpark("several stars in a query")
    has_using = any(join.args.get("using") for join in query.tree.find_all(exp.Join))
    if stars and (has_using or _has_mixed_case(query.tree)):
        raise NeedsSpark("a star over columns that the query names")
    columns: dict[str, object] = {
        name: {column.name: type_of(column.type) for column in schema} for name, schema in schemas.items()
    }
    try:
        schema = MappingSchema(columns, dialect="spark")
        tree = qualify(query.tree.copy(), schema=schema, dialect="spark")
        tree = annotate_types(tree, schema=schema, dialect="spark")
    except SqlglotError as error:
        raise NeedsSpark("names that only Spark resolves") from error
    sql, _ = _Queries().query(tree, is_outermost=True)
    names = [None if part.is_star else column_name(part) for part in parts]
    if stars:
        out, at = [part.alias_or_name for part in tree.selects], names.index(None)
        names[at : at + 1] = out[at : at + 1 + len(out) - len(names)]
    return Translation(sql, tuple(map(str, names)))


def _has_mixed_case(tree: exp.Query) -> bool:
    """Whether a query within the query gives a column a name with capitals, which a star would show."""
    inner = (alias for alias in tree.find_all(exp.Alias) if alias.parent is not tree)
    return any(alias.alias != alias.alias.lower() for alias in inner)


class _Queries:
    """Writes queries; as a Scope it knows the sources and aliases of the query that is being written."""

    def __init__(self, outer: _Queries | None = None, *, correlated: bool = False) -> None:
        self._outer, self._correlated = outer, correlated
        self._sources: set[str] = set()
        self._aliases: set[str] = set()

    def column(self, column: exp.Column) -> str:
        if not column.table:
            if column.name not in self._aliases:
                raise NeedsSpark("names that only Spark resolves")
            return quoted_name(column.name)
        if column.table in self._sources:
            return f"{quoted_name(column.table)}.{quoted_name(column.name)}"
        if self._outer is None or not self._correlated:
            raise NeedsSpark("a query that refers to one around it")
        return self._outer.column(column)

    def subquery(self, query: exp.Expression, *, correlated: bool = False) -> tuple[str, list[str]]:
        inner = query.unnest()
        return _Queries(self, correlated=correlated).query(inner)

    def query(self, tree: Any, *, is_outermost: bool = False) -> tuple[str, list[str]]:
        """A query and the kinds of its columns."""
        before = self._with(tree)
        if isinstance(tree, exp.Select):
            sql, kinds = self._select(tree, is_outermost)
        elif type(tree) in _SET_OPERATIONS:
            sql, kinds = self._set_operation(tree)
        else:
            raise NeedsSpark(f"{type(tree).__name__} in a query")
        return f"{before}{sql}{self._limits(tree)}", kinds

    def _with(self, tree: exp.Expression) -> str:
        clause = tree.args.get("with_") or tree.args.get("with")
        if clause is None:
            return ""
        if clause.args.get("recursive"):
            raise NeedsSpark("WITH RECURSIVE")
        if any(cte.args["alias"].args.get("columns") for cte in clause.expressions):
            raise NeedsSpark("WITH that names columns")
        parts = (
            f"{quoted_name(cte.alias)} AS ({_Queries().query(cte.this)[0]})" for cte in clause.expressions
        )
        return f"WITH {', '.join(parts)} "

    def _select(self, tree: exp.Select, is_outermost: bool) -> tuple[str, list[str]]:
        _only(
            tree, "expressions", "from_", "from", "joins", "where", "group", "having", "order", "limit",
            "offset", "distinct", "with_", "with",
        )  # fmt: skip
        sources, of_joins = self._from(tree)
        self._require_own_aliases(tree)
        parts = [write(part.unalias(), self) for part in tree.expressions]
        if not is_outermost:
            self._require_known_types(tree, parts)
        aliases = [part.alias_or_name for part in tree.expressions]
        unique = {name for name in aliases if aliases.count(name) == 1}
        if len(unique) < len(aliases) and not is_outermost:
            raise NeedsSpark("two columns of one name")
        aliases = distinct_names(aliases)
        named = (f"{sql} AS {quoted_name(name)}" for (sql, _), name in zip(parts, aliases, strict=True))
        kinds = [kind for _, kind in parts]
        distinct = ""
        if clause := tree.args.get("distinct"):
            if clause.args.get("on"):
                raise NeedsSpark("DISTINCT ON")
            if not set(kinds) <= SCALARS:
                raise NeedsSpark("DISTINCT of nested columns")
            distinct = "DISTINCT "
        sql = f"SELECT {distinct}{', '.join(named)}{sources}{of_joins}"
        if where := tree.args.get("where"):
            sql += f" WHERE {self._condition(where.this)}"
        sql += self._group(tree)
        if having := tree.args.get("having"):
            sql += f" HAVING {self._condition(having.this)}"
        self._aliases = unique
        return sql, kinds

    def _condition(self, node: Any) -> str:
        sql, kind = write(node, self)
        require(kind, "boolean")
        return sql

    def _from(self, tree: exp.Select) -> tuple[str, str]:
        clause = tree.args.get("from_") or tree.args.get("from")
        if clause is None:
            return "", ""
        first, joins = f" FROM {self._source(clause.this)}", ""
        for join in tree.args.get("joins") or ():
            _only(join, "this", "on", "side", "kind")
            way = _JOINS.get(((join.side or "").upper(), (join.kind or "").upper()))
            if way is None:
                raise NeedsSpark("a join of another kind")
            if way in ("RIGHT JOIN", "FULL JOIN") and len(tree.args["joins"]) > 1:
                raise NeedsSpark("several joins, one of them an outer one of the right side")
            joins += f" {way} {self._source(join.this)}"
            if on := join.args.get("on"):
                joins += f" ON {self._condition(on)}"
            elif way != "CROSS JOIN":
                raise NeedsSpark("a join without a condition")
        return first, joins

    def _source(self, source: Any) -> str:
        alias = source.args.get("alias")
        if alias is None or alias.args.get("columns"):
            raise NeedsSpark("a source that names its columns")
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            _only(source, "this", "alias")
            sql = quoted_name(source.name)
        elif isinstance(source, exp.Subquery):
            _only(source, "this", "alias")
            sql = f"({_Queries().query(source.this)[0]})"
        else:
            raise NeedsSpark(f"{type(source).__name__} in FROM")
        self._sources.add(alias.name)
        return f"{sql} AS {quoted_name(alias.name)}"

    def _require_own_aliases(self, tree: exp.Select) -> None:
        """Refuse an alias that is a column's name, too: the engines differ in which of them they mean."""
        has_clause = any(tree.args.get(clause) for clause in ("group", "having", "order", "where"))
        if not has_clause and len(tree.expressions) == 1:
            return
        columns = {column.name for column in tree.find_all(exp.Column) if column.table}
        for part in tree.expressions:
            value, alias = part.unalias(), part.alias_or_name
            if alias in columns and not (isinstance(value, exp.Column) and value.name == alias):
                raise NeedsSpark("an alias that is the name of a column")

    def _require_known_types(self, tree: exp.Select, parts: list[Written]) -> None:
        """Refuse columns of an inner query whose type sqlglot takes for another one, as that of 0.5."""
        for part, (_, kind) in zip(tree.expressions, parts, strict=True):
            if kind_of(part.unalias().type) != kind:
                raise NeedsSpark(f"a column of kind {kind} in an inner query")

    def _group(self, tree: exp.Select) -> str:
        clause = tree.args.get("group")
        if clause is None:
            return ""
        _only(clause, "expressions")
        terms = []
        for term in clause.expressions:
            sql, kind = write(term, self)
            if kind in (ARRAY, MAP, STRUCT) or isinstance(term.unnest(), exp.Literal):
                raise NeedsSpark("a group by a literal or a nested column")
            terms.append(sql)
        if not terms:
            raise NeedsSpark("GROUP BY ALL")
        return f" GROUP BY {', '.join(terms)}"

    def _set_operation(self, tree: Any) -> tuple[str, list[str]]:
        _only(tree, "this", "expression", "distinct", "order", "limit", "offset", "with_", "with")
        word = _SET_OPERATIONS[type(tree)]
        is_distinct = bool(tree.args.get("distinct"))
        if word != "UNION" and not is_distinct:
            raise NeedsSpark(f"{word} ALL")
        (left, a), (right, b) = (_Queries().query(side.unnest()) for side in (tree.this, tree.expression))
        if len(a) != len(b):
            raise NeedsSpark("queries of different width")
        kinds = [common(pair) for pair in zip(a, b, strict=True)]
        if not set(kinds) <= SCALARS and (word != "UNION" or is_distinct):
            raise NeedsSpark(f"{word} of nested columns")
        self._aliases = {part.alias_or_name for part in tree.selects}
        # In a query of its own each side keeps its order and limit.
        sides = [f"SELECT * FROM ({side}) AS {name}" for side, name in ((left, '"l"'), (right, '"r"'))]
        return f"{sides[0]} {word}{'' if is_distinct else ' ALL'} {sides[1]}", kinds

    def _limits(self, tree: exp.Expression) -> str:
        sql = ""
        if order := tree.args.get("order"):
            _only(order, "expressions")
            sql += f" ORDER BY {ordered(order, self)}"
        for clause in ("limit", "offset"):
            if node := tree.args.get(clause):
                _only(node, "expression")
                number = node.expression
                if not isinstance(number, exp.Literal) or not str(number.this).isdigit():
                    raise NeedsSpark(f"{clause} by an expression")
                sql += f" {clause.upper()} {number.this}"
        return sql


def _only(node: exp.Expression, *names: str) -> None:
    if extra := [name for name, value in node.args.items() if value and name not in names]:
        raise NeedsSpark(f"{extra[0].strip('_')} in a query")
