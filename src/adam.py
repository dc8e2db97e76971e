"""Adam, by the function that ``torch.optim.Adam`` itself calls.

That class imports torch's compiler, ``torch._dynamo``, when it is first used, compiled or not: about a second and a
hundred megabytes in every kernel, for nothing.
"""

from collections.abc import Iterable

import torch
from torch.optim.adam import adam


class Adam:
    """Steps of Adam (Kingma and Ba, 2015), the same numbers as of ``torch.optim.Adam(parameters, lr, fused=True)``."""

    def __init__(self, parameters: Iterable[torch.Tensor], lr: float):
        """
        :param parameters: what to change, floating-point tensors of any shape
        :param lr: learning rate
        """
        self.parameters = list(parameters)
        self.lr = lr
        self._averages: dict[torch.Tensor, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change all parameters that have a gradient."""
        gradients = {parameter: parameter.grad for parameter in self.parameters if parameter.grad is not None}
        averages = [self._averages_of(parameter) for parameter in gradients]
        adam(
            list(gradients),
            list(gradients.values()),
            [mean for mean, _, _ in averages],
            [mean_square for _, mean_square, _ in averages],
            [],
            [steps for _, _, steps in averages],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self.lr,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def _averages_of(self, parameter: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Means of its gradients and of their squares, both of its shape, and the number of its steps, a scalar."""
        if parameter not in self._averages:
            steps = torch.zeros((), dtype=torch.float32, device=parameter.device)
            self._averages[parameter] = torch.zeros_like(parameter), torch.zeros_like(parameter), steps
        return self._averages[parameter]
