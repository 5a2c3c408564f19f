--@ case/schema/0002_note.sql
-- step: expand
create table case_note (
  note_id   id  primary key,
  light_id  id  not null references watch_light (light_id)
);
