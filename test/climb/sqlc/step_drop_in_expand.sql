--@ case/schema/0002_a.sql
-- step: expand
alter table case_case drop column due;
