--: case_close (case_id id) -> row (state text)
update case_case set open = 0 where case_id = :case_id;
