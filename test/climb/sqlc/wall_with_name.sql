--: case_spy () -> rows (secret text?)
with item_item_pub as (select secret from item_item) select secret from item_item_pub;
