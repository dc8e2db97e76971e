"""Batches of images, quickly: a data set whose items never change is converted once, not once an epoch.

A ``DataLoader`` calls the data set's transforms item by item; for 10,000 MNIST images that takes
longer than training on them. Here all images become one tensor, and batches are rows of it, in the very
order that the loader itself would give.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset, default_collate
from torchvision import datasets, transforms

logger = logging.getLogger(__name__)

EVALUATION_BATCH = 1000
"""Images in a batch when nothing is trained: the result does not depend on it, the speed does."""

MAX_STACKED_BYTES = 2**30
"""Larger data sets stay with their own loader."""

_MNIST_LIKE = (datasets.MNIST, datasets.FashionMNIST, datasets.KMNIST, datasets.EMNIST)
_FIXED_DATASETS = (*_MNIST_LIKE, datasets.CIFAR10, datasets.CIFAR100, datasets.SVHN)
_FIXED_TRANSFORMS = (
    transforms.ToTensor,
    transforms.PILToTensor,
    transforms.ConvertImageDtype,
    transforms.Normalize,
    transforms.Resize,
    transforms.CenterCrop,
    transforms.Grayscale,
    transforms.Pad,
)


def image_batches(loader: DataLoader) -> Iterable[torch.Tensor]:
    """The images of a loader's batches, without the labels.

    :param loader: any loader whose batches are images, or tuples that begin with images
    :return: to be iterated once an epoch: tensors (batch, channels, height, width), the same batches in
        the same order, with the same use of torch's random stream, as iteration over ``loader``
    """
    if not _can_be_stacked(loader):
        logger.debug("data loader kept: its items may change from epoch to epoch")
        return _ImagesOf(loader)
    logger.debug("data loader replaced: all its images are one tensor")
    return DataLoader(
        _RowsOf(stack_dataset(loader.dataset)[0]),
        batch_sampler=loader.batch_sampler,
        generator=loader.generator,
        collate_fn=_as_it_is,
    )


def evaluation_batches(loader: DataLoader) -> Iterable[torch.Tensor]:
    """All images of a loader, in batches as large as is quick; tensors (batch, channels, height, width)."""
    batches = image_batches(loader)
    if isinstance(batches, _ImagesOf):
        return batches
    with torch.random.fork_rng(devices=[]):  # a loader draws a seed even when it does not shuffle
        images = list(batches)
    return torch.cat(images).split(EVALUATION_BATCH) if images else []


def stack_dataset(dataset: Dataset) -> Sequence[torch.Tensor]:
    """All items of a data set, collated: for a labelled one (images, labels).

    :return: images (N, channels, height, width), labels (N,), and whatever else an item holds
    """
    stacked = _stacked_at_once(dataset)
    if stacked is not None:
        return stacked
    items = default_collate([dataset[index] for index in range(len(dataset))])  # type: ignore[arg-type]
    return [items] if isinstance(items, torch.Tensor) else items


def stack_labelled(dataset: Dataset) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """All items of a data set of (image, label).

    :return: images (N, channels, height, width), index of the class of each (N,), names of the classes
    :raises ValueError: the data set is empty, or its items have no label
    """
    if len(dataset) == 0:  # type: ignore[arg-type]
        raise ValueError("Zbiór danych (dataset) jest pusty.")
    columns = stack_dataset(dataset)
    if len(columns) < 2:
        raise ValueError("Elementy zbioru danych (dataset) muszą być parami: obraz i etykieta.")
    images, labels = columns[:2]
    values, indices = labels.unique(return_inverse=True)
    return (images.unsqueeze(1) if images.dim() == 3 else images), indices, [str(value) for value in values.tolist()]


def _stacked_at_once(dataset: Dataset) -> Sequence[torch.Tensor] | None:
    """The same as item by item, for data sets that hold their items as tensors; None for others."""
    if type(dataset) is TensorDataset:
        return dataset.tensors
    if type(dataset) is Subset:
        whole = _stacked_at_once(dataset.dataset)
        return whole and [column[torch.as_tensor(dataset.indices)] for column in whole]
    if isinstance(dataset, _MNIST_LIKE) and _is_plain_mnist(dataset):
        images = dataset.data.unsqueeze(1).to(torch.get_default_dtype()).div(255)  # what ToTensor does
        return images, dataset.targets
    return None


def _is_plain_mnist(dataset: datasets.MNIST) -> bool:
    """Whether items are grey images of 8 bits that only ``ToTensor`` changes."""
    bytes_only = dataset.data.dtype == torch.uint8
    return bytes_only and type(dataset.transform) is transforms.ToTensor and _is_fixed(dataset)


def _can_be_stacked(loader: DataLoader) -> bool:
    """Whether batches cut from one tensor are the loader's own batches."""
    return (
        type(loader) is DataLoader
        and loader.batch_sampler is not None
        and loader.collate_fn is default_collate
        and not loader.persistent_workers  # these draw their seed once, not once an epoch
        and _is_fixed(loader.dataset)
        and 0 < _stacked_bytes(loader.dataset) <= MAX_STACKED_BYTES
    )


def _is_fixed(dataset: Dataset) -> bool:
    """Whether an item is known to be the same whenever asked for (exact types: a subclass may differ)."""
    if type(dataset) is Subset:
        return _is_fixed(dataset.dataset)
    if type(dataset) in _FIXED_DATASETS:
        return dataset.target_transform is None and _is_fixed_transform(dataset.transform)  # type: ignore[attr-defined]
    return type(dataset) is TensorDataset


def _is_fixed_transform(transform: Any) -> bool:
    """Whether a transform is known to have no randomness in it."""
    if type(transform) is transforms.Compose:
        return all(_is_fixed_transform(part) for part in transform.transforms)
    return type(transform) in _FIXED_TRANSFORMS


def _stacked_bytes(dataset: Dataset) -> int:
    """Memory that the images of a data set take as one tensor."""
    if len(dataset) == 0:  # type: ignore[arg-type]
        return 0
    image = dataset[0][0]
    return len(dataset) * image.numel() * image.element_size()  # type: ignore[arg-type]


class _RowsOf(Dataset[torch.Tensor]):
    """A data set that gives a whole batch at once, as rows of one tensor."""

    def __init__(self, images: torch.Tensor):
        self.images = images

    def __getitems__(self, indices: list[int]) -> torch.Tensor:
        return self.images.index_select(0, torch.tensor(indices))


class _ImagesOf:
    """The images of a loader's own batches."""

    def __init__(self, loader: DataLoader):
        self.loader = loader

    def __iter__(self) -> Iterator[torch.Tensor]:
        for batch in self.loader:
            yield batch if isinstance(batch, torch.Tensor) else batch[0]


def _as_it_is(batch: Any) -> Any:
    return batch
