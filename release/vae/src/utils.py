"""The two names that the notebook imports: training and analysis of autoencoders."""

from src.analysis import AutoEncoderAnalyzer
from src.training import train_ae

__all__ = ["AutoEncoderAnalyzer", "train_ae"]
