"""What stands before and between blocks, so that CommonMark finds the quotes, lists and items they lie in.

The content of an item starts at the item's own column. Where two lists meet, or a list's numbers do not follow each
other, the second has another sign (`-` for `*`, `2)` for `2.`), which to CommonMark begins a list. Letters and Roman
numerals begin none: such items are lines of a paragraph, each with its label.
"""

from pipelines.extraction.form.blocks import Block, Container

DEEPEST = 12  # levels of lists and of quotes; more are shown as so many
OTHER_SIGN = {"*": "-", "-": "*", ".": ")", ")": "."}
MOST_INDENT = 3  # spaces that do not yet make code of a paragraph
Path = tuple[Container, ...]


class StructuredWriter:
    """Keeps the containers of the block before, and what was begun."""

    def __init__(self, *, letters: bool = True) -> None:
        self._letters = letters
        self.out: list[str] = []
        self._last: Block | None = None
        self._path: Path = ()
        self._begun: set[Container] = set()
        self._signs: dict[Container, str] = {}
        self._sign_alone = False  # on the last line, with its item on the next one

    def write(self, block: Block, text: str) -> None:
        if not (block.path or self._path) and self._last is not None and self._last.kind != "row":
            self.out.append(f"\n\n{text}")  # as it is for most blocks
            self._last = block
            return
        path = _whole_path(block.path)
        if not self._letters:
            _number(path)
        # a table right behind two signs would be taken for one that begins with the second
        nested_row = block.kind == "row" and sum(container.is_item for container in path) > 1
        for depth, container in enumerate(path):
            inner = depth + 1 < len(path) or block.kind != "p"
            alone = (container.is_lettered and inner) or (container.is_item and nested_row)
            if alone and container not in self._begun:
                self._put(Block("p", block.path), path[: depth + 1], "")
        if block.kind == "hr" and any(container.mark and container not in self._begun for container in path):
            return  # with the sign of the item before it, it were none
        self._put(block, path, text)

    def _put(self, block: Block, path: Path, text: str) -> None:
        self._choose_signs(path)
        first, rest = self._prefixes(path, lines=block.kind == "p")
        self.out.append("\n" if self._sign_alone else self._gap(block, path))
        self._sign_alone = not text and bool(path) and path[-1].is_item
        self.out.append((first + text).rstrip(" ") if not text else first + text.replace("\n", "\n" + rest))
        self._begun.update(path)
        self._last, self._path = block, path

    def _choose_signs(self, path: Path) -> None:
        for depth, container in enumerate(path):
            if not container.is_item or container in self._begun:
                continue
            sign = "*" if container.mark == "*" else "."
            before = self._path[depth] if self._path[:depth] == path[:depth] and depth < len(self._path) else None
            if before is not None and before.is_item and (before.mark == "*") == (container.mark == "*"):
                sign = self._signs[before] if _follows(before, container) else OTHER_SIGN[self._signs[before]]
            self._signs[container] = sign

    def _prefixes(self, path: Path, *, lines: bool) -> tuple[str, str]:
        """What stands before the first line of a block and before the others."""
        first = rest = ""
        in_item, pad, letters = False, 0, 0
        for container in path:
            if not container.mark:
                first, rest = first + " " * pad + "> ", rest + " " * pad + "> "
                in_item, pad, letters = False, 0, 0
            elif container.is_item:
                sign = self._signs[container]
                mark = (
                    " " * (pad if letters else 2 * (not in_item))
                    + (sign if sign in "*-" else container.label[:-1] + sign)
                    + " "
                )
                first += " " * len(mark) if container in self._begun else mark
                rest += " " * len(mark)
                in_item, pad, letters = True, 0, 0
            else:
                pad = min(MOST_INDENT, 2 * (letters + (not in_item)))
                letters += 1
        if not lines:
            return first, rest
        label = f"{path[-1].label} " if path and path[-1].is_lettered and path[-1] not in self._begun else ""
        return first + " " * pad + label, rest + " " * pad

    def _gap(self, block: Block, path: Path) -> str:
        if self._last is None:
            return ""
        shared = _shared(self._path, path)
        quotes = max([depth + 1 for depth in range(shared) if not path[depth].mark], default=0)
        blank = self._prefixes(path[:quotes], lines=False)[1] if quotes else ""
        if self._last.kind == "row":
            goes_on = block.kind == "row" and not block.head and self._path == path
            return "\n" if goes_on else f"\n{blank or '  '}\n"
        if self._is_tight(path, shared):
            return "  \n" if path[shared].is_lettered else "\n"
        return "\n" + (blank + "\n") * (self._newlines(path) - 1)

    def _is_tight(self, path: Path, shared: int) -> bool:
        """Whether an item may begin on the next line."""
        if self._last is None or self._last.loose or shared == len(path) or not path[shared].mark:
            return False
        begins, left = path[shared], self._path[shared:]
        if begins.is_lettered:
            in_its_list = any(container.mark for container in path[:shared]) or _is_sibling(left, begins)
            return self._last.kind == "p" and in_its_list and not any(not c.is_lettered for c in left)
        if left and left[0].is_item:
            return _is_sibling(left, begins)
        nested = bool(self._path) and any(container.mark for container in path[:shared])
        return nested and not left and (begins.mark == "*" or begins.label == "1.")

    def _newlines(self, path: Path) -> int:
        """Line ends before a block that stands apart: more after a list."""
        mine = next((container for container in self._path if container.mark), None)
        other = next((container for container in path if container.mark), None)
        if mine is None or (other is not None and other.parent_list is mine.parent_list):
            return 2
        return 5 if self._last is not None and self._last.loose else 4


def _number(path: Path) -> None:
    """Digits in place of letters."""
    for container in path:
        container.label = container.mark


def _is_sibling(left: Path, begins: Container) -> bool:
    return bool(left) and left[0].parent_list is begins.parent_list


def _follows(before: Container, container: Container) -> bool:
    if before.parent_list is not container.parent_list:
        return False
    return container.mark == "*" or int(container.label[:-1]) == int(before.label[:-1]) + 1


def _shared(one: Path, other: Path) -> int:
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a is not b:
            break
        shared += 1
    return shared


def _whole_path(path: Path) -> Path:
    """With the items that a list stands behind, not in; and no deeper than is shown."""
    if len(path) < DEEPEST and all(container.under is None for container in path):
        return path
    whole: list[Container] = []
    for container in path:
        chain: list[Container] = []
        under = container.under
        while under is not None and under not in whole and len(chain) < DEEPEST:
            chain.insert(0, under)
            under = under.under
        whole += [*chain, container]
    items = [container for container in whole if container.mark]
    quotes = [container for container in whole if not container.mark]
    dropped = {*items[DEEPEST - 1 : -1], *quotes[DEEPEST:]}
    return tuple(container for container in whole if container not in dropped)
