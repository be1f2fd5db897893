"""The house in figures: `make map`. How many modules, who imports whom by room, cycles, two-way pairs, sizes."""

import ast
import statistics
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawler", "pipelines")
SMALL, LARGE = 60, 300

Edges = dict[str, set[str]]


def sources(root: Path = ROOT) -> dict[str, Path]:
    """Every module of the product by its dotted name, `__init__` files without content left out."""
    found = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    return {".".join(path.relative_to(root).with_suffix("").parts): path for path in found if path.stat().st_size}


def edges(modules: dict[str, Path]) -> Edges:
    """Which module imports which others of ours."""
    return {name: set(_imported(path, modules)) - {name} for name, path in modules.items()}


def _imported(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (inner,) if inner in modules else (node.module,) if node.module in modules else ()
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)


def room(module: str) -> str:
    """The folder a module lies in; one that lies beside folders is a room of its own."""
    return module.rpartition(".")[0] if module.count(".") > 1 else module


def between_rooms(imports: Edges) -> Counter[tuple[str, str]]:
    """How many imports lead from one room to another."""
    pairs = ((room(module), room(other)) for module, others in imports.items() for other in others)
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def two_way(counts: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of rooms that import each other."""
    return sorted(pair for pair in counts if pair[0] < pair[1] and pair[::-1] in counts)


def cycle(imports: Edges) -> list[str]:
    """One cycle of modules; empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def function_lengths(modules: dict[str, Path]) -> list[int]:
    """Lines of each function, its signature and docstring included, sorted."""
    trees = (ast.parse(path.read_text("utf-8")) for path in modules.values())
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions)


def report() -> Iterator[str]:
    """The figures, line by line."""
    modules = sources()
    imports = edges(modules)
    counts = between_rooms(imports)
    sizes = sorted(len(path.read_text("utf-8").splitlines()) for path in modules.values())
    functions = function_lengths(modules)
    small, large = sum(size < SMALL for size in sizes), sum(size > LARGE for size in sizes)
    yield f"modules {len(modules)}, lines {sum(sizes):,}, median {statistics.median(sizes):.0f}, largest {sizes[-1]}"
    yield f"modules under {SMALL} lines {small}, over {LARGE} {large}"
    yield f"functions {len(functions):,}, median {statistics.median(functions):.0f}, longest {functions[-1]}"
    up, down = _across(counts, "pipelines", "crawler"), _across(counts, "crawler", "pipelines")
    yield f"imports from pipelines to crawler {up}, from crawler to pipelines {down}"
    yield f"two-way pairs of rooms {len(two_way(counts))}: {two_way(counts)}"
    yield f"cycle of modules: {' -> '.join(cycle(imports)) or 'none'}"
    for (one, other), count in sorted(counts.items()):
        yield f"  {one:<40} {other:<40} {count:>3}"


def _across(counts: Counter[tuple[str, str]], one: str, other: str) -> int:
    return sum(count for pair, count in counts.items() if [part.partition(".")[0] for part in pair] == [one, other])


if __name__ == "__main__":
    print("\n".join(report()))
