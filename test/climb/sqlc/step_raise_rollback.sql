--@ case/schema/0002_a.sql
-- step: expand
--sqlite
create trigger case_t before delete on case_case begin select raise(rollback, 'no'); end;
