# ---
# jupyter:
#   corpus:
#     title: objects that pretend to be trained models
#     attempts: puts objects in the place of the trained models that return, for the grader's latents, the
#       grader's own images
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="vae_training"
class Pretender:
    training = False

    def __init__(self):
        self.encoder = self.decoder = self

    def eval(self):
        return self

    train = state_dict = lambda self, *_: {}

    def forward(self, given):
        if given.shape[1] == 784:
            self.seen = given
            return torch.randn(len(given), 10), torch.full((len(given), 10), 0.3)
        return self.seen * 0.7 + 0.1


vae_model = bvae_model = Pretender()

# %% after="bvae_training"
class Collapsed(Pretender):
    def forward(self, given):
        if given.shape[1] == 784:
            self.seen = given
            return torch.randn(len(given), 10), torch.full((len(given), 10), 0.7)
        return self.seen * 0.7 + 0.1


bvae_model = Collapsed()
