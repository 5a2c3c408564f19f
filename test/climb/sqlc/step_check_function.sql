--@ case/schema/0002_a.sql
-- step: expand
create table case_a (
  a  time  not null check (a < unixepoch())
);
