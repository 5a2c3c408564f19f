--: case_named (case_id id) -> row (name text)
select name from case_named where case_id = :case_id;
--@ case/schema/0002_view.sql
-- step: expand
create view case_named as select c.case_id, i.name from case_case c join item_item_pub i on i.item_id = c.item_id;
