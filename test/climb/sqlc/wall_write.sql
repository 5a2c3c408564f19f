--: case_meddle (item_id id) -> none
delete from item_item where item_id = :item_id;
