"""Reconciliation: categories pooled, quality, stop-gain and stop-loss, spending after episodes."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula, round_half_up
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 512.550 (team.md 7)"
COLLABORATORS = "team.md 8"


@formula(cite=CITE, unit="dollars", over="lines", statistic="sum")
def category_target(line_target: Floats) -> Floats:
    """Reconciliation target prices of a category together."""
    return line_target


@formula(cite=CITE, unit="dollars", over="lines", statistic="sum")
def category_spending(line_spending: Floats) -> Floats:
    """Spending of the episodes of a category, capped."""
    return line_spending


@formula(cite=CITE, unit="episodes", over="lines", statistic="sum")
def category_episodes(episodes: Floats) -> Floats:
    """Episodes of a category."""
    return episodes


@formula(cite=CITE, unit="dollars")
def raw_amount(category_target: Floats, category_spending: Floats) -> Floats:
    """Target less spending of a category."""
    return category_target - category_spending


@formula(cite=CITE, unit="0 or 1")
def low_volume(baseline_episodes: Floats, low_volume_episodes: Floats) -> Floats:
    """Whether the hospital had too few baseline episodes in the category to carry its downside."""
    return np.where(np.isnan(baseline_episodes), np.nan, baseline_episodes < low_volume_episodes)


@formula(cite=CITE, unit="dollars")
def category_amount(raw_amount: Floats, low_volume: Floats, low_volume_placement: Texts) -> Floats:
    """What a category brings to the pool: no loss under low volume."""
    floored = (low_volume == 1) & (low_volume_placement == "before_pooling")
    known = np.where(np.isnan(low_volume), np.nan, raw_amount)
    return np.where(floored, np.maximum(raw_amount, 0), known)


@formula(cite=CITE, unit="dollars", over="categories", statistic="sum")
def target_total(category_target: Floats) -> Floats:
    """Reconciliation target prices of all episodes, what the limits are shares of."""
    return category_target


@formula(cite=CITE, unit="dollars", over="categories", statistic="sum")
def spending_total(category_spending: Floats) -> Floats:
    """Spending of all episodes."""
    return category_spending


@formula(cite=CITE, unit="episodes", over="categories", statistic="sum")
def episodes_total(category_episodes: Floats) -> Floats:
    """Episodes of the hospital."""
    return category_episodes


@formula(cite=CITE, unit="dollars", over="categories", statistic="sum")
def reconciliation_amount(category_amount: Floats) -> Floats:
    """The categories pooled."""
    return category_amount


@formula(cite=CITE, unit="dollars")
def quality_adjustment(
    reconciliation_amount: Floats,
    composite_quality_score: Floats,
    quality_gain: Floats,
    quality_loss: Floats,
    quality_adjustment_form: Texts,
) -> Floats:
    """What quality takes from a gain, or forgives of a loss; never more than the amount it starts from."""
    lost = (quality_gain - quality_gain * composite_quality_score / 100) * reconciliation_amount
    forgiven = quality_loss * composite_quality_score / 100 * np.abs(reconciliation_amount)
    adjusted = np.where(reconciliation_amount > 0, -lost, forgiven)
    return np.where(quality_adjustment_form == "linear", adjusted, np.nan)


@formula(cite=CITE, unit="dollars")
def quality_adjusted_amount(reconciliation_amount: Floats, quality_adjustment: Floats) -> Floats:
    """The pooled amount after quality."""
    return reconciliation_amount + quality_adjustment


@formula(cite=CITE, unit="dollars")
def stop_gain(target_total: Floats, gain_limit: Floats) -> Floats:
    """The most a hospital of the track may gain."""
    return target_total * gain_limit


@formula(cite=CITE, unit="dollars")
def stop_loss(target_total: Floats, loss_limit: Floats) -> Floats:
    """The most a hospital of the track may lose before post-episode spending."""
    return target_total * loss_limit


@formula(cite=CITE, unit="dollars")
def limited_amount(quality_adjusted_amount: Floats, stop_gain: Floats, stop_loss: Floats) -> Floats:
    """The amount within stop-gain and stop-loss."""
    return np.maximum(np.minimum(quality_adjusted_amount, stop_gain), 0 - stop_loss)


@formula(cite=CITE, unit="dollars an episode")
def post_episode_threshold(
    post_episode_regional_mean: Floats,
    post_episode_regional_deviation: Floats,
    post_episode_deviations: Floats,
) -> Floats:
    """Mean spending after episodes beyond which it is owed."""
    return post_episode_regional_mean + post_episode_deviations * post_episode_regional_deviation


@formula(cite=CITE, unit="dollars")
def post_episode_amount(
    post_episode_mean: Floats,
    post_episode_threshold: Floats,
    episodes_total: Floats,
    post_episode_form: Texts,
) -> Floats:
    """What is owed for spending in the days after episodes."""
    excess = np.maximum(post_episode_mean - post_episode_threshold, 0) * episodes_total
    return np.where(post_episode_form == "aggregate", excess, np.nan)


@formula(cite=CITE, unit="dollars")
def unrounded_amount(
    limited_amount: Floats, post_episode_amount: Floats, loss_limit: Floats, track_one_floor: Floats
) -> Floats:
    """The limited amount less post-episode spending, which no limit protects; a track without downside owes
    nothing."""
    owed = limited_amount - post_episode_amount
    return np.where((loss_limit == 0) & (track_one_floor == 1), np.maximum(owed, 0), owed)


@formula(cite=CITE, unit="dollars")
def final_amount(unrounded_amount: Floats, money_decimals: Floats) -> Floats:
    """What the hospital is paid, or below zero repays."""
    return round_half_up(unrounded_amount, money_decimals)


@formula(cite=CITE, unit="dollars")
def reconciliation_payment(final_amount: Floats) -> Floats:
    """What CMS pays the hospital."""
    return np.maximum(final_amount, 0)


@formula(cite=CITE, unit="dollars")
def repayment(final_amount: Floats) -> Floats:
    """What the hospital repays."""
    return np.maximum(-final_amount, 0)


@formula(cite=COLLABORATORS, unit="dollars")
def alignment_total_cap(repayment: Floats, collaborator_total_cap: Floats) -> Floats:
    """The most of a repayment that collaborators together may share in."""
    return repayment * collaborator_total_cap


@formula(cite=COLLABORATORS, unit="dollars")
def alignment_cap(repayment: Floats, collaborator_cap: Floats) -> Floats:
    """The most of a repayment that one collaborator, not an ACO, may share in."""
    return repayment * collaborator_cap


@formula(cite=COLLABORATORS, unit="dollars")
def alignment_aco_cap(repayment: Floats, collaborator_aco_cap: Floats) -> Floats:
    """The most of a repayment that an ACO may share in."""
    return repayment * collaborator_aco_cap


CATEGORY_FORMULAS = [
    category_target,
    category_spending,
    category_episodes,
    raw_amount,
    low_volume,
    category_amount,
]
HOSPITAL_FORMULAS = [
    target_total,
    spending_total,
    episodes_total,
    reconciliation_amount,
    quality_adjustment,
    quality_adjusted_amount,
    stop_gain,
    stop_loss,
    limited_amount,
    post_episode_threshold,
    post_episode_amount,
    unrounded_amount,
    final_amount,
    reconciliation_payment,
    repayment,
    alignment_total_cap,
    alignment_cap,
    alignment_aco_cap,
]
