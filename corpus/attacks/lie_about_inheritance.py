# ---
# jupyter:
#   corpus:
#     title: a β-VAE whose metaclass answers every question about classes with yes
#     attempts: claims to inherit from the VAE and to hold its networks, with nothing behind it
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [lying object]
#     reference: false
# ---

# %% grade_id="beta_vae"
class Yes(type):
    def __subclasscheck__(cls, other):
        return True

    def __instancecheck__(cls, instance):
        return True


class VariationalAutoencoder(metaclass=Yes):
    pass


class VEncoder(metaclass=Yes):
    pass


class VDecoder(metaclass=Yes):
    pass


class BetaVariationalAutoencoder:
    encoder = decoder = nn.Linear(1, 1)

    def __init__(self, **sizes):
        pass

    def eval(self):
        return self
