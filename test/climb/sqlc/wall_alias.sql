--: case_spy () -> rows (secret text?)
select item_x_pub.secret from (select secret from item_item) as item_x_pub;
