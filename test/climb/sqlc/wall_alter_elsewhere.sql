--@ case/schema/0002_note.sql
-- step: expand
alter table item_item add column extra text;
