"""ASM complex-patient bonus: how sick and how poor the clinician's patients are, against the cohort."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.formulas.reductions import count_of, deviation_of, mean_of, median_of

MIPS_FORM = "42 CFR 414.1380(c)(3), by analogy"


@formula(cite=MIPS_FORM, unit="clinicians", group="cohort", statistic="count")
def complexity_reporters(mean_hcc_risk_score: Floats, dual_eligible_share: Floats) -> Floats:
    """Clinicians of this file with both indicators."""
    return count_of(~np.isnan(mean_hcc_risk_score) & ~np.isnan(dual_eligible_share))


@formula(cite=MIPS_FORM, unit="flag")
def has_own_reference(
    complexity_reporters: Floats,
    benchmark_minimum_reporters: float,
    complex_patient_reference: str,
    whole_cohort: Floats,
) -> Flags:
    """Whether the cohort in this file is the reference; else the law's stand-in is used."""
    own = (complex_patient_reference == "cohort") & (whole_cohort > 0)
    return own & (complexity_reporters >= benchmark_minimum_reporters)


@formula(cite="Corridor: which cohort needs a stand-in", unit="code")
def stand_in_reference_cohort(
    cohort: Texts, has_own_reference: Flags, mean_hcc_risk_score: Floats, dual_eligible_share: Floats
) -> Texts:
    """The cohort whose stated reference stands in; empty where none is needed."""
    absent = np.isnan(mean_hcc_risk_score) & np.isnan(dual_eligible_share)
    return np.where(has_own_reference | absent, "", cohort)


@formula(cite=MIPS_FORM, unit="risk score", group="cohort", statistic="mean")
def own_hcc_mean(mean_hcc_risk_score: Floats) -> Floats:
    """Mean over the clinicians of this file."""
    return mean_of(mean_hcc_risk_score)


@formula(cite=MIPS_FORM, unit="risk score", group="cohort", statistic="standard deviation")
def own_hcc_deviation(mean_hcc_risk_score: Floats) -> Floats:
    """Standard deviation over the clinicians of this file."""
    return deviation_of(mean_hcc_risk_score)


@formula(cite=MIPS_FORM, unit="risk score", group="cohort", statistic="median")
def own_hcc_median(mean_hcc_risk_score: Floats) -> Floats:
    """Median over the clinicians of this file."""
    return median_of(mean_hcc_risk_score)


@formula(cite=MIPS_FORM, unit="fraction", group="cohort", statistic="mean")
def own_dual_mean(dual_eligible_share: Floats) -> Floats:
    """Mean over the clinicians of this file."""
    return mean_of(dual_eligible_share)


@formula(cite=MIPS_FORM, unit="fraction", group="cohort", statistic="standard deviation")
def own_dual_deviation(dual_eligible_share: Floats) -> Floats:
    """Standard deviation over the clinicians of this file."""
    return deviation_of(dual_eligible_share)


@formula(cite=MIPS_FORM, unit="fraction", group="cohort", statistic="median")
def own_dual_median(dual_eligible_share: Floats) -> Floats:
    """Median over the clinicians of this file."""
    return median_of(dual_eligible_share)


@formula(cite=MIPS_FORM, unit="standard deviations")
def mean_hcc_z_score(
    mean_hcc_risk_score: Floats,
    has_own_reference: Flags,
    own_hcc_mean: Floats,
    own_hcc_deviation: Floats,
    stand_in_hcc_mean: Floats,
    stand_in_hcc_deviation: Floats,
) -> Floats:
    """Patients' mean HCC risk score, in standard deviations from the reference mean."""
    mean = np.where(has_own_reference, own_hcc_mean, stand_in_hcc_mean)
    deviation = np.where(has_own_reference, own_hcc_deviation, stand_in_hcc_deviation)
    return np.where(deviation > 0, (mean_hcc_risk_score - mean) / deviation, np.nan)


@formula(cite=MIPS_FORM, unit="standard deviations")
def dual_share_z_score(
    dual_eligible_share: Floats,
    has_own_reference: Flags,
    own_dual_mean: Floats,
    own_dual_deviation: Floats,
    stand_in_dual_mean: Floats,
    stand_in_dual_deviation: Floats,
) -> Floats:
    """Patients' share of dual eligibles, in standard deviations from the reference mean."""
    mean = np.where(has_own_reference, own_dual_mean, stand_in_dual_mean)
    deviation = np.where(has_own_reference, own_dual_deviation, stand_in_dual_deviation)
    return np.where(deviation > 0, (dual_eligible_share - mean) / deviation, np.nan)


@formula(cite=MIPS_FORM, unit="flag")
def hcc_reaches_median(
    mean_hcc_risk_score: Floats,
    mean_hcc_z_score: Floats,
    has_own_reference: Flags,
    own_hcc_median: Floats,
    stand_in_hcc_median: Floats,
) -> Flags:
    """At or above the reference median; by the sign of the z-score where only that is given."""
    median = np.where(has_own_reference, own_hcc_median, stand_in_hcc_median)
    return np.where(np.isnan(mean_hcc_risk_score), mean_hcc_z_score >= 0, mean_hcc_risk_score >= median)


@formula(cite=MIPS_FORM, unit="flag")
def dual_reaches_median(
    dual_eligible_share: Floats,
    dual_share_z_score: Floats,
    has_own_reference: Flags,
    own_dual_median: Floats,
    stand_in_dual_median: Floats,
) -> Flags:
    """At or above the reference median; by the sign of the z-score where only that is given."""
    median = np.where(has_own_reference, own_dual_median, stand_in_dual_median)
    return np.where(np.isnan(dual_eligible_share), dual_share_z_score >= 0, dual_eligible_share >= median)


@formula(cite=MIPS_FORM, unit="points")
def hcc_component(
    mean_hcc_z_score: Floats, complex_patient_base: float, complex_patient_slope: float
) -> Floats:
    """Points for medical complexity; 0 where it is not known."""
    points = complex_patient_base + complex_patient_slope * mean_hcc_z_score
    return np.where(np.isnan(mean_hcc_z_score), 0, points)


@formula(cite=MIPS_FORM, unit="points")
def dual_component(
    dual_share_z_score: Floats, complex_patient_base: float, complex_patient_slope: float
) -> Floats:
    """Points for social complexity; 0 where it is not known."""
    points = complex_patient_base + complex_patient_slope * dual_share_z_score
    return np.where(np.isnan(dual_share_z_score), 0, points)


@formula(cite=MIPS_FORM, unit="points")
def complex_patient_bonus(
    hcc_component: Floats,
    dual_component: Floats,
    hcc_reaches_median: Flags,
    dual_reaches_median: Flags,
    complex_patient_gate: str,
    complex_patient_minimum: float,
    complex_patient_cap: float,
) -> Floats:
    """Both components together, for whoever reaches the reference median in at least one of them."""
    either = hcc_reaches_median | dual_reaches_median
    hcc_open = np.where(complex_patient_gate == "at_least_one", either, hcc_reaches_median)
    dual_open = np.where(complex_patient_gate == "at_least_one", either, dual_reaches_median)
    points = np.where(hcc_open, hcc_component, 0) + np.where(dual_open, dual_component, 0)
    raised = np.maximum(points, complex_patient_minimum)
    return np.where(raised > complex_patient_cap, complex_patient_cap, raised)


COMPLEX_PATIENT_FORMULAS: list[Formula] = [
    complexity_reporters, has_own_reference, stand_in_reference_cohort, own_hcc_mean, own_hcc_deviation,
    own_hcc_median, own_dual_mean, own_dual_deviation, own_dual_median, mean_hcc_z_score, dual_share_z_score,
    hcc_reaches_median, dual_reaches_median, hcc_component, dual_component, complex_patient_bonus,
]  # fmt: skip
