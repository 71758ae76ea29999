"""Networks by name, with their weights: ImageNet's, a local file's, or none.

EfficientNet-Lite's ImageNet weights are installed as a package. Those of `keras.applications` are
Keras' own download, kept in its cache and checked against its hashes; where they cannot be had,
that is said at once: which file is missing, where it belongs, what to use meanwhile.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import keras

from engine.encoders.efficientnet_lite import efficientnet_lite
from engine.encoders.model_settings import BACKBONES, COMPACT, LITE, PACKAGED
from engine.errors import ModelError
from engine.network import is_reachable, patient_for

IMAGENET = "imagenet"
_TAKES_ALPHA = {"MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large"}
_SILENCE_SECONDS = 30.0
_STORE = "https://storage.googleapis.com"
_CLASSIC = "_weights_tf_dim_ordering_tf_kernels"
# Address and file of ImageNet weights, by network; "@" is for what the top adds to the name.
_IMAGENET = {
    "ResNet50": f"/tensorflow/keras-applications/resnet/resnet50{_CLASSIC}@notop.h5",
    "ResNet50V2": f"/tensorflow/keras-applications/resnet/resnet50v2{_CLASSIC}@notop.h5",
    "VGG16": f"/tensorflow/keras-applications/vgg16/vgg16{_CLASSIC}@notop.h5",
    "MobileNet": "/tensorflow/keras-applications/mobilenet/mobilenet_{narrow}_{rows}_tf@no_top.h5",
    "MobileNetV2": "/tensorflow/keras-applications/mobilenet_v2/"
    f"mobilenet_v2{_CLASSIC}_{{alpha}}_{{rows}}@no_top.h5",
    "MobileNetV3Small": "/tensorflow/keras-applications/mobilenet_v3/"
    "weights_mobilenet_v3_small_224_{alpha}_float@no_top_v2.h5",
    "MobileNetV3Large": "/tensorflow/keras-applications/mobilenet_v3/"
    "weights_mobilenet_v3_large_224_{alpha}_float@no_top_v2.h5",
    "EfficientNetB0": "/keras-applications/efficientnetb0@notop.h5",
    "EfficientNetV2B0": "/tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b0@notop.h5",
    "DenseNet121": f"/tensorflow/keras-applications/densenet/densenet121{_CLASSIC}@notop.h5",
    "InceptionV3": f"/tensorflow/keras-applications/inception_v3/inception_v3{_CLASSIC}@notop.h5",
    "Xception": f"/tensorflow/keras-applications/xception/xception{_CLASSIC}@notop.h5",
    "ConvNeXtTiny": "/tensorflow/keras-applications/convnext/convnext_tiny@notop.h5",
}
_NARROW = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}
_ROWS = (128, 160, 192, 224)


class WeightsError(ModelError):
    """The weights of a network cannot be had."""


def open_application(
    name: str,
    *,
    size_px: int,
    alpha: float = 1.0,
    layer: str = "",
    weights: str | None = None,
) -> keras.Model:
    """Build a network that ends with its feature map, or with one of its layers, and load weights.

    Parameters
    ----------
    name
        One of `BACKBONES`.
    size_px
        Side of the square photo; networks cut at a layer of their top want their own, 224 mostly.
    alpha
        Width multiplier, of the MobileNets alone.
    layer
        ``"fc1"`` of VGG16, say. Empty: the last feature map.
    weights
        ``"imagenet"``, the path of a weights file made with or without the top, or None.

    Raises
    ------
    ModelError
        There is no such network or layer, or the weights cannot be had or do not fit.
    """
    if name not in BACKBONES:
        raise ModelError(
            "no such backbone",
            value=name,
            remedy=f"Choose one of {COMPACT}, {', '.join(sorted(BACKBONES))}",
        )
    keras.config.disable_interactive_logging()  # a download must not write into a command's answer
    extra: dict[str, Any] = {"alpha": alpha} if name in _TAKES_ALPHA else {}
    extra["input_shape"] = (size_px, size_px, 3)
    if weights == IMAGENET:
        network = _with_imagenet(name, extra, has_top=bool(layer))
    elif weights:
        return _with_file(name, extra, layer, Path(weights).expanduser())
    else:
        network = _build(name, extra, has_top=bool(layer))
    return cut(network, layer) if layer else network


def cut(network: keras.Model, layer: str) -> keras.Model:
    """Return the part of a network that ends with a layer.

    Raises
    ------
    ModelError
        The network has no such layer.
    """
    try:
        return keras.Model(network.input, network.get_layer(layer).output, name=network.name)
    except ValueError as error:
        names = ", ".join(each.name for each in network.layers[-6:])
        raise ModelError(
            f"{network.name} has no such layer", value=layer, remedy=f"Its last ones are {names}"
        ) from error


def imagenet_url(
    name: str, *, size_px: int = 224, alpha: float = 1.0, has_top: bool = False
) -> str:
    """Return where Keras takes a network's ImageNet weights from.

    Examples
    --------
    >>> imagenet_url("VGG16", has_top=True).split("/")[-1]
    'vgg16_weights_tf_dim_ordering_tf_kernels.h5'
    >>> imagenet_url("MobileNetV2", size_px=96, alpha=0.35).split("/")[-1]
    'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5'
    """
    sizes = (96, *_ROWS) if name == "MobileNetV2" else _ROWS
    place, _, end = _IMAGENET[name].partition("@")
    place = place.format(
        alpha=float(alpha),
        narrow=_NARROW.get(alpha, "2_5"),
        rows=size_px if size_px in sizes else 224,
    )
    return f"{_STORE}{place}{'.h5' if has_top else '_' + end}"


def imagenet_cache() -> Path:
    """Return the folder in which Keras keeps downloaded weights."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "models"


def _build(name: str, extra: dict[str, Any], *, has_top: bool, weights: Any = None) -> keras.Model:
    if name in PACKAGED:
        size_px = extra["input_shape"][0]
        return efficientnet_lite(name, size_px=size_px, has_weights=weights == IMAGENET)
    return getattr(keras.applications, name)(include_top=has_top, weights=weights, **extra)


def _with_imagenet(name: str, extra: dict[str, Any], *, has_top: bool) -> keras.Model:
    if name in PACKAGED:
        return _build(name, extra, has_top=has_top, weights=IMAGENET)
    url = imagenet_url(
        name,
        size_px=extra["input_shape"][0],
        alpha=extra.get("alpha", 1.0),
        has_top=has_top,
    )
    is_cached = (imagenet_cache() / url.rsplit("/", 1)[-1]).is_file()
    if not is_cached and not is_reachable(url):
        raise _not_to_be_had(name, url, "this machine is offline")
    try:
        with patient_for(_SILENCE_SECONDS):
            return _build(name, extra, has_top=has_top, weights=IMAGENET)
    except Exception as error:  # Keras raises whatever its download or its HDF5 reader raised.
        raise _not_to_be_had(name, url, str(error).splitlines()[0][:200]) from error


def _not_to_be_had(name: str, url: str, reason: str) -> WeightsError:
    return WeightsError(
        f"the ImageNet weights of {name} cannot be had ({reason})",
        value=url.rsplit("/", 1)[-1],
        remedy=f"Fetch {url} where there is a connection and put it into {imagenet_cache()}, or "
        f"name another file with '--weights FILE', or take '--backbone {LITE}' (its weights are "
        f"installed), '--backbone bundled' or '--backbone {COMPACT}' meanwhile",
    )


def _load_all(network: keras.Model, path: Path) -> None:
    """Load weights, every one of them: Keras only warns where a file lacks some."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="(Skipping|.*not found in)", category=UserWarning)
        network.load_weights(path)


def _with_file(name: str, extra: dict[str, Any], layer: str, path: Path) -> keras.Model:
    """Load a local file into the network with the top that it was made with."""
    if not path.is_file():
        raise ModelError("there is no such weights file", value=path, remedy="Check the path")
    fitting = [True] if layer else [False] if name in PACKAGED else [False, True]
    for has_top in fitting:
        network = _build(name, extra, has_top=has_top)
        try:
            _load_all(network, path)
        except Exception as error:  # noqa: BLE001 - HDF5 and Keras raise many kinds for one fault
            reason = error
            continue
        if layer:
            return cut(network, layer)
        end = _build(name, extra, has_top=False).layers[-1].name if has_top else ""
        return cut(network, end) if end else network
    raise ModelError(
        f"the weights do not fit {name}",
        value=path,
        remedy="Give a Keras weights file of this network, size and alpha"
        + (f", made with its top, which {layer} belongs to" if layer else ""),
    ) from reason
