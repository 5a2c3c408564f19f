--: case_spy (item_id id) -> row (secret text?)
select secret from item_item where item_id = :item_id;
