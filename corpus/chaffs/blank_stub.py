# ---
# jupyter:
#   corpus:
#     title: the assignment handed back as it was released
#     # Wrong because nothing is filled in.
#     points: {1a: 0, 2: 0, 3: 0}
#     reference: false
#     fails: [1a.encoder_shapes, 1a.scale_positive, 1a.loc_range, 1a.scale_range, 1a.scale_depends_on_x,
#       1a.separate_heads, 1a.decoder_shapes, 1a.decoder_range, 1a.decoder_deterministic,
#       1a.encoder_forward_distribution, 1a.encoder_forward_independence, 1a.decoder_forward, 1a.gradients,
#       1a.model, 1a.guide, 1a.elbo, 1a.trained_elbo, 1a.trained_posterior, 2.entries, 2.same_classifier,
#       2.accuracy, 2.trained_on_train, 2.weak_on_raw, 2.latents_informative, 2.times,
#       2.encoders_untouched, 3.subclass, 3.beta_argument, 3.beta_one, 3.beta_loss, 3.posterior_scale,
#       3.prior_scale, 3.likelihood_scale, 3.trained_kl, 3.trained_variance]
# ---
