--: case_by (item_id id) -> row (fee int)
select fee from item_item_pub where item_id = :item_id;
