"""The query parser: what it reads, what it refuses and where, and that nothing else can happen."""

import os
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.search.parse import And, Not, Or, ParseError, Term, Value, Word, suspects
from tests.inventory.search.vocabulary import VOCABULARY, read

#: How many texts are made up: FANLIGHT_QUERY_CASES=100000 makes as many as R-26 asks for.
CASES = int(os.environ.get("FANLIGHT_QUERY_CASES", "2000"))
#: Seconds in which any text is read or refused (R-26).
QUICKLY = 0.05


def test_words_and_terms_must_all_hold() -> None:
    assert read("check runtime:python3.9").root == And((Word("check"), Term("runtime", (Value("python3.9"),))))


def test_only_the_first_colon_splits_and_only_after_a_known_field() -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:checkout"
    assert read(arn).root == Word(arn)
    assert read(f"invoker:{arn}").root == Term("invoker", (Value(arn),))
    azure = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Web/sites/mailer"
    assert read(azure).root == Word(azure)


def test_commas_are_alternatives_of_a_field_and_plain_text_in_a_word() -> None:
    assert read('region:a,"b c",d').root == Term("region", (Value("a"), Value("b c", quoted=True), Value("d")))
    assert read("a,b").root == Word("a,b")


def test_a_dash_and_not_turn_round_what_follows() -> None:
    assert read("-runtime:x").root == read("NOT runtime:x").root == Not(Term("runtime", (Value("x"),)))
    assert read("a-b").root == Word("a-b")
    assert read("-").root == Word("-")


def test_or_binds_less_than_and() -> None:
    assert read("a b OR c").root == Or((And((Word("a"), Word("b"))), Word("c")))
    assert read("a (b OR c)").root == And((Word("a"), Or((Word("b"), Word("c")))))
    assert read("a AND b").root == And((Word("a"), Word("b")))


def test_keywords_are_upper_case() -> None:
    assert read("a or b").root == And((Word("a"), Word("or"), Word("b")))
    assert read('a "OR" b').root == And((Word("a"), Word("OR", True), Word("b")))
    assert read("ORDERS").root == Word("ORDERS")


def test_comparisons_ranges_and_field_case() -> None:
    assert read("Shared:>=3").root == Term("shared", (Value("3", ">="),))
    assert read("changed:2026-11-01..2026-11-20").root == Term("changed", (Value("2026-11-01..2026-11-20"),))


def test_a_tag_key_may_be_quoted() -> None:
    assert read("tag.owner:x").root == Term("tag", (Value("x"),), "owner")
    assert read('tag."aws:cloudformation:stack-name":x').root == Term(
        "tag", (Value("x"),), "aws:cloudformation:stack-name"
    )
    assert read("name.key:x").root == Word("name.key:x")


def test_can_may_name_a_resource() -> None:
    assert read("can:iam:PassRole on:* a").root == And((Term("can", (Value("iam:PassRole"),), on="*"), Word("a")))
    assert read("name:x on:y").root == And((Term("name", (Value("x"),)), Word("on:y")))


def test_quotes_keep_what_is_in_them() -> None:
    assert read(r'"a \"b\" (c) -d"').root == Word('a "b" (c) -d', True)


def test_balanced_parentheses_belong_to_a_text() -> None:
    assert read("(name:f(1))").root == Term("name", (Value("f(1)"),))


@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("runtime:", 8, "A value is expected after runtime:"),
        ("runtime:a,", 10, "A value is expected after runtime:"),
        ("runtime:>", 8, "A value is expected after runtime:>"),
        ('name:""', 5, "A value is expected"),
        ("a (b", 2, "not closed"),
        ("a) b", 1, 'without its "("'),
        ("()", 1, "expected here"),
        ('a "b', 2, "quotation mark is not closed"),
        ("name:(", 5, 'A "(" without its ")"'),
        ("name:f(a,b", 6, 'A "(" without its ")"'),
        ("region:a,b((c)", 10, 'A "(" without its ")"'),
        ("f(x y)", 1, 'A "(" without its ")"'),
        ("a OR", 4, "expected here"),
        ("OR a", 0, "expected here"),
        ("a NOT", 5, "expected here"),
        ("NOT OR", 4, "expected here"),
        ("x" * 2001, 2000, "at most 2,000 characters"),
        ("(" * 1990, 21, "nest at most 20 deep"),
        ("-" * 1990 + "a", 21, "nest at most 20 deep"),
    ],
)
def test_an_error_names_the_place_and_what_was_expected(text: str, start: int, says: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert says in caught.value.message
    assert caught.value.start == start


def test_fifty_terms_are_enough() -> None:
    assert len(list(read(" ".join(["a"] * 50)).leaves())) == 50
    with pytest.raises(ParseError, match="at most 50 terms"):
        read(" ".join(["a"] * 51))
    with pytest.raises(ParseError, match="at most 500 values"):
        read("region:" + ",".join(["a"] * 501))


def test_a_misspelt_field_is_suspected() -> None:
    assert [(word.text, name) for word, name in suspects(read("runtme:python arn:aws:x"), VOCABULARY)] == [
        ("runtme:python", "runtime")
    ]


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "(" * 10_000, ")" * 10_000, '"' * 999, "a," * 999, "name:" + "(" * 1900, "-(" * 900, "OR " * 600,
     "(a+)+" * 300, "name__startswith:x", "name:'; DROP TABLE x;--", "имя:х tag.ключ:значение", "\x00", "\ud800",
     "tag.\x00:x", "a\u2028b", "name:%_%", "\\" * 1999, 'tag."' + "\\" * 1900],
)  # fmt: skip
def test_hostile_texts_are_read_or_refused_quickly(text: str) -> None:
    assert min(_cost(text) for _ in range(3)) < QUICKLY


def _cost(text: str) -> float:
    """Seconds of this thread's own work to read or refuse the text: a busy machine costs nobody time here."""
    begun = time.thread_time()
    try:
        read(text)
    except ParseError as error:
        assert 0 <= error.start < error.end
    return time.thread_time() - begun


PIECES = st.sampled_from(
    [
        "name:",
        "tag.",
        "tag.a:",
        "can:",
        " on:",
        "-",
        "NOT ",
        " OR ",
        " AND ",
        "(",
        ")",
        '"',
        ",",
        ">",
        "..",
        " ",
        "a",
        "\\",
        "*",
        ":",
    ]
)


@settings(max_examples=CASES, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
@example("tag.a:")
def test_any_text_is_a_query_or_a_parse_error(text: str) -> None:
    try:
        query = read(text)
    except ParseError as error:
        assert 0 <= error.start < error.end
        return
    for leaf in query.leaves():
        assert isinstance(leaf, Word) or leaf.name in VOCABULARY.names
        assert 0 <= leaf.start <= leaf.end <= len(text)
