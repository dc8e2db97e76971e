"""Move the latents with sliders and watch the image that the decoder makes of them.

The only module that needs ipywidgets.
"""

import io
import random
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import torch
from IPython import get_ipython

from src.generation import plot_traversals
from src.plots import bitmap
from src.profile import is_grading
from src.representation import Posterior, Representation, require_posterior
from src.traversal import aggregate_values

MAX_SLIDERS = 10
"""Of more latents only those with the largest KL get a slider."""

_IMAGE_PIXELS = 252


def explore(posterior: Representation) -> widgets.Widget | None:
    """Sliders of the latents and the image decoded from them, to be the last expression of a cell.

    Sliders need the kernel of a notebook; elsewhere (a script, a terminal) ``plot_traversals`` from the mean latent
    is shown instead.

    :param posterior: of a variational autoencoder
    :return: the widget, or None where a figure was drawn instead
    :raises ValueError: a plain autoencoder
    """
    if is_grading():
        return None
    posterior = require_posterior(posterior, "Suwaki cech wektora ukrytego")
    if getattr(get_ipython(), "kernel", None) is None:
        plot_traversals(posterior, posterior.z_loc.mean(dim=0))
        return None
    return Explorer(posterior).widget


class Explorer:
    """A latent that sliders and buttons change, and its decoded image, redrawn after each change.

    latent_code: (Z,), the latent that is shown; the latents without a slider come from the last jump
    sliders: by index of the latent, the one with the largest KL first; each goes over all values of the aggregate
        posterior, and so reaches the mean of q(z|x) of every image
    widget: to be displayed
    """

    def __init__(self, posterior: Posterior):
        self.posterior = posterior
        self.latent_code = posterior.z_loc.mean(dim=0)
        self._random = random.Random(0)  # a stream of its own, not one that training uses
        self.image = widgets.Image()  # without a tooltip, with which ipywidgets' front end does not show it
        self.origin = widgets.Label()
        self.sliders = self._make_sliders()
        self.random_button = self._button("Losowy obraz ze zbioru", self._jump_to_random_image)
        self.mean_button = self._button("Średni wektor ukryty", self._jump_to_mean)
        self.widget = self._layout()
        self._jump_to_mean()

    def _make_sliders(self) -> dict[int, widgets.FloatSlider]:
        values = aggregate_values(self.posterior)
        lows, highs = values.amin(dim=0).tolist(), values.amax(dim=0).tolist()
        return {
            latent: self._slider(latent, lows[latent], highs[latent])
            for latent in self.posterior.by_kl[:MAX_SLIDERS].tolist()
        }

    def _slider(self, latent: int, low: float, high: float) -> widgets.FloatSlider:
        kl = self.posterior.kl_per_latent[latent]
        slider = widgets.FloatSlider(
            min=low,
            max=high,
            step=(high - low) / 200,
            description=f"z[{latent}], KL {kl:.2f}",
            tooltip=f"Cecha {latent} wektora ukrytego, średnie KL: {kl:.2f} nata na obraz",
            style={"description_width": "8em"},
        )

        def move(change: dict[str, Any]) -> None:
            self.latent_code[latent] = change["new"]
            self._redraw()

        slider.observe(move, names="value")
        return slider

    def _button(self, description: str, action: Callable[[], None]) -> widgets.Button:
        button = widgets.Button(description=description, layout={"width": "auto"})
        button.on_click(lambda _: action())
        return button

    def _layout(self) -> widgets.Widget:
        help_text = widgets.Label(
            "Przesuń suwak i zobacz, co zmienia cecha; u góry są cechy o największym KL (w natach)."
        )
        buttons = widgets.HBox([self.random_button, self.mean_button])
        shown = widgets.VBox([self.image, self.origin])
        return widgets.VBox([help_text, widgets.HBox([widgets.VBox([*self.sliders.values(), buttons]), shown])])

    def _jump_to_random_image(self) -> None:
        index = self._random.randrange(len(self.posterior.images))
        name = self.posterior.classes[self.posterior.labels[index]]
        self._jump(self.posterior.z_loc[index], f"Start: obraz {index} (klasa {name})")

    def _jump_to_mean(self) -> None:
        self._jump(self.posterior.z_loc.mean(dim=0), "Start: średni wektor ukryty")

    def _jump(self, latent_code: torch.Tensor, origin: str) -> None:
        self.latent_code = latent_code.clone()
        self.origin.value = origin
        self._redraw()
        for latent, slider in self.sliders.items():
            slider.value = latent_code[latent].item()

    def _redraw(self) -> None:
        image = self.posterior.decode(self.latent_code.unsqueeze(0))
        png = io.BytesIO()
        bitmap(image.unsqueeze(0), _IMAGE_PIXELS).save(png, format="PNG")
        self.image.value = png.getvalue()
