"""Cutting text into tokens."""

from owltf.caffe.prototxt.tokens import line_and_column, tokenize


def test_tokens() -> None:
    text = """layer { name: "a # \\" b" # rest "of" it\n  lr: -1.5e-3, 'x' }"""
    found = [token.text for token in tokenize(text)]
    assert found == [
        *("layer", "{", "name", ":", '"a # \\" b"', "lr", ":", "-1.5e-3", ",", "'x'", "}"),
    ]


def test_tokens_know_where_they_stand() -> None:
    text = "a\n  bc"
    last = list(tokenize(text))[-1]
    assert text[last.start : last.end] == "bc"
    assert line_and_column(text, last.start) == (2, 3)


def test_strings_without_an_end() -> None:
    for text in ('"', "'a", '"a\\', '"a\n"', '"\\"'):
        assert next(tokenize(text)).text == text[0]
    assert [token.text for token in tokenize(r"'\'' ''")] == [r"'\''", "''"]
    assert [token.text for token in tokenize('"a\'b"')] == ['"a\'b"']
