"""Does the posterior q(z|x) go with the prior p(z)? Signs that a variational autoencoder, or its training, went wrong.

They rest on the aggregate posterior, the mean over images of q(z|x) (Hoffman and Johnson, 2016, "ELBO surgery",
http://approximateinference.org/accepted/HoffmanJohnson2016.pdf). At the end of a long training each latent has mean 0
and variance 1 under it, as under the prior, whatever the weight β of the KL term. For where the first layer of the
decoder is linear, and so are the last ones of the encoder, a latent may be moved and multiplied by a number while the
decoder undoes it: the reconstruction stays, and of the KL term, 1/2 E[μ² + σ² - 1 - ln σ²], the part that changes is
least where E[μ] = 0 and E[σ²] + Var[μ] = 1.
"""

from dataclasses import dataclass
from textwrap import fill
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pyro
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle
from scipy.stats import norm

from src.batches import EVALUATION_BATCH
from src.decomposition import observed_sites
from src.evaluation import frozen
from src.plots import PALETTE, add_caption, latent_axis
from src.profile import is_grading
from src.representation import Posterior, Representation, require_posterior

UNTRAINED = -0.5
"""Explained variance of pixels below which a model is called untrained. The mean image explains 0, so does a model
that ignores its latents; a model trained for one epoch with β = 10 had -0.16 at worst, and one that answers 0.5 for
each pixel of MNIST explains -2.4."""

WIDE = 1.3
"""Mean σ² of a latent above which its posterior is called wider than the prior. σ² above 1 makes the KL term larger and
the reconstruction no better, so training brings it to 1 or below for any β. The rest is for noise: right models had
1.17 at most, with 2 to 50 latents and β from 0.1 to 10, after 1 to 20 epochs on 10,000 images of MNIST."""

NARROW = 0.65
"""Median of the aggregate variance over active latents below which it is called too small. The right optimum is 1 for
any β. The rest is for noise: the same right models had 0.84 at least."""

VANISHING = 0.01
"""Standard deviation of q(z|x), as a part of that of its means, below which the noise is called negligible: a latent
then holds more than ln(100) = 4.6 nats of the image. On MNIST a weight β of 0.1 left 0.05, one of 0.001 less."""

SEED = 2014
"""Of draws, so that the same model gives the same figure."""

Kind = Literal["untrained", "collapsed", "inactive", "wide", "narrow", "vanishing", "healthy"]


@dataclass(frozen=True)
class Finding:
    """One sign, in words for the student, with the numbers that it rests on."""

    kind: Kind
    message: str


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """All findings about one model; its text is a list of their messages."""

    findings: tuple[Finding, ...]

    @property
    def kinds(self) -> list[Kind]:
        return [finding.kind for finding in self.findings]

    def __repr__(self) -> str:
        return "\n".join(fill(f"• {finding.message}", 100, subsequent_indent="  ") for finding in self.findings)


def diagnose(representation: Representation) -> Diagnosis:
    """Compare q(z|x) of all images with p(z), and tell what looks wrong.

    A finding is a sign, not a proof; and after a short training a wrong model may still look right.

    :param representation: of a variational autoencoder
    :raises ValueError: a plain autoencoder, all images are the same, or the mean of p(x|z) is NaN or infinite
    """
    posterior = require_posterior(representation, "Diagnoza")
    if (posterior.images == posterior.images[:1]).all():
        raise ValueError("Diagnoza porównuje obrazy ze sobą, a w tym zbiorze wszystkie są jednakowe.")
    untrained = _untrained(posterior)
    if untrained is not None:  # then its posterior tells nothing
        return Diagnosis((untrained,))
    signs = [sign(posterior) for sign in (_collapsed, _wide, _narrow, _vanishing)]
    findings = tuple(finding for finding in signs if finding is not None)
    return Diagnosis(findings or (_healthy(posterior),))


def explained_variance(posterior: Posterior) -> float:
    """Part of the variance of pixels that the reconstructions from ``z_loc`` explain: at most 1, of the mean image 0.

    1 - Σ(x - E[x|z])² / Σ(x - mean of x)², sums over images and pixels; E[x|z] is the mean of p(x|z) of Pyro's
    ``model``.

    :raises ValueError: the mean of p(x|z) is NaN or infinite
    """
    with frozen(posterior.model), pyro.validation_enabled(False):
        torch.manual_seed(SEED)
        batches = zip(posterior.images.split(EVALUATION_BATCH), posterior.z_loc.split(EVALUATION_BATCH), strict=True)
        sites = [observed_sites(posterior.model, x, z)[0] for x, z in batches]
        expected = torch.cat([site.distribution.mean for site in sites])  # type: ignore[attr-defined]
        values = torch.cat([site.value for site in sites])
    if not expected.isfinite().all():
        raise ValueError("Średnia p(x|z) ma wartości NaN lub nieskończone: sprawdź wagi i wyjście dekodera.")
    error, total = (values - expected).square().sum(), (values - values.mean(dim=0)).square().sum()
    return 1 - (error / total).item()


def _untrained(posterior: Posterior) -> Finding | None:
    explained = explained_variance(posterior)
    if explained > UNTRAINED:
        return None
    return Finding(
        "untrained",
        "Wygląda na to, że model nie jest wytrenowany: jego rekonstrukcje są dalej od obrazów niż jeden obraz średni "
        f"(wyjaśniona wariancja pikseli wynosi {explained:.2f}; obraz średni ma 0, a doskonała rekonstrukcja 1). "
        "Sprawdź, czy trening został wykonany na tym modelu i czy koszt malał.",
    )


def _collapsed(posterior: Posterior) -> Finding | None:
    n_latents, n_inactive = len(posterior.is_active), int((~posterior.is_active).sum())
    if n_inactive == 0:
        return None
    kl = posterior.kl_per_latent[~posterior.is_active].sum()
    activity = posterior.activity[~posterior.is_active].max()
    numbers = f"Var[μ] wynosi w nich najwyżej {activity:.2g}, a KL razem {kl:.2g} nata na obraz"
    if n_inactive == n_latents:
        return Finding(
            "collapsed",
            "Wygląda na to, że posterior się zapadł: średnia q(z|x) jest prawie taka sama dla każdego obrazu we "
            f"wszystkich cechach ({numbers}), więc dekoder nie dowiaduje się z nich niczego. Bywa tak przy bardzo "
            "dużej wadze KL, po bardzo krótkim treningu albo gdy gradient nie dociera do kodera.",
        )
    return Finding(
        "inactive",
        f"Nieaktywne cechy: {n_inactive} z {n_latents} ({numbers}). Model ich nie używa. To zwykły skutek silnej "
        "regularyzacji: im większe β, tym więcej takich cech.",
    )


def _wide(posterior: Posterior) -> Finding | None:
    variances = posterior.z_scale.square().mean(dim=0)
    widest = int(variances.argmax())
    if variances[widest] < WIDE:
        return None
    return Finding(
        "wide",
        f"Posterior jest szerszy niż prior: E[σ²] cechy {widest} wynosi {variances[widest]:.2f} (cech z E[σ²] powyżej "
        f"{WIDE} jest {int((variances > WIDE).sum())} z {len(variances)}). σ² większe od 1 powiększa KL i nie poprawia "
        "rekonstrukcji, więc wygląda na to, że koszt nie zawiera KL w całości z jedną wagą. Sprawdź, co dokładnie "
        "mnoży β i jakie wartości może zwracać koder jako z_scale.",
    )


def _narrow(posterior: Posterior) -> Finding | None:
    if not posterior.is_active.any():
        return None
    variance = posterior.aggregate_variance[posterior.is_active].quantile(0.5)
    if variance > NARROW:
        return None
    return Finding(
        "narrow",
        "Zagregowany posterior jest węższy niż prior: mediana E[σ²] + Var[μ] w aktywnych cechach wynosi "
        f"{variance:.2f}, a przy dobrze zapisanym koszcie zbliża się do 1 dla każdego β. Wygląda na to, że koszt nie "
        "zawiera KL w całości z jedną wagą albo wyjście kodera jest ograniczone. Sprawdź, co dokładnie mnoży β "
        "i jakie wartości może zwracać koder.",
    )


def _vanishing(posterior: Posterior) -> Finding | None:
    if not posterior.is_active.any():
        return None
    relative = (posterior.z_scale.square().mean(dim=0) / posterior.activity).sqrt()[posterior.is_active]
    ratio = relative.quantile(0.5)
    if ratio > VANISHING:
        return None
    return Finding(
        "vanishing",
        f"Odchylenia standardowe z kodera prawie znikają: typowe σ to {ratio:.2g} odchylenia średnich μ, a KL wynosi "
        f"{posterior.kl_per_latent.sum():.0f} natów na obraz. Wygląda na to, że model działa jak zwykły autokoder, "
        "a jego przestrzeń ukryta nie przypomina p(z). Sprawdź, czy KL jest częścią kosztu i czy jego waga nie jest "
        "bliska zera.",
    )


def _healthy(posterior: Posterior) -> Finding:
    variance = posterior.aggregate_variance.quantile(0.5)
    return Finding(
        "healthy",
        f"Nie widać niczego niepokojącego: wszystkie cechy ({len(posterior.is_active)}) są aktywne, KL wynosi "
        f"{posterior.kl_per_latent.sum():.1f} nata na obraz, a mediana E[σ²] + Var[μ] {variance:.2f} "
        "(podczas długiego treningu zbliża się do 1).",
    )


def plot_posterior_against_prior(representation: Representation) -> None:
    """Open a figure with the aggregate variance of each latent, E[σ²] + Var[μ], beside that of the prior, 1.

    Latents are in the order of KL, the largest first.

    :param representation: of a variational autoencoder
    :raises ValueError: a plain autoencoder
    """
    posterior = require_posterior(representation, "Posterior a prior")
    if is_grading():
        return
    order = posterior.by_kl
    figure, axis = latent_axis(order.tolist(), "wariancja cechy")
    places, spread = np.arange(len(order)), posterior.activity[order].numpy()
    noise = posterior.z_scale.square().mean(dim=0)[order].numpy()
    axis.bar(places, spread, color=PALETTE[0], label="Var[μ], między obrazami")
    axis.bar(
        places, noise, bottom=spread, color="white", edgecolor=PALETTE[1], hatch="////", label="E[σ²], w jednym obrazie"
    )
    axis.axhline(1, color="black", linestyle="--", label="prior: 1")
    axis.set_ylim(0, 1.25 * max(1.0, (spread + noise).max()))
    axis.legend(loc="upper center", ncols=3, fontsize="small")
    axis.set_title("Wariancja cech w zagregowanym posteriorze")
    add_caption(
        figure,
        "Cały słupek to E[σ²] + Var[μ], od cechy o największym KL; po udanym, długim treningu sięga mniej więcej linii "
        "dla każdego β, a cecha, która mówi dużo o obrazie, ma prawie samo Var[μ], a nieużywana prawie samo E[σ²].",
    )


def plot_corner(representation: Representation) -> None:
    """Open a figure with draws from the aggregate posterior, one z ~ q(z|x) an image, beside N(0, I).

    The two latents with the largest KL: their histograms with the density of N(0, 1), and their joint distribution
    with circles of radius 1, 2 and 3, coloured by class, or by density where classes are more than ten. Of a single
    latent its histogram.

    :param representation: of a variational autoencoder
    :raises ValueError: a plain autoencoder
    """
    posterior = require_posterior(representation, "Posterior a prior")
    if is_grading():
        return
    chosen = posterior.by_kl[:2]
    noise = torch.randn(posterior.z_loc.shape, generator=torch.Generator().manual_seed(SEED))
    draws = (posterior.z_loc + posterior.z_scale * noise)[:, chosen].numpy()
    names = [f"z[{latent}]" for latent in chosen.tolist()]
    limit = max(3.3, 1.05 * np.abs(draws).max())  # the circle of radius 3 is always in sight
    figure = plt.figure(figsize=(7, 7.6 if len(names) == 2 else 4.6), layout="constrained")
    axes = figure.subplots(len(names), len(names), squeeze=False)
    for place, name in enumerate(names):
        _draw_marginal(axes[place, place], draws[:, place], limit)
        axes[place, place].set_xlabel(name)
    axes[0, 0].legend(loc="upper left", fontsize="small")
    if len(names) == 2:
        _draw_joint(axes[1, 0], posterior, draws, limit)
        axes[1, 0].set(xlabel=names[0], ylabel=names[1])
        axes[0, 1].axis("off")
        if len(posterior.classes) <= len(PALETTE):
            points, *_ = axes[1, 0].collections
            handles, _ = points.legend_elements(num=None)
            axes[0, 1].legend(handles, posterior.classes, title="klasa", loc="center", ncols=2)
    figure.suptitle("Zagregowany posterior a prior N(0, I)")
    circles = ", a w okręgach o promieniu 1, 2 i 3 leży około 39%, 86% i 99% punktów" if len(names) == 2 else ""
    add_caption(
        figure,
        "Z q(z|x) każdego obrazu wylosowano jeden punkt; gdy wszystkie razem przypominają p(z), histogram idzie za "
        f"krzywą{circles}.",
    )


def _draw_marginal(axis: Axes, draws: np.ndarray, limit: float) -> None:
    """Histogram of draws (N,) of one latent, and the density of N(0, 1)."""
    axis.hist(draws, bins=60, range=(-limit, limit), density=True, color=PALETTE[0], alpha=0.7, label="posterior")
    grid = np.linspace(-limit, limit, 400)
    axis.plot(grid, norm.pdf(grid), color="black", label="prior")
    axis.set(xlim=(-limit, limit), ylabel="gęstość")


def _draw_joint(axis: Axes, posterior: Posterior, draws: np.ndarray, limit: float) -> None:
    """Draws (N, 2) of two latents, and circles of radius 1, 2 and 3."""
    if len(posterior.classes) <= len(PALETTE):
        colours = ListedColormap(PALETTE[: len(posterior.classes)])
        axis.scatter(
            draws[:, 0], draws[:, 1], c=posterior.labels, cmap=colours, s=4, alpha=0.5, linewidths=0, rasterized=True
        )
    else:
        axis.hexbin(
            draws[:, 0], draws[:, 1], gridsize=50, extent=(-limit, limit, -limit, limit), cmap="cividis", mincnt=1
        )
    for radius in (1, 2, 3):
        axis.add_patch(Circle((0, 0), radius, fill=False, color="black"))
    axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
