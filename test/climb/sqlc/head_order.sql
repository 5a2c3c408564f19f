--: case_by (case_id id) -> row (state text, open bool)
select open, state from case_case where case_id = :case_id;
