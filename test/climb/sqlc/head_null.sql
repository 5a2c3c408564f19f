--: case_by (case_id id) -> row (number text)
select number from case_case where case_id = :case_id;
