--: item_by_id (item_id id) -> row (name text, fee money, open bool)
select name, fee, open from item_item where item_id = :item_id;
