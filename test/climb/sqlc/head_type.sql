--: case_by (case_id id) -> row (due int?)
select due from case_case where case_id = :case_id;
