--: case_by (case_id id) -> row (state text)
select c.* from case_case c where case_id = :case_id;
