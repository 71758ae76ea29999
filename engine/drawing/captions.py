"""Captions: the title and description that a shop would write for a product.

Shops vary: they leave things out, swap the order, use synonyms, and add brands, sizes and praise
that no picture can show. The words are those of real listings, so that a model taught on real
titles understands them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from engine.drawing.product import Product

KIND_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "t-shirt": ("Tshirt", "T-shirt", "Tee", "T Shirt"),
        "shirt": ("Shirt", "Button-Down Shirt", "Casual Shirt"),
        "polo": ("Polo Tshirt", "Polo T-shirt", "Polo Shirt", "Polo"),
        "hoodie": ("Hoodie", "Hooded Sweatshirt", "Sweatshirt with Hood"),
        "sweater": ("Sweater", "Pullover", "Jumper", "Knitted Sweater"),
        "jacket": ("Jacket",),
        "dress": ("Dress", "Gown"),
        "skirt": ("Skirt",),
        "trousers": ("Trousers", "Trouser", "Pants", "Chinos"),
        "jeans": ("Jeans", "Denim Jeans", "Denims"),
        "shorts": ("Shorts", "Casual Shorts"),
        "sneaker": ("Sneakers", "Casual Shoes", "Sports Shoes", "Trainers"),
        "boot": ("Boots", "Boot"),
        "sandal": ("Sandals", "Sandal", "Flat Sandals"),
        "heel": ("Heels", "Pumps", "Court Shoes", "Heeled Shoes"),
        "handbag": ("Handbag", "Hand Bag", "Purse", "Ladies Bag"),
        "backpack": ("Backpack", "Rucksack", "Back Pack"),
        "cap": ("Cap", "Baseball Cap", "Hat"),
        "sunglasses": ("Sunglasses", "Shades", "Sun Glasses"),
        "watch": ("Watch", "Wrist Watch", "Analogue Watch"),
        "scarf": ("Scarf", "Muffler", "Stole"),
        "belt": ("Belt", "Waist Belt"),
        "tie": ("Tie", "Necktie", "Neck Tie"),
        "umbrella": ("Umbrella", "Parasol", "Rain Umbrella"),
    }
)
"""Kind → what shops call it; the first is the usual word."""

COLOUR_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "black": ("Black", "Jet Black", "Ebony"),
        "white": ("White", "Snow White", "Ivory"),
        "grey": ("Grey", "Gray", "Ash Grey"),
        "navy blue": ("Navy Blue", "Navy", "Dark Blue"),
        "blue": ("Blue", "Royal Blue", "Cobalt Blue"),
        "teal": ("Teal", "Teal Green", "Petrol"),
        "green": ("Green", "Emerald Green", "Grass Green"),
        "olive": ("Olive", "Olive Green", "Army Green"),
        "yellow": ("Yellow", "Lemon Yellow", "Sunny Yellow"),
        "orange": ("Orange", "Tangerine", "Bright Orange"),
        "red": ("Red", "Scarlet", "Crimson Red"),
        "maroon": ("Maroon", "Burgundy", "Wine"),
        "pink": ("Pink", "Rose Pink", "Rose"),
        "purple": ("Purple", "Violet", "Plum"),
        "brown": ("Brown", "Chocolate Brown", "Coffee Brown"),
        "beige": ("Beige", "Cream", "Sand"),
    }
)
"""Colour → what shops call it; the first is the usual word."""

PATTERN_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "solid": ("Solid", "Plain"),
        "horizontal stripes": ("Striped", "Stripes", "Horizontal Striped", "Stripe"),
        "vertical stripes": ("Striped", "Vertical Striped", "Pinstripe"),
        "diagonal stripes": ("Striped", "Diagonal Striped", "Stripes"),
        "checked": ("Checked", "Check", "Plaid", "Checkered", "Checks"),
        "polka dot": ("Polka Dot", "Dotted", "Polka Dots", "Spotted"),
        "floral": ("Floral", "Floral Print", "Flower Print", "Flowered"),
        "graphic print": ("Printed", "Graphic", "Graphic Print"),
        "camouflage": ("Camouflage", "Camo", "Military Print"),
        "animal print": ("Animal Print", "Leopard Print", "Leopard"),
        "colour block": ("Colourblocked", "Colour Block", "Color Block"),
        "argyle": ("Argyle", "Diamond Pattern", "Argyle Knit"),
        "herringbone": ("Herringbone", "Zigzag", "Herringbone Weave"),
    }
)
"""Pattern → what shops call it; the first is the usual word."""

MATERIAL_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cotton": ("Cotton", "100% Cotton"), "linen": ("Linen",), "denim": ("Denim",), "wool": ("Wool", "Woollen"),
        "knit": ("Knitted", "Knit"), "fleece": ("Fleece",), "silk": ("Silk",), "satin": ("Satin",), "chiffon": ("Chiffon",),
        "polyester": ("Polyester",), "nylon": ("Nylon",), "corduroy": ("Corduroy",), "leather": ("Leather", "Genuine Leather"),
        "suede": ("Suede",), "canvas": ("Canvas",), "mesh": ("Mesh",), "rubber": ("Rubber",), "metal": ("Metal", "Steel"),
        "plastic": ("Acetate",), "straw": ("Straw", "Woven"),
    }
)  # fmt: skip
"""Material → what shops call it."""

_JACKETS = {
    "wool": ("Blazer", "Wool Blazer"), "denim": ("Denim Jacket", "Jean Jacket"), "nylon": ("Puffer Jacket", "Quilted Jacket"),
    "leather": ("Leather Jacket", "Biker Jacket"), "polyester": ("Bomber Jacket", "Jacket"),
}  # fmt: skip
_DETAIL_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sleeve": {
        "short": ("Short Sleeve", "Half Sleeve"), "long": ("Long Sleeve", "Full Sleeve", "Long Sleeved"),
        "sleeveless": ("Sleeveless",), "straps": ("Strappy", "Spaghetti Strap"),
    },
    "neck": {
        "round": ("Round Neck", "Crew Neck"), "v-neck": ("V-Neck", "V Neck"), "scoop": ("Scoop Neck",),
        "turtleneck": ("Turtleneck", "High Neck"),
    },
    "pockets": {"chest pocket": ("Chest Pocket",), "two pockets": ("Double Pocket",)},
    "closure": {
        "zip": ("Zip", "Zip-Up"), "pullover": ("Pullover",), "lace-up": ("Lace-Up", "Laced"), "pull-on": ("Slip-On", "Chelsea"),
        "strapback": (), "snapback": ("Snapback",),
    },
    "length": {
        "mini": ("Mini", "Short"), "knee-length": ("Knee-Length", "Knee Length"), "maxi": ("Maxi", "Long"), "short": ("Short",),
    },
    "cut": {
        "flared": ("Flared", "A-Line"), "fitted": ("Fitted", "Bodycon"), "a-line": ("A-Line",), "pencil": ("Pencil",),
        "pleated": ("Pleated",), "low-top": ("Low-Top",), "high-top": ("High-Top", "Hi-Top"),
    },
    "fit": {"slim": ("Slim Fit", "Skinny"), "straight": ("Regular Fit", "Straight"), "wide": ("Wide Leg",), "flared": ("Flared", "Bootcut")},
    "wash": {"dark": ("Dark Wash",), "washed": ("Washed",), "light": ("Faded", "Light Wash"), "ripped": ("Ripped", "Distressed")},
    "waist": {"drawstring": ("Drawstring",), "button": ()},
    "sole": {"chunky": ("Chunky",), "flat": ()},
    "shaft": {"ankle": ("Ankle",), "mid-calf": ("Mid-Calf",), "knee-high": ("Knee-High", "Tall")},
    "heel": {
        "flat": ("Flat",), "block": ("Block Heel",), "high": ("High Heel",), "stiletto": ("Stiletto",), "kitten": ("Kitten Heel",),
        "wedge": ("Wedge",),
    },
    "straps": {"two straps": ("Two-Strap", "Double Strap"), "crossed": ("Cross Strap",), "toe post": ("Thong", "T-Bar"), "slide": ("Slide",)},
    "toe": {"open": ("Open Toe", "Peep Toe"), "closed": ()},
    "strap": {"ankle strap": ("Ankle Strap",)},
    "style": {
        "tote": ("Tote",), "satchel": ("Satchel",), "hobo": ("Hobo",), "shoulder bag": ("Shoulder",), "school": ("School",),
        "laptop": ("Laptop",), "flap": ("Flap",),
    },
    "frame": {
        "aviator": ("Aviator",), "wayfarer": ("Wayfarer",), "round": ("Round",), "cat-eye": ("Cat-Eye", "Cat Eye"),
        "rectangular": ("Rectangular",),
    },
    "case": {"silver": ("Silver Case",), "gold": ("Gold Case", "Gold-Tone"), "gunmetal": ("Gunmetal Case",)},
    "shape": {"round": ("Round Dial",), "square": ("Square Dial", "Rectangular Dial")},
    "edge": {"fringed": ("Fringed",), "hemmed": ()},
    "width": {"slim": ("Slim", "Skinny"), "wide": ("Wide",), "regular": ()},
    "buckle": {"silver": ("Silver Buckle",), "gold": ("Gold Buckle",), "gunmetal": ()},
    "handle": {"curved": ("Curved Handle",), "straight": ("Straight Handle",)},
}  # fmt: skip

_BRANDS = (
    "Alder & Finch", "Brightwell", "Calloway", "Dunmore", "Ellis Grove", "Fernhurst", "Galloway Co", "Harlan", "Inkwell",
    "Juniper Lane", "Kestrel", "Lowen", "Marrow & Pine", "Northbeck", "Ottoline", "Pellham", "Quillon", "Rowanmoor",
    "Saltmarsh", "Tilde", "Umberly", "Vanterra", "Westerley", "Yarrow", "Zephyrine", "Oakhaven", "Lumen Row", "Bramble",
)  # fmt: skip
_MEN, _WOMEN = ("Men", "Men's", "Mens"), ("Women", "Women's", "Ladies", "Womens")
_GENDERS = {"Men": _MEN, "Women": _WOMEN, "Unisex": ("Unisex",)}
_LETTER_SIZES = ("XS", "S", "M", "L", "XL", "XXL", "Size M", "Size L", "Size S", "X-Large")
_SHOE_SIZES = ("UK 6", "UK 8", "Size 39", "Size 42", "EU 40", "9 M US")
_PRAISE = (
    "New Season", "Classic", "Essential", "Premium", "Everyday", "Modern", "Signature", "Casual", "Stylish", "Timeless",
)  # fmt: skip
_OPENINGS = (
    "{a praise} {phrase}", "{a phrase}", "{phrase}", "Meet our {praise} {phrase}", "{brand} presents {a phrase}", "From {brand}: {a praise} {phrase}",
)  # fmt: skip
_NOUNS = ("neck", "sleeve", "pocket", "case", "buckle", "handle", "strap", "dial", "heel", "toe", "zip")
_CLOSINGS = (
    "", "", "Easy to wear and easy to care for", "Made to last", "Machine washable", "Perfect for every day", "A gift anyone will like",
    "Ships in a gift box", "True to size", "Part of the autumn collection",
)  # fmt: skip
_PAIRS = frozenset({"sneaker", "boot", "sandal", "heel"})
_PLURALS = _PAIRS | {"trousers", "jeans", "shorts", "sunglasses"}
_ONE_SIZE = frozenset({"handbag", "backpack", "cap", "sunglasses", "watch", "scarf", "belt", "tie", "umbrella"})


def write_captions(product: Product, rng: np.random.Generator) -> tuple[str, ...]:
    """Return a title and a description of the product, worded by chance.

    Nothing in them is untrue; much may be left out.

    Examples
    --------
    >>> tie = Product("tie", "red", "", "solid", "silk", "Men", {"width": "slim"})
    >>> title, description = write_captions(tie, np.random.default_rng(0))
    >>> "tie" in title.lower()
    True
    """
    brand = str(rng.choice(_BRANDS))
    return _title(product, brand, rng), _description(product, brand, rng)


def _pick(words: Sequence[str], rng: np.random.Generator, *, usual: float = 0.55) -> str:
    """Return the first word with that likelihood, else any; nothing of nothing."""
    if not words:
        return ""
    return words[0] if rng.random() < usual else str(words[int(rng.integers(len(words)))])


def _kind_word(product: Product, rng: np.random.Generator) -> str:
    if product.kind == "jacket" and rng.random() < 0.75:
        return _pick(_JACKETS[product.material], rng)
    return _pick(KIND_WORDS[product.kind], rng)


def _colour_phrase(product: Product, rng: np.random.Generator) -> str:
    first = _pick(COLOUR_WORDS[product.colour], rng, usual=0.65)
    if not product.second_colour or rng.random() < 0.6:
        return first
    second = _pick(COLOUR_WORDS[product.second_colour], rng, usual=0.8)
    return f"{first} {rng.choice(['&', 'and', '/'])} {second}"


def _details(product: Product, rng: np.random.Generator, likelihood: float) -> list[str]:
    """Return words for some of the details the picture shows."""
    chosen = []
    for name, value in product.details.items():
        word = _pick(_DETAIL_WORDS.get(name, {}).get(value, ()), rng)
        if word and rng.random() < likelihood:
            chosen.append(word)
    return chosen


def _maybe(word: str, likelihood: float, rng: np.random.Generator) -> list[str]:
    return [word] if word and rng.random() < likelihood else []


def _title(product: Product, brand: str, rng: np.random.Generator) -> str:
    """Return something like "Brand Men Striped Navy Blue Tshirt"."""
    plain = product.pattern == "solid"
    pattern = _maybe(_pick(PATTERN_WORDS[product.pattern], rng), 0.2 if plain else 0.88, rng)
    colour = _maybe(_colour_phrase(product, rng), 0.92, rng)
    material = _maybe(_pick(MATERIAL_WORDS[product.material], rng), 0.3, rng)
    looks = [pattern, colour, material, _details(product, rng, 0.3)]
    order = rng.permutation(4) if rng.random() < 0.6 else (0, 1, 3, 2)
    words = [word for step in order for word in looks[int(step)]]
    gender = _maybe(_pick(_GENDERS[product.gender], rng), 0.7, rng)
    kind = _kind_word(product, rng)
    head = [*_maybe(brand, 0.7, rng), *gender, *_maybe(str(rng.choice(_PRAISE)), 0.12, rng)]
    if rng.random() < 0.16 and words:
        parts = [*head, kind, "-", *words]
    elif rng.random() < 0.1 and gender:
        parts = [*words, kind, "for", product.gender if product.gender != "Unisex" else "Men and Women"]
    else:
        parts = [*head, *words, kind]
    title = _once(parts)
    if rng.random() < 0.15:
        title += f", {_size(product, rng)}"
    return title.lower() if rng.random() < 0.08 else title


def _size(product: Product, rng: np.random.Generator) -> str:
    if product.kind in _ONE_SIZE:
        return "One Size"
    return str(rng.choice(_SHOE_SIZES if product.kind in _PAIRS else _LETTER_SIZES))


def _description(product: Product, brand: str, rng: np.random.Generator) -> str:
    """Return one or two sentences in running words."""
    details = [word.lower() for word in _details(product, rng, 0.6)]
    looks = [word for word in details if not word.endswith(_NOUNS)]
    pattern = "" if product.pattern == "solid" else _pick(PATTERN_WORDS[product.pattern], rng).lower()
    colour = _colour_phrase(product, rng).lower().replace("&", "and").replace("/", "and")
    material = _pick(MATERIAL_WORDS[product.material], rng).lower() if rng.random() < 0.6 else ""
    kind = _kind_word(product, rng).lower()
    phrase = _once([*_maybe(colour, 0.95, rng), *looks, *_maybe(pattern, 0.9, rng), material, kind])
    parts = [_part(word) for word in details if word.endswith(_NOUNS)]
    if parts:
        phrase += " with " + " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    if product.gender != "Unisex" and rng.random() < 0.6:
        phrase += f" for {product.gender.lower()}"
    praise = str(rng.choice(_PRAISE)).lower()
    words = {"phrase": phrase, "praise": praise, "brand": brand, "a praise": _with_article(praise)}
    words["a phrase"] = phrase if product.kind in _PLURALS else _with_article(phrase)
    if product.kind in _PLURALS:
        words["a praise"] = praise
    text = str(rng.choice(_OPENINGS)).format(**words)
    closing = str(rng.choice(_CLOSINGS))
    sentences = [text[0].upper() + text[1:], closing]
    return ". ".join(sentence for sentence in sentences if sentence) + "."


def _part(word: str) -> str:
    """Return a detail as something a product has: "a round neck", "short sleeves"."""
    return f"{word}s" if word.endswith("sleeve") else _with_article(word)


def _with_article(words: str) -> str:
    """Return the words after "a" or "an".

    >>> _with_article("olive scarf"), _with_article("red tie")
    ('an olive scarf', 'a red tie')
    """
    return f"{'an' if words[0].lower() in 'aeio' else 'a'} {words}"


def _once(phrases: Sequence[str]) -> str:
    """Return the phrases in a row, without the words that an earlier one already said.

    >>> _once(["Denim", "Navy Blue and Blue", "Denim Jacket"])
    'Denim Navy Blue and Blue Jacket'
    """
    said: list[str] = []
    for phrase in phrases:
        earlier = {word.lower() for word in said}
        said.extend(word for word in phrase.split() if word.lower() not in earlier)
    return " ".join(said)
