--: case_meddle (item_id id) -> none
delete from item_item_pub where item_id = :item_id;
