--@ case/schema/0002_note.sql
-- step: expand
create table case_note (
  note_id  id  primary key,
  item_id  id  not null references item_item (item_id) on delete cascade
);
