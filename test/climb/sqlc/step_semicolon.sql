--@ case/schema/0002_a.sql
-- step: expand
create index case_a on case_case (state)
