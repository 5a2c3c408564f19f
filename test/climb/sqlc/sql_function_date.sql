--: case_by (case_id id) -> none
update case_case set number = datetime('now') where case_id = :case_id;
