--: case_spy () -> row (n int)
select count(*) as n from item_item;
