--@ case/schema/0002_a.sql
-- step: expand
--postgresql
create index case_a on case_case (state);
--sqlite
create indx case_a on case_case (state);
--both
