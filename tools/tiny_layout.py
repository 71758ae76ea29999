"""The layout that published models have, written; and photos and texts to try them on.

Only `tools/tiny_models.py` needs it, and what that needs: torch, onnx and pillow.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps

SIZE_PX = 32
TEXTS = (
    "A dog, running on the beach!",
    "красная машина без людей",
    "犬と女の子が海辺で遊ぶ",
    "رجل يرتدي قميصا أزرق",
    "पेड़ के नीचे एक बिल्ली",
    "Ένα σκυλί τρέχει, στην παραλία.",
    "snow_boarder  in   MID-AIR " * 12,
    "",
)
SIGNS = re.compile(r"[!-/:-@\[-`{-~]")  # ASCII's, as SigLIP 2 was trained without


def write_photos(folder: Path) -> list[Image.Image]:
    """Write one photo of each kind, and return them upright, in RGB, on white paper."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(4)

    def picture(width: int, height: int, channels: int = 3) -> np.ndarray:
        small = draw.integers(0, 256, (height // 8 + 1, width // 8 + 1, channels), dtype=np.uint8)
        return np.asarray(Image.fromarray(small.squeeze()).resize((width, height), 3))

    turned = Image.Exif()
    turned[0x0112] = 6
    kinds: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "portrait.jpg": (Image.fromarray(picture(40, 60)), {"quality": 92}),
        "panorama.png": (Image.fromarray(picture(300, 40)), {}),
        "turned.jpg": (Image.fromarray(picture(58, 44)), {"quality": 92, "exif": turned}),
        "grey.png": (Image.fromarray(picture(50, 50, 1), "L"), {}),
        "cmyk.jpg": (Image.fromarray(picture(48, 40, 4), "CMYK"), {"quality": 92}),
        "alpha.png": (Image.fromarray(picture(45, 61, 4), "RGBA"), {}),
    }
    upright = []
    for name, (image, settings) in kinds.items():
        image.save(folder / name, **settings)
        seen = ImageOps.exif_transpose(Image.open(folder / name))
        if seen.mode == "RGBA":
            paper = Image.new("RGB", seen.size, (255, 255, 255))
            paper.paste(seen, mask=seen.getchannel("A"))
            seen = paper
        upright.append(seen.convert("RGB"))
    return upright


def write(
    folder: Path,
    model: Any,
    tokens: Any,
    square: Any,
    photos: list[Image.Image],
    config: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Write graphs, settings and the rows that `transformers` gives."""
    for side in ("visual", "textual"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    tokens.save_pretrained(folder / "textual")
    whole = {"size": [SIZE_PX] * 2, "mode": "RGB", "mean": square.image_mean}
    whole |= {"std": square.image_std, **settings}
    (folder / "visual" / "preprocess_cfg.json").write_text(json.dumps(whole))
    (folder / "config.json").write_text(json.dumps(config))
    n_tokens = config["text_cfg"]["context_length"]
    clean = [" ".join(text.split()) for text in TEXTS]
    if "tokenizer_kwargs" in config["text_cfg"]:
        clean = [" ".join(SIGNS.sub("", each.replace("_", " ")).lower().split()) for each in TEXTS]
    ready = tokens(
        clean, padding="max_length", max_length=n_tokens, truncation=True, return_tensors="pt"
    )
    pixels = square(photos, return_tensors="pt")["pixel_values"]
    mask = ready.get("attention_mask")
    with torch.no_grad():
        rows = unit(model.get_image_features(pixel_values=pixels))
        multilingual = getattr(model, "multilingual", None)
        if multilingual:
            said = multilingual(ready["input_ids"], mask)
        else:
            said = unit(model.get_text_features(input_ids=ready["input_ids"]))
    np.savez(folder / "reference.npz", photos=rows, texts=said, ids=ready["input_ids"])
    export(Photos(model), (pixels[:1],), ["image"], folder / "visual" / "model.onnx")
    ids = ready["input_ids"][:1].int()
    if multilingual:
        names = ["input_ids", "attention_mask"]
        export(multilingual, (ids, mask[:1].int()), names, folder / "textual" / "model.onnx")
    else:
        export(Texts(model), (ids,), ["text"], folder / "textual" / "model.onnx")


def unit(found: Any) -> torch.Tensor:
    """Return unit rows of what a model gives."""
    rows = found if isinstance(found, torch.Tensor) else found.pooler_output
    return torch.nn.functional.normalize(rows, dim=-1)


class Photos(torch.nn.Module):
    """The photo side alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return unit rows."""
        return unit(self.model.get_image_features(pixel_values=image))


class Texts(Photos):
    """The text side alone."""

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        """Return unit rows."""
        return unit(self.model.get_text_features(input_ids=text))


def export(module: torch.nn.Module, given: tuple[Any, ...], names: list[str], file: Path) -> None:
    """Write a graph that takes one photo or text at a time, as the published ones do."""
    content = io.BytesIO()
    torch.onnx.export(
        module, given, content, input_names=names, output_names=["embedding"], dynamo=False
    )
    file.write_bytes(content.getvalue())
