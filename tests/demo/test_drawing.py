"""Drawing: the same from the same seed, true to its attributes, and safe to read back."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.drawing import (
    COLOUR_WORDS,
    COLOURS,
    FABRICS,
    KIND_WORDS,
    KINDS,
    PATTERN_WORDS,
    PATTERNS,
    Product,
    choose_product,
    draw_collection,
    draw_product,
    is_held_out,
    pattern_family,
    product_seed,
    write_captions,
)
from demo.drawing.blur import blur, moved, slopes
from demo.drawing.canvas import Canvas
from demo.drawing.cloth import weave_cloth
from demo.drawing.held_out import (
    HELD_OUT_COLOURS,
    HELD_OUT_LOOKS,
    HELD_OUT_PATTERNS,
    shows_held_out,
)
from demo.drawing.light import Lamp
from demo.drawing.noise import fold_tile, smooth_tile
from demo.drawing.outline import SHARP, box, curve, ellipse, ribbon, spline, symmetric
from demo.drawing.palette import against, lightness, rgb_of, shade
from demo.drawing.pose import Pose
from demo.drawing.stencil import fill, stroke


def product(kind: str, **changes: object) -> Product:
    """Return a plain product of a kind, with some attributes set."""
    chosen = choose_product(np.random.default_rng(0), kind=kind)
    plain = {"colour": "red", "second_colour": "", "pattern": "solid", "gender": "Women"}
    fields = {"kind": kind, "material": chosen.material, "details": chosen.details}
    return Product(**{**fields, **plain, **changes})


def middle_colour(pixels: np.ndarray) -> np.ndarray:
    """Return the mean colour of the middle of a picture, in [0, 1]."""
    size = len(pixels)
    middle = pixels[int(0.4 * size) : int(0.7 * size), int(0.4 * size) : int(0.6 * size)]
    return middle.reshape(-1, 3).mean(axis=0) / 255


# --- what there is ---------------------------------------------------------------------------


def test_there_are_as_many_kinds_colours_and_patterns_as_promised():
    assert len(KINDS) >= 24
    assert len(COLOURS) >= 14
    assert len(PATTERNS) >= 10


def test_every_kind_colour_and_pattern_has_words():
    assert KIND_WORDS.keys() == KINDS.keys()
    assert COLOUR_WORDS.keys() == COLOURS.keys()
    assert PATTERN_WORDS.keys() == PATTERNS.keys()


def test_every_kind_names_only_patterns_materials_and_colours_that_exist():
    for kind in KINDS.values():
        assert kind.patterns.keys() <= PATTERNS.keys()
        assert kind.materials.keys() <= FABRICS.keys()
        assert kind.colours.keys() <= COLOURS.keys()


def test_colours_are_far_enough_apart_to_be_told_from_one_another():
    """The nearest two differ by at least a tenth of the way from black to white."""
    pairs = itertools.combinations(COLOURS, 2)
    apart = {pair: np.linalg.norm(rgb_of(pair[0]) - rgb_of(pair[1])) for pair in pairs}
    nearest = min(apart, key=apart.get)
    assert apart[nearest] > 0.1 * np.sqrt(3), nearest


def test_a_colour_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="'mauve'"):
        rgb_of("mauve")


# --- one picture -----------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_picture_and_words():
    first, again, other = draw_product(12, 64), draw_product(12, 64), draw_product(13, 64)
    assert np.array_equal(first.pixels, again.pixels)
    assert (first.attributes, first.captions) == (again.attributes, again.captions)
    assert not np.array_equal(first.pixels, other.pixels)


def test_a_seed_keeps_its_product_and_its_look_at_any_size():
    """A picture drawn at 128 px and halved is nearly the one drawn at 64 px."""
    small, large = draw_product(3, 64), draw_product(3, 128)
    assert small.attributes == large.attributes
    assert small.captions == large.captions
    halved = large.pixels.reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small.pixels).mean() < 6


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_whole_on_a_light_ground(kind):
    """The corners stay the ground's, and the product takes 4 to 75 hundredths of the picture."""
    for seed in range(2):
        drawing = draw_product(
            seed, 96, product=choose_product(np.random.default_rng(seed), kind=kind)
        )
        assert drawing.pixels.shape == (96, 96, 3)
        assert drawing.pixels.dtype == np.uint8
        corners = drawing.pixels[[2, 2, -3, -3], [2, -3, 2, -3]]
        assert corners.min() > 205
        ground = np.median(drawing.pixels[:, [0, 1, -1, -2]], axis=(0, 1))
        apart = np.abs(drawing.pixels.astype(int) - ground).max(axis=2)
        assert 0.04 < (apart > 24).mean() < 0.75


@pytest.mark.parametrize(("kind", "name", "value"), [
    (kind.name, name, value)
    for kind in KINDS.values()
    for name, values in kind.details.items()
    for value in values
])  # fmt: skip
def test_every_value_of_every_detail_can_be_drawn(kind, name, value):
    chosen = product(kind)
    drawing = draw_product(5, 48, product=product(kind, details={**chosen.details, name: value}))
    assert drawing.attributes.get(name, "") == value


@pytest.mark.parametrize("colour", COLOURS)
def test_a_plain_product_has_the_colour_that_it_is_said_to_have(colour):
    """Of all named colours the true one is nearest to the middle of a plain sweater.

    Light and dye move a colour's lightness, so the mean over six pictures is compared.
    """
    sweater = product("sweater", colour=colour, details={"neck": "round"})
    pictures = [draw_product(seed, 64, product=sweater).pixels for seed in range(6)]
    seen = np.mean([middle_colour(pixels) for pixels in pictures], axis=0)
    nearest = min(COLOURS, key=lambda name: np.linalg.norm(seen - rgb_of(name)))
    assert nearest == colour


@pytest.mark.parametrize("pattern", [name for name in PATTERNS if name != "solid"])
def test_every_pattern_shows_on_the_cloth(pattern):
    """A white cloth with black in its pattern has both, and is lighter than half way between.

    Herringbone and camouflage shade the ground itself: there the darker part is grey.
    """
    cloth = weave_cloth("white", "black", pattern, "nylon", np.random.default_rng(2))
    place = np.linspace(-0.5, 0.5, 128, dtype=np.float32)
    v, u = np.meshgrid(place, place, indexing="ij")
    light = cloth.albedo(u, v, 2 / 192).mean(axis=2)
    assert light.max() > 0.85
    assert light.min() < 0.75
    assert light.mean() > 0.53


def test_every_fabric_shows_its_own_grain():
    """No two of these, in one dye and at one place, look alike; all keep the dye's lightness."""
    place = np.linspace(-0.5, 0.5, 64, dtype=np.float32)
    v, u = np.meshgrid(place, place, indexing="ij")
    seen = {
        name: weave_cloth("beige", "", "solid", name, np.random.default_rng(2)).albedo(u, v, 1 / 56)
        for name in ("linen", "denim", "knit", "corduroy", "suede", "canvas", "mesh", "straw")
    }
    for first, other in itertools.combinations(seen.values(), 2):
        assert np.abs(first - other).mean() > 0.02
    levels = [picture.mean() for picture in seen.values()]
    assert max(levels) - min(levels) < 0.05


def test_drawings_for_training_show_no_held_out_combination():
    """Left to chance about one product in seven does, by its first colour or its second."""
    chosen = [choose_product(np.random.default_rng(seed)) for seed in range(1000)]
    share = np.mean([shows_held_out(product) for product in chosen])
    assert 0.08 < share < 0.2
    seeds = [seed for seed, product in enumerate(chosen) if shows_held_out(product)][:5]
    for seed in seeds:
        spared = draw_product(seed, 32, without_held_out=True).attributes
        for colour in (spared["colour"], spared.get("second_colour", "")):
            assert not is_held_out(spared["kind"], colour, spared["pattern"])


def test_held_out_combinations_exist():
    for kind in (*HELD_OUT_COLOURS, *HELD_OUT_PATTERNS, *HELD_OUT_LOOKS):
        families = {pattern_family(pattern) for pattern in KINDS[kind].patterns}
        looks = HELD_OUT_LOOKS.get(kind, ())
        colours = {*HELD_OUT_COLOURS.get(kind, ()), *(colour for colour, _ in looks)}
        assert colours <= (KINDS[kind].colours or COLOURS).keys(), kind
        assert {*HELD_OUT_PATTERNS.get(kind, ()), *(look for _, look in looks)} <= families, kind


def test_attributes_leave_out_what_a_product_lacks():
    heel = product("heel", details={"heel": "block", "toe": "closed", "strap": ""})
    attributes = draw_product(1, 48, product=heel).attributes
    assert "strap" not in attributes
    assert "second_colour" not in attributes
    assert attributes["heel"] == "block"


@pytest.mark.parametrize(("seed", "size_px"), [(-1, 64), (1, 31)])
def test_a_seed_or_size_out_of_range_is_refused(seed, size_px):
    with pytest.raises(ValueError, match=r"at least|or more"):
        draw_product(seed, size_px)


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"t-shirt.*'spaceship'"):
        choose_product(np.random.default_rng(0), kind="spaceship")


# --- words -----------------------------------------------------------------------------------


def test_captions_name_the_true_kind_and_never_another_colour():
    """Over a thousand captions: the kind nearly always, a wrong colour word never."""
    for seed in range(500):
        rng = np.random.default_rng(seed)
        chosen = choose_product(rng)
        true = {chosen.colour, chosen.second_colour}
        allowed = {word.lower() for name in true - {""} for word in COLOUR_WORDS[name]}
        for caption in write_captions(chosen, rng):
            words = caption.lower().replace(",", " ").replace(".", " ").split()
            for name in ("teal", "purple", "yellow", "maroon", "pink", "orange"):
                assert name not in words or any(name in word for word in allowed), caption


def test_captions_vary_in_words_and_order():
    shirt = product("shirt", details={"sleeve": "long", "pockets": ""})
    titles = {write_captions(shirt, np.random.default_rng(seed))[0] for seed in range(100)}
    assert len(titles) > 80
    assert any("red" in title.lower() for title in titles)
    assert any("scarlet" in title.lower() for title in titles)


def test_captions_keep_both_words_of_a_colour_pair_that_share_one():
    """The pair "navy blue and blue" must not lose its second blue."""
    shirt = product("shirt", colour="navy blue", second_colour="blue", pattern="checked")
    texts = [
        text.lower()
        for seed in range(300)
        for text in write_captions(shirt, np.random.default_rng(seed))
    ]
    assert any("navy blue and blue" in text for text in texts)
    assert not any(text.endswith((" and", " &")) or " and checked" in text for text in texts)


# --- collections -----------------------------------------------------------------------------


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_collection_is_a_folder_of_photos_and_a_table_of_what_is_true(tmp_path):
    calls: list[tuple[int, int]] = []
    told = lambda done, total: calls.append((done, total))  # noqa: E731
    table = draw_collection(70, 9, tmp_path, size_px=48, n_workers=1, progress=told)
    rows = rows_of(table)
    assert len(rows) == 70
    assert calls == [(64, 70), (70, 70)]
    for number, row in enumerate(rows):
        with Image.open(tmp_path / row["image"]) as photo:
            assert (photo.format, photo.size) == ("JPEG", (48, 48))
        expected = draw_product(product_seed(9, number), 48)
        assert (row["title"], row["description"], row["alt"]) == expected.captions
        told_of = {name: value for name, value in row.items() if value}
        assert expected.attributes.items() <= told_of.items()
    assert not list(tmp_path.glob("*.part"))


def test_many_workers_draw_what_one_does(tmp_path):
    one = draw_collection(130, 4, tmp_path / "one", size_px=32, n_workers=1)
    two = draw_collection(130, 4, tmp_path / "two", size_px=32, n_workers=2)
    assert one.read_bytes() == two.read_bytes()
    last = "images/000129.jpg"
    assert (tmp_path / "one" / last).read_bytes() == (tmp_path / "two" / last).read_bytes()


def test_a_longer_collection_begins_with_the_shorter_and_seeds_share_nothing(tmp_path):
    short = rows_of(draw_collection(3, 4, tmp_path / "short", size_px=32, n_workers=1))
    long = rows_of(draw_collection(5, 4, tmp_path / "long", size_px=32, n_workers=1))
    assert long[:3] == short
    seeds = [product_seed(seed, number) for seed in (0, 1, 2) for number in range(300)]
    assert len(set(seeds)) == 900


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"n_photos": 0}, "n_photos"), ({"seed": -1}, "seed"), ({"size_px": 31}, "size_px"),
     ({"n_workers": 0}, "n_workers")],
)  # fmt: skip
def test_a_collection_out_of_range_is_refused_before_anything_is_written(tmp_path, changes, name):
    arguments = {"n_photos": 1, "seed": 0, "folder": tmp_path / "new", **changes}
    with pytest.raises(ValueError, match=name):
        draw_collection(**arguments)
    assert not (tmp_path / "new").exists()


# --- the ground floor: curves, fields, light ---------------------------------------------------


def test_a_curve_passes_through_its_knots_and_turns_only_at_sharp_ones():
    """Seven steps lie between knots, so knot i is point 7 i."""
    outline = spline((0, 0, SHARP), (1, 0, SHARP), (1, 1), (0, 1))
    assert np.allclose(outline[[0, 7, 14, 21]], [(0, 0), (1, 0), (1, 1), (0, 1)])
    assert np.allclose(outline[:8, 1], 0), "a straight edge between two corners"
    assert outline[7:15, 0].max() > 1.01, "a swelling edge beside a smooth knot"


def test_a_symmetric_curve_is_its_own_mirror_image():
    outline = symmetric((0.0, -1.0), (0.7, -0.2), (0.4, 0.8, SHARP), (0.0, 0.9))
    mirrored = {tuple(point) for point in np.round(outline * (-1, 1) + 0.0, 9)}
    assert mirrored == {tuple(point) for point in np.round(outline + 0.0, 9)}


def test_a_ribbon_is_as_wide_as_it_is_told():
    """Along a straight path down the y axis half the width lies on either side."""
    band = ribbon([(0, 0), (0, 1)], [0.2, 0.4])
    assert np.isclose(np.ptp(band[band[:, 1] == 0, 0]), 0.2)
    assert np.isclose(np.ptp(band[band[:, 1] == 1, 0]), 0.4)
    with pytest.raises(ValueError, match="one value per knot, 2, got 1"):
        ribbon([(0, 0), (0, 1)], [0.2])


def test_too_few_knots_are_refused():
    with pytest.raises(ValueError, match="at least 2, got 1"):
        curve((0, 0))


def test_a_stencil_covers_the_area_of_its_outline():
    """A square of side 20 px covers 400 pixels, a disc of radius 15 about 707."""
    square = fill(box(10, 10, 30, 30), 64, room_px=3)
    disc = fill(ellipse(32, 32, 15), 64, room_px=3)
    assert square.cover.sum() == pytest.approx(400, rel=0.04)
    assert disc.cover.sum() == pytest.approx(np.pi * 15**2, rel=0.04)
    assert square.window == (slice(7, 33), slice(7, 33))


def test_a_stroke_covers_its_length_times_its_width():
    """40 px long and 4 px wide: about 160 pixels."""
    line = stroke([np.array([(12.0, 32.0), (52.0, 32.0)])], 4.0, 64, room_px=3)
    assert line.cover.sum() == pytest.approx(160, rel=0.1)


def test_a_shape_outside_the_picture_is_empty_and_harmless():
    canvas = Canvas(48, np.random.default_rng(0), Pose())
    cloth = weave_cloth("red", "", "solid", "wool", np.random.default_rng(0))
    far = box(3, 3, 4, 4)
    assert canvas.lay(far, cloth).is_empty
    canvas.tint(far, (1, 1, 1))
    canvas.darken(far, 0.5)
    canvas.crease([far], width=0.1, depth=0.1)
    canvas.stitch(far, (1, 1, 1))
    assert canvas.finish().min() > 200


def test_what_lies_within_another_shape_is_cut_to_it():
    """Of a square of 20 x 20 only the left half lies within the other: 200 pixels."""
    left = fill(box(0, 0, 20, 64), 64, room_px=2)
    square = fill(box(10, 10, 30, 30), 64, room_px=2)
    assert square.within(left).cover.sum() == pytest.approx(200, rel=0.06)


@pytest.mark.parametrize("sigma", [1.5, 3.0, 8.0])
def test_a_blur_on_the_coarse_grid_is_the_gaussian_it_stands_for(sigma):
    """The response to one bright point is exp(-r²/2σ²) / 2πσ²."""
    field = np.zeros((81, 81), np.float32)
    field[40, 40] = 1.0
    away = np.arange(81) - 40
    profile = np.exp(-0.5 * (away / sigma) ** 2)
    expected = np.outer(profile, profile) / (2 * np.pi * sigma**2)
    assert np.abs(blur(field, sigma) - expected).max() < 0.04 * expected.max()


def test_slopes_and_moves_follow_the_picture_axes():
    height = np.fromfunction(lambda row, column: 2.0 * column - row, (5, 5)).astype(np.float32)
    right, down = slopes(height, 1.0)
    assert (right[2, 2], down[2, 2]) == (2.0, -1.0)
    assert moved(height, 1, 2)[4, 4] == height[2, 3]


def test_what_faces_the_lamp_is_lighter_than_what_turns_away():
    """The lamp hangs to the left (x = -1); a surface rising to the right faces it."""
    grey, flat = np.full((1, 1, 3), 0.5, np.float32), np.zeros((1, 1), np.float32)
    lamp = Lamp(-1.0, 0.0)
    level = lamp.lit(grey, flat, flat, flat).mean()
    facing = lamp.lit(grey, flat + 0.3, flat, flat).mean()
    turned = lamp.lit(grey, flat - 0.3, flat, flat).mean()
    assert level == pytest.approx(0.5)
    assert turned < level < facing


def test_noise_repeats_without_a_seam():
    """The step across the border of a tile is no larger than the steps inside it."""
    for tile in (smooth_tile(6.0, 6.0, 1), fold_tile("crumple", 0), fold_tile("drape", 1)):
        inside = np.abs(np.diff(tile, axis=1)).max()
        assert np.abs(tile[:, 0] - tile[:, -1]).max() <= inside * 1.2


def test_a_pose_finds_its_way_back():
    pose = Pose(turn=-0.4, scale=1.1, shift=(0.05, 0.1), facing=-1.0)
    points = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    x, y = pose.place(points).T
    assert np.allclose(np.stack(pose.sheet(x, y), 1), points)


def test_shades_go_the_right_way():
    assert lightness(shade(rgb_of("blue"), 0.3)) > lightness(rgb_of("blue"))
    assert lightness(against(rgb_of("black"), 0.3)) > lightness(rgb_of("black"))
    assert lightness(against(rgb_of("yellow"), 0.3)) < lightness(rgb_of("yellow"))
