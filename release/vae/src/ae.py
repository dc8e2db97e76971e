"""The base class of every autoencoder in this course."""

from abc import ABC, abstractmethod

import torch
from torch import nn


class BaseAutoEncoder(nn.Module, ABC):
    """Autoencoder: an encoder f gives the latent z = f(x), a decoder g the reconstruction r = g(z)."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, n_latent_features: int):
        """
        :param encoder: encoder network (f)
        :param decoder: decoder network (g)
        :param n_latent_features: size of the latent vector
        """
        super().__init__()

        self.encoder = encoder
        self.decoder = decoder
        self.n_latent_features = n_latent_features

    @abstractmethod
    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        """Encode images.

        :param x: images, [batch_size x image_size], e.g. [32 x 1 x 28 x 28]
        :return: latent vectors, [batch_size x n_latent_features]
        """

    @abstractmethod
    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vectors.

        :param z: latent vectors, [batch_size x n_latent_features]
        :return: reconstructed images, [batch_size x image_size]
        """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Reconstruct images: r = g(f(x)).

        :param x: images, [batch_size x image_size]
        :return: reconstructed images, [batch_size x image_size]
        """
        return self.decoder_forward(self.encoder_forward(x))
