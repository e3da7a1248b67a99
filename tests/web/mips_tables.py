"""A run of three scored clinicians, one without a score, and their quality results: sums are counted by hand.

T1: N1 scores 50 (9% x 25/75 = 3% of 100,000 lost), N2 scores 15 (9% of 10,000 lost).
T2: N3 scores 85 (9% x 0.5 x 10/25 = 1.8% of 50,000 gained), N4 must report and has no score.
"""

from __future__ import annotations

QUALITY, ACTIVITIES, INTEROPERABILITY = 0.55, 0.15, 0.30  # weights; cost is not scored
_SCORES = """(values
    ('T1', 'N1', 'individual', '', 50.0, true, true, 'cut', -0.03, 100000.0, -3000.0, 40.0, 20.0, 25 / 0.3),
    ('T1', 'N2', 'individual', '', 15.0, true, null, 'largest_cut', -0.09, 10000.0, -900.0, 0.0, 100.0, 0.0),
    ('T2', 'N3', 'individual', '', 85.0, true, true, 'reward', 0.018, 50000.0, 900.0, 100.0, 100.0, 50.0),
    ('T2', 'N3', 'apm_entity', 'A1', 40.0, false, true, 'not_counted', 0.0, 50000.0, 0.0, 40.0, 0.0, 60.0))
    as t(tin, npi, participation, entity_id, final_score, counts, adjusts, status, payment_adjustment_factor,
         part_b_paid, dollars, quality_percent, improvement_activities_percent,
         promoting_interoperability_percent)"""
TABLES = {
    "asm.roster": """select * from (values ('T1', 'N1', 'Ada'), ('T1', 'N2', 'Bo'), ('T2', 'N3', 'Cy'))
        as t(tin, npi, clinician_name)""",
    "mips.score": f"""select *, 2027 as performance_year, 2029 as payment_year, 'traditional' as pathway,
        '' as mvp_id, 'required' as reporting, 0.5 as scaling_factor,
        null::double as cost_percent, 0.0 as cost_weight, 0.0 as cost_contribution,
        {QUALITY} as quality_weight, {QUALITY} * quality_percent as quality_contribution,
        {ACTIVITIES} as improvement_activities_weight,
        {ACTIVITIES} * improvement_activities_percent as improvement_activities_contribution,
        {INTEROPERABILITY} as promoting_interoperability_weight,
        {INTEROPERABILITY} * promoting_interoperability_percent as promoting_interoperability_contribution,
        60.0 as quality_available, 0.0 as cost_measures_scored, null::varchar as missing,
        false as provisional, npi = 'N1' as is_proxy from {_SCORES}""",
    "mips.measure_points": """select *, 2027 as performance_year, 'traditional' as pathway, '' as mvp_id,
        'quality' as category from (values
        ('T1', 'N1', '', 'individual', '236', 'mipscqm', 'incomplete', 4.0, true),
        ('T2', 'N3', '', 'individual', '134', 'ecqm', 'no_benchmark', 3.0, true),
        ('', '', 'A1', 'apm_entity', '236', 'mipscqm', 'scored', 6.0, true))
        as t(tin, npi, entity_id, participation, measure_id, collection_type, result, points, counted)""",
    "mips.assumption": """select 2027 as performance_year, 'mips.case_minimum' as rule, 'Fewest' as about,
        '20' as value, 'cases' as unit, 'assumed' as status, 'somewhere' as cite, false as overridden""",
    "mips.eligibility": """select *, 2027 as performance_year, 'physician' as clinician_type,
        'required' as reporting, 'required' as mips_status, 'over the threshold' as reason,
        null::varchar as apm_entity_id, false as small, false as rural, false as hpsa,
        false as non_patient_facing, false as hospital_based, false as asc_based
        from (values ('T1', ''), ('T1', 'N1'), ('T1', 'N2'), ('T2', 'N3'), ('T2', 'N4')) as t(tin, npi)""",
    "qp.status": """select *, 2027 as performance_year from (values
        ('T1', 'N1', 100000.0), ('T1', 'N2', 10000.0),
        ('T2', 'N3', 50000.0), ('T2', 'N4', 20000.0)) as t(tin, npi, part_b_paid)""",
    # N1 lacks 40 of 100 and needs 75 captured; one of N2's parts, and of N3's, is of fewer than 11 patients
    "quality.rollup": """select *, 2027 as performance_year, '' as stratum, date '2027-09-30' as period_end,
        true as captured_known, false as inverse, 0 as duplicates_removed, true as deduplicated, rate as
        rate_if_captured, completeness as captured_share, 0 as exclusion, 0 as exception from (values
        ('clinician', 'T1', 'N1', '', '236', 'mipscqm', 100, 45, 15, 40, 75.0, 60.0, 100, false),
        ('clinician', 'T1', 'N2', '', '236', 'mipscqm', 40, 30, 6, 4, 83.3, 90.0, 40, true),
        ('clinician', 'T2', 'N3', '', '134', 'ecqm', 30, 20, 10, 0, 66.7, 100.0, 30, true),
        ('entity', '', '', 'A1', '236', 'mipscqm', 500, 300, 150, 50, 66.7, 90.0, 500, false))
        as t(level, tin, npi, entity_id, measure_id, collection_type, denominator, numerator, not_met,
             not_captured, rate, completeness, case_count, small_cell)""",
    "quality.completeness": """select *, 2027 as performance_year, '' as entity_id, '' as stratum,
        'individual' as participation, true as captured_known, denominator as case_count,
        100.0 * captured / denominator as captured_share, 100.0 * captured / denominator as completeness,
        0 as cases_short, denominator - captured as not_captured from (values
        (202706, 'T1', 'N1', 'S1', '236', 'mipscqm', 100, 30, 45, 'below the minimum', false),
        (202709, 'T1', 'N1', 'S1', '236', 'mipscqm', 100, 60, 15, 'below the minimum', false),
        (202709, 'T1', 'N2', 'S1', '236', 'mipscqm', 40, 36, 0, 'counts, with data missing', true),
        (202709, 'T2', 'N3', 'S2', '134', 'ecqm', 30, 30, 0, 'complete', false))
        as t(month, tin, npi, site_id, measure_id, collection_type, denominator, captured, patients_short,
             standing, small_cell)""",
    "quality.not_delivered": """select 2027 as performance_year, 'T2' as tin, 'N4' as npi, 'S2' as site_id,
        '134' as measure_id, 'ecqm' as collection_type, 'nothing of the clinician' as missing""",
    "quality.care_gap": """select *, 2027 as performance_year, 'clinician' as level, '' as entity_id,
        '' as stratum, '' as event_key, null::date as event_date, null::varchar as missing_element,
        'S1' as site_id, 'do it' as closes, true as closable, 1 as effort from (
        select 'T1' as tin, 'N1' as npi, '236' as measure_id, 'mipscqm' as collection_type,
               range as person_id,
               case when range <= 15 then 'not_met' else 'not_captured' end as gap from range(1, 56)
        union all
        select 'T1', 'N2', '236', 'mipscqm', range,
               case when range <= 106 then 'not_met' else 'not_captured' end from range(101, 111))""",
    "quality.reported": """select 2027 as performance_year, 'T1' as tin, 'N1' as npi, '236' as measure_id,
        'mipscqm' as collection_type, 75.0 as rate, 100 as eligible_cases, 60.0 as data_completeness""",
}  # fmt: skip
