"""What `corridor qp` says where a track is known to nobody, and of years it has nothing of."""

from __future__ import annotations

from corridor.jobs.qp import hint


def test_entities_whose_track_is_unknown_are_named_with_what_to_set() -> None:
    asked = "it is not known whether A1 or A9 is an Advanced APM (rule qp.entity_track)"
    rows = [
        {"qp_status": "unknown", "qp_reason": asked},
        {"qp_status": "unknown", "qp_reason": "no claims of the performance year are loaded"},
    ]
    said = "\n".join(hint(rows))
    assert 'qp.entity_track" = [{apm_entity_id = "A1", track = "enhanced"}, {apm_entity_id = "A9"' in said
    assert "mips_apm" in said
    assert hint(rows[1:]) == []
    assert hint([{"qp_status": "none", "qp_reason": asked}]) == []
