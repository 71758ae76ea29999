"""Tiny random models in the layout of published ones, and what `transformers` makes of them.

    python -m tools.tiny_models tests/engine/published

They prove that photos are prepared, texts cut into pieces and graphs run as `transformers` does it,
without a download. It needs torch, transformers, onnx and pillow, which Kindred itself does not; so
its results are committed. Weights are random, but larger than training begins with: rows of
different photos and texts must differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from tokenizers import SentencePieceBPETokenizer, SentencePieceUnigramTokenizer
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTokenizer,
    GemmaTokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipTextConfig,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaTokenizer,
)

from tools.tiny_layout import SIZE_PX, TEXTS, write, write_photos

N_DIMS, WIDTH = 16, 24
LAYER = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": 2}
LAYER |= {"num_attention_heads": 2}


def main(out: Path) -> None:
    """Write the photos and the three models."""
    torch.manual_seed(0)
    photos = write_photos(out / "photos")
    write_clip(out / "clip", photos)
    write_siglip2(out / "siglip2", photos)
    write_xlm_roberta(out / "xlm-roberta", photos)


def write_clip(folder: Path, photos: list[Image.Image]) -> None:
    """Shortest side and crop, byte-level pieces, one text input."""
    vocabulary, merges = byte_pieces()
    tokens = CLIPTokenizer(vocab=vocabulary, merges=merges)
    ends = {"bos_token_id": tokens.bos_token_id, "eos_token_id": tokens.eos_token_id}
    text = {**LAYER, **ends, "vocab_size": len(tokens), "max_position_embeddings": 20}
    vision = {**LAYER, "image_size": SIZE_PX, "patch_size": 8}
    model = louder(
        CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=N_DIMS))
    )
    square = CLIPImageProcessor(size={"shortest_edge": SIZE_PX}, crop_size=SIZE_PX)
    config = {"embed_dim": N_DIMS, "text_cfg": {"context_length": 20}}
    settings = {"interpolation": "bicubic", "resize_mode": "shortest"}
    write(folder, model, tokens, square, photos, config, settings)


def write_siglip2(folder: Path, photos: list[Image.Image]) -> None:
    """Squashed, in lower case without punctuation, one text input; rows are projected by heads."""
    trained = SentencePieceBPETokenizer()
    trained.train_from_iterator(TEXTS, 400, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"])
    whole = json.loads(trained.to_str())["model"]
    merges = [tuple(pair) for pair in whole["merges"]]
    tokens = GemmaTokenizer(
        vocab=whole["vocab"],
        merges=merges,
        add_bos_token=False,
        add_eos_token=True,
        padding_side="right",
    )
    text = SiglipTextConfig(**LAYER, vocab_size=len(tokens), max_position_embeddings=24)
    text.projection_size = WIDTH
    vision = {**LAYER, "image_size": SIZE_PX, "patch_size": 8}
    model = louder(SiglipModel(SiglipConfig(text_config=text.to_dict(), vision_config=vision)))
    square = SiglipImageProcessor(size={"height": SIZE_PX, "width": SIZE_PX}, resample=2)
    config = {"embed_dim": WIDTH, "text_cfg": {"context_length": 24}}
    config["text_cfg"]["tokenizer_kwargs"] = {"clean": "canonicalize"}  # type: ignore[index]
    settings = {"interpolation": "bilinear", "resize_mode": "squash"}
    write(folder, model, tokens, square, photos, config, settings)


class MultilingualText(torch.nn.Module):
    """The mean of an XLM-RoBERTa's tokens, projected: the text side of multilingual CLIP."""

    def __init__(self, n_ids: int) -> None:
        super().__init__()
        self.transformer = XLMRobertaModel(
            XLMRobertaConfig(**LAYER, vocab_size=n_ids, max_position_embeddings=32, pad_token_id=1)
        )
        self.projection = torch.nn.Linear(WIDTH, N_DIMS)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return unit rows."""
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask.unsqueeze(2)
        rows = self.projection((tokens * mask).sum(dim=1) / mask.sum(dim=1))
        return torch.nn.functional.normalize(rows, dim=-1)


def write_xlm_roberta(folder: Path, photos: list[Image.Image]) -> None:
    """CLIP's photos, pieces of a hundred languages, two text inputs."""
    trained = SentencePieceUnigramTokenizer()
    trained.train_from_iterator(
        TEXTS, vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>"
    )
    pieces = [tuple(piece) for piece in json.loads(trained.to_str())["model"]["vocab"]]
    tokens = XLMRobertaTokenizer(vocab=pieces)
    vision = {**LAYER, "image_size": SIZE_PX, "patch_size": 8}
    model = louder(
        CLIPModel(CLIPConfig(vision_config=vision, projection_dim=N_DIMS, text_config=LAYER))
    )
    model.multilingual = louder(MultilingualText(len(tokens)))
    square = CLIPImageProcessor(size={"shortest_edge": SIZE_PX}, crop_size=SIZE_PX)
    config = {"embed_dim": N_DIMS, "text_cfg": {"context_length": 22}}
    write(folder, model, tokens, square, photos, config, {"interpolation": "bicubic"})


def byte_pieces() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return CLIP's kind of vocabulary: bytes, bytes that end a word, and pieces of them."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    plain = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    plain.normalizer = normalizers.Lowercase()
    plain.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    plain.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=700, end_of_word_suffix="</w>"))
    merges = [tuple(pair) for pair in json.loads(plain.to_str())["model"]["merges"]]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = [*letters, *(f"{each}</w>" for each in letters), *("".join(pair) for pair in merges)]
    names = [*dict.fromkeys(names), "<|startoftext|>", "<|endoftext|>"]
    return {name: number for number, name in enumerate(names)}, merges


def louder(model: Any) -> Any:
    """Enlarge random matrices, so that what goes in decides what comes out."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.mul_(4.0 if weight.std() < 0.1 else 1.0)
    return model.eval()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
