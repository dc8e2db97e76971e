import pytest
import torch

from src.ae import BaseAutoEncoder


def test_the_base_class_cannot_be_used_alone():
    with pytest.raises(TypeError, match="abstract"):
        BaseAutoEncoder(torch.nn.Identity(), torch.nn.Identity(), 2)


def test_forward_decodes_what_was_encoded(tiny_ae):
    model, x = tiny_ae(20, 3), torch.rand(6, 1, 5, 4)
    reconstruction = model(x)
    assert torch.equal(reconstruction, model.decoder_forward(model.encoder_forward(x)))
    assert reconstruction.shape == x.shape


def test_networks_are_trained_and_the_latent_size_is_kept(tiny_ae):
    model = tiny_ae(20, 3)
    assert model.n_latent_features == 3
    assert sum(parameter.numel() for parameter in model.parameters()) == 20 * 3 + 3 + 3 * 20 + 20
