--@ case/schema/0002_a.sql
create index case_a on case_case (state);
