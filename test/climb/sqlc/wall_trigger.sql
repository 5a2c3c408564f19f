--: case_close (case_id id) -> none
update case_case set open = 0 where case_id = :case_id;
--@ case/schema/0002_trigger.sql
-- step: expand
--sqlite
create trigger case_meddle after update on case_case begin delete from item_item; end;
--both
