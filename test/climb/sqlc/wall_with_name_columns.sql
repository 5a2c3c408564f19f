--: case_spy () -> rows (s text?)
with a as (select 1), item_x_pub (s) as materialized (select secret from item_item) select s from item_x_pub;
