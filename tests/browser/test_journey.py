"""Whole journeys by clicks alone, each from the home page and back to it with the Back button.

No address is typed after the home page's. The server has a home of its own, so a journey may tag
photos, make collections and put models to work without disturbing what other tests look at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from demo.drawing import draw_collection
from engine.runs import create_run, kill_run, list_runs, source_of_collection
from engine.runs.launch import PRESETS
from engine.storage import Collection, build_collection
from engine.training import resume
from tests.browser.conftest import DESKTOP, PHONE, free_port, serving, wait_until
from tests.browser.test_explorer import AROUND, STATE, expect_agreement, lasso, resting_box, until
from tests.browser.test_training import choose, deed, fill, settle, state
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares, square

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("page", [DESKTOP, PHONE], ids=["1440px", "390px"], indirect=True),
]

LONG_MS = 600_000  # a program starts, reads its libraries and does its work
MANY_EPOCHS = 1000
HOME = "Find the photo you have in mind"
APP = "[data-testid=stApp]"
SHOWN = """() => [...document.querySelectorAll(
    "[data-testid=stMain] :is(h1, h2), [role=dialog] h2, article .caption"
  )].map((each) => each.innerText).join("\\n")"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the coloured squares and a few products; no run is left at work."""
    root = tmp_path_factory.mktemp("journey")
    shelf, model = root / "home" / "collections", write_colour_model(root / "model")
    draw_collection(80, seed=1, folder=root / "products", size_px=48, n_workers=1)
    build_collection(root / "products", model=model, out=shelf / "products", name="Little products")
    photos = draw_squares(root / "squares")
    build_collection(photos, model=model, out=shelf / "squares", name="Coloured squares")
    yield root / "home"
    for run in list_runs(root / "home"):
        kill_run(run.folder, home=root / "home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with serving(home, free_port()) as (address, _):
        yield address


@pytest.fixture(scope="module")
def short_run(home: Path) -> str:
    """The name of a run of one epoch that ended before: each width compares its own with it."""
    with Collection.open(home / "collections" / "products") as products:
        settings = PRESETS["quick"].settings(products.n_photos)
        source = source_of_collection(products)
    settings = replace(settings, name="Short", size_px=32, epochs=1)
    assert resume(create_run([source], settings, home=home)).state == "finished"
    return settings.name


@pytest.fixture
def mark(page: Page, request: pytest.FixtureRequest) -> str:
    """What the names of one try of one width have in them, and those of no other."""
    is_first = getattr(request.node, "execution_count", 1) == 1
    return f"{'at' if is_first else 'again at'} {page.viewport_size['width']}"


class Journey:
    """A page that began at home, and the places its clicks led to: each address, and what it shows.

    A place is remembered once what was waited for is there, so that on the way back it can be told
    whether the page has been drawn again; pressed before that, Back would confuse Streamlit.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_phone = page.viewport_size == PHONE
        self.places: list[tuple[str, str]] = []
        page.goto("/?collection=squares")
        self.arrive(HOME)

    def arrive(self, heading: str, address: str = "http") -> None:
        """Wait until a page is drawn that has this heading, and remember it for the way back."""
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        self.remember(address)

    def remember(self, address: str) -> None:
        """Remember where one is now, an address that holds this."""
        expect(self.page).to_have_url(re.compile(address))
        expect(self.page.locator(APP)).to_have_attribute("data-test-script-state", "notRunning")
        self.places.append((self.page.url, self.page.evaluate(SHOWN)))

    def follow(self, label: str, heading: str) -> None:
        """Press one of the large links of the home page."""
        ways = self.page.get_by_role("navigation", name="Ways on")
        ways.get_by_role("link", name=label).click()
        self.arrive(heading)

    def choose_in_menu(self, label: str) -> None:
        """Go to a page, whose heading is its name in the menu."""
        self.open_sidebar()
        menu = self.page.get_by_role("navigation", name="Pages")
        menu.get_by_role("link", name=label, exact=True).click()
        self.arrive(label)
        self.close_sidebar()

    def open_sidebar(self) -> None:
        if self.is_phone:
            self.page.get_by_test_id("stExpandSidebarButton").click()
            expect(self.page.get_by_test_id("stSidebar")).to_be_in_viewport()

    def close_sidebar(self) -> None:
        """Close what covers the page on a phone, unless it got out of the way by itself."""
        close = self.page.get_by_test_id("stSidebarCollapseButton").locator("button")
        if self.is_phone and close.is_visible():
            close.click()
            expect(self.page.get_by_test_id("stSidebar")).not_to_be_in_viewport()

    def filter(self, value: str, among: str = "") -> None:
        """Press one of the filters, wherever this width keeps them."""
        if self.is_phone:
            self.page.get_by_role("button", name="Filters").click()
        sidebar = self.page.get_by_test_id("stSidebar")
        if among:
            sidebar.get_by_text(among).click()
        sidebar.get_by_text(re.compile(f"^{value}")).click()
        expect(self.page).to_have_url(re.compile("filter="))
        self.close_sidebar()

    def search(self, label: str, words: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        box.fill(words)
        box.press("Enter")

    def go_back(self) -> None:
        """Press Back: it leads to the address before, and that shows what it showed."""
        self.places.pop()
        address, shown = self.places[-1]
        self.page.go_back()
        expect(self.page).to_have_url(address)
        wait_until(self.page, f"(shown) => ({SHOWN})() === shown", shown)
        expect(self.page.locator(APP)).to_have_attribute("data-test-script-state", "notRunning")

    def go_home(self) -> None:
        """Press Back as often as there were clicks."""
        while len(self.places) > 1:
            self.go_back()
        expect(self.page.get_by_role("heading", name=HOME, exact=True)).to_be_visible()


def captions(page: Page) -> Locator:
    return page.locator("article .caption")


def test_words_lead_to_a_photo_to_more_like_it_and_to_a_file_of_the_narrowed_answer(page: Page):
    """The way back leads over home with the words still in its box."""
    journey = Journey(page)
    journey.places.append((f"{page.url}&q=red", journey.places[0][1]))
    page.get_by_label("Words", exact=True).fill("red")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(captions(page).first).to_have_text("A red square 0")
    journey.arrive("Search by words", r"text_search\?.*q=red")
    page.get_by_role("link", name="A red square 0", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    journey.remember("photo=")
    page.get_by_role("dialog").get_by_role("link", name="More like this").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(captions(page).first).to_have_text("A red square 1")  # the next shade of it
    journey.arrive("Search by photo", r"image_search\?.*like=")
    for sign, vote, number in (("liked", "Thumb up", 1), ("disliked", "Thumb down", 2)):
        thumb = page.get_by_role("button", name=re.compile(f"^{vote}: ")).nth(number)
        name = thumb.get_attribute("aria-label")
        thumb.click()
        expect(page).to_have_url(re.compile(rf"[?&]{sign}="))
        pressed = page.get_by_role("button", name=name, exact=True)
        if pressed.count():  # a thumb down may send a photo off the page
            expect(pressed).to_have_attribute("aria-pressed", "true")
        journey.remember(rf"[?&]{sign}=")
    journey.filter("Yellow")
    expect(captions(page).filter(has_not_text="yellow")).to_have_count(0)
    expect(captions(page).first).to_have_text(re.compile("A yellow square"))
    journey.remember("filter=colour%3DYellow")
    shown = captions(page).all_text_contents()
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [match["caption"] for match in told["matches"]] == shown
    page.keyboard.press("Escape")
    journey.go_home()


def test_a_photo_of_ones_own_and_words_are_asked_together(page: Page):
    """The colour asked for takes the place of the photo's own; Back asks with the photo alone."""
    journey = Journey(page)
    journey.follow("Search by photo", "Search by photo")
    upload = {"name": "mine.png", "mimeType": "image/png", "buffer": square("blue", 0)}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload", exact=True).click()
    chooser.value.set_files(upload)
    expect(captions(page).first).to_have_text("A blue square 0")
    journey.places.pop()
    journey.remember("image_search")
    journey.search("Refine", "+ red")
    expect(captions(page).first).to_have_text(re.compile("A red square"))
    chips = page.locator("ul.chips li.chip .label")
    expect(chips.filter(has_text="photo")).to_contain_text("without its own colour")
    expect(chips.filter(has_text="red")).to_be_visible()
    journey.remember("[?&]q=")
    assert "mine" not in page.url
    journey.go_home()


def test_a_folder_of_ones_own_becomes_a_collection_that_answers(
    page: Page, mark: str, tmp_path: Path
):
    """A folder is reached by its parent's path and a click, as one walks through folders."""
    draw_collection(40, seed=1, folder=tmp_path / "wardrobe", size_px=96, n_workers=1)
    journey = Journey(page)
    journey.follow("Add your own photos", "Collections")
    page.get_by_role("button", name="Choose a folder…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Folder").fill(str(tmp_path))
    dialog.get_by_role("textbox", name="Folder").press("Enter")
    dialog.get_by_role("button", name="wardrobe", exact=True).click()
    inside = dialog.get_by_role("list", name="Where this is").get_by_role("button")
    expect(inside.last).to_have_text("wardrobe")
    dialog.get_by_role("button", name="Use this folder").click()
    expect(page.get_by_text("40 photos in 1 folder")).to_be_visible()
    name = f"Wardrobe {mark}"
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Name", exact=True).press("Enter")
    page.get_by_role("button", name="Make the collection").click()
    expect(page.get_by_text(f"Make {name}")).to_be_visible()
    expect(page.get_by_role("progressbar").first).to_be_visible()
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=LONG_MS)
    journey.remember("collections")
    page.get_by_role("link", name="Open it").first.click()
    journey.arrive("Search by words", f"collection={name.lower().replace(' ', '-')}")
    journey.search("Words", "shoes")
    expect(captions(page)).to_have_count(9)
    journey.remember("q=shoes")
    journey.go_back()
    journey.go_back()


def test_a_choice_on_the_map_becomes_a_tag_a_collection_and_a_search(page: Page, mark: str):
    journey = Journey(page)
    journey.follow("Explorer", "Explorer")
    map_ = page.locator(".map")
    expect(map_.locator(".chip").first).to_be_visible()
    hover(page, map_, point=0)
    expect(map_.locator(".card")).to_be_visible()
    map_.get_by_role("button", name="Lasso").click()
    chosen, inside = lasso(page, map_, AROUND)
    assert chosen == inside == list(range(20))
    expect_agreement(page, map_, 20)
    tag = f"seen {mark}"
    save(page, "Tag these photos", tag, "Save the tag")
    expect(page.get_by_text("20 photos tagged")).to_be_visible()
    name = f"Chosen {mark}"
    save(page, "Make a new collection", name, "Make it")
    expect(page.get_by_text("20 photos copied")).to_be_visible()
    journey.places.pop()
    journey.remember("explorer")
    page.get_by_role("link", name="More like these").click()
    expect(captions(page)).not_to_have_count(0)
    journey.arrive("Search by photo", r"image_search\?.*like=")
    journey.go_back()
    journey.choose_in_menu("Collections")
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=LONG_MS)
    update = page.locator("[class*='st-key-job-']").filter(has_text=f"with the tag {tag}")
    expect(update).to_contain_text("Done", timeout=LONG_MS)
    journey.choose_in_menu("Search by words")
    journey.search("Words", "red")
    expect(captions(page).first).to_have_text("A red square 0")
    journey.filter(tag, among="More filters")
    expect(page.get_by_text("9 of 20 photos")).to_be_visible()


def hover(page: Page, map_: Locator, point: int) -> None:
    """Move the mouse over a point of the map."""
    resting_box(page, map_.locator(".stage"))
    state = map_.evaluate(STATE)
    left, top, scale, at_x, at_y = state["lens"]
    x, y = state["points"][2 * point : 2 * point + 2]
    page.mouse.move(x * scale + left + at_x - 1, top - y * scale + at_y)
    page.mouse.move(x * scale + left + at_x, top - y * scale + at_y)


def save(page: Page, label: str, name: str, button: str) -> None:
    """Give what is chosen on the map a name."""
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("textbox", name=label).fill(name)
    page.get_by_role("button", name=button, exact=True).click()
    page.keyboard.press("Escape")


def test_a_run_is_stopped_resumed_compared_put_to_work_and_taken_back(
    page: Page, mark: str, short_run: str
):
    """Its R@10 is the same on its page, in the list of runs and in the comparison."""
    journey = Journey(page)
    journey.choose_in_menu("Training")
    long = f"Long {mark}"
    start(page, long, MANY_EPOCHS)
    expect(page.locator(".js-plotly-plot .points path").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("Best R@10 of")).to_be_visible(timeout=LONG_MS)
    deed(page, "Stop").click()
    expect(state(page, "Stopped")).to_be_visible(timeout=LONG_MS)
    before = n_epochs(page)
    deed(page, "Resume").click()
    until(page, lambda: n_epochs(page) > before, LONG_MS)
    deed(page, "Stop").click()
    deed(page, "Finish now").click(timeout=LONG_MS)
    expect(state(page, "Finished")).to_be_visible(timeout=LONG_MS)
    told = page.get_by_text(re.compile("best R@10")).inner_text()
    recall, pool = re.findall(r"best R@10 ([\d.]+) of (\d+) held-out photos", told)[0]
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(recall)
    page.get_by_role("link", name="Compare runs").click()
    expect(page).to_have_url(re.compile("view=compare"))
    for name in (long, short_run):
        settle(page)
        page.get_by_role("combobox", name="Runs").click()
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    cells = page.locator("table[role=grid]").last.locator("tbody tr").first.locator("td")
    expect(cells.first).to_have_text(long)
    expect(cells.nth(3)).to_have_text(re.compile(r"\d"))
    assert f"{float(cells.nth(3).inner_text()):.3f}" == recall
    expect(page.get_by_text(f"the {pool} that all of these runs held out")).to_be_visible()
    page.get_by_role("link", name="All runs").click()
    expect(page.get_by_text(f"best R@10 {recall} of {pool} held-out photos").first).to_be_visible()
    page.get_by_role("link", name=long, exact=True).click()
    expect(page).to_have_url(re.compile("run="))
    expect(page.get_by_role("heading", name=long, exact=True)).to_be_visible()
    expect(state(page, "Finished")).to_have_count(1)  # the list's two are gone
    deed(page, "Promote").click()
    dialog = page.get_by_role("dialog")
    choose(page, dialog.get_by_role("combobox", name="Collection"), "Little products")
    expect(dialog.get_by_text("With this model")).to_be_visible(timeout=LONG_MS)
    dialog.get_by_role("button", name="Promote it").click()
    journey.arrive("Collections")
    card = page.locator(".st-key-card-products")
    expect(card).to_contain_text(f"model {long}", timeout=LONG_MS)
    card.get_by_role("link", name="Search").click()
    journey.arrive("Search by words")
    journey.search("Words", "red")
    expect(captions(page)).to_have_count(9)
    journey.remember("q=red")
    journey.go_back()
    journey.go_back()
    card.get_by_role("button", name="Roll back").click()
    expect(card).to_contain_text("model colours")


def start(page: Page, name: str, epochs: int) -> None:
    """Fill in the form of a new run, with two settings of one's own, and start it."""
    page.get_by_role("link", name="New run").click()
    expect(page).to_have_url(re.compile("view=new"))
    choose(page, page.get_by_role("combobox", name="Photos"), "Little products")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_text("Quick look").click()
    page.get_by_text("Expert settings").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("4")
    fill(page, "Epochs", str(epochs))
    choose(page, page.get_by_role("combobox", name="Photo size"), "32 px")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile("run="))
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def n_epochs(page: Page) -> int:
    """How many epochs the page says are done."""
    told = page.get_by_text(re.compile(rf"\d+ of {MANY_EPOCHS:,} epochs")).first.inner_text()
    return int(re.findall(r"([\d,]+) of", told)[0].replace(",", ""))


def test_words_lead_to_near_words_their_photos_and_the_methods_compared(page: Page):
    journey = Journey(page)
    journey.choose_in_menu("Similar words")
    page.get_by_role("link", name="red", exact=True).click()
    near = page.get_by_role("list", name="Nearest words").get_by_role("link")
    expect(near.first).to_be_visible()
    expect(captions(page).first).to_have_text("A red square 0")
    journey.remember(r"words\?.*q=red")
    page.get_by_role("link", name="All results").click()
    expect(captions(page)).to_have_count(9)
    journey.arrive("Search by words", r"text_search\?.*q=red")
    journey.choose_in_menu("Compare methods")
    table = page.get_by_test_id("stDataFrame").locator("table[role=grid]")
    expect(table).to_contain_text("bundled")
    journey.go_home()
