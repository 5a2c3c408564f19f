--@ case/schema/0002_note.sql
-- step: expand
create table note_note (
  note_id  id  primary key
);
