"""Captions: the title, description and alternative text that a shop would write for a product.

Shops vary: they leave things out, swap the order, use synonyms, and add brands, sizes and praise
that no picture can show. The words are those of real listings, so that a model taught on real
titles understands them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo.drawing.product import Product
from demo.drawing.words import (
    BRANDS,
    CLOSINGS,
    COLOUR_WORDS,
    DETAIL_WORDS,
    GENDER_WORDS,
    JACKET_WORDS,
    KIND_WORDS,
    LETTER_SIZES,
    MATERIAL_WORDS,
    NOUNS,
    OPENINGS,
    PATTERN_WORDS,
    PRAISE,
    SHOE_SIZES,
)

_PAIRS = frozenset({"sneaker", "boot", "sandal", "heel"})
_PLURALS = _PAIRS | {"trousers", "jeans", "shorts", "sunglasses"}
_ONE_SIZE = frozenset(
    {"handbag", "backpack", "cap", "sunglasses", "watch", "scarf", "belt", "tie", "umbrella"}
)


def write_captions(product: Product, rng: np.random.Generator) -> tuple[str, ...]:
    """Return a title, a description and a few words for a search field, worded by chance.

    Nothing in them is untrue; much may be left out.

    Examples
    --------
    >>> tie = Product("tie", "red", "", "solid", "silk", "Men", {"width": "slim"})
    >>> title, description, alt = write_captions(tie, np.random.default_rng(0))
    >>> "tie" in title.lower(), alt == alt.lower()
    (True, True)
    """
    brand = str(rng.choice(BRANDS))
    return _title(product, brand, rng), _description(product, brand, rng), _alt(product, rng)


def _pick(words: Sequence[str], rng: np.random.Generator, *, usual: float = 0.5) -> str:
    """Return the first word with that likelihood, else any; nothing of nothing."""
    if not words:
        return ""
    return words[0] if rng.random() < usual else str(words[int(rng.integers(len(words)))])


def _kind_word(product: Product, rng: np.random.Generator, *, usual: float = 0.5) -> str:
    if product.kind == "jacket" and rng.random() < 0.4:
        return _pick(JACKET_WORDS[product.material], rng)
    return _pick(KIND_WORDS[product.kind], rng, usual=usual)


def _colour_phrase(product: Product, rng: np.random.Generator) -> str:
    first = _pick(COLOUR_WORDS[product.colour], rng, usual=0.55)
    if not product.second_colour or rng.random() < 0.6:
        return first
    second = _pick(COLOUR_WORDS[product.second_colour], rng, usual=0.8)
    return f"{first} {rng.choice(['&', 'and', '/'])} {second}"


def _details(product: Product, rng: np.random.Generator, likelihood: float) -> list[str]:
    """Return words for some of the details the picture shows."""
    chosen = []
    for name, value in product.details.items():
        word = _pick(DETAIL_WORDS.get(name, {}).get(value, ()), rng)
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
    gender = _maybe(_pick(GENDER_WORDS[product.gender], rng), 0.7, rng)
    kind = _kind_word(product, rng)
    head = [*_maybe(brand, 0.7, rng), *gender, *_maybe(str(rng.choice(PRAISE)), 0.12, rng)]
    if rng.random() < 0.16 and words:
        parts = [*head, kind, "-", *words]
    elif rng.random() < 0.1 and gender:
        parts = [
            *words,
            kind,
            "for",
            product.gender if product.gender != "Unisex" else "Men and Women",
        ]
    else:
        parts = [*head, *words, kind]
    title = _once(parts)
    if rng.random() < 0.15:
        title += f", {_size(product, rng)}"
    return title.lower() if rng.random() < 0.08 else title


def _alt(product: Product, rng: np.random.Generator) -> str:
    """Return what one would type to find it: "stripy crimson tee", "tee crimson", "tee in crimson".

    One to three of its looks, in any order and any of their words.
    """
    colour = _pick(COLOUR_WORDS[product.colour], rng, usual=0.45)
    looks = [
        colour,
        _pick(PATTERN_WORDS[product.pattern], rng, usual=0.45),
        _pick(MATERIAL_WORDS[product.material], rng, usual=0.6),
        *_details(product, rng, 1.0)[:1],
    ]
    kind = _kind_word(product, rng, usual=0.4)
    n_looks = int(rng.integers(1, 4))
    # A colour is what people name first and most.
    weight = np.array([4.0, 1.0 if product.pattern == "solid" else 3.0, 1.5, 1.0][: len(looks)])
    order = rng.choice(len(looks), min(n_looks, len(looks)), False, weight / weight.sum())
    said = [looks[step] for step in order]
    if rng.random() < 0.75:
        words = [*said, kind]
    elif colour in said:
        words = [*(word for word in said if word != colour), kind, "in", colour]
    else:
        words = [kind, *said]
    return _once(words).lower()


def _size(product: Product, rng: np.random.Generator) -> str:
    if product.kind in _ONE_SIZE:
        return "One Size"
    return str(rng.choice(SHOE_SIZES if product.kind in _PAIRS else LETTER_SIZES))


def _description(product: Product, brand: str, rng: np.random.Generator) -> str:
    """Return one or two sentences in running words."""
    details = [word.lower() for word in _details(product, rng, 0.6)]
    looks = [word for word in details if not word.endswith(NOUNS)]
    pattern = (
        "" if product.pattern == "solid" else _pick(PATTERN_WORDS[product.pattern], rng).lower()
    )
    colour = _colour_phrase(product, rng).lower().replace("&", "and").replace("/", "and")
    material = _pick(MATERIAL_WORDS[product.material], rng).lower() if rng.random() < 0.6 else ""
    kind = _kind_word(product, rng).lower()
    phrase = _once([*_maybe(colour, 0.95, rng), *looks, *_maybe(pattern, 0.9, rng), material, kind])
    parts = [_part(word) for word in details if word.endswith(NOUNS)]
    if parts:
        phrase += " with " + " and ".join(
            [", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts
        )
    if product.gender != "Unisex" and rng.random() < 0.6:
        phrase += f" for {product.gender.lower()}"
    praise = str(rng.choice(PRAISE)).lower()
    words = {"phrase": phrase, "praise": praise, "brand": brand, "a praise": _with_article(praise)}
    words["a phrase"] = phrase if product.kind in _PLURALS else _with_article(phrase)
    if product.kind in _PLURALS:
        words["a praise"] = praise
    text = str(rng.choice(OPENINGS)).format(**words)
    closing = str(rng.choice(CLOSINGS))
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
