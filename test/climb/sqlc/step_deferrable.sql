--@ case/schema/0002_a.sql
-- step: expand
create table case_a (
  a  id  primary key references case_case (case_id) deferrable initially deferred
);
