from hypothesis import given
from hypothesis import strategies as st

from crawler.targets.seen import Seen


@given(st.lists(st.text(max_size=3)))
def test_a_text_is_new_once(texts: list[str]) -> None:
    seen, reference = Seen(), set[str]()
    for text in texts:
        assert seen.add(text) is (text not in reference)
        reference.add(text)


def test_many_texts_are_told_apart_while_the_table_grows() -> None:
    seen = Seen()
    assert all(seen.add(str(number)) for number in range(20_000))
    assert not any(seen.add(str(number)) for number in range(20_000))
