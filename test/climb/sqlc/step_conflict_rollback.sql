--@ case/schema/0002_a.sql
-- step: expand
create table case_a (
  a  text  unique on conflict rollback
);
