--: case_by (case_id id) -> row (until time)
select due as until from case_case where case_id = :case_id;
