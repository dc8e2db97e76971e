"""What the decoder makes of latents: of draws from the prior, of ways between images, of one latent at a time.

Every image decoded by a variational autoencoder is the mean of p(x|z), grey where the model is not certain; draws
from p(x|z) would add independent noise to each pixel.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

from src.plots import bitmap, plot_mosaic
from src.profile import is_grading
from src.representation import Posterior, Representation, require_posterior
from src.traversal import aggregate_values, traversal, traversal_values

_GIF_TILE_PIXELS = 84
_GIF_LABEL_PIXELS = 36
_GIF_FRAME_MILLISECONDS = 100


def plot_samples(posterior: Representation, rows: int = 6, columns: int = 12, seed: int = 0) -> None:
    """Show images decoded from draws from the prior p(z) = N(0, I), ``rows`` times ``columns`` of them.

    Ancestral sampling, z ~ p(z) and then the mean of p(x|z) (Kingma and Welling, 2014,
    https://arxiv.org/abs/1312.6114). The encoder takes no part in it.

    :param posterior: of a variational autoencoder
    :param seed: the same seed gives the same z
    :raises ValueError: a plain autoencoder, or no rows or columns
    """
    if is_grading():
        return
    posterior = require_posterior(posterior, "Obrazy wylosowane z rozkładu a priori")
    _check_at_least(1, rows=rows, columns=columns)
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(rows * columns, posterior.z_loc.shape[1], generator=generator).to(posterior.z_loc)
    images = posterior.decode(z).unflatten(0, (rows, columns))
    title = "Obrazy zdekodowane z próbek z rozkładu a priori"
    caption = (
        "Każdy obraz to średnia rozkładu p(x|z) dla innego z wylosowanego z rozkładu a priori; obrazy niepodobne "
        "do danych pochodzą zwykle z miejsc, w których koder nie umieszcza danych."
    )
    plot_mosaic(images, [""] * rows, [""] * columns, title, caption=caption)


def plot_interpolation(representation: Representation, first: int, second: int, steps: int = 11) -> None:
    """Show the images on the straight line between the latents of two images, z = (1 - t) z₁ + t z₂, t from 0 to 1.

    The latents of a variational autoencoder are the means of q(z|x). The line is straight, not an arc (slerp, White,
    2016, https://arxiv.org/abs/1609.04468), for two reasons: an arc is drawn around the origin, which means nothing
    to a plain autoencoder; and N(0, I) is log-concave, so that no point of a straight line is less probable under
    the prior than the less probable of its ends.

    :param representation: of any autoencoder
    :param first: index in the data set of the image that the line starts from
    :param second: index of the image that it leads to
    :param steps: decoded images, at least 2; the two originals stand beside them
    :raises ValueError: no such image in the data set, or fewer than 2 steps
    """
    if is_grading():
        return
    _check_at_least(2, steps=steps)
    _check_image(representation, first=first, second=second)
    t = torch.linspace(0, 1, steps).to(representation.latents)
    z = torch.lerp(representation.latents[first], representation.latents[second], t.unsqueeze(1))
    originals = representation.images[[first, second]]
    images = torch.cat([originals[:1], representation.decode(z), originals[1:]]).unsqueeze(0)
    names = [representation.classes[representation.labels[index]] for index in (first, second)]
    title = f"Od obrazu {first} (klasa {names[0]}) do obrazu {second} (klasa {names[1]})"
    caption = (
        "Między oryginałami są obrazy zdekodowane z punktów odcinka, który łączy ich wektory ukryte; "
        "nad każdym stoi, jaką część odcinka już przebyto."
    )
    columns = ["oryginał", *(f"{round(100 * share)}%" for share in t.tolist()), "oryginał"]
    plot_mosaic(images, [""], columns, title, caption=caption)


def plot_grid(posterior: Representation, steps: int = 12) -> None:
    """Show the images on a grid over two latents, at quantiles of the prior N(0, 1).

    The quantiles are (k - 1/2) / ``steps``, k = 1, ..., ``steps``, so that every image stands for an equal share of
    the prior (Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114, figure 4). A larger latent space is cut along
    the two latents with the largest KL, while the others are 0, the mean of the prior.

    :param posterior: of a variational autoencoder with at least 2 latents
    :param steps: images along each side, at least 2
    :raises ValueError: a plain autoencoder, a single latent, or fewer than 2 steps
    """
    if is_grading():
        return
    posterior = require_posterior(posterior, "Siatka obrazów w przestrzeni ukrytej")
    _check_at_least(2, steps=steps)
    n_latents = posterior.z_loc.shape[1]
    if n_latents < 2:
        raise ValueError("Siatka potrzebuje co najmniej dwóch cech ukrytych, a model ma jedną: użyj plot_traversals.")
    across, up = posterior.by_kl[:2].tolist()
    values = torch.special.ndtri((torch.arange(steps) + 0.5) / steps).to(posterior.z_loc)
    z = posterior.z_loc.new_zeros(steps, steps, n_latents)
    z[:, :, across] = values
    z[:, :, up] = values.flip(0).unsqueeze(1)  # the first row is the highest
    images = posterior.decode(z.flatten(0, 1)).unflatten(0, (steps, steps))
    caption = (
        f"Wartości z[{across}] i z[{up}] to kwantyle rozkładu a priori, "
        "więc każdy obraz przedstawia równie prawdopodobny jego fragment."
    )
    if n_latents > 2:
        caption = (
            f"Przekrój przestrzeni o {n_latents} wymiarach wzdłuż dwóch cech o największym KL, pozostałe są równe 0; "
            "wartości to kwantyle rozkładu a priori."
        )
    rows, columns = [f"{value:.1f}" for value in values.flip(0)], [f"{value:.1f}" for value in values]
    plot_mosaic(images, rows, columns, f"Siatka obrazów: poziomo z[{across}], pionowo z[{up}]", caption=caption)


def plot_traversals(
    posterior: Representation, latent_code: torch.Tensor | Sequence[float], steps: int = 9, n_latents: int = 10
) -> None:
    """Show how each latent alone changes the image, one latent in a row, the one with the largest KL first.

    :param posterior: of a variational autoencoder
    :param latent_code: (Z,), the latent to start from, e.g. ``posterior.z_loc[7]``, that of the image with index 7
    :param steps: images in a row, at least 2; along it the latent goes evenly from the 2.5 % to the 97.5 % quantile
        of the aggregate posterior, and the others stay as in ``latent_code``
    :param n_latents: at most so many rows
    :raises ValueError: a plain autoencoder, wrong size of ``latent_code``, fewer than 2 steps or than 1 latent
    """
    if is_grading():
        return
    posterior = require_posterior(posterior, "Wpływ pojedynczych cech na obraz")
    latents, values, images = _traversals(posterior, latent_code, steps, n_latents)
    rows = [f"z[{latent}]: {posterior.kl_per_latent[latent]:.2f} nata" for latent in latents]
    ranges = [f"{low:.1f} … {high:.1f}" for low, high in values[:, [0, -1]]]
    columns = ["2,5%", *[""] * (steps - 2), "97,5%"]
    title = "Wpływ pojedynczych cech wektora ukrytego na obraz, od największego KL"
    caption = (
        "W wierszu zmienia się tylko jedna cecha, między kwantylami swoich wartości w zbiorze (zakres po prawej); "
        "po lewej jej średnie KL na obraz: przy KL bliskim 0 cecha nie niesie informacji i obraz się nie zmienia."
    )
    plot_mosaic(images, rows, columns, title, ranges, caption)


def save_traversal_gif(
    posterior: Representation,
    path: str | Path,
    latent_code: torch.Tensor | Sequence[float],
    steps: int = 11,
    n_latents: int = 5,
) -> Path:
    """Save ``plot_traversals`` as an animation that goes back and forth without end, all latents at once.

    Above each image stands its latent and the latent's KL, in nats per image. Under grading too: a cell may show it.

    :param posterior: of a variational autoencoder
    :param path: file to write, ``*.gif``; one that exists is replaced
    :param latent_code: (Z,), the latent to start from
    :param steps: different frames, at least 2
    :param n_latents: at most so many images side by side, the latent with the largest KL first
    :return: ``path``
    :raises FileNotFoundError: the folder does not exist
    :raises ValueError: as ``plot_traversals``, or another kind of file
    """
    posterior = require_posterior(posterior, "Animacja cech")
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise ValueError(f"Animacja jest zapisywana w formacie GIF: podaj nazwę z końcówką .gif zamiast „{path.name}”.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"Nie ma folderu „{path.parent}”: utwórz go albo podaj inną ścieżkę.")
    latents, _, images = _traversals(posterior, latent_code, steps, n_latents)
    labels = [f"z[{latent}]\nKL {posterior.kl_per_latent[latent]:.2f}" for latent in latents]
    frames = [_labelled(bitmap(images[:, step].unsqueeze(0), _GIF_TILE_PIXELS), labels) for step in range(steps)]
    there_and_back = frames + frames[-2:0:-1]
    there_and_back[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=there_and_back[1:],
        duration=_GIF_FRAME_MILLISECONDS,
        loop=0,
    )
    return path


def _traversals(
    posterior: Posterior, latent_code: torch.Tensor | Sequence[float], steps: int, n_latents: int
) -> tuple[list[int], torch.Tensor, torch.Tensor]:
    """Traversals of the ``n_latents`` latents with the largest KL.

    :return: their indices; the values they take, (latents, steps); images, (latents, steps, channels, height, width)
    """
    _check_at_least(1, n_latents=n_latents)
    latents = posterior.by_kl[:n_latents]
    values = traversal_values(aggregate_values(posterior), steps)
    z = traversal(latent_code, values)[latents]
    return latents.tolist(), values[latents], posterior.decode(z.flatten(0, 1)).unflatten(0, z.shape[:2])


def _labelled(row: Image.Image, labels: Sequence[str]) -> Image.Image:
    """A row of images with a label above each."""
    frame = Image.new(row.mode, (row.width, row.height + _GIF_LABEL_PIXELS), "white")
    frame.paste(row, (0, _GIF_LABEL_PIXELS))
    draw, font = ImageDraw.Draw(frame), ImageFont.load_default(size=13)
    for index, label in enumerate(labels):
        centre = (row.width * (index + 0.5) / len(labels), _GIF_LABEL_PIXELS / 2)
        draw.multiline_text(centre, label, fill="black", font=font, anchor="mm", align="center")
    return frame


def _check_at_least(minimum: int, **arguments: int) -> None:
    for name, value in arguments.items():
        if value < minimum:
            raise ValueError(f"{name} musi wynosić co najmniej {minimum}, a podano {value}.")


def _check_image(representation: Representation, **arguments: int) -> None:
    n_images = len(representation.images)
    for name, index in arguments.items():
        if not 0 <= index < n_images:
            raise ValueError(f"{name} musi być numerem obrazu w zbiorze, od 0 do {n_images - 1}, a podano {index}.")
