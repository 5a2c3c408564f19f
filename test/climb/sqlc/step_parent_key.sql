--@ case/schema/0002_a.sql
-- step: expand
create table case_a (
  a  text  references case_case (state)
);
