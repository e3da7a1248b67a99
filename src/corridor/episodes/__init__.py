"""Chronic-condition episodes: windows, attribution, assigned services, observed and expected cost."""
