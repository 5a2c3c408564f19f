--@ case/schema/0002_note.sql
-- step: contract
drop table item_item;
