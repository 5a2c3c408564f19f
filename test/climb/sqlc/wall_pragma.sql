--@ case/schema/0002_note.sql
-- step: expand
pragma journal_mode = delete;
