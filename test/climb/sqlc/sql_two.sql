--: case_close (case_id id) -> none
update case_case set open = 0 where case_id = :case_id; delete from case_case;
