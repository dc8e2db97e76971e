import logging
from pathlib import Path

import pytest
import torch
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
)
from torchvision import transforms
from torchvision.datasets import MNIST

from src import batches
from src.batches import evaluation_batches, image_batches, stack_dataset


@pytest.fixture
def mnist(mnist_raw: Path) -> MNIST:
    """The first 100 digits, cut as the notebook cuts the training set."""
    dataset = MNIST(mnist_raw.parents[1], train=False, transform=transforms.ToTensor())
    dataset.data, dataset.targets = dataset.data[:100], dataset.targets[:100]
    return dataset


def two_epochs(batches_of_images) -> list:
    return [batch for _ in range(2) for batch in batches_of_images]


def is_replaced(caplog: pytest.LogCaptureFixture, loader: DataLoader) -> bool:
    with caplog.at_level(logging.DEBUG, logger="src.batches"):
        image_batches(loader)
    return "replaced" in caplog.text


LOADERS = {
    "in order": {},
    "shuffled": {"shuffle": True},
    "shuffled, last dropped": {"shuffle": True, "drop_last": True},
    "own generator": {"shuffle": True, "generator": torch.Generator()},
    "own sampler": {"sampler": WeightedRandomSampler(torch.arange(1.0, 71.0), 40)},
    "worker": {"shuffle": True, "num_workers": 1},
    "persistent worker": {"shuffle": True, "num_workers": 1, "persistent_workers": True},
}


@pytest.mark.parametrize("options", LOADERS.values(), ids=LOADERS.keys())
def test_batches_and_random_stream_are_those_of_the_loader(images, options):
    plain, plain_state = two_epochs_from_one_seed(images, options, lambda loader: loader)
    quick, quick_state = two_epochs_from_one_seed(images, options, image_batches)
    assert len(plain) == len(quick)
    assert all(torch.equal(x, y) for (x, _), y in zip(plain, quick, strict=True))
    assert torch.equal(plain_state, quick_state)


def two_epochs_from_one_seed(dataset: Dataset, options: dict, batches_of) -> tuple[list, torch.Tensor]:
    """All batches, and the state of the random stream after them."""
    torch.manual_seed(5)
    if "generator" in options:
        options["generator"].manual_seed(6)
    found = two_epochs(batches_of(DataLoader(dataset, batch_size=16, **options)))
    return found, torch.get_rng_state()


@pytest.mark.parametrize(
    "transform",
    [
        transforms.ToTensor(),
        transforms.Compose([transforms.CenterCrop(20), transforms.ToTensor(), transforms.Normalize(0.1, 0.3)]),
    ],
    ids=["ToTensor", "Compose"],
)
def test_mnist_is_stacked_as_its_items_are(mnist, transform):
    mnist.transform = transform
    images, labels = stack_dataset(mnist)
    assert torch.equal(images, torch.stack([image for image, _ in mnist]))
    assert labels.tolist() == [label for _, label in mnist]


def test_a_subset_is_stacked_as_its_items_are(mnist):
    subset = Subset(mnist, [7, 3, 3])
    images, labels = stack_dataset(subset)
    assert torch.equal(images, torch.stack([subset[index][0] for index in range(3)]))
    assert labels.tolist() == [subset[index][1] for index in range(3)]


def test_a_dataset_of_an_unknown_kind_is_stacked_item_by_item(images):
    class Squares(Dataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            return torch.full((1, 2, 2), float(index)), index**2

    stacked, labels = stack_dataset(Squares())
    assert stacked[:, 0, 0, 0].tolist() == [0, 1, 2, 3]
    assert labels.tolist() == [0, 1, 4, 9]


def test_known_data_replaces_the_loader(caplog, mnist):
    assert is_replaced(caplog, DataLoader(Subset(mnist, range(10)), batch_size=4))


def test_a_random_transform_keeps_the_loader(caplog, mnist):
    mnist.transform = transforms.Compose([transforms.RandomRotation(30), transforms.ToTensor()])
    loader = DataLoader(mnist, batch_size=50)
    assert not is_replaced(caplog, loader)
    first, second = next(iter(image_batches(loader))), next(iter(image_batches(loader)))
    assert not torch.equal(first, second)


def test_a_subclass_keeps_the_loader(caplog, images):
    class Noisy(TensorDataset):
        def __getitem__(self, index):
            return super().__getitem__(index)[0] + torch.rand(1)

    assert not is_replaced(caplog, DataLoader(Noisy(*images.tensors)))


def test_an_own_collate_function_keeps_the_loader(caplog, images):
    assert not is_replaced(caplog, DataLoader(images, collate_fn=lambda items: default_collate(items)))


def test_data_larger_than_the_limit_keeps_the_loader(caplog, images, monkeypatch):
    monkeypatch.setattr(batches, "MAX_STACKED_BYTES", 70 * 20 * 4 - 1)
    assert not is_replaced(caplog, DataLoader(images))


def test_images_without_labels(images):
    without_labels = DataLoader(images.tensors[0], batch_size=70)
    assert torch.equal(next(iter(image_batches(without_labels))), images.tensors[0])


def test_an_iterable_dataset_can_be_read_each_epoch():
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(torch.arange(6.0).view(6, 1, 1, 1))

    assert [x.flatten().tolist() for x in two_epochs(image_batches(DataLoader(Stream(), batch_size=4)))] == [
        [0, 1, 2, 3],
        [4, 5],
    ] * 2


def test_evaluation_sees_every_image_once_and_draws_nothing(images):
    state = torch.get_rng_state()
    seen = torch.cat(list(evaluation_batches(DataLoader(images, batch_size=16))))
    assert torch.equal(seen, images.tensors[0])
    assert torch.equal(torch.get_rng_state(), state)


def test_evaluation_batches_are_large(monkeypatch, images):
    monkeypatch.setattr(batches, "EVALUATION_BATCH", 40)
    assert [len(x) for x in evaluation_batches(DataLoader(images, batch_size=3))] == [40, 30]


def test_evaluation_of_random_images_draws_them_anew(mnist):
    mnist.transform = transforms.Compose([transforms.RandomRotation(30), transforms.ToTensor()])
    random_images = evaluation_batches(DataLoader(mnist, batch_size=50))
    first, second = (torch.cat(list(random_images)) for _ in range(2))
    assert first.shape == (100, 1, 28, 28)
    assert not torch.equal(first, second)
