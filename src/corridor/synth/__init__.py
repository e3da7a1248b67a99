"""A synthetic community in true CCLF layout: coherent, any size, seeded, nobody in it real."""
