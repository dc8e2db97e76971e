"""What the notebook imports: the base autoencoder, its training, and its analyses."""
