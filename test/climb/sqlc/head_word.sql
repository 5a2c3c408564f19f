--: case_by (case_id bigint) -> row (state text)
select state from case_case where case_id = :case_id;
