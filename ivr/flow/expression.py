"""Expressions of one line, as in `invoice.amount > 500 and not asked`: read and type-checked when a flow is loaded.

rule-engine reads, checks and computes them (docs/adr/0010). It sees only what `_TOKEN` lets through: names that are
known, numbers, texts, comparisons, plus and minus, `and`, `or`, `not` and brackets. There is nothing in it that could
loop, call, search or grow, so an expression of `MOST_TOKENS` costs that many operations at most, on every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, InstanceOf, ValidationInfo, WithJsonSchema

from ivr.flow.call import Call, Value
from ivr.flow.known import KNOWN, Kind, value_of
from ivr.flow.problems import Code, instead_of, quoted
from ivr.flow.setting import Setting, problem
from ivr.flow.values import Variable, of_card

if TYPE_CHECKING:
    from rule_engine import Rule

LONGEST = 300
MOST_TOGETHER = 4_000  # characters, in all expressions of a flow
MOST_TOKENS = 60
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][\w.]*)|(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?)(?![\w.])"
    r"|(?P<text>\"[^\"\\]*\"|'[^'\\]*')|(?P<sign>==|!=|<=|>=|[<>()+-])(?!=))",
    re.ASCII,
)
_WORDS = frozenset({"and", "or", "not", "true", "false"})
_MEANT = {
    **{"=": "==", "===": "==", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "is": "=="},
    **{"&&": "and", "&": "and", "AND": "and", "||": "or", "|": "or", "OR": "or", "!": "not", "NOT": "not"},
    **{"yes": "true", "no": "false", "True": "true", "False": "false"},
}
_HOW = {
    Kind.NUMBER: "is a number: compare it with a number, as in > 100",
    Kind.TEXT: 'is a text: compare it by == or != with a text in quotes, as in == "en"',
    Kind.YES_NO: "is yes or no: write it alone, or after not",
}
Kinds = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that fits together; `kind` is what it gives, `names` are the values that it looks at."""

    text: str
    kind: Kind
    names: tuple[str, ...]
    _rule: Rule = field(repr=False, compare=False)

    @property
    def needs(self) -> set[Variable]:
        """What must be known before it is computed."""
        return {needed for name in self.names if name in KNOWN and (needed := KNOWN[name].needs)}

    def value(self, call: Call) -> Value:
        """What it gives now."""
        given: Value = self._rule.evaluate({_symbol(i): value_of(name, call) for i, name in enumerate(self.names)})
        return given


class _Wrong(Exception):
    """The expression cannot be used: a code, what is wrong and what to write."""


def parse(text: str, own: Kinds) -> Expression:
    """The expression in `text`; PydanticCustomError ("problem") if it cannot be read, or its values do not fit."""
    try:
        tokens = _tokens(text)
        kinds = {**{name: known.kind for name, known in KNOWN.items()}, **own}
        names = tuple(dict.fromkeys(_names(tokens, kinds)))
        return _typed(text, tokens, {name: kinds[name] for name in names})
    except _Wrong as wrong:
        code, what, mend = wrong.args
        raise problem(code, what, mend) from None


def _tokens(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise _Wrong(Code.TOO_BIG, f"this expression has more than {LONGEST} characters", _SPLIT)
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise _Wrong(*_unreadable(text[at:].split()[0], text))
        tokens.append(found[0].strip())
        at = found.end()
    if len(tokens) > MOST_TOKENS:
        raise _Wrong(Code.TOO_BIG, f"this expression has more than {MOST_TOKENS} words and signs", _SPLIT)
    return tokens


_SPLIT = "split it over several steps"
_SIGNS = "use only == != < <= > >= + - and or not and brackets ( )"
_EXAMPLE = "compare two values, as in invoice.amount > 100"


def _unreadable(rest: str, text: str) -> tuple[Code, str, str]:
    sign = re.match(r"[=<>!&|≠≤≥]+|.", rest)
    stumbled = sign[0] if sign else rest
    if stumbled in "\"'":
        return Code.BAD_EXPRESSION, f"a quote is open in {quoted(text)}", "write the same quote behind the text"
    mend = f"write {_MEANT[stumbled]} instead" if stumbled in _MEANT else _SIGNS
    return Code.BAD_EXPRESSION, f"{quoted(rest)} cannot stand in an expression", mend


def _names(tokens: list[str], kinds: Kinds) -> Iterator[str]:
    for token in tokens:
        if not re.match(r"[A-Za-z_]", token) or token in _WORDS:
            continue
        if token in _MEANT and token not in kinds:
            raise _Wrong(
                Code.BAD_EXPRESSION,
                f"{quoted(token)} cannot stand in an expression",
                f"write {_MEANT[token]} instead",
            )
        if token not in kinds and (told := of_card(token)):
            raise _Wrong(Code.UNKNOWN_VALUE, *told.split("; "))
        if token not in kinds:
            mend = instead_of(token, kinds, _unknown(token, alone=len(tokens) == 1))
            raise _Wrong(Code.UNKNOWN_VALUE, f"there is no value {quoted(token)}", mend)
        yield token


def _unknown(word: str, *, alone: bool) -> str:
    text = f'"{word}"'
    text = f"'{text}'" if alone else text  # YAML takes the outer quotes away
    return f"if it is a text, put it in quotes, as in {text}; if it is a value of the flow, add it to variables:"


def _typed(text: str, tokens: list[str], kinds: Kinds) -> Expression:
    """Hand the expression to rule-engine, each name replaced by a symbol that can mean nothing else to it."""
    # importing it builds its parser's tables, half a second of work that a flow without expressions is spared
    from rule_engine import Context, DataType, Rule
    from rule_engine.errors import EngineError, RuleSyntaxError

    types = {Kind.NUMBER: DataType.FLOAT, Kind.TEXT: DataType.STRING, Kind.YES_NO: DataType.BOOLEAN}
    symbols = {name: _symbol(index) for index, name in enumerate(kinds)}
    context = Context(
        type_resolver={symbols[name]: types[kind] for name, kind in kinds.items()}.__getitem__,
        resolver=lambda values, name: values[name],
    )
    try:
        rule = Rule(" ".join(symbols.get(token, token) for token in tokens), context=context)
    except RuleSyntaxError:
        raise _Wrong(Code.BAD_EXPRESSION, f"{quoted(text)} cannot be read", _EXAMPLE) from None
    except EngineError:
        raise _Wrong(*_misfit(text, kinds)) from None
    root = rule.statement.expression
    if not _fits(root):
        raise _Wrong(*_misfit(text, kinds))
    kind = next(kind for kind, type_ in types.items() if type_ == root.result_type)
    return Expression(text, kind, tuple(kinds), rule)


def _symbol(index: int) -> str:
    return f"n{index}"


# rule-engine lets these pass: a text equals no number, anything is true or false, texts have an order and a sum
_STRICT = {
    "eq": None,
    "ne": None,
    **dict.fromkeys(("and", "or", "not"), "BOOLEAN"),
    **dict.fromkeys(("lt", "le", "gt", "ge", "add", "sub", "uminus"), "FLOAT"),
}


def _fits(node: Any) -> bool:  # noqa: ANN401 - rule-engine's syntax tree is not typed for us
    """Whether all operands below `node` are of the kind that its operator takes."""
    inner = [getattr(node, side) for side in ("left", "right") if hasattr(node, side)]
    wanted = inner and (_STRICT[node.type] or inner[0].result_type.name)
    return all(operand.result_type.name == wanted and _fits(operand) for operand in inner)


def _misfit(text: str, kinds: Kinds) -> tuple[Code, str, str]:
    what = f"the values in {quoted(text)} do not fit together"
    return Code.WRONG_KIND, what, "; ".join(f"{name} {_HOW[kind]}" for name, kind in kinds.items()) or _EXAMPLE


def _expression(value: object, info: ValidationInfo) -> object:
    if isinstance(value, list | dict):
        raise ValueError("this is no expression; write it in one line, as in invoice.amount > 100")
    own = info.context.kinds if isinstance(info.context, Setting) else {}
    return parse(value, own) if isinstance(value, str) else value


Expr = Annotated[
    InstanceOf[Expression],
    BeforeValidator(_expression),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": LONGEST}),
]
