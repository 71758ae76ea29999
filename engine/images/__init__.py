"""Photos: from a file's bytes to upright RGB pixels, or to one clear sentence why not.

Every picture that enters Kindred comes through here, and nothing else imports Pillow
or pillow-heif.

    source.py     bytes from a path or an upload: limits, hash, what a file is that is no photo
    decoder.py    bytes to an upright RGB image, no larger than asked for; every refusal
    colour.py     any colour mode to sRGB: palettes, 16 bits, CMYK, profiles, white behind
    profile.py    which colours a file's values mean, by a profile it holds or only names
    metadata.py   what the file says of the photo: captions, keywords, date and place
    transform.py      the square a model wants: with margins, squashed, or its middle
    decoded_photo.py a photo read once: the square, the thumbnail a person sees; JPEG and PNG bytes
    sheet.py      small pictures in rows with lines under them
    stream.py     many photos at once, in order, in threads

Not inside: which files to read (`engine.catalogue`), what a model makes of the pixels
(`engine.encoders`).
"""

from engine.images.decoded_photo import (
    DecodedPhoto,
    encode_jpeg,
    encode_png,
    read_photo,
    read_region,
)
from engine.images.decoder import open_upright
from engine.images.metadata import Metadata, as_date, as_location, gathered, read_xmp
from engine.images.sheet import draw_sheet
from engine.images.source import (
    DEFAULT_LIMITS,
    NOT_OPENED,
    Limits,
    PhotoFile,
    content_hash,
    looks_like_photo,
)
from engine.images.stream import hash_photos, read_photos
from engine.images.transform import Preprocessing

__all__ = [
    "DEFAULT_LIMITS",
    "NOT_OPENED",
    "DecodedPhoto",
    "Limits",
    "Metadata",
    "PhotoFile",
    "Preprocessing",
    "as_date",
    "as_location",
    "content_hash",
    "draw_sheet",
    "encode_jpeg",
    "encode_png",
    "gathered",
    "hash_photos",
    "looks_like_photo",
    "open_upright",
    "read_photo",
    "read_photos",
    "read_region",
    "read_xmp",
]
