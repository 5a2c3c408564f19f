--@ case/schema/0002_a.sql
-- step: expand
create table case_a as select 1 as x;
