"""Words: what shops call kinds, colours, patterns, materials and details.

The first of several is the usual one. They are the words of real listings, so that a model taught
on real titles understands them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KIND_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "t-shirt": ("Tshirt", "T-shirt", "Tee", "T Shirt", "Tee Shirt"),
        "shirt": (
            "Shirt",
            "Button-Down Shirt",
            "Casual Shirt",
            "Button Up Shirt",
            "Collared Shirt",
        ),
        "polo": ("Polo Tshirt", "Polo T-shirt", "Polo Shirt", "Polo", "Golf Shirt"),
        "hoodie": ("Hoodie", "Hooded Sweatshirt", "Sweatshirt with Hood", "Hoody", "Hooded Top"),
        "sweater": ("Sweater", "Pullover", "Jumper", "Knitted Sweater", "Knitwear"),
        "jacket": ("Jacket", "Coat", "Outerwear"),
        "dress": ("Dress", "Gown", "Frock"),
        "skirt": ("Skirt",),
        "trousers": ("Trousers", "Trouser", "Pants", "Chinos", "Slacks"),
        "jeans": ("Jeans", "Denim Jeans", "Denims", "Denim Pants", "Jean"),
        "shorts": ("Shorts", "Casual Shorts", "Bermudas", "Short Pants"),
        "sneaker": (
            "Sneakers",
            "Casual Shoes",
            "Sports Shoes",
            "Trainers",
            "Running Shoes",
            "Kicks",
        ),
        "boot": ("Boots", "Boot"),
        "sandal": ("Sandals", "Sandal", "Flat Sandals", "Summer Sandals"),
        "heel": ("Heels", "Pumps", "Court Shoes", "Heeled Shoes", "High Heels"),
        "handbag": ("Handbag", "Hand Bag", "Purse", "Ladies Bag", "Bag"),
        "backpack": ("Backpack", "Rucksack", "Back Pack", "Bookbag", "Knapsack"),
        "cap": ("Cap", "Baseball Cap", "Hat", "Ball Cap"),
        "sunglasses": ("Sunglasses", "Shades", "Sun Glasses", "Eyewear", "Sunnies"),
        "watch": ("Watch", "Wrist Watch", "Analogue Watch", "Wristwatch", "Timepiece"),
        "scarf": ("Scarf", "Muffler", "Stole", "Shawl"),
        "belt": ("Belt", "Waist Belt"),
        "tie": ("Tie", "Necktie", "Neck Tie"),
        "umbrella": ("Umbrella", "Parasol", "Rain Umbrella", "Brolly"),
    }
)
"""Kind → what shops call it; the first is the usual word."""

COLOUR_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "black": ("Black", "Jet Black", "Ebony", "Onyx"),
        "white": ("White", "Snow White", "Ivory", "Bright White", "Off White"),
        "grey": ("Grey", "Gray", "Ash Grey", "Charcoal", "Slate Grey"),
        "navy blue": ("Navy Blue", "Navy", "Dark Blue", "Midnight Blue"),
        "blue": ("Blue", "Royal Blue", "Cobalt Blue", "Azure", "Sapphire"),
        "teal": ("Teal", "Teal Green", "Petrol", "Turquoise"),
        "green": ("Green", "Emerald Green", "Grass Green", "Emerald", "Kelly Green"),
        "olive": ("Olive", "Olive Green", "Army Green", "Khaki Green", "Moss Green"),
        "yellow": ("Yellow", "Lemon Yellow", "Sunny Yellow", "Canary Yellow", "Mustard"),
        "orange": ("Orange", "Tangerine", "Bright Orange", "Pumpkin"),
        "red": ("Red", "Scarlet", "Crimson Red", "Crimson", "Cherry Red"),
        "maroon": ("Maroon", "Burgundy", "Wine", "Wine Red", "Oxblood"),
        "pink": ("Pink", "Rose Pink", "Rose", "Blush Pink", "Bubblegum Pink"),
        "purple": ("Purple", "Violet", "Plum", "Aubergine"),
        "brown": ("Brown", "Chocolate Brown", "Coffee Brown", "Chocolate", "Chestnut"),
        "beige": ("Beige", "Cream", "Sand", "Tan", "Ecru"),
    }
)
"""Colour → what shops call it; the first is the usual word."""

PATTERN_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "solid": ("Solid", "Plain", "Solid Colour"),
        "horizontal stripes": ("Striped", "Stripes", "Horizontal Striped", "Stripe", "Stripy"),
        "vertical stripes": ("Striped", "Vertical Striped", "Pinstripe", "Stripes", "Stripy"),
        "diagonal stripes": ("Striped", "Diagonal Striped", "Stripes", "Stripy"),
        "checked": ("Checked", "Check", "Plaid", "Checkered", "Checks", "Tartan", "Gingham"),
        "polka dot": ("Polka Dot", "Dotted", "Polka Dots", "Spotted", "Dots"),
        "floral": ("Floral", "Floral Print", "Flower Print", "Flowered", "Flowery"),
        "graphic print": ("Printed", "Graphic", "Graphic Print"),
        "camouflage": ("Camouflage", "Camo", "Military Print", "Army Print"),
        "animal print": ("Animal Print", "Leopard Print", "Leopard", "Cheetah Print"),
        "colour block": ("Colourblocked", "Colour Block", "Color Block", "Two-Tone"),
        "argyle": ("Argyle", "Diamond Pattern", "Argyle Knit", "Diamonds"),
        "herringbone": ("Herringbone", "Zigzag", "Herringbone Weave", "Chevron"),
    }
)
"""Pattern → what shops call it; the first is the usual word."""

MATERIAL_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cotton": ("Cotton", "100% Cotton", "Pure Cotton"),
        "linen": ("Linen", "Linen Blend", "Flax"),
        "denim": ("Denim", "Jean Fabric"),
        "wool": ("Wool", "Woollen", "Woolen", "Tweed"),
        "knit": ("Knitted", "Knit", "Chunky Knit", "Cable Knit"),
        "fleece": ("Fleece", "Sherpa", "Fleecy"),
        "silk": ("Silk", "Silky", "Pure Silk"),
        "satin": ("Satin", "Satiny", "Glossy Satin"),
        "chiffon": ("Chiffon", "Chiffon Georgette"),
        "polyester": ("Polyester", "Poly"),
        "nylon": ("Nylon", "Ripstop"),
        "corduroy": ("Corduroy", "Cord", "Needlecord"),
        "leather": ("Leather", "Genuine Leather", "Real Leather"),
        "suede": ("Suede", "Suede Leather", "Nubuck"),
        "canvas": ("Canvas", "Canvas Fabric"),
        "mesh": ("Mesh", "Breathable Mesh"),
        "rubber": ("Rubber", "Rubberised", "Silicone"),
        "metal": ("Metal", "Steel", "Stainless Steel"),
        "plastic": ("Acetate", "Plastic"),
        "straw": ("Straw", "Woven", "Raffia", "Wicker"),
    }
)
"""Material → what shops call it."""

JACKET_WORDS = {
    "wool": ("Blazer", "Wool Blazer"),
    "denim": ("Denim Jacket", "Jean Jacket"),
    "nylon": ("Puffer Jacket", "Quilted Jacket"),
    "leather": ("Leather Jacket", "Biker Jacket"),
    "polyester": ("Bomber Jacket", "Jacket"),
}
DETAIL_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sleeve": {
        "short": ("Short Sleeve", "Half Sleeve"),
        "long": ("Long Sleeve", "Full Sleeve", "Long Sleeved"),
        "sleeveless": ("Sleeveless",),
        "straps": ("Strappy", "Spaghetti Strap"),
    },
    "neck": {
        "round": ("Round Neck", "Crew Neck"),
        "v-neck": ("V-Neck", "V Neck"),
        "scoop": ("Scoop Neck",),
        "turtleneck": ("Turtleneck", "High Neck"),
    },
    "pockets": {"chest pocket": ("Chest Pocket",), "two pockets": ("Double Pocket",)},
    "closure": {
        "zip": ("Zip", "Zip-Up"),
        "pullover": ("Pullover",),
        "lace-up": ("Lace-Up", "Laced"),
        "pull-on": ("Slip-On", "Chelsea"),
        "strapback": (),
        "snapback": ("Snapback",),
    },
    "length": {
        "mini": ("Mini", "Short"),
        "knee-length": ("Knee-Length", "Knee Length"),
        "maxi": ("Maxi", "Long"),
        "short": ("Short",),
    },
    "cut": {
        "flared": ("Flared", "A-Line"),
        "fitted": ("Fitted", "Bodycon"),
        "a-line": ("A-Line",),
        "pencil": ("Pencil",),
        "pleated": ("Pleated",),
        "low-top": ("Low-Top",),
        "high-top": ("High-Top", "Hi-Top"),
    },
    "fit": {
        "slim": ("Slim Fit", "Skinny"),
        "straight": ("Regular Fit", "Straight"),
        "wide": ("Wide Leg",),
        "flared": ("Flared", "Bootcut"),
    },
    "wash": {
        "dark": ("Dark Wash",),
        "washed": ("Washed",),
        "light": ("Faded", "Light Wash"),
        "ripped": ("Ripped", "Distressed"),
    },
    "waist": {"drawstring": ("Drawstring",), "button": ()},
    "sole": {"chunky": ("Chunky",), "flat": ()},
    "shaft": {"ankle": ("Ankle",), "mid-calf": ("Mid-Calf",), "knee-high": ("Knee-High", "Tall")},
    "heel": {
        "flat": ("Flat",),
        "block": ("Block Heel",),
        "high": ("High Heel",),
        "stiletto": ("Stiletto",),
        "kitten": ("Kitten Heel",),
        "wedge": ("Wedge",),
    },
    "straps": {
        "two straps": ("Two-Strap", "Double Strap"),
        "crossed": ("Cross Strap",),
        "toe post": ("Thong", "T-Bar"),
        "slide": ("Slide",),
    },
    "toe": {"open": ("Open Toe", "Peep Toe"), "closed": ()},
    "strap": {"ankle strap": ("Ankle Strap",)},
    "style": {
        "tote": ("Tote",),
        "satchel": ("Satchel",),
        "hobo": ("Hobo",),
        "shoulder bag": ("Shoulder",),
        "school": ("School",),
        "laptop": ("Laptop",),
        "flap": ("Flap",),
    },
    "frame": {
        "aviator": ("Aviator",),
        "wayfarer": ("Wayfarer",),
        "round": ("Round",),
        "cat-eye": ("Cat-Eye", "Cat Eye"),
        "rectangular": ("Rectangular",),
    },
    "case": {
        "silver": ("Silver Case",),
        "gold": ("Gold Case", "Gold-Tone"),
        "gunmetal": ("Gunmetal Case",),
    },
    "shape": {"round": ("Round Dial",), "square": ("Square Dial", "Rectangular Dial")},
    "edge": {"fringed": ("Fringed",), "hemmed": ()},
    "width": {"slim": ("Slim", "Skinny"), "wide": ("Wide",), "regular": ()},
    "buckle": {"silver": ("Silver Buckle",), "gold": ("Gold Buckle",), "gunmetal": ()},
    "handle": {"curved": ("Curved Handle",), "straight": ("Straight Handle",)},
}

BRANDS = (
    "Alder & Finch",
    "Brightwell",
    "Calloway",
    "Dunmore",
    "Ellis Grove",
    "Fernhurst",
    "Galloway Co",
    "Harlan",
    "Inkwell",
    "Juniper Lane",
    "Kestrel",
    "Lowen",
    "Marrow & Pine",
    "Northbeck",
    "Ottoline",
    "Pellham",
    "Quillon",
    "Rowanmoor",
    "Saltmarsh",
    "Tilde",
    "Umberly",
    "Vanterra",
    "Westerley",
    "Yarrow",
    "Zephyrine",
    "Oakhaven",
    "Lumen Row",
    "Bramble",
)
_MEN, _WOMEN = ("Men", "Men's", "Mens"), ("Women", "Women's", "Ladies", "Womens")
GENDER_WORDS = {"Men": _MEN, "Women": _WOMEN, "Unisex": ("Unisex",)}
LETTER_SIZES = ("XS", "S", "M", "L", "XL", "XXL", "Size M", "Size L", "Size S", "X-Large")
SHOE_SIZES = ("UK 6", "UK 8", "Size 39", "Size 42", "EU 40", "9 M US")
PRAISE = (
    "New Season",
    "Classic",
    "Essential",
    "Premium",
    "Everyday",
    "Modern",
    "Signature",
    "Casual",
    "Stylish",
    "Timeless",
)
OPENINGS = (
    "{a praise} {phrase}",
    "{a phrase}",
    "{phrase}",
    "Meet our {praise} {phrase}",
    "{brand} presents {a phrase}",
    "From {brand}: {a praise} {phrase}",
)
NOUNS = (
    "neck",
    "sleeve",
    "pocket",
    "case",
    "buckle",
    "handle",
    "strap",
    "dial",
    "heel",
    "toe",
    "zip",
)
CLOSINGS = (
    "",
    "",
    "Easy to wear and easy to care for",
    "Made to last",
    "Machine washable",
    "Perfect for every day",
    "A gift anyone will like",
    "Ships in a gift box",
    "True to size",
    "Part of the autumn collection",
)
