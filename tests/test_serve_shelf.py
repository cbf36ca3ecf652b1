from feedback_nlp.serve.shelf import Shelf


def test_things_go_under_names_of_their_own():
    shelf = Shelf(3)
    first, second = shelf.put("a"), shelf.put("a")
    assert first != second
    assert len(first) == 16
    assert (shelf.get(first), shelf.get("x"), list(shelf)) == ("a", None, [(first, "a"), (second, "a")])


def test_the_one_that_was_left_alone_longest_is_closed():
    closed = []
    shelf = Shelf(2, closed.append)
    first, second = shelf.put("a"), shelf.put("b")
    shelf.get(first)
    third = shelf.put("c")
    assert closed == ["b"]
    assert list(shelf) == [(third, "c"), (first, "a")]
    shelf.take(second)
    shelf.take(third)
    shelf.take(third)
    assert closed == ["b", "c"]
    shelf.clear()
    assert closed == ["b", "c", "a"]
    assert list(shelf) == []
