"""The house rules, read from the code itself: floors, owners, names and sizes."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PAGES = sorted([*ROOT.glob("app.py"), *(ROOT / "pages").rglob("*.py")])
TOOLS = sorted((ROOT / "tools").rglob("*.py"))
DEMO = sorted((ROOT / "demo").rglob("*.py"))
CODE = [*ENGINE, *PAGES, *TOOLS, *DEMO]

FLOORS = [
    {"errors", "config", "lazy"},
    {"durable", "locks", "network", "selection", "memory"},
    {"text", "archive", "access", "progress"},
    {
        *("catalogue", "images", "query", "losses"),
        *("index", "projection", "relevance", "evaluation.metrics"),
    },
    {"qdrant"},
    # They read queries, captions and photos; encoders, training and search read them.
    {"words", "datasets"},
    {"encoders"},
    {"training", "storage", "jobs"},
    {"attribute_similarity", "rows"},
    {"search", "maps", "runs", "zero_shot_tags", "hub"},
    {"explanation", "receipts", "evaluation", "likeness"},
    {"collection_archive", "watch", "health"},
    {"__init__", "shell"},
    {"__main__"},
]
# A room's file may lie deeper than the room, if others stand on it: it is named with a dot.
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
PAGE_FLOOR = len(FLOORS)

OWNERS = {
    "streamlit": {"pages"},
    "hnswlib": {"index"},
    "keras": {"datasets", "encoders", "losses", "training", "tools"},
    "tensorflow": {"encoders", "losses", "training"},
    "onnxruntime": {"encoders", "training"},
    "tf2onnx": {"encoders", "training"},
    "scipy": {"projection", "words"},
    "sklearn": {"projection", "evaluation"},
    "openTSNE": {"projection"},
    "PIL": {"images", "demo", "tools"},
    "pillow_heif": {"images"},
    "rapidfuzz": {"text"},
    "Stemmer": {"text"},
    "pyroaring": {"catalogue"},
    "sqlite3": {"catalogue"},
    "threadpoolctl": {"pages"},
    "huggingface_hub": {"hub"},
    "tokenizers": {"encoders", "text", "tools"},
    "keras_hub": {"encoders"},
    "watchfiles": {"watch"},
    "click": {"shell", "demo"},
    "qdrant_client": {"qdrant"},
    "qdrant_edge": {"qdrant"},
    "rich": {"shell"},
    "pyarrow": {"rows"},
    "ray": {"rows"},
    "fsspec": {"rows"},
    "aiohttp": {"rows"},
}
UNSAFE_LIBRARIES = {"pickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
BANNED_WORDS = {"manager", "handler", "process", "do", "tmp", "info", "obj", "img", "utils"}
BANNED_MODULES = {"utils", "helpers", "common", "misc"}
MAX_LINES = {"engine": 400, "tools": 200, "demo": 400, "pages": 150}

Names = list[tuple[str, int]]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """Return the room a file belongs to; everything that may show a page is one room."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "engine":
        return room_named([*parts[1:-1], Path(parts[-1]).stem])
    return parts[0] if parts[0] in ("tools", "demo") else "pages"


def room_named(parts: Sequence[str]) -> str:
    """Return the room of a module below `engine`; a file with a floor of its own is its own."""
    deep = ".".join(parts[:2])
    return deep if deep in FLOOR_OF else parts[0]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every imported module's dotted name, wherever in the file it is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "engine":
            yield from ((f"engine.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno


def misplaced_imports(room: str, tree: ast.AST) -> Names:
    """Return the imports of `room` that go up or sideways instead of down."""
    floor = FLOOR_OF.get(room, PAGE_FLOOR)
    wrong = []
    for module, line in imports(tree):
        parts = module.split(".")
        other = room_named(parts[1:]) if parts[0] == "engine" and len(parts) > 1 else None
        if other in FLOOR_OF and other != room and FLOOR_OF[other] >= floor:
            wrong.append((module, line))
    return wrong


def foreign_imports(room: str, tree: ast.AST) -> Names:
    """Return the imports of libraries that another room owns, and of those nobody may use."""
    wrong = []
    for module, line in imports(tree):
        library = module.split(".")[0]
        owners = OWNERS.get(library, {room})
        if library in UNSAFE_LIBRARIES or owners.isdisjoint({room, room.split(".")[0]}):
            wrong.append((module, line))
    return wrong


def defined_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that the file itself gives: functions, classes, arguments, variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def banned_names(tree: ast.AST) -> Names:
    """Return the given names with a word in them that says nothing."""
    cut = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
    return [
        (name, line)
        for name, line in defined_names(tree)
        if BANNED_WORDS & {word.lower() for word in cut.findall(name)}
    ]


def unsafe_calls(tree: ast.AST) -> Names:
    """Return calls that would run what a file or a person brought along."""
    unsafe = {"allow_pickle": True, "safe_mode": False, "unsafe_allow_html": True, "shell": True}
    wrong = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
            wrong.append((node.func.id, node.lineno))
        for keyword in node.keywords:
            value = getattr(keyword.value, "value", None)
            if keyword.arg in unsafe and value is unsafe[keyword.arg]:
                wrong.append((keyword.arg, node.lineno))
    return wrong


def page_links(tree: ast.AST) -> Names:
    """Return uses of Streamlit's own link, which does not keep the address on its own page."""
    return [
        (node.attr, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"page_link", "navigation"}
    ]


def places(path: Path, names: Iterable[tuple[str, int]]) -> list[str]:
    return [f"{name_of(path)}:{line}: {name}" for name, line in names]


def offences(paths: Iterable[Path], check) -> list[str]:
    return [place for path in paths for place in places(path, check(path))]


def test_every_room_has_a_floor():
    rooms = {room_of(path) for path in ENGINE}
    assert rooms <= FLOOR_OF.keys(), f"give a floor to {sorted(rooms - FLOOR_OF.keys())}"


def test_imports_go_only_downwards_and_never_sideways():
    assert not offences(CODE, lambda path: misplaced_imports(room_of(path), tree_of(path)))


def test_the_engine_imports_nothing_that_is_built_on_it():
    """The drawn demo and the app need the engine, never the other way round."""

    def above(tree: ast.Module) -> Names:
        tops = {"demo", "pages", "tools", "tests"}
        return [(name, line) for name, line in imports(tree) if name.split(".")[0] in tops]

    assert not offences(ENGINE, lambda path: above(tree_of(path)))
    assert not offences(PAGES, lambda path: [n for n in above(tree_of(path)) if "demo" in n[0]])


def test_each_heavy_library_has_one_owner_and_nothing_is_unpickled():
    assert not offences(CODE, lambda path: foreign_imports(room_of(path), tree_of(path)))


def test_nothing_found_in_a_file_or_typed_by_a_person_is_executed():
    assert not offences(CODE, lambda path: unsafe_calls(tree_of(path)))


def test_pages_are_linked_in_the_one_way_that_keeps_the_address():
    """Links are drawn by pages/shared/navigation.py: `draw_link`, `draw_navigation`."""
    assert not offences(PAGES, lambda path: page_links(tree_of(path)))


def test_pages_come_in_by_the_front_doors():
    """A page imports a room, never a file inside it: what it needs is public there."""

    def past_the_door(tree: ast.Module) -> Names:
        deep = re.compile(r"engine\.\w+\.")
        return [(name, line) for name, line in imports(tree) if deep.match(name)]

    assert not offences(PAGES, lambda path: past_the_door(tree_of(path)))


def test_names_say_something():
    assert not offences(CODE, lambda path: banned_names(tree_of(path)))
    assert not [name_of(path) for path in CODE if path.stem in BANNED_MODULES]


def test_files_are_nouns_and_no_name_is_given_twice_in_the_engine():
    """An "…ing" is an activity; the few that are nouns of the field are named here."""
    nouns = {"spelling", "training", "string", "swing"}
    gerunds = [p for p in CODE if p.stem.endswith("ing") and p.stem not in nouns]
    assert not list(map(name_of, gerunds))
    names = Counter(path.stem for path in ENGINE if not path.stem.startswith("__"))
    assert not [name for name, n in names.items() if n > 1]


def test_a_door_tells_of_files_that_are_there():
    """What a room's docstring lists as `name.py` lies in that room."""
    wrong = [
        f"{name_of(path)}: {name}"
        for path in [*ENGINE, *DEMO]
        if path.name == "__init__.py"
        for name in re.findall(r"^    (\w+\.py)\b", ast.get_docstring(tree_of(path)) or "", re.M)
        if not path.with_name(name).is_file()
    ]
    assert not wrong


def test_private_names_stay_in_their_file():
    """A name with an underscore is its file's own business, whoever imports it."""

    def private(tree: ast.Module) -> Names:
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        return [
            (each.name, node.lineno)
            for node in froms
            if (node.module or "").split(".")[0] in {"engine", "pages", "demo", "tools"}
            for each in node.names
            if each.name.startswith("_")
        ]

    assert not offences(CODE, lambda path: private(tree_of(path)))


def test_no_module_imports_itself_by_way_of_others():
    """Imports for types alone count too: whoever needs the type needs to know the module."""
    modules = {name_of(path)[:-3].replace("/", ".").removesuffix(".__init__") for path in CODE}
    needs = {}
    for path in CODE:
        name = name_of(path)[:-3].replace("/", ".").removesuffix(".__init__")
        froms = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom)]
        named = {f"{node.module}.{each.name}" for node in froms for each in node.names}
        needs[name] = (named | {str(node.module) for node in froms}) & modules - {name}
        # A room's door is imported for a name that lies in one of its files.
        needs[name] -= {door for door in needs[name] if name.startswith(f"{door}.")}

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = needs.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    assert not [name for name in sorted(needs) if name in reach(name)]


def test_files_stay_short():
    long = {
        name_of(path): n_lines
        for path in CODE
        if (n_lines := len(path.read_text(encoding="utf-8").splitlines()))
        > MAX_LINES.get(path.relative_to(ROOT).parts[0], MAX_LINES["pages"])
    }
    assert not long


def test_functions_stay_short():
    """The median at most 15 lines, nine in ten at most 40, docstrings not counted."""
    lengths = sorted(length for path in CODE for length in function_lengths(tree_of(path)))
    assert statistics.median(lengths) <= 15
    assert lengths[int(len(lengths) * 0.9)] <= 40


def function_lengths(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = node.body[0] if ast.get_docstring(node) else None
            told = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
            yield node.end_lineno - node.lineno + 1 - told


def test_every_public_name_of_the_engine_has_a_docstring():
    missing = [
        f"{name_of(path)}:{node.lineno}: {node.name}"
        for path in ENGINE
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not missing


def test_the_project_names_no_place_outside_itself():
    """A path of somebody's machine, or of a folder beside the project, means nothing to others."""
    elsewhere = re.compile(r"(?<![\w.:/])/(?:home|Users|root|work|mnt)/\w|\.\./shared")
    kinds = {".py", ".md", ".toml", ".txt", ".yaml", ".json", ".css", ".js", ""}
    wrong = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in own_files()
        if path.suffix in kinds and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if elsewhere.search(line)
    ]
    assert not wrong


def own_files() -> Iterator[Path]:
    """Yield the project's files, leaving out what git leaves out."""
    ignored = {".git", ".venv", ".kindred", "build", "runs", "__pycache__"}
    caches = {".pytest_cache", ".ruff_cache", ".mypy_cache"}
    for folder in [ROOT, *(path for path in ROOT.iterdir() if path.is_dir())]:
        if folder.name not in ignored | caches:
            found = folder.iterdir() if folder == ROOT else folder.rglob("*")
            yield from (
                p
                for p in found
                # In a worktree .git is a file, and says where the repository lies.
                if p.is_file() and p.parent.name != "__pycache__" and p.name != ".git"
            )


@pytest.mark.parametrize(
    ("check", "code", "expected"),
    [
        (lambda t: misplaced_imports("index", t), "from engine.search import Match", 1),
        (lambda t: misplaced_imports("index", t), "from engine import catalogue", 1),
        (lambda t: misplaced_imports("index", t), "from engine.errors import QueryError", 0),
        (lambda t: misplaced_imports("index", t), "from engine.index.exact import nearest", 0),
        (lambda t: foreign_imports("search", t), "def f():\n    import hnswlib", 1),
        (lambda t: foreign_imports("index", t), "import hnswlib, numpy", 0),
        (lambda t: foreign_imports("index", t), "from pickle import loads", 1),
        (lambda t: unsafe_calls(t), "np.load(path, allow_pickle=True)", 1),
        (lambda t: unsafe_calls(t), "np.load(path, allow_pickle=False)", 0),
        (lambda t: unsafe_calls(t), "st.markdown(caption, unsafe_allow_html=True)", 1),
        (lambda t: unsafe_calls(t), "eval(query)", 1),
        (lambda t: page_links(t), "st.page_link('pages/training.py', label='New run')", 1),
        (lambda t: page_links(t), "st.sidebar.page_link('app.py')", 1),
        (lambda t: page_links(t), "draw_link(Link('New run', TRAINING), key='new')", 0),
        (lambda t: banned_names(t), "class PhotoManager: pass\ntmp_path = 1", 2),
        (lambda t: banned_names(t), "def download(information): pass", 0),
    ],
)
def test_each_rule_notices_a_breach_and_only_a_breach(check, code, expected):
    assert len(check(ast.parse(code))) == expected


def test_contributing_names_files_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:engine|demo|pages)/[\w/]+\.py)`", text)
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).is_file()] == []
    paths = text[text.index("## Four paths") : text.index("## Tests")].split("\n\n**")[1:]
    assert [len(set(re.findall(r"`(\w+/[\w/]+\.py)`", path))) <= 8 for path in paths] == [True] * 4


def test_the_map_in_the_readme_names_every_room():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {room for rooms in FLOORS for room in rooms} - {"__init__", "__main__"}
    house = readme[readme.index("## The map of the house") :]
    assert sorted(room for room in rooms if not re.search(rf"\b{room}\b", house)) == []
