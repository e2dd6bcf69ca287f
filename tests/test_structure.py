"""How the source is cut and filed: one idea a folder, one meaning a name, imports without a circle."""

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from tests.support.servers.gatehouse import ROOT

PACKAGES = ("auth", "dashboard", "models")
MAX_FILES, MEDIAN_LINES, MEDIAN_FUNCTION = 14, 60, 6
#: What each module that takes part has under the same name; S and T are any type.
SHARED = {"init_app", "logger", "blueprint", "S", "T"}


def sources() -> dict[str, Path]:
    """Return the files of the three packages by the names of their modules; migrations apart."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    paths = [path for path in files if "migrations" not in path.parent.parts]
    paths = [path for path in paths if "versions" not in path.parts]
    return {_module(path): path for path in paths}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def parsed() -> dict[str, ast.Module]:
    """Return the syntax tree of each module."""
    return {module: ast.parse(path.read_text()) for module, path in sources().items()}


def imports(module: str, tree: ast.Module, known: set[str]) -> set[str]:
    """Return the modules of ours that one imports, inside its functions too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= members & known or {node.module or ""}
    return (names & known) - {module}


def defined(tree: ast.Module) -> set[str]:
    """Return the public names that a module itself defines."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
            }
    return {name for name in names if not name.startswith("_")}


def test_a_folder_is_small_enough_to_read() -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in sources().values())
    assert {str(folder): count for folder, count in counts.items() if count > MAX_FILES} == {}


def test_a_file_is_mostly_short() -> None:
    assert median(len(path.read_text().splitlines()) for path in sources().values()) <= MEDIAN_LINES


def test_a_function_is_mostly_short() -> None:
    functions = [
        node
        for tree in parsed().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert (
        median(node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno) <= MEDIAN_FUNCTION
    )


def test_no_import_goes_in_a_circle() -> None:
    trees = parsed()
    graph = {module: imports(module, tree, set(trees)) for module, tree in trees.items()}
    assert graph["dashboard.app"] > {"dashboard.receivers"}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_a_name_stands_in_one_file_only() -> None:
    places: dict[str, list[str]] = {}
    for module, tree in parsed().items():
        for name in defined(tree) - SHARED:
            places.setdefault(name, []).append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_logger_is_called_logger(package: str) -> None:
    called = {
        ast.unparse(target)
        for module, tree in parsed().items()
        if module.split(".")[0] == package
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "getLogger(__name__)" in ast.unparse(node.value)
        for target in node.targets
    }
    assert called <= {"logger"}


def test_a_package_says_what_it_is_for_and_nothing_else() -> None:
    packages = {module: tree for module, tree in parsed().items() if sources()[module].name == "__init__.py"}
    assert [module for module, tree in packages.items() if not ast.get_docstring(tree)] == []


def test_bench_takes_nothing_of_tests_but_their_support() -> None:
    trees = {path.name: ast.parse(path.read_text()) for path in (ROOT / "bench").glob("*.py")}
    modules = {
        (name, node.module)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests")
    }
    assert len(modules) > 5
    assert [pair for pair in modules if not str(pair[1]).startswith("tests.support.")] == []
