--: case_by (case_id id) -> none
select state from case_case where case_id = :case_id;
