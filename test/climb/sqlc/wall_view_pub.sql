--@ case/schema/0002_view.sql
-- step: expand
create view case_spy_pub as select secret from item_item;
