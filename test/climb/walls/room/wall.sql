-- Queries of the room that climbs the engine's walls.

--: wall_name_add (name_id id, name text) -> none
insert into wall_name (name_id, name) values (:name_id, :name);

--: wall_name_of (name_id id) -> row (name text personal)
select name from wall_name where name_id = :name_id;

--: wall_line_add (line_id id, words text) -> none
insert into wall_line (line_id, words) values (:line_id, :words);

--: wall_endless_write (most int) -> none
insert into wall_line (line_id, words)
with recursive counting (n) as (select 1 union all select n + 1 from counting where n < :most)
select n + 1000000000, 'counted' from counting;
