--@ case/schema/0002_note.sql
-- step: expand
create index by_state on case_case (state);
