--: case_by () -> row (case_id id)
select case_id from case_case where state = "received";
