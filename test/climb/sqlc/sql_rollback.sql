--: case_add (case_id id) -> none
insert or rollback into case_case (case_id, item_id, state, open, facts) values (:case_id, 1, 'received', 1, '{}');
