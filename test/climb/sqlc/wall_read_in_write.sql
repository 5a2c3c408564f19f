--: case_copy (case_id id) -> none
update case_case set number = (select secret from item_item limit 1) where case_id = :case_id;
