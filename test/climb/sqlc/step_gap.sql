--@ case/schema/0003_a.sql
-- step: expand
create index case_a on case_case (state);
