--: case_by (case_id id) -> row (state text)
select
 staet as state from case_case where case_id = :case_id;
